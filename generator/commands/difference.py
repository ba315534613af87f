"""How two environments differ: what `python -m generator diff` says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from generator.errors import Problem, SpecError, dotted, shown, whole
from generator.specs import loading
from generator.specs.comparing import Difference, differences, only_in
from generator.specs.tree import Items, Mapping, Node, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MANY = 3  # items of a list that are named one by one


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
    return differences(trees[0], trees[1])


def text(found: list[Difference], first: str, second: str) -> Iterator[str]:
    """Yield the path of each value that differs, and below it a line for each environment: place and value."""
    if not found:
        yield f"no difference between {first} and {second}"
    name_width = max(len(first), len(second))
    for difference in found:
        yield dotted(difference.path)
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
    if not isinstance(node, Items) or not isinstance(other, Items):
        return shown(plain(node))
    own = only_in(node, other)
    count = f"{len(node.items)} item{'' if len(node.items) == 1 else 's'}"
    if not own:
        reordered = len(node.items) == len(other.items)
        return f"{count}, the same in another order: {shown(plain(node))}" if reordered else f"{count}, none only here"
    named = ", ".join(shown(plain(item)) for item in own[:_MANY])
    more = f" and {len(own) - _MANY} more" if len(own) > _MANY else ""
    return f"{count}, only here: {named}{more}"
