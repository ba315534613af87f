"""When the clocks of a time zone are put forward or back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """One change of a zone's clocks.

    Attributes:
        moment: when it happens, in UTC.
        before: what clocks would show at that moment had they not been changed, without a zone.
        after: what they show, without a zone.
    """

    moment: datetime
    before: datetime
    after: datetime

    @property
    def is_forward(self) -> bool:
        """Whether local times are left out; otherwise they come twice."""
        return self.after > self.before

    @property
    def first(self) -> datetime:
        """The first local time that is left out or comes twice."""
        return min(self.before, self.after)

    @property
    def end(self) -> datetime:
        """The end of these local times, which is none of them."""
        return max(self.before, self.after)


def clock_changes(zone: tzinfo, since: datetime, until: datetime) -> Iterator[ClockChange]:
    """Yield the changes of a zone's clocks after one moment, up to another, in order; at most one a day is seen."""
    here = since.astimezone(UTC)
    while here < until:
        there = min(here + _STEP, until.astimezone(UTC))
        if _offset(zone, here) != _offset(zone, there):
            yield _between(zone, here, there)
        here = there


def _offset(zone: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _between(zone: tzinfo, here: datetime, there: datetime) -> ClockChange:
    """Find the second of a change by halving the time in which it is."""
    old, low, high = _offset(zone, here), here, there
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(zone, middle) == old else (low, middle)
    moment = high.replace(microsecond=0)
    naive = moment.replace(tzinfo=None)
    return ClockChange(moment, naive + old, naive + _offset(zone, moment))
