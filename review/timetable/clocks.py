"""Runs that are left out, or could come twice, when clocks are put forward or back.

What Scheduler does: "Daylight savings time on EventBridge Scheduler" of its user guide. A time that is left out is no
run; a time that comes twice is one run; a day of a rate has 24 hours. `semantics` has it so, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from review.finding import Finding, Severity
from review.timetable.runs import both, counted, span
from semantics.clock_changes import clock_changes
from semantics.schedules import DAY, Cron

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.timetable.entries import Entry
    from semantics.clock_changes import ClockChange
    from semantics.schedules import Schedule

AHEAD: Final = timedelta(days=366)  # so that both changes of a year are seen
_SHOWN: Final = 4


@dataclass(frozen=True)
class _Met:
    """The runs of a schedule that a change of the clocks meets.

    Attributes:
        change: of the clocks.
        times: local times of these runs.
        pause: how long nothing runs around the change.
        usual: the longest time between these runs on another day.
    """

    change: ClockChange
    times: tuple[datetime, ...]
    pause: timedelta
    usual: timedelta

    @property
    def shift(self) -> timedelta:
        """How far the clocks are put."""
        return self.change.end - self.change.first


class Clocks:
    """Looks for changes of clocks in the year after a moment, once for each zone and for schedules that run alike."""

    def __init__(self, begin: datetime) -> None:
        self._begin = begin
        self._changes: dict[str, list[ClockChange]] = {}
        self._met: dict[Schedule, list[_Met]] = {}

    def findings(self, entry: Entry) -> Iterator[Finding]:
        """Yield what changes of the clocks do to an entry."""
        times = entry.times
        if times is None or not entry.enabled or entry.zone == "UTC":
            return
        if times.local_time is not None:
            yield from self._once(entry, times, times.local_time)
        elif times.step is not None:
            yield from self._rate(entry, times, times.step)
        else:
            met = self._meetings(entry, times)
            yield from _left_out(entry, [each for each in met if each.change.is_forward])
            yield from _twice(entry, [each for each in met if not each.change.is_forward])

    def _in_zone(self, entry: Entry, times: Schedule) -> list[ClockChange]:
        if entry.zone not in self._changes:
            self._changes[entry.zone] = list(clock_changes(times.zone, self._begin, self._begin + AHEAD))
        return self._changes[entry.zone]

    def _meetings(self, entry: Entry, times: Schedule) -> list[_Met]:
        if times not in self._met:
            cron = times.cron
            changes = self._in_zone(entry, times) if cron is not None else []
            during = [each for each in changes if _is_within(each.moment, times)]
            found = (_meeting(cron, each) for each in during if cron is not None)
            self._met[times] = [each for each in found if each is not None]
        return self._met[times]

    def _once(self, entry: Entry, times: Schedule, local: datetime) -> Iterator[Finding]:
        """Yield a single run whose time comes twice; one that is left out never runs, which alone.py says."""
        near = local.replace(tzinfo=times.zone)
        for change in clock_changes(times.zone, near - 2 * DAY, near + 2 * DAY):
            run = next(times.runs_after(self._begin), None)
            if not change.is_forward and change.first <= local < change.end and run is not None:
                title = f"{local:%Y-%m-%d %H:%M} comes twice in {entry.zone}: {entry.name} runs at the first"
                yield Finding("timetable/dst-twice", Severity.NOTE, title, entry.address, both(run, times.zone))

    def _rate(self, entry: Entry, times: Schedule, step: timedelta) -> Iterator[Finding]:
        changes = [each for each in self._in_zone(entry, times) if _is_within(each.moment, times)]
        if step % DAY or not changes:
            return
        lines = [
            f"From {both(each.moment, times.zone)} it runs {span(abs(each.after - each.before))} "
            f"{'later' if each.is_forward else 'earlier'} by the clock"
            for each in changes[:_SHOWN]
        ]
        yield Finding(
            "timetable/dst-rate",
            Severity.NOTE,
            f"{entry.expression} of {entry.name} counts hours: by the clocks of {entry.zone} its time changes",
            entry.address,
            "\n".join(lines),
            "Use cron() if it is to run at one time of the day.",
        )


def _is_within(moment: datetime, times: Schedule) -> bool:
    return (times.start is None or times.start <= moment) and (times.end is None or moment <= times.end)


def _meeting(cron: Cron, change: ClockChange) -> _Met | None:
    """Return the runs that a change meets; None if there are none."""
    day, days = change.first.date(), 3
    around = [each for number in range(-days, days + 1) for each in cron.local_times(day + number * DAY)]
    met = tuple(each for each in around if change.first <= each < change.end)
    if not met:
        return None
    before = max((each for each in around if each < change.first), default=None)
    after = min((each for each in around if each >= change.end), default=None)
    chain = [each for each in (before, *met, after) if each is not None]
    usual = max((later - earlier for earlier, later in pairwise(chain)), default=days * DAY)
    shift = change.end - change.first
    if change.is_forward:
        pause = after - before - shift if before is not None and after is not None else 2 * days * DAY
    else:
        pause = after - met[-1] + shift if after is not None else days * DAY
    return _Met(change, met, pause, usual)


def _left_out(entry: Entry, met: list[_Met]) -> Iterator[Finding]:
    if not met or entry.times is None:
        return
    lost = [each for each in met if each.pause > each.usual]
    number = sum(len(each.times) for each in met)
    lines = [f"{_listed(each)} {each.change.first:%a %Y-%m-%d}: {_what_else(each)}" for each in met[:_SHOWN]]
    yield Finding(
        "timetable/dst-left-out",
        Severity.WARN if lost else Severity.NOTE,
        f"{counted(number, 'run')} of {entry.name} in the next 12 months "
        f"{'is' if number == 1 else 'are'} left out: the clocks of {entry.zone} are put forward over "
        f"{'it' if number == 1 else 'them'}",
        entry.address,
        "\n".join(lines),
        "Choose a time that each day has, or UTC." if lost else "",
    )


def _what_else(met: _Met) -> str:
    change = (
        f"the clocks go from {met.change.before:%H:%M} to {met.change.after:%H:%M} at {met.change.moment:%H:%M} UTC"
    )
    return f"{change}, and nothing runs instead" if met.pause > met.usual else f"{change}; the distance of runs stays"


def _twice(entry: Entry, met: list[_Met]) -> Iterator[Finding]:
    if not met or entry.times is None:
        return
    pausing = [each for each in met if each.usual < each.shift]
    lines = []
    for each in met[:_SHOWN]:
        first = each.times[0].replace(tzinfo=entry.times.zone)  # the first of the two
        pause = f", then nothing for {span(each.pause)}" if each.usual < each.shift else ""
        lines.append(f"{_listed(each)} {each.change.first:%a %Y-%m-%d}: runs at {both(first, entry.times.zone)}{pause}")
    yield Finding(
        "timetable/dst-twice",
        Severity.WARN if pausing else Severity.NOTE,
        f"The clocks of {entry.zone} are put back over runs of {entry.name}: Scheduler runs it once, the first time",
        entry.address,
        "\n".join(lines),
        "Use rate() or UTC if it is to go on through the hour that comes twice." if pausing else "",
    )


def _listed(met: _Met) -> str:
    times = [f"{each:%H:%M}" for each in met.times]
    return ", ".join(times) if len(times) <= _SHOWN else f"{times[0]} to {times[-1]} ({len(times)} times)"
