"""How two environments differ: what `python -m generator diff` says."""

from __future__ import annotations

import json
from itertools import takewhile
from typing import TYPE_CHECKING

from generator.commands.explain import one_line
from generator.errors import Problem, SpecError, shown, whole
from generator.specs import loading
from generator.specs.comparing import Difference, differences, only_in
from generator.specs.tree import Items, Leaf, Mapping, Node, Plain, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MANY = 3  # items of a list that are named one by one
_BEFORE = 30  # characters that are shown before the first that differs


def between(specs: Path, first: str, second: str) -> list[Difference]:
    """Compare two environments as merged, with the defaults laid under; raise what is wrong with either."""
    trees: list[Mapping] = []
    problems: list[Problem] = []
    for name in (first, second):
        try:
            trees.append(loading.load(specs, name))
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return [part for difference in differences(trees[0], trees[1]) for part in _values(difference)]


def _values(difference: Difference) -> Iterator[Difference]:
    """Take a map that only one of the two has apart, so that each value stands beside nothing with a line of its own.

    So are the maps of a list; any other list is one value.
    """
    node = difference.first or difference.second
    inner: list[tuple[str | int, Node]] = []
    if difference.first is None or difference.second is None:
        match node:
            case Mapping():
                inner = [(key, node.entries[key]) for key in sorted(node.entries)]
            case Items() if all(isinstance(item, Mapping) for item in node.items):
                inner = list(enumerate(node.items))
    given = [(key, value) for key, value in inner if not (isinstance(value, Leaf) and value.value is None)]
    if not given:
        yield difference
    for key, value in given:
        first, second = (None if side is None else value for side in (difference.first, difference.second))
        yield from _values(Difference((*difference.path, key), first, second, difference.removed))


def contrasted(value: Plain, other: Plain) -> str:
    """Write a value on one line, shortened around the first place in which it differs from another, if it must be."""
    if value == other or shown(value) != shown(other):
        return shown(value)
    own, others = (each if isinstance(each, str) else json.dumps(each) for each in (value, other))
    same = takewhile(lambda pair: pair[0] == pair[1], zip(own, others, strict=False))
    at = sum(1 for _ in same)
    text = f"...{own[max(0, at - _BEFORE) :]}"
    return shown(text, quote=isinstance(value, str))


def text(found: list[Difference], first: str, second: str) -> Iterator[str]:
    """Yield the path of each value that differs, and below it a line for each environment: place and value."""
    if not found:
        yield f"no difference between {first} and {second}"
    name_width = max(len(first), len(second))
    for difference in found:
        yield one_line(whole(difference.path))
        sides = ((first, difference.first, difference.second), (second, difference.second, difference.first))
        place_width = max(len(str(node.source)) for _, node, _ in sides if node is not None)
        for name, node, other in sides:
            if node is None:
                where = f"{difference.removed.source}  removed" if difference.removed else "not set"
                yield f"  {name:{name_width}}  {where}"
            else:
                yield f"  {name:{name_width}}  {node.source!s:{place_width}}  {_words(node, other)}"


def as_json(found: list[Difference], first: str, second: str) -> str:
    """Return the same for a program: values whole, `null` for an environment that has none."""
    entries = [
        {"path": whole(difference.path), "first": _value(difference.first), "second": _value(difference.second)}
        for difference in found
    ]
    return json.dumps({"first": first, "second": second, "differences": entries}, indent=2)


def _value(node: Node | None) -> dict[str, object] | None:
    return None if node is None else {"value": plain(node), "file": node.source.file, "line": node.source.line}


def _words(node: Node, other: Node | None) -> str:
    if other is None:
        return shown(plain(node))
    if not isinstance(node, Items) or not isinstance(other, Items):
        return contrasted(plain(node), plain(other))
    own, others = only_in(node, other), only_in(other, node)
    count = f"{len(node.items)} item{'' if len(node.items) == 1 else 's'}"
    if not own:
        reordered = len(node.items) == len(other.items)
        return f"{count}, the same in another order: {shown(plain(node))}" if reordered else f"{count}, none only here"
    beside = [*others[: len(own)], *own[len(others) :]]
    named = ", ".join(contrasted(plain(item), plain(twin)) for item, twin in zip(own[:_MANY], beside, strict=False))
    more = f" and {len(own) - _MANY} more" if len(own) > _MANY else ""
    return f"{count}, only here: {named}{more}"
