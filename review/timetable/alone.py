"""What is odd about one schedule by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from review.finding import Finding, Severity
from review.timetable.runs import both, counted, moment, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from review.timetable.entries import Entry
    from review.timetable.runs import Runs

# "The StartDate you specify cannot be earlier than 5 minutes ago": what CreateSchedule answers.
_LATEST_START: Final = timedelta(minutes=5)


def findings(entry: Entry, runs: Runs) -> Iterator[Finding]:
    """Yield what AWS refuses, runs that never come, and a window or a task that is longer than the interval."""
    if entry.unknown:
        title = f"When {entry.name} runs is only known after the apply: {entry.unknown}"
        yield Finding("timetable/unknown", Severity.NOTE, title, entry.address)
        return
    if entry.times is None:
        yield Finding(
            "timetable/refused",
            Severity.FAIL,
            f"AWS will refuse {entry.expression} of {entry.name}: {entry.mistake}",
            entry.address,
            advice="Correct it: the apply fails at this resource.",
        )
        return
    if not entry.enabled:
        return
    yield from _never(entry, runs)
    starts = runs.few(entry)
    yield from _window(entry, starts)
    yield from _overlap(entry, runs, starts)


def _never(entry: Entry, runs: Runs) -> Iterator[Finding]:
    times, now = entry.times, runs.begin
    if times is None:
        return
    # What was there before has had its time: nothing is wrong with the change that is reviewed.
    severity = Severity.FAIL if entry.is_changed else Severity.NOTE
    start_is_late = entry.is_new and times.start is not None and times.start < now - _LATEST_START
    if times.local_time is not None:
        yield from _once(entry, times.local_time, now, severity)
    elif times.end is not None and times.end <= now:
        title = f"{entry.name} never runs: its end_date, {both(times.end, times.zone)}, is in the past"
        yield Finding(
            "timetable/end-in-the-past", severity, title, entry.address, advice="Set a later end, or remove it."
        )
    elif start_is_late and times.start is not None:
        title = f"AWS will refuse {entry.name}: its start_date, {both(times.start, times.zone)}, is in the past"
        advice = "Leave the start out, or set one to come: AWS takes none that is earlier than 5 minutes ago."
        yield Finding("timetable/start-in-the-past", Severity.FAIL, title, entry.address, advice=advice)
    elif runs.next(entry) is None:
        if times.end is not None:
            first = next(_without_end(entry, now), None)
            if first is not None:
                title = f"{entry.name} never runs: its end_date is before the first run of {entry.expression}"
                detail = f"First run: {both(first, times.zone)}\nEnd: {both(times.end, times.zone)}"
                advice = "Set a later end."
                yield Finding("timetable/never", severity, title, entry.address, detail, advice)
                return
        title = f"{entry.name} never runs: no time to come fits {entry.expression}"
        advice = "Correct the day, the month or the year."
        yield Finding("timetable/never", severity, title, entry.address, advice=advice)


def _without_end(entry: Entry, now: datetime) -> Iterator[datetime]:
    times = entry.times
    if times is not None:
        yield from type(times)(times.expression, times.zone, times.created, times.start).runs_after(now)


def _once(entry: Entry, local: datetime, now: datetime, severity: Severity) -> Iterator[Finding]:
    times = entry.times
    if times is None or next(times.runs_after(now - timedelta(seconds=1)), None) is not None:
        return
    instant = local.replace(tzinfo=times.zone).astimezone(UTC)
    if instant < now:
        title = f"{entry.name} never runs: {entry.expression} is in the past"
        detail = f"{both(instant, times.zone)}; the plan is of {both(now, times.zone)}"
        advice = "Set a time to come, or remove the schedule."
        yield Finding("timetable/at-in-the-past", severity, title, entry.address, detail, advice)
    else:
        title = f"{entry.name} never runs: the clocks of {entry.zone} are put forward over {local:%Y-%m-%d %H:%M}"
        advice = "Set a time that there is, or UTC."
        yield Finding("timetable/never", severity, title, entry.address, advice=advice)


def _window(entry: Entry, starts: Sequence[int]) -> Iterator[Finding]:
    shortest = _shortest(starts)
    if shortest is None or entry.window <= shortest:
        return
    yield Finding(
        "timetable/window",
        Severity.WARN,
        f"The flexible time window of {entry.name}, {span(entry.window)}, is longer than the {span(shortest)} between "
        "two of its runs",
        entry.address,
        "A run can start anywhere in its window: two can start together, or one after the other that is due later.",
        "Shorten the window, or run it less often.",
    )


def _overlap(entry: Entry, runs: Runs, starts: Sequence[int]) -> Iterator[Finding]:
    takes, shortest, times = entry.duration, _shortest(starts), entry.times
    if takes is None or shortest is None or times is None or takes + entry.window <= shortest:
        return
    longest = (takes + entry.window).total_seconds()
    within = runs.of(entry)
    often = _pairs(within, longest)
    first = next((later for earlier, later in pairwise(starts) if later - earlier < longest), 0)
    may = "may still be at work" if entry.window else "is still at work"
    what = next(each.what for each in entry.works if each.duration == takes)
    lines = [f"{what} typically takes {span(takes)}; the next run comes after {span(shortest)}"]
    if entry.window:
        lines.append(f"A run can start up to {span(entry.window)} late, its flexible time window")
    about = "about " if entry.is_approximate else ""
    lines.append(f"First: {about}{both(moment(first), times.zone)}")
    yield Finding(
        "timetable/overlap",
        Severity.WARN,
        f"A run of {entry.name} {may} when the next one starts: {counted(often, 'time')} in 30 days",
        entry.address,
        "\n".join(lines),
        "Run it less often, or have the task end at once when it finds another run at work.",
    )


def _pairs(starts: Sequence[int], longest: float) -> int:
    """Count the starts that come sooner after another one than this many seconds."""
    if isinstance(starts, range):
        return max(0, len(starts) - 1) if starts.step < longest else 0
    return sum(later - earlier < longest for earlier, later in pairwise(starts))


def _shortest(starts: Sequence[int]) -> timedelta | None:
    """Return the shortest time from one start to the next; None if there is but one."""
    if len(starts) < 2:
        return None
    if isinstance(starts, range):
        return timedelta(seconds=starts.step)
    return timedelta(seconds=min(later - earlier for earlier, later in pairwise(starts)))
