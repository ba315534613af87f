"""A resource of plan JSON, taken apart: what is known, what is not, what is sensitive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from review.plan.model import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from review.plan.model import Path

    Name = Callable[[Path], Any]


@dataclass(frozen=True)
class Raw:
    """A resource or data source; `known` is what is known of it after the apply, None if it will not exist."""

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


def _says(unknown: Any) -> bool:
    """Whether anything within is unknown."""
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
