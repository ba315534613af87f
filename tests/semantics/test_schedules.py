"""When schedules run: the user guide's examples, daylight saving time, and two other ways of finding the same days.

One of the two is a search through every day that asks of each whether the field means it, written from the guide's
words; the other is aws-croniter, for the expressions that it reads.
"""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from aws_croniter import AwsCroniter
from hypothesis import given, settings
from hypothesis import strategies as st

from semantics.schedules import Cron, Schedule, ScheduleError

CREATED = datetime(2026, 1, 1, 12, 34, 56, tzinfo=UTC)
NEW_YORK = "America/New_York"  # clocks go forward on 8 March 2026 at 02:00, and back on 1 November 2026 at 02:00
NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def runs(expression: str, after: str, count: int, zone: str = "UTC", **fields: datetime) -> list[str]:
    schedule = Schedule(expression, ZoneInfo(zone), **{"created": CREATED, **fields})
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    return [f"{run:%Y-%m-%d %H:%M:%S}" for run in itertools.islice(schedule.runs_after(moment), count)]


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("cron(0 12 * * ? *)", "2026-05-01T12:00", ["2026-05-02 12:00:00", "2026-05-03 12:00:00"]),
        ("cron(15 12 * * ? *)", "2026-05-01T12:14:59", ["2026-05-01 12:15:00"]),
        ("cron(0 18 ? * MON-FRI *)", "2026-05-01T18:00", ["2026-05-04 18:00:00"]),  # a Friday
        ("cron(0 8 1 * ? *)", "2026-05-01T08:00", ["2026-06-01 08:00:00"]),
        ("cron(0/15 * * * ? *)", "2026-05-01T23:31", ["2026-05-01 23:45:00", "2026-05-02 00:00:00"]),
        ("cron(5,35 14 * * ? *)", "2026-05-01T14:05", ["2026-05-01 14:35:00", "2026-05-02 14:05:00"]),
        ("cron(15 10 ? * 6L 2026-2027)", "2026-05-01T00:00", ["2026-05-29 10:15:00", "2026-06-26 10:15:00"]),
        ("cron(0 10 ? * FRI#2 *)", "2026-05-01T00:00", ["2026-05-08 10:00:00", "2026-06-12 10:00:00"]),
        ("cron(0 10 ? * 2#5 *)", "2026-05-01T00:00", ["2026-06-29 10:00:00", "2026-08-31 10:00:00"]),
        ("cron(0 0 L * ? *)", "2027-12-31T00:00", ["2028-01-31 00:00:00", "2028-02-29 00:00:00"]),
        (
            "cron(0 0 LW * ? *)",
            "2026-05-01T00:00",
            ["2026-05-29 00:00:00", "2026-06-30 00:00:00"],
        ),  # the 31st is a Sunday
        ("cron(0 0 15W * ? *)", "2026-08-01T00:00", ["2026-08-14 00:00:00", "2026-09-15 00:00:00"]),  # a Saturday
        ("cron(0 0 1W * ? *)", "2026-07-31T00:00", ["2026-08-03 00:00:00"]),  # not in July, though that is nearer
        ("cron(0 0 31W * ? *)", "2026-05-01T00:00", ["2026-05-29 00:00:00", "2026-07-31 00:00:00"]),  # June has no 31st
        ("cron(0 0 1,L * ? *)", "2026-05-01T00:00", ["2026-05-31 00:00:00", "2026-06-01 00:00:00"]),
        ("cron(0 0 ? * L *)", "2026-05-01T00:00", ["2026-05-02 00:00:00", "2026-05-09 00:00:00"]),
        ("cron(0 0 ? * FRI-MON *)", "2026-05-05T00:00", ["2026-05-08 00:00:00", "2026-05-09 00:00:00"]),
        ("cron(0 22-2/2 * * ? *)", "2026-05-01T00:00", ["2026-05-01 02:00:00", "2026-05-01 22:00:00"]),
        ("cron(0 0 29 FEB ? *)", "2026-05-01T00:00", ["2028-02-29 00:00:00", "2032-02-29 00:00:00"]),
        ("cron(0 0 1 jan ? 2027)", "2026-05-01T00:00", ["2027-01-01 00:00:00"]),
        ("cron(0 0 30 2 ? *)", "2026-05-01T00:00", []),
        ("cron(0 0 1 1 ? 2020)", "2026-05-01T00:00", []),
        ("rate(5 minutes)", "2026-01-01T12:34:56", ["2026-01-01 12:39:56", "2026-01-01 12:44:56"]),
        ("rate(1 hour)", "2026-05-01T00:00", ["2026-05-01 00:34:56", "2026-05-01 01:34:56"]),
        ("rate(7 days)", "2026-01-01T12:34:55", ["2026-01-01 12:34:56", "2026-01-08 12:34:56"]),
        ("at(2026-05-01T10:00:00)", "2026-05-01T09:59:59", ["2026-05-01 10:00:00"]),
        ("at(2026-05-01T10:00:00)", "2026-05-01T10:00", []),
    ],
)
def test_runs(expression: str, after: str, expected: list[str]) -> None:
    assert runs(expression, after, 2)[: len(expected) or 2] == expected


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        (
            "cron(30 2 * * ? *)",
            "2026-03-07T00:00",
            ["2026-03-07 07:30:00", "2026-03-09 06:30:00"],
        ),  # no 02:30 on the 8th
        ("cron(30 3 * * ? *)", "2026-03-07T00:00", ["2026-03-07 08:30:00", "2026-03-08 07:30:00"]),
        ("cron(30 1 * * ? *)", "2026-11-01T00:00", ["2026-11-01 05:30:00", "2026-11-02 06:30:00"]),  # 01:30 comes twice
        ("cron(0 6 * * ? *)", "2026-10-31T00:00", ["2026-10-31 10:00:00", "2026-11-01 11:00:00"]),
        ("cron(0 * * * ? *)", "2026-03-08T06:00", ["2026-03-08 07:00:00", "2026-03-08 08:00:00"]),
        ("rate(1 day)", "2026-03-07T12:34:56", ["2026-03-08 12:34:56", "2026-03-09 12:34:56"]),  # 24 hours
        ("at(2026-03-08T02:30:00)", "2026-01-01T00:00", []),
        ("at(2026-11-01T01:30:00)", "2026-01-01T00:00", ["2026-11-01 05:30:00"]),
    ],
)
def test_daylight_saving_time(expression: str, after: str, expected: list[str]) -> None:
    assert runs(expression, after, 2, NEW_YORK) == expected


def test_start_and_end() -> None:
    start, end = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)
    assert runs("rate(12 hours)", "2026-01-01", 9, start=start, end=end) == [
        "2026-06-01 00:00:00",
        "2026-06-01 12:00:00",
        "2026-06-02 00:00:00",
    ]
    assert runs("cron(0 0 * * ? *)", "2026-01-01", 9, start=start, end=end) == [
        "2026-06-01 00:00:00",
        "2026-06-02 00:00:00",
    ]
    at = "at(2027-01-01T00:00:00)"
    assert runs(at, "2026-01-01", 9, start=start, end=end) == ["2027-01-01 00:00:00"], "they are not for a single run"


@pytest.mark.parametrize(
    "expression",
    [
        "every day",
        "rate(0 minutes)",
        "rate(5 weeks)",
        "cron(0 0 * * ?)",
        "cron(60 0 * * ? *)",
        "cron(0 0 32 * ? *)",
        "cron(0 0 ? * 8 *)",
        "cron(0 0 ? * FRI#6 *)",
        "cron(0/0 0 * * ? *)",
        "cron(x 0 * * ? *)",
        "cron(0 0 * * ? 1969)",
        "at(2026-02-30T00:00:00)",
    ],
)
def test_what_cannot_be_read(expression: str) -> None:
    with pytest.raises(ScheduleError):
        Schedule(expression, UTC, CREATED).check()


def nearest_weekday(wanted: date) -> date:
    """The Monday to Friday of the same month at the least distance."""
    near = [wanted + timedelta(days=step) for step in range(-3, 4)]
    allowed = [day for day in near if day.month == wanted.month and day.weekday() < 5]
    return min(allowed, key=lambda day: abs(day - wanted))


def meant_by_day_of_month(term: str, day: date) -> bool:
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if term == "L":
        return day == last
    if term == "LW":
        return day == nearest_weekday(last)
    if term.endswith("W"):
        number = int(term[:-1])
        return number <= last.day and day == nearest_weekday(day.replace(day=number))
    return day.day == int(term)


def meant_by_day_of_week(term: str, day: date) -> bool:
    name = NAMES[(day.weekday() + 1) % 7]
    if term == "L":
        return name == "SAT"
    if term.endswith("L"):
        return name == NAMES[int(term[:-1]) - 1] and (day + timedelta(days=7)).month != day.month
    if "#" in term:
        wanted, _, number = term.partition("#")
        return name == wanted and (day.day - 1) // 7 + 1 == int(number)
    return name == term


DAYS_OF_MONTH = [str(day) for day in range(1, 32)] + [f"{day}W" for day in range(1, 32)] + ["L", "LW"]
DAYS_OF_WEEK = [*NAMES, "L", *(f"{day}L" for day in range(1, 8)), *(f"{n}#{k}" for n in NAMES for k in range(1, 6))]


@pytest.mark.parametrize(
    ("fields", "term", "meant"),
    [(f"0 0 {term} * ? *", term, meant_by_day_of_month) for term in DAYS_OF_MONTH]
    + [(f"0 0 ? * {term} *", term, meant_by_day_of_week) for term in DAYS_OF_WEEK],
)
def test_every_wildcard_means_the_days_that_a_search_finds(fields: str, term: str, meant: object) -> None:
    assert callable(meant)
    cron = Cron.read(fields)
    every = [date(2024, 1, 1) + timedelta(days=number) for number in range(3 * 365 + 1)]
    found = {day for day in every if meant(term, day)}
    months = sorted({(day.year, day.month) for day in every})
    assert {date(year, month, day) for year, month in months for day in cron.days(year, month)} == found


def field(lowest: int, highest: int, *, steps: bool = True) -> st.SearchStrategy[str]:
    number = st.integers(lowest, highest).map(str)
    pair = st.tuples(number, number).map("-".join)
    begin = st.one_of(number, pair, st.just("*"))
    step = st.tuples(begin, st.integers(1, highest - lowest).map(str)).map("/".join)
    part = st.one_of(number, pair, step) if steps else st.one_of(number, pair)
    return st.one_of(st.just("*"), st.lists(part, min_size=1, max_size=3).map(",".join))


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """Cron expressions that aws-croniter reads as well: one wildcard alone, no LW, no steps of weekdays."""
    last = st.integers(1, 7).map(lambda day: f"{day}L")
    occurrence = st.tuples(st.integers(1, 7), st.integers(1, 5)).map(lambda pair: f"{pair[0]}#{pair[1]}")
    of_month = st.one_of(field(1, 31), st.just("L"))
    of_week = st.one_of(field(1, 7, steps=False), last, occurrence)
    days = draw(st.one_of(of_month.map(lambda text: (text, "?")), of_week.map(lambda text: ("?", text))))
    return f"{draw(field(0, 59))} {draw(field(0, 23))} {days[0]} {draw(field(1, 12))} {days[1]} *"


@settings(deadline=None)
@given(fields=expressions(), start=st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)))  # noqa: DTZ001
def test_aws_croniter_finds_the_same(fields: str, start: datetime) -> None:
    after = start.replace(second=0, microsecond=0, tzinfo=UTC)
    theirs = [run for run in AwsCroniter(fields).get_next(after, 5) if run is not None]
    assert list(itertools.islice(Schedule(f"cron({fields})", UTC, CREATED).runs_after(after), 5)) == theirs


@settings(deadline=None)
@given(fields=expressions(), start=st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)))  # noqa: DTZ001
def test_runs_are_in_order_and_none_comes_twice(fields: str, start: datetime) -> None:
    schedule = Schedule(f"cron({fields})", ZoneInfo(NEW_YORK), CREATED)
    found = list(itertools.islice(schedule.runs_after(start.replace(tzinfo=UTC)), 50))
    assert found == sorted(set(found))
    assert all(run > start.replace(tzinfo=UTC) for run in found)
