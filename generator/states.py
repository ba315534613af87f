"""Finds environments that would keep their state in one place: an apply of one would destroy what the other made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from generator import loading
from generator.errors import Problem, Source
from generator.tree import Leaf, Mapping, find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class State(NamedTuple):
    """The object that holds a state; two that are equal are one."""

    bucket: str
    key: str
    region: str


def shared(specs: Path, trees: dict[str, Mapping], wanted: Iterable[str]) -> Iterator[Problem]:
    """Compare the wanted environments with each other and with all others, whose own mistakes are not said here."""
    wanted = set(wanted)
    first: dict[State, str] = {}
    for name in sorted(trees, key=lambda name: (name in wanted, name)):
        state = _state(trees[name])
        if state is None:
            continue  # the model says what is missing
        if name in wanted and state in first:
            yield _problem(specs, state, (first[state], trees[first[state]]), (name, trees[name]))
        first.setdefault(state, name)


def _state(tree: Mapping) -> State | None:
    bucket, key, region = (_text(tree, ("state", field)) for field in State._fields)
    region = region or _text(tree, ("region",))
    return State(bucket, key, region) if bucket and key and region else None


def _text(tree: Mapping, path: tuple[str, ...]) -> str | None:
    node, steps = find(tree, path)
    return node.value if steps == len(path) and isinstance(node, Leaf) and isinstance(node.value, str) else None


def _problem(specs: Path, state: State, first: tuple[str, Mapping], second: tuple[str, Mapping]) -> Problem:
    where, other = _place(specs, *second), _place(specs, *first)
    written = _key(second[1]).source
    inherited = "" if written == where else f" (from {written})"
    return Problem(
        where,
        f"s3://{state.bucket}/{state.key} in {state.region}{inherited} is the state of {other} too: an apply of one "
        "environment would destroy what the other made; give each a state.key of its own",
    )


def _place(specs: Path, name: str, tree: Mapping) -> Source:
    """Return where an environment says its key itself, or else where it says from whom it inherits."""
    key, extends = _key(tree), loading.read(specs, name).extends
    own = loading.display(specs / f"{name}.yaml")
    return extends.source if key.source.file != own and extends is not None else key.source


def _key(tree: Mapping) -> Leaf:
    node, _ = find(tree, ("state", "key"))
    if not isinstance(node, Leaf):
        raise TypeError("only environments that say a key are compared")
    return node
