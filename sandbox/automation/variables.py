"""References in a runbook, `{{ Parameter }}` and `{{ automation:EXECUTION_ID }}`, and what they stand for.

Systems Manager User Guide, "Automation system variables" and "Using action outputs as inputs".
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REFERENCE = re.compile(r"\{\{\s*([A-Za-z0-9_.:\-]+)\s*\}\}")
GLOBAL = frozenset(
    {
        "automation:EXECUTION_ID",
        "global:ACCOUNT_ID",
        "global:DATE",
        "global:DATE_TIME",
        "global:REGION",
    }
)


class UnknownReferenceError(Exception):
    """A reference to something that has no value here."""


def names(value: Any) -> Iterator[str]:
    """Yield the names of all references in a value, however deep."""
    if isinstance(value, str):
        yield from REFERENCE.findall(value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from names(each)
    elif isinstance(value, list):
        for each in value:
            yield from names(each)


def filled(value: Any, known: Mapping[str, Any]) -> Any:
    """Return a value with its references filled in.

    A text that is one reference and nothing else becomes what it stands for, a list or a boolean too; within a longer
    text it is written as text, in JSON if it is none.

    Raises:
        UnknownReferenceError: one has no value.
    """
    if isinstance(value, dict):
        return {name: filled(each, known) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, known) for each in value]
    if not isinstance(value, str):
        return value
    whole = REFERENCE.fullmatch(value.strip())
    if whole:
        return _value(whole[1], known)

    def written(found: re.Match[str]) -> str:
        each = _value(found[1], known)
        return each if isinstance(each, str) else json.dumps(each)

    return REFERENCE.sub(written, value)


def _value(name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise UnknownReferenceError(f"the sandbox has no value for {{{{ {name} }}}}")
    return known[name]
