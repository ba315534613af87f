"""Brings together what is alike, so that a thousand schedules can be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from review.changes.model import Change, Effect
from review.delivery.model import Answer, Hop, Path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from review.finding import Finding
    from review.policies.model import Sentence

ORDER = {Answer.NO: 0, Answer.DEPENDS: 1, Answer.YES: 2}
OWN = "\x00"
LOSING = (Effect.DESTROY, Effect.REPLACE, Effect.FORGET)


@dataclass(frozen=True)
class Alike:
    """Paths that differ in the name of what triggers them and in nothing else.

    Attributes:
        path: the first of them, which stands for all.
        others: the rest.
    """

    path: Path
    others: tuple[Path, ...]


def paths_alike(paths: Iterable[Path]) -> list[Alike]:
    """Return paths, those that do not deliver first, with those alike in one."""
    found: dict[tuple[object, ...], list[Path]] = {}
    for path in paths:
        found.setdefault(_shape(path), []).append(path)
    groups = [Alike(group[0], tuple(group[1:])) for group in found.values()]
    return sorted(groups, key=lambda each: ORDER[each.path.answer])


def _shape(path: Path) -> tuple[object, ...]:
    """Return a path with its own names taken out of every text."""
    own = sorted({path.trigger, path.via, path.address} - {""}, key=lambda name: (-len(name), name))

    def without(text: str) -> str:
        for name in own:
            text = text.replace(name, OWN)
        return text

    hops = tuple(_without(hop, without) for hop in path.hops)
    return path.kind, path.answer, path.target, tuple(without(each) for each in path.stations), hops


def _without(hop: Hop, without: Callable[[str], str]) -> Hop:
    return replace(
        hop,
        question=without(hop.question),
        because=without(hop.because),
        missing=without(hop.missing),
        where=without(hop.where),
    )


def loses(change: Change) -> bool:
    """Return whether something is gone after a change that was there before."""
    return change.effect in LOSING or bool(change.loses)


def by_rule(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Return findings, those of one rule together, in the order in which the rules first come."""
    found: dict[str, list[Finding]] = {}
    for each in findings:
        found.setdefault(each.rule, []).append(each)
    return list(found.values())


def by_type(changes: Iterable[Change]) -> list[tuple[str, list[Change]]]:
    """Return changes, those of one type of resource together."""
    found: dict[str, list[Change]] = {}
    for each in changes:
        found.setdefault(each.type, []).append(each)
    return list(found.items())


def by_owner(sentences: Iterable[Sentence]) -> list[tuple[str, list[Sentence]]]:
    """Return the sentences of policies, those of one owner together."""
    found: dict[str, list[Sentence]] = {}
    for each in sentences:
        found.setdefault(each.owner, []).append(each)
    return list(found.items())
