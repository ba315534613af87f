"""Compares two trees value by value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.specs.tree import Items, Leaf, Mapping, Node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Path


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that two trees do not have in common; None where a tree has no such value.

    Attributes:
        removed: the null that took it out of the tree that does not have it, if one did.
    """

    path: Path
    first: Node | None
    second: Node | None
    removed: Leaf | None = None


def differences(first: Mapping, second: Mapping) -> list[Difference]:
    """Return what differs, sorted by path; `defaults` is left out, since every workload is already laid over it.

    Maps are compared key by key, and lists of maps item by item when they are equally long. Any other list is one
    value, as it is in a merge: its items have no names, and one put in front would make every later one different.
    A null is no value: it removed what was below it.
    """
    found = (each for each in _compare((), first, second) if each.path[0] != "defaults")
    return sorted(found, key=lambda difference: _order(difference.path))


def same(first: Node, second: Node) -> bool:
    """Return whether two nodes have the same values, whatever line set them."""
    match first, second:
        case Leaf(), Leaf():
            return type(first.value) is type(second.value) and first.value == second.value  # 1 is not true, nor 1.0
        case Items(), Items():
            return len(first.items) == len(second.items) and all(map(same, first.items, second.items))
        case Mapping(), Mapping():
            before, after = _given(first), _given(second)
            return before.keys() == after.keys() and all(same(node, after[key]) for key, node in before.items())
    return False


def only_in(first: Items, second: Items) -> list[Node]:
    """Return the items of the first list that the second does not have, or has fewer times."""
    left = list(second.items)
    missing = []
    for item in first.items:
        twin = next((index for index, other in enumerate(left) if same(item, other)), None)
        if twin is None:
            missing.append(item)
        else:
            del left[twin]
    return missing


def _compare(path: Path, first: Node, second: Node) -> Iterator[Difference]:
    match first, second:
        case Mapping(), Mapping():
            before, after = _given(first), _given(second)
            for key in before.keys() | after.keys():
                if key in before and key in after:
                    yield from _compare((*path, key), before[key], after[key])
                else:
                    removed = (first if key in after else second).removed.get(key)
                    yield Difference((*path, key), before.get(key), after.get(key), removed)
        case Items(), Items() if len(first.items) == len(second.items) and _of_maps(first) and _of_maps(second):
            for index, (item, other) in enumerate(zip(first.items, second.items, strict=True)):
                yield from _compare((*path, index), item, other)
        case _:
            if not same(first, second):
                yield Difference(path, first, second)


def _of_maps(node: Items) -> bool:
    return all(isinstance(item, Mapping) for item in node.items)


def _given(node: Mapping) -> dict[str, Node]:
    return {key: value for key, value in node.entries.items() if not (isinstance(value, Leaf) and value.value is None)}


def _order(path: Path) -> list[tuple[int, str]]:
    """Sort the items of a list by number, and keys as text."""
    return [(part, "") if isinstance(part, int) else (-1, part) for part in path]
