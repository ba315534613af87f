"""Says which environments a mistake is about, where its line is one that others inherit too."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SAID: Final = 3  # environments that a message names


class Verdict(NamedTuple):
    """What was found wrong with one environment.

    Attributes:
        name: the environment's.
        files: those that it was read from, its own among them; none when that could not be found out.
    """

    name: str
    files: frozenset[str]
    problems: tuple[Problem, ...]


def attributed(verdicts: Iterable[Verdict]) -> Iterator[Problem]:
    """Return every problem once, with its environments after it when others that read the same file do not have it.

    What all have that read the file is the file's own mistake, and needs no names.
    """
    readers: dict[str, set[str]] = defaultdict(set)
    having: dict[Problem, set[str]] = defaultdict(set)
    for verdict in verdicts:
        for file in verdict.files:
            readers[file].add(verdict.name)
        for problem in verdict.problems:
            having[problem].add(verdict.name)
    for problem, names in having.items():
        own = names == {PurePath(problem.source.file).stem}
        about = "" if own or readers[problem.source.file] <= names else f" (in {_some(sorted(names))})"
        yield Problem(problem.source, problem.message + about)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SAID} more" if len(names) > SAID else ""
    return f"{', '.join(names[:SAID])}{more}"
