"""The calendar of the HTML: weeks of days, and what runs on each.

Up to `LETTERED` schedules stand in the days one by one, each with a letter and a colour, on the day that it is where
the schedule is at home. More than that are counted, by UTC's days and hours, which shows where they pile up.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

from review.output.wording import count, overlapping, zone_of

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from review.timetable.model import Calendar, Timetable

LETTERED = 26
COLOURS = 8
TIMES_OF_A_DAY = 3
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """What one schedule does on one day.

    Attributes:
        letter: the schedule's.
        colour: its number, from 0.
        name: the schedule's.
        times: at home and in UTC, in pairs; the first and the last if there are many.
        runs: how many there are.
        overlaps: how many of them begin while the one before is typically still at work.
    """

    letter: str
    colour: int
    name: str
    times: tuple[tuple[str, str], ...]
    runs: int
    overlaps: int


@dataclass(frozen=True)
class Day:
    """One day.

    Attributes:
        date: which.
        entries: of single schedules; none where they are counted.
        runs: how many.
        schedules: of how many schedules.
        overlaps: how many begin while the one before of the same schedule is typically still at work.
        hours: the runs of each hour, in UTC; none where schedules stand one by one.
    """

    date: date
    entries: tuple[Entry, ...]
    runs: int
    schedules: int
    overlaps: int
    hours: tuple[int, ...] = ()


@dataclass(frozen=True)
class Grid:
    """Weeks from Monday to Sunday; None for days before and after.

    Attributes:
        weeks: of seven days each.
        counted: whether schedules are counted, and not shown one by one.
        busiest: the most runs of an hour, where they are counted.
    """

    weeks: tuple[tuple[Day | None, ...], ...]
    counted: bool
    busiest: int


def letter(number: int) -> str:
    """Return the letters of a schedule by its number from 0: A to Z, AA and so on."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def grid(calendar: Calendar) -> Grid:
    """Lay the runs of a calendar out in weeks."""
    running = [(number, each) for number, each in enumerate(calendar.timetables) if each.runs]
    counted = len(running) > LETTERED
    days = _counted(calendar) if counted else _one_by_one(running)
    first, last = (
        calendar.start.astimezone(UTC).date(),
        (calendar.end - timedelta(microseconds=1)).astimezone(UTC).date(),
    )
    first, last = min([first, *days]), max([last, *days])
    monday = first - first.weekday() * DAY
    weeks = []
    while monday <= last:
        week = (monday + number * DAY for number in range(7))
        weeks.append(tuple(days.get(each, Day(each, (), 0, 0, 0)) if first <= each <= last else None for each in week))
        monday += 7 * DAY
    return Grid(tuple(weeks), counted, max((hour for day in days.values() for hour in day.hours), default=0))


def _one_by_one(running: list[tuple[int, Timetable]]) -> dict[date, Day]:
    entries: dict[date, list[Entry]] = {}
    for number, timetable in running:
        zone = zone_of(timetable.zone)
        by_day: dict[date, list[tuple[datetime, bool]]] = {}
        for run, late in zip(timetable.runs, overlapping(timetable), strict=True):
            by_day.setdefault(run.astimezone(zone).date(), []).append((run, late))
        for day, runs in by_day.items():
            shown = runs if len(runs) <= TIMES_OF_A_DAY else [runs[0], runs[-1]]
            times = tuple((run.astimezone(zone).strftime("%H:%M %Z"), _utc(run, zone)) for run, _ in shown)
            late_runs = sum(late for _, late in runs)
            entry = Entry(letter(number), number % COLOURS, timetable.name, times, len(runs), late_runs)
            entries.setdefault(day, []).append(entry)
    return {
        day: Day(
            day, tuple(sorted(found, key=lambda each: each.times)), sum(each.runs for each in found), len(found),
            sum(each.overlaps for each in found),
        )
        for day, found in entries.items()
    }  # fmt: skip


def _utc(run: datetime, zone: tzinfo) -> str:
    """Return a run's time in UTC, and that its date is another there; "" if the schedule is at home in UTC."""
    here, there = run.astimezone(zone), run.astimezone(UTC)
    if here.tzname() == "UTC":
        return ""
    apart = (there.date() - here.date()).days
    return f"{there:%H:%M} UTC" + {-1: ", the day before", 1: ", the day after"}.get(apart, "")


def _counted(calendar: Calendar) -> dict[date, Day]:
    hours: dict[date, list[int]] = {}
    schedules: Counter[date] = Counter()
    overlaps: Counter[date] = Counter()
    for timetable in calendar.timetables:
        seen = set()
        for run, late in zip(timetable.runs, overlapping(timetable), strict=True):
            utc = run.astimezone(UTC)
            day = utc.date()
            hours.setdefault(day, [0] * 24)[utc.hour] += 1
            overlaps[day] += late
            seen.add(day)
        schedules.update(seen)
    return {day: Day(day, (), sum(found), schedules[day], overlaps[day], tuple(found)) for day, found in hours.items()}


def bars(hours: tuple[int, ...], busiest: int) -> str:
    """Return the path of a drawing of 24 bars, 2 wide and at most 20 high."""
    heights = (hour * 20 / busiest if busiest else 0 for hour in hours)
    return "".join(
        f"M{2 * number} 20v-{height:.1f}h1.6v{height:.1f}z" for number, height in enumerate(heights) if height
    )


def in_words(day: Day) -> str:
    """Return what is on a day where schedules are counted, for whoever cannot see the bars."""
    top = max(range(24), key=lambda hour: day.hours[hour]) if day.hours else 0
    peak = f", most from {top:02d}:00 UTC: {day.hours[top]:,}" if day.hours else ""
    return f"{count(day.runs, 'run')} of {count(day.schedules, 'schedule')}{peak}"
