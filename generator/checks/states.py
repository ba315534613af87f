"""Finds environments that would keep their state in one place: an apply of one would destroy what the other made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from generator.errors import Problem, Source
from generator.models.forms import has_placeholder
from generator.specs.tree import Leaf, Mapping, find, source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from generator.specs.loading import Document


class State(NamedTuple):
    """The object that holds a state; two that are equal are one."""

    bucket: str
    key: str
    region: str


class Kept(NamedTuple):
    """Where an environment keeps its state.

    Attributes:
        where: the line where it says its key itself, or else where it says from whom it inherits.
        written: the line where the key is written.
    """

    state: State
    where: Source
    written: Source


def kept(document: Document, tree: Mapping) -> Kept | None:
    """Return where an environment keeps its state; None when it does not say so, or not yet."""
    bucket, key, region = (_text(tree, ("state", field)) for field in State._fields)
    region = region or _text(tree, ("region",))
    if not (bucket and key and region) or any(map(has_placeholder, (bucket, key, region))):
        return None
    written = source_of(tree, ("state", "key"))
    own = written.file == document.root.source.file or document.extends is None
    return Kept(
        State(bucket, key, region), written if own or document.extends is None else document.extends.source, written
    )


def shared(all_kept: dict[str, Kept], wanted: Iterable[str]) -> Iterator[Problem]:
    """Compare the wanted environments with each other and with all others, whose own mistakes are not said here."""
    wanted = set(wanted)
    first: dict[State, Kept] = {}
    for name in sorted(all_kept, key=lambda name: (name in wanted, name)):
        own = all_kept[name]
        if name in wanted and own.state in first:
            yield _problem(own, first[own.state])
        first.setdefault(own.state, own)


def _text(tree: Mapping, path: tuple[str, ...]) -> str | None:
    node, steps = find(tree, path)
    return node.value if steps == len(path) and isinstance(node, Leaf) and isinstance(node.value, str) else None


def _problem(own: Kept, first: Kept) -> Problem:
    inherited = "" if own.written == own.where else f" (from {own.written})"
    place = f"s3://{own.state.bucket}/{own.state.key} in {own.state.region}"
    return Problem(
        own.where,
        f"{place}{inherited} is the state of {first.where} too: an apply of one environment would destroy what "
        "the other made; give each a state.key of its own",
    )
