"""The starts of a schedule within a span, and moments in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from review.timetable.entries import Entry
    from semantics.schedules import Schedule

SPAN: Final = timedelta(days=30)
_FEW: Final = 100  # starts that are looked at, however far away they are
_NO_STARTS: Final = ()


@dataclass
class Runs:
    """Finds the starts of schedules from a moment on, once for all schedules that run alike.

    Attributes:
        begin: the moment.
        end: 30 days later.
    """

    begin: datetime
    _found: dict[tuple[Schedule, bool], Sequence[int]] = field(default_factory=dict)
    _few: dict[tuple[Schedule, bool], Sequence[int]] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        """The end of the span."""
        return self.begin + SPAN

    def of(self, entry: Entry) -> Sequence[int]:
        """Return all starts of an entry within the span, in seconds since 1970; none if it is disabled.

        Those of schedules that run alike are one object. Those of a rate are a range, so that they cost nothing.
        """
        if entry.times is None or not entry.enabled:
            return _NO_STARTS
        key = (entry.times, entry.is_rule)
        if key not in self._found:
            self._found[key] = self._starts(entry.times, self._after(entry))
        return self._found[key]

    def few(self, entry: Entry) -> Sequence[int]:
        """Return all starts within the span, or the next hundred if there are fewer."""
        within = self.of(entry)
        if entry.times is None or entry.times.step is not None or len(within) >= _FEW:
            return within
        key = (entry.times, entry.is_rule)
        if key not in self._few:
            after = islice(entry.times.runs_after(self._after(entry)), _FEW)
            self._few[key] = [int(each.timestamp()) for each in after]
        return self._few[key]

    def next(self, entry: Entry) -> datetime | None:
        """Return the next start, however far away; None if there is none."""
        return next(entry.times.runs_after(self._after(entry)), None) if entry.times is not None else None

    def _after(self, entry: Entry) -> datetime:
        """Scheduler starts a rate as soon as it is made; a rule does after the first interval."""
        return self.begin if entry.is_rule else self.begin - timedelta(seconds=1)

    def _starts(self, times: Schedule, after: datetime) -> Sequence[int]:
        if times.step is not None:
            return _of_rate(times, times.step, after, self.end)
        return [int(each.timestamp()) for each in takewhile(lambda each: each < self.end, times.runs_after(after))]


def _of_rate(times: Schedule, step: timedelta, after: datetime, end: datetime) -> range:
    first, seconds = times.start or times.created, int(step.total_seconds())
    past = math.floor((after - first).total_seconds() / seconds) + 1
    begin = int(first.timestamp()) + max(0, past) * seconds
    last = end if times.end is None else min(end, times.end + timedelta(seconds=1))
    return range(begin, max(begin, int(last.timestamp())), seconds)


def moment(start: float) -> datetime:
    """Return a start as a time in UTC."""
    return datetime.fromtimestamp(start, UTC)


def both(start: datetime, zone: tzinfo | None) -> str:
    """Return a time in a zone and in UTC: `Mon 2026-11-23 06:00 EST (11:00 UTC)`."""
    utc = start.astimezone(UTC)
    if zone is None or str(zone) == "UTC":
        return f"{utc:%a %Y-%m-%d %H:%M} UTC"
    local = start.astimezone(zone)
    there = f"{utc:%H:%M}" if utc.date() == local.date() else f"{utc:%a %H:%M}"
    return f"{local:%a %Y-%m-%d %H:%M %Z} ({there} UTC)"


def span(length: timedelta) -> str:
    """Return a length of time: `15 minutes`, `1 hour 30 minutes`."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second"))
    return " ".join(counted(number, unit) for number, unit in parts if number) or "no time"


def counted(number: int, unit: str) -> str:
    """Return a number with what is counted."""
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"
