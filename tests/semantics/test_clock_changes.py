"""When clocks change: as the zones' own tables say, found by going through the hours of a year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from semantics.clock_changes import ClockChange, clock_changes

BEGIN = datetime(2026, 1, 1, 12, 34, 56, tzinfo=UTC)


def changes(zone: str) -> list[ClockChange]:
    return list(clock_changes(ZoneInfo(zone), BEGIN, BEGIN + timedelta(days=366)))


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", []),
        ("Asia/Tokyo", []),
        ("Europe/Berlin", ["2026-03-29 01:00 02:00 03:00", "2026-10-25 01:00 03:00 02:00"]),
        ("America/New_York", ["2026-03-08 07:00 02:00 03:00", "2026-11-01 06:00 02:00 01:00"]),
        ("Australia/Lord_Howe", ["2026-04-04 15:00 02:00 01:30", "2026-10-03 15:30 02:00 02:30"]),
        ("America/Santiago", ["2026-04-05 03:00 00:00 23:00", "2026-09-06 04:00 00:00 01:00"]),
    ],
)
def test_changes_of_a_year(zone: str, expected: list[str]) -> None:
    assert [
        f"{each.moment:%Y-%m-%d %H:%M} {each.before:%H:%M} {each.after:%H:%M}" for each in changes(zone)
    ] == expected


def test_what_is_left_out_and_what_comes_twice() -> None:
    forward, back = changes("Europe/Berlin")
    assert (forward.is_forward, back.is_forward) == (True, False)
    assert [(each.first.hour, each.end.hour) for each in (forward, back)] == [(2, 3), (2, 3)]


def test_the_span_is_heeded() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert [each.moment for each in clock_changes(berlin, change - second, change + second)] == [change]
    assert not list(clock_changes(berlin, change, change + second)), "it has been"
    assert not list(clock_changes(berlin, change - 2 * second, change - second)), "it is still to come"
