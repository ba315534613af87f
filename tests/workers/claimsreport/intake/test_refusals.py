"""Which snapshot is refused beside those that are kept, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from workers.claimsreport.intake.refusals import Kept, RefusedError, Standing, after_reading, before_reading

LAST = Kept(dt.date(2026, 11, 9), "d2", "duckdb-2.0.0:22", 1000)
FIRST = Kept(dt.date(2026, 11, 2), "d1", "duckdb-2.0.0:11", 900)
NOW = Kept(dt.date(2026, 11, 16), "d3", "duckdb-2.0.0:33", 1100)
BEFORE = [LAST, FIRST]  # in any order


def judged(snapshot: Kept, kept: list[Kept] = BEFORE, quarantined: int = 0, *, instead: bool = False) -> str:
    try:
        before_reading(snapshot.date, snapshot.digest, kept, dt.date(2026, 11, 16))
        standing = after_reading(snapshot, quarantined, kept, largest_loss=0.5, largest_quarantine=0.2, replace=instead)
    except RefusedError as error:
        return f"{error.problem.kind}: {error.problem.detail}"
    return standing.value


def test_what_is_new() -> None:
    assert judged(NOW) == "new"
    assert judged(NOW, []) == "new"
    assert judged(replace(NOW, rows=500)) == "new"


@pytest.mark.parametrize(
    ("changes", "quarantined", "said"),
    [
        ({"date": dt.date(2026, 11, 18)}, 0, "snapshot-in-future: the snapshot is of 2026-11-18, and today is"),
        ({"date": dt.date(2026, 11, 8)}, 0, "snapshot-older: the snapshot is of 2026-11-08, and one of 2026-11-09"),
        ({"date": FIRST.date, "digest": "d1", "content_digest": FIRST.content_digest}, 0, "snapshot-older"),
        ({"digest": "d1"}, 0, "snapshot-duplicate: the snapshot of 2026-11-16 is that of 2026-11-02, byte for byte"),
        ({"content_digest": LAST.content_digest}, 0, "snapshot-duplicate: the snapshot of 2026-11-16 is that of 2026-"),
        ({"rows": 0}, 0, "snapshot-empty: the snapshot of 2026-11-16 has a header and no row"),
        ({"rows": 499}, 0, "snapshot-cut-short: the snapshot of 2026-11-16 has 499 claims, and that of 2026-11-09 had"),
        ({"rows": 79}, 21, "snapshot-quarantined: 21 of 100 rows cannot be right (21.0%), and at most 20.0% may be"),
        ({"date": LAST.date}, 0, "snapshot-exists: another snapshot of 2026-11-09 is kept: with REPLACE=true"),
    ],
)
def test_what_is_refused(changes: dict[str, object], quarantined: int, said: str) -> None:
    assert judged(replace(NOW, **changes), quarantined=quarantined).startswith(said)  # type: ignore[arg-type]


def test_the_first_one_needs_no_number_of_claims() -> None:
    assert judged(replace(NOW, rows=1), []) == "new"
    assert judged(replace(NOW, rows=1), [replace(LAST, rows=0)]) == "new"


def test_the_same_again() -> None:
    again = replace(LAST)
    assert judged(again) == "again"
    assert judged(replace(again, digest="written otherwise")) == "again"
    assert judged(replace(again, content_digest="duckdb-3.0.0:99")) == "again"
    # Nobody is surprised by his own snapshot, however few claims are left beside the one before.
    few = replace(LAST, rows=3)
    assert judged(few, [few, FIRST]) == "again"


def test_another_one_of_the_same_day() -> None:
    other = replace(NOW, date=LAST.date)
    assert judged(other, instead=True) == "instead"
    # What it replaces is no measure for it; the one before that is.
    assert judged(replace(other, rows=450), [replace(LAST, rows=9000), FIRST], instead=True) == "instead"
    assert judged(replace(other, rows=449), instead=True).startswith("snapshot-cut-short")
    assert judged(replace(other, content_digest=FIRST.content_digest), instead=True).startswith("snapshot-duplicate")


def test_what_empty_snapshots_say_is_no_content() -> None:
    assert not replace(NOW, rows=0).says_the_same(replace(LAST, rows=0, content_digest=NOW.content_digest))


def test_a_share_of_the_rows_may_be_wrong() -> None:
    assert judged(replace(NOW, rows=800), quarantined=200) == Standing.NEW.value
    assert judged(replace(NOW, rows=0), quarantined=1).startswith("snapshot-quarantined: 1 of 1 rows")
