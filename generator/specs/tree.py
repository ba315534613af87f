"""Values that know which line set them, and how one tree of them is laid over another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Path, Source

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value, the place that set it, and what it was laid over.

    Attributes:
        refused: it is null only because what was written could not be read; it removes nothing.
    """

    value: Scalar
    source: Source
    over: Node | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list, the place that set it, and what it was laid over."""

    items: tuple[Node, ...]
    source: Source
    over: Node | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """A map, the place that set it last, what it was laid over, and which keys a null took out of it."""

    entries: dict[str, Node]
    source: Source
    over: Node | None = None
    removed: dict[str, Leaf] = field(default_factory=dict)


Node = Leaf | Items | Mapping
Plain = Scalar | list["Plain"] | dict[str, "Plain"]


def merge(inherited: Mapping, own: Mapping) -> Mapping:
    """Lay a map over the one it inherits: maps merge key by key, all else replaces, also null.

    A null stays until `prune` takes it out, so that it removes what lies under it at every level. What a value replaced
    is its `over`.
    """
    entries = dict(inherited.entries)
    for key, value in own.entries.items():
        below = entries.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            entries[key] = merge(below, value)
        else:
            entries[key] = value if below is None else _over(value, below)
    return Mapping(entries, own.source, own.over or inherited.over)


def prune(tree: Mapping) -> Mapping:
    """Take out every null that was laid over something; a null over nothing is a value, and stays."""
    entries: dict[str, Node] = {}
    removed: dict[str, Leaf] = {}
    for key, node in tree.entries.items():
        if isinstance(node, Leaf) and node.value is None and node.over is not None and not node.refused:
            removed[key] = node
        else:
            entries[key] = prune(node) if isinstance(node, Mapping) else node
    return Mapping(entries, tree.source, tree.over, removed)


def _over(value: Node, below: Node) -> Node:
    """Return the value with what it replaces at the bottom of its own history."""
    return replace(value, over=below if value.over is None else _over(value.over, below))


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


def source_of(root: Node, path: Path) -> Source:
    """Return the line of the value at a path, or of the nearest one around it that is there."""
    return find(root, path)[0].source


def section(node: Node, name: str) -> dict[str, Node]:
    """Return what a field of a map has by name; nothing when there is no such map."""
    inner = node.entries.get(name) if isinstance(node, Mapping) else None
    return inner.entries if isinstance(inner, Mapping) else {}


def is_given(node: Node | None) -> bool:
    """Tell whether there is a value other than null."""
    return node is not None and not (isinstance(node, Leaf) and node.value is None)


def leaves(node: Node, path: Path = ()) -> Iterator[tuple[Path, Leaf]]:
    """Yield every value of a tree that is neither list nor map, with its path."""
    match node:
        case Leaf():
            yield path, node
        case Items():
            for index, item in enumerate(node.items):
                yield from leaves(item, (*path, index))
        case Mapping():
            for key, value in node.entries.items():
                yield from leaves(value, (*path, key))
