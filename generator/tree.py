"""Values that know which line set them, and how one tree of them is laid over another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.errors import Path, Source

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value, and the place that set it."""

    value: Scalar
    source: Source


@dataclass(frozen=True, slots=True)
class Items:
    """A list, and the place that set it."""

    items: tuple[Node, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Mapping:
    """A map, and the place that set it last."""

    entries: dict[str, Node]
    source: Source


Node = Leaf | Items | Mapping
Plain = Scalar | list["Plain"] | dict[str, "Plain"]


def merge(inherited: Mapping, own: Mapping) -> Mapping:
    """Lay a map over the one it inherits: maps merge key by key, all else replaces, null removes."""
    entries = dict(inherited.entries)
    for key, value in own.entries.items():
        below = entries.get(key)
        if below is not None and isinstance(value, Leaf) and value.value is None:
            del entries[key]
        elif isinstance(below, Mapping) and isinstance(value, Mapping):
            entries[key] = merge(below, value)
        else:
            entries[key] = value
    return Mapping(entries, own.source)


def plain(node: Node) -> Plain:
    """Return the values alone."""
    match node:
        case Leaf():
            return node.value
        case Items():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(value) for key, value in node.entries.items()}


def find(root: Node, path: Path) -> tuple[Node, int]:
    """Follow a path as far as it goes; return where it ended and after how many steps."""
    node = root
    for step, part in enumerate(path):
        if isinstance(node, Mapping) and isinstance(part, str) and part in node.entries:
            node = node.entries[part]
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
        else:
            return node, step
    return node, len(path)
