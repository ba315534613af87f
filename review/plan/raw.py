"""A resource of plan JSON, taken apart: what is known, what is not, what is sensitive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from review.plan.model import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from review.plan.model import Path

    Name = Callable[[Path], Any]


@dataclass(frozen=True)
class Raw:
    """A resource or data source.

    `known` is what is known of it after the apply, None if it will not exist. What is sensitive is HIDDEN in it, so
    that no name that is made of it holds a secret.
    """

    address: str
    module: str
    is_data: bool
    type: str
    name: str
    index: str | int | None
    provider: str
    known: Mapping[str, Any] | None = field(repr=False)
    unknown: Any = field(repr=False)
    sensitive: Any = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)

    def is_unknown(self, attribute: str) -> bool:
        """Tell whether an attribute will only be known after the apply."""
        return isinstance(self.unknown, dict) and self.unknown.get(attribute) is True


def merged(known: Any, unknown: Any, sensitive: Any, name: Name, path: Path = ()) -> Any:
    """Return a value in which what is not known is what `name` says of its path, and what is sensitive is HIDDEN.

    Args:
        known: the value; what is not known is null or missing.
        unknown: true where it is not known, of the same shape.
        sensitive: true where it is sensitive, of the same shape.
        name: called with the path of each value that is not known.
        path: where the value is.
    """
    if sensitive is True:
        return HIDDEN
    if unknown is True:
        return name(path)
    if isinstance(known, dict):
        missing = [key for key in (unknown if isinstance(unknown, dict) else ()) if key not in known]
        keys = [*known, *(key for key in missing if _says(unknown[key]))]
        return {key: merged(known.get(key), _at(unknown, key), _at(sensitive, key), name, (*path, key)) for key in keys}
    if isinstance(known, list):
        return [
            merged(each, _at(unknown, number), _at(sensitive, number), name, (*path, number))
            for number, each in enumerate(known)
        ]
    return known


def hidden_changes(change: Mapping[str, Any]) -> Iterator[Path]:
    """Yield where a sensitive value is not as before: one that only one side calls sensitive, too.

    Args:
        change: of plan JSON, with its values and marks before and after.
    """
    marks = (change.get("before_sensitive"), change.get("after_sensitive"))
    yield from _hidden(change.get("before"), change.get("after"), marks, ())


def _hidden(before: Any, after: Any, marks: tuple[Any, Any], path: Path) -> Iterator[Path]:
    if True in {mark is True for mark in marks}:
        if before != after:
            yield path
    elif isinstance(before, dict) or isinstance(after, dict):
        old, new = ({} if each is None else each for each in (before, after))
        for key in {**old, **new} if isinstance(old, dict) and isinstance(new, dict) else ():
            inner = (_at(marks[0], key), _at(marks[1], key))
            yield from _hidden(old.get(key), new.get(key), inner, (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            inner = (_at(marks[0], number), _at(marks[1], number))
            yield from _hidden(old, new, inner, (*path, number))
    elif before != after and any(map(_says, marks)):  # what is where cannot be told
        yield path


def _says(unknown: Any) -> bool:
    """Whether anything within is marked."""
    if isinstance(unknown, dict):
        return any(map(_says, unknown.values()))
    if isinstance(unknown, list):
        return any(map(_says, unknown))
    return unknown is True


def _at(shape: Any, step: str | int) -> Any:
    if isinstance(shape, dict):
        return shape.get(step, False)
    if isinstance(shape, list) and isinstance(step, int) and step < len(shape):
        return shape[step]
    return False
