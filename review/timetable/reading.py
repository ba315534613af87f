"""From a plan to the calendar of what runs by the clock."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from review.timetable import alone, together
from review.timetable.clocks import Clocks
from review.timetable.entries import entries
from review.timetable.model import Calendar, Timetable
from review.timetable.runs import Runs, moment

if TYPE_CHECKING:
    from review.plan import Plan
    from review.timetable.entries import Entry

MOST_RUNS: Final = 750  # that a timetable holds: those of an hourly schedule in 30 days, and some


def read(plan: Plan) -> Calendar:
    """Return when everything runs in the 30 days from the plan's time, and what is odd about it.

    Args:
        plan: schedules and rules of it, whether it changes them or not; `typical_minutes` of its output `review`.
    """
    all_entries = list(entries(plan))
    runs = Runs(plan.timestamp.replace(microsecond=0))
    clocks = Clocks(runs.begin)
    found = [finding for entry in all_entries for finding in alone.findings(entry, runs)]
    found += together.findings(all_entries, runs)
    found += (finding for entry in all_entries for finding in clocks.findings(entry))
    return Calendar(runs.begin, runs.end, tuple(_timetable(entry, runs) for entry in all_entries), tuple(found))


def _timetable(entry: Entry, runs: Runs) -> Timetable:
    starts = runs.of(entry)
    shown = tuple(moment(start) for start in islice(starts, MOST_RUNS))
    return Timetable(
        name=entry.name,
        address=entry.address,
        expression=entry.expression,
        zone=entry.zone,
        enabled=entry.enabled,
        runs=shown,
        runs_left_out=len(starts) - len(shown),
        window=entry.window,
        duration=entry.duration,
        runs_what=", ".join(each.what for each in entry.works) or "nothing",
        is_approximate=entry.is_approximate,
    )
