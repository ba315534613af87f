"""One policy document, from the attribute that holds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from review.plan import Symbol
from review.policies.model import Document
from review.policies.rebuilding import UnreadError, content
from semantics.statements import PolicyError, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.plan import Plan, Resource
    from semantics.statements import Kind

_SYMBOL: Final = re.compile(r"‹[^›]*›")


def of_attribute(plan: Plan, resource: Resource, attribute: str, kind: Kind) -> Document | None:
    """Return the policy that an attribute of a resource holds; None if it holds none.

    What is unknown because nobody sets it is none: a queue whose policy is a resource of its own has such an attribute.
    """
    value = resource.get(attribute)
    if value is None or value == "" or (isinstance(value, Symbol) and value.is_computed):
        return None
    return of_value(plan, resource.address, attribute, value, kind)


def of_value(plan: Plan, address: str, attribute: str, value: Any, kind: Kind) -> Document:
    """Return a policy that a value gives: JSON, or what stands for it."""
    try:
        document = content(plan, value, address)
    except UnreadError as error:
        return unread(address, attribute, str(error))
    return of_content(address, attribute, document, kind)


def of_content(address: str, attribute: str, document: Mapping[str, Any], kind: Kind) -> Document:
    """Return a policy of its parsed JSON."""
    try:
        policy = read(document, kind, address)
    except PolicyError as error:
        return unread(address, attribute, f"AWS would refuse it: {error}")
    waiting = {symbol: None for text in _texts(document) for symbol in _SYMBOL.findall(text)}
    return Document(address, attribute, policy, document, pending=tuple(waiting))


def unread(address: str, attribute: str, why: str) -> Document:
    """Return a policy that cannot be read."""
    return Document(address, attribute, None, unread=why)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
