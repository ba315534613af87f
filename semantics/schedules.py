"""When a schedule of EventBridge Scheduler runs: "Schedule types in EventBridge Scheduler" of its user guide.

A rule of EventBridge has the same `cron` and `rate`, in UTC: "Cron expressions reference" of its user guide.

Whether an expression is one that AWS takes is for others to say; what cannot be read at all is a `ScheduleError` here.
Where the guide is silent on a wildcard (a range that runs over the end, the weekday nearest a month's first), the rules
are those of Quartz, whose notation it is; so is L-3, the third day before a month's last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LAST_YEAR = 2199
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
SATURDAY, SUNDAY = 7, 1
UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(hours=24)}
RATE = re.compile(r"rate\(\s*([0-9]+)\s+(minute|hour|day)s?\s*\)")
AT = re.compile(r"at\(([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})\)")
CRON = re.compile(r"cron\(([^()]*)\)")
WEEKDAY_NEAREST = re.compile(r"([0-9]{1,2})W")
LAST_OF_ITS_KIND = re.compile(r"([1-7])L")
OCCURRENCE = re.compile(r"([1-7])#([1-5])")
DAYS_BEFORE_THE_LAST = re.compile(r"L-([0-9]{1,2})")
DAY = timedelta(days=1)


class ScheduleError(ValueError):
    """An expression that no schedule has."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something runs.

    Attributes:
        expression: `rate(...)`, `cron(...)` or `at(...)`.
        zone: the time zone of `cron` and `at`.
        created: when the schedule was made; a rate counts from here if it has no start.
        start: no run before; None for none. `at` heeds neither this nor the end.
        end: no run after; None for none.
    """

    expression: str
    zone: tzinfo
    created: datetime
    start: datetime | None = None
    end: datetime | None = None

    def runs_after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the runs after a moment, which is not one of them, in order and in UTC.

        Where clocks go forward, a time that is left out is no run; where they go back, a time that comes twice is one
        run, at its first coming. A day of a rate has 24 hours, whatever the clocks do.

        Raises:
            ScheduleError: the expression cannot be read.
        """
        at = AT.fullmatch(self.expression)
        if at is not None:
            once = _instant(_local(at[1]), self.zone)
            if once is not None and once > moment:
                yield once
            return
        for run in self._recurring(moment):
            if self.end is not None and run > self.end:
                return
            if run > moment and (self.start is None or run >= self.start):
                yield run

    @property
    def step(self) -> timedelta | None:
        """The time from one run to the next, if it is a rate."""
        rate = RATE.fullmatch(self.expression)
        return int(rate[1]) * UNITS[rate[2]] if rate is not None else None

    @property
    def local_time(self) -> datetime | None:
        """What clocks in its zone show when it runs, if it runs once."""
        at = AT.fullmatch(self.expression)
        return _local(at[1]) if at is not None else None

    @property
    def cron(self) -> Cron | None:
        """The fields, if it is a cron expression."""
        cron = CRON.fullmatch(self.expression)
        return Cron.read(cron[1]) if cron is not None else None

    def check(self) -> None:
        """Read the expression.

        Raises:
            ScheduleError: it cannot be read.
        """
        next(self.runs_after(self.created), None)

    def _recurring(self, moment: datetime) -> Iterator[datetime]:
        step, cron = self.step, self.cron
        if step is not None:
            return _rate(step, self.start or self.created, moment)
        if cron is not None:
            return cron.runs(self.zone, max(moment, self.start) if self.start else moment)
        raise ScheduleError(f"{self.expression} is no rate(), cron() or at() expression")


def _rate(step: timedelta, first: datetime, moment: datetime) -> Iterator[datetime]:
    if not step:
        raise ScheduleError("a rate of 0 never comes to an end")
    run = first + max(0, (moment - first) // step) * step
    while True:
        yield run
        run += step


def _local(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ScheduleError(f"there is no such time as {text}") from None


def _instant(local: datetime, zone: tzinfo) -> datetime | None:
    """Return when the clocks of a zone show a time for the first time; None if they leave it out."""
    instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None, fold=0) == local else None


@dataclass(frozen=True, slots=True)
class Cron:
    """The six fields of a cron expression, read."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days_of_month: str
    months: frozenset[int]
    days_of_week: str
    years: frozenset[int]

    @classmethod
    def read(cls, fields: str) -> Cron:
        """Read what is between the brackets.

        Raises:
            ScheduleError: it cannot be read.
        """
        terms = fields.upper().split()
        if len(terms) != 6:
            raise ScheduleError(f"cron({fields}) has {len(terms)} fields; there are six")
        minutes, hours, days_of_month, months, days_of_week, years = terms
        for number, name in enumerate(MONTHS, start=1):
            months = months.replace(name, str(number))
        for number, name in enumerate(WEEKDAYS, start=1):
            days_of_week = days_of_week.replace(name, str(number))
        cron = cls(
            minutes=_values(minutes, 0, 59),
            hours=_values(hours, 0, 23),
            days_of_month=days_of_month,
            months=_values(months, 1, 12),
            days_of_week=days_of_week,
            years=_values(years, 1970, LAST_YEAR),
        )
        cron.days(2000, 1)  # so that a day that cannot be read is found now
        return cron

    def runs(self, zone: tzinfo, since: datetime) -> Iterator[datetime]:
        """Yield the runs from a day before a moment on, to the last year that cron knows."""
        day = since.astimezone(zone).date() - DAY
        for year in sorted(each for each in self.years if each >= day.year):
            for month in sorted(self.months):
                if (year, month) < (day.year, day.month):
                    continue
                for number in sorted(self.days(year, month)):
                    if date(year, month, number) >= day:
                        yield from self._on(datetime(year, month, number), zone)  # noqa: DTZ001 - the zone's own time

    def local_times(self, day: date) -> Iterator[datetime]:
        """Yield what clocks show when it is to run on a day, also where they leave that out."""
        if day.year in self.years and day.month in self.months and day.day in self.days(day.year, day.month):
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone's own time
            yield from self._times(midnight)

    def _times(self, midnight: datetime) -> Iterator[datetime]:
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                yield midnight + timedelta(hours=hour, minutes=minute)

    def _on(self, midnight: datetime, zone: tzinfo) -> Iterator[datetime]:
        begin, end = (each.replace(tzinfo=zone).utcoffset() for each in (midnight, midnight + DAY))
        if begin == end and begin is not None:  # no zone changes its clocks twice a day, so not at all on this one
            yield from self._times((midnight - begin).replace(tzinfo=UTC))
            return
        for local in self._times(midnight):
            instant = _instant(local, zone)
            if instant is not None:
                yield instant

    def days(self, year: int, month: int) -> set[int]:
        """Return the days of a month on which it runs."""
        last = _last_day(year, month)
        if self.days_of_month != "?":
            days = {day for term in self.days_of_month.split(",") for day in _days_of_month(term, year, month)}
        else:
            days = {day for term in self.days_of_week.split(",") for day in _days_of_week(term, year, month)}
        return {day for day in days if 1 <= day <= last}


def _days_of_month(term: str, year: int, month: int) -> set[int]:
    last = _last_day(year, month)
    if term == "L":
        return {last}
    if term == "LW":
        return {_nearest_weekday(last, year, month)}
    before = DAYS_BEFORE_THE_LAST.fullmatch(term)
    if before is not None:
        return {last - int(before[1])}
    nearest = WEEKDAY_NEAREST.fullmatch(term)
    if nearest is not None:
        day = int(nearest[1])
        return {_nearest_weekday(day, year, month)} if day <= last else set()
    return set(_values(term, 1, 31))


def _days_of_week(term: str, year: int, month: int) -> set[int]:
    """Return the days of a month that a term of the day-of-week field means: 1 is Sunday, 7 and L are Saturday."""
    if term == "L":
        return _days_of_week(str(SATURDAY), year, month)
    last_of_its_kind = LAST_OF_ITS_KIND.fullmatch(term)
    if last_of_its_kind is not None:
        return {max(_days_of_week(last_of_its_kind[1], year, month))}
    occurrence = OCCURRENCE.fullmatch(term)
    if occurrence is not None:
        return set(sorted(_days_of_week(occurrence[1], year, month))[int(occurrence[2]) - 1 : int(occurrence[2])])
    wanted = _values(term, 1, 7)
    return {day for day in range(1, _last_day(year, month) + 1) if _weekday(year, month, day) in wanted}


def _nearest_weekday(day: int, year: int, month: int) -> int:
    """Return the day from Monday to Friday that is nearest, in the same month."""
    weekday = _weekday(year, month, day)
    if weekday == SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == SUNDAY:
        return day + 1 if day < _last_day(year, month) else day - 2
    return day


def _weekday(year: int, month: int, day: int) -> int:
    return date(year, month, day).isoweekday() % 7 + 1


def _last_day(year: int, month: int) -> int:
    return (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day


def _values(text: str, lowest: int, highest: int) -> frozenset[int]:
    """Return the numbers that a list of numbers, ranges and steps means."""
    found: set[int] = set()
    for term in text.split(","):
        body, slash, step = term.partition("/")
        try:
            first, dash, last = (str(lowest), "-", str(highest)) if body == "*" else body.partition("-")
            start, stride = int(first), int(step) if slash else 1
            end = int(last) if dash else (highest if slash else start)
        except ValueError:
            raise ScheduleError(f"{term} is no value of a cron field") from None
        if stride < 1 or not all(lowest <= each <= highest for each in (start, end)):
            raise ScheduleError(f"{term} is out of range: {lowest} to {highest}")
        # A range that runs over the end goes on at the beginning: FRI-MON, 22-2.
        members = [*range(start, end + 1)] if start <= end else [*range(start, highest + 1), *range(lowest, end + 1)]
        found |= set(members[::stride])
    return frozenset(found)
