"""What is odd about schedules together: two that run one task at a time, and many that start at one moment."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Final

from review.finding import Finding, Severity
from review.timetable.runs import both, counted, moment, span
from review.timetable.targets import name_of_cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from review.timetable.entries import Entry
    from review.timetable.runs import Runs
    from review.timetable.targets import Work

MANY: Final = 10  # tasks that start on one cluster at one moment
_BURST: Final = 100  # tasks that Fargate starts at once; then 20 a second: "AWS Fargate throttling quotas"
_NAMES: Final = 5  # schedules that a finding names
_MOMENTS: Final = 3
_MOST: Final = 200_000  # starts of one task that are looked at


@dataclass(frozen=True)
class _Use:
    """One thing that a schedule starts, and when."""

    entry: Entry
    work: Work
    starts: Sequence[int]


def findings(entries: Iterable[Entry], runs: Runs) -> Iterator[Finding]:
    """Yield overlaps of a task that several schedules run, then pile-ups on a cluster."""
    uses = [
        _Use(entry, work, starts)
        for entry in entries
        if (starts := runs.of(entry)) and _is_comparable(entry)
        for work in entry.works
        if work.task
    ]
    for alike in _by(uses, lambda use: (use.work.task, use.entry.is_approximate)):
        yield from _overlaps(alike)
    for alike in _by(uses, lambda use: (use.work.cluster, use.entry.is_approximate)):
        yield from _pile_up(alike)


def _is_comparable(entry: Entry) -> bool:
    """Whether its starts can be held against others': a rate that is made now, or before, begins at no known time.

    Those that the plan makes begin together, with the apply.
    """
    return not entry.is_approximate or entry.is_new


def _by(uses: Iterable[_Use], key: Callable[[_Use], object]) -> list[list[_Use]]:
    groups: dict[object, list[_Use]] = {}
    for use in uses:
        groups.setdefault(key(use), []).append(use)
    return list(groups.values())


def _overlaps(uses: list[_Use]) -> Iterator[Finding]:
    if len(uses) < 2:
        return
    often, first, involved = _meetings(uses)
    if not often or first is None:
        return
    work, times = uses[0].work, first[1].entry.times
    takes = max((use.work.duration for use in uses if use.work.duration is not None), default=None)
    differ = len({use.work.given for use in involved}) > 1
    lines = [
        f"{work.what} typically takes {span(takes)}" if takes else f"How long {work.what} takes is not known",
        f"Schedules: {_names(involved)}",
        f"First: {_about(first[1])}{both(moment(first[0]), times.zone if times else None)}",
    ]
    if differ:
        lines.append("They give it different input")
    yield Finding(
        "timetable/overlap",
        Severity.NOTE if differ else Severity.WARN,
        f"{work.what} is started while a run of another schedule is at work: {counted(often, 'time')} in 30 days",
        uses[0].entry.address,
        "\n".join(lines),
        "Give the schedules other times, or have the task end at once when it finds another run at work.",
    )


def _meetings(uses: list[_Use]) -> tuple[int, tuple[int, _Use] | None, list[_Use]]:
    """Go through the starts of one task in order; count those that find a run of another schedule at work.

    Returns:
        How many, the first of them with whose it is, and all whose runs meet, in their order.
    """
    alike = _by(uses, lambda use: (id(use.starts), use.entry.window))
    ends: dict[int, tuple[float, int]] = {}  # of those who started: the latest end, and the last start
    leading: list[tuple[float, int]] = []  # the two latest ends, of different groups
    often, first, met = 0, None, set[int]()
    ordered = merge(*([(start, number) for start in group[0].starts] for number, group in enumerate(alike)))
    for start, number in islice(ordered, _MOST):
        other = next((each for each in leading if each[1] != number), None)
        at_work = other is not None and (other[0] > start or ends[other[1]][1] == start)
        if at_work or len(alike[number]) > 1:
            often += 1
            first = first or (start, alike[number][0])
            met |= {number, other[1]} if at_work and other is not None else {number}
        takes = max((use.work.duration.total_seconds() for use in alike[number] if use.work.duration), default=0.0)
        end = start + alike[number][0].entry.window.total_seconds() + takes
        ends[number] = (end, start)
        leading = sorted([(end, number), *(each for each in leading if each[1] != number)], reverse=True)[:2]
    return often, first, [use for number in sorted(met) for use in alike[number]]


def _pile_up(uses: list[_Use]) -> Iterator[Finding]:
    rigid = [use for use in uses if not use.entry.window]  # the others spread by themselves
    if sum(use.work.count for use in rigid) < MANY:
        return
    tasks: Counter[int] = Counter()
    for group in _by(rigid, lambda use: id(use.starts)):
        together = sum(use.work.count for use in group)
        for start in group[0].starts:
            tasks[start] += together
    moments = sorted(
        (start for start, number in tasks.items() if number >= MANY), key=lambda each: (-tasks[each], each)
    )
    if not moments:
        return
    most, cluster = tasks[moments[0]], name_of_cluster(rigid[0].work.cluster)
    there = [use for use in rigid if moments[0] in _as_set(use.starts)]
    zone = there[0].entry.times.zone if there[0].entry.times is not None else None
    lines = [f"{tasks[each]} tasks: {_about(there[0])}{both(moment(each), zone)}" for each in moments[:_MOMENTS]]
    lines.append(f"Schedules at the first of them: {_names(there)}")
    if most > _BURST:
        lines.append(f"Fargate starts {_BURST} tasks of an account at once, and then 20 a second")
    yield Finding(
        "timetable/pile-up",
        Severity.NOTE,
        f"Up to {most} tasks start on cluster {cluster} at the same moment; {MANY} or more do so "
        f"{counted(len(moments), 'time')} in 30 days",
        there[0].entry.address,
        "\n".join(lines),
        "Give the schedules other minutes, or a flexible time window, by which Scheduler spreads their starts.",
    )


def _as_set(starts: Sequence[int]) -> range | frozenset[int]:
    return starts if isinstance(starts, range) else frozenset(starts)


def _about(use: _Use) -> str:
    return "about " if use.entry.is_approximate else ""


def _names(uses: Iterable[_Use]) -> str:
    names = list(dict.fromkeys(use.entry.name for use in uses))
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more
