"""When one schedule runs, and all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from review.finding import Finding


@dataclass(frozen=True)
class Timetable:
    """The runs of one schedule, or of one rule that has a schedule.

    Attributes:
        name: of the schedule or rule.
        address: its own.
        expression: as AWS has it.
        zone: the name of its time zone.
        enabled: whether it runs at all.
        runs: its task's starts within 30 days, in UTC; the earliest of each flexible window. Of a rate that begins with
            the apply they are counted from the plan's time.
        runs_left_out: how many more there are than `runs` holds.
        window: its flexible time window; zero without.
        duration: how long a run typically takes; None if nothing says.
        runs_what: what it runs, in words: `task channelbackfill-task`.
        is_approximate: whether the first run depends on when the apply happens.
    """

    name: str
    address: str
    expression: str
    zone: str
    enabled: bool
    runs: tuple[datetime, ...]
    runs_left_out: int
    window: timedelta
    duration: timedelta | None
    runs_what: str
    is_approximate: bool = False


@dataclass(frozen=True)
class Calendar:
    """When all schedules run, from the plan's time on for 30 days."""

    start: datetime
    end: datetime
    timetables: tuple[Timetable, ...]
    findings: tuple[Finding, ...]
