"""The rules of the history, one by one, in numbers that a person can check."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from tests.workers.claimsreport.history.reference import Claim
from tests.workers.claimsreport.history.tables import build, claim, report, rows
from workers.claimsreport.connecting import connect
from workers.claimsreport.history.comparing import compare
from workers.claimsreport.history.series import StoredHistory
from workers.claimsreport.sql import fill
from workers.claimsreport.tables import TABLES, WEEKLY, create

START = dt.date(2026, 1, 4)
WEEK = dt.timedelta(7)


@pytest.fixture
def run(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> Any:
    """Run a report a week; None is a week without one."""

    def runs(*reports: list[Claim] | None, refused: dict[int, list[str]] | None = None) -> None:
        dates: list[dt.date] = []
        for number, claims in enumerate(reports):
            if claims is not None:
                date = START + number * WEEK
                build(connection, report(date, claims, (refused or {}).get(number, [])), tmp_path / "kept", dates)
                dates.append(date)

    return runs


def weekly(connection: duckdb.DuckDBPyConnection, claim_id: str = "c") -> float | None:
    return rows(connection, "claims", "claim_id")[claim_id]["weekly_views"]  # type: ignore[no-any-return]


def fell(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT claim_id, reason, detail FROM quarantine").fetchall()


@pytest.mark.parametrize(
    ("views", "expected", "detail"),
    [
        ([100], None, None),  # there is nothing before it
        ([100, 800], 700, None),
        ([100, 100], 0, None),
        ([100, None, 800], 350, None),  # over two weeks
        ([100, 40], None, "views 40, and were 100 on 2026-01-04"),
        ([100, 0, 100], 0, None),  # a fault of one report, and no spike
        ([100, 0, 300], 100, None),  # 200 in two weeks
        ([100, 40, 60], 20, None),  # a correction: from 40
        ([100, 40, 40], 0, None),
        ([100, 40, 30], None, "views 30, and were 100 on 2026-01-04"),
        ([100, 40, 30, 100], 0, None),
        ([100, 40, 60, 70], 10, None),
        ([100, 40, 60, 50], None, "views 50, and were 60 on 2026-01-18"),
    ],
)
def test_views_of_a_claim(
    connection: duckdb.DuckDBPyConnection, run: Any, views: list[int | None], expected: float | None, detail: str | None
) -> None:
    run(*([claim("c", each)] if each is not None else None for each in views))
    assert weekly(connection) == expected
    assert fell(connection) == ([("c", "views-fell", detail)] if detail else [])


@pytest.mark.parametrize(
    ("uploaded", "expected"), [(START, None), (START + dt.timedelta(1), 500), (dt.date(2020, 1, 1), None), (None, None)]
)
def test_views_of_a_new_claim_are_of_this_week_if_the_video_is(
    connection: duckdb.DuckDBPyConnection, run: Any, uploaded: dt.date | None, expected: float | None
) -> None:
    run([], [claim("c", 500, uploaded=uploaded)])
    assert weekly(connection) == expected
    assert rows(connection, "claims", "claim_id")["c"]["is_new"]


def test_engaged_views_of_new_videos_alone_are_not_those_of_the_week(
    connection: duckdb.DuckDBPyConnection, run: Any
) -> None:
    new = claim("n", 50, engaged_views=20, uploaded=START + dt.timedelta(1))
    run([claim("c", 10)], [claim("c", 20, engaged_views=8), new])
    found = rows(connection, "claims", "claim_id")
    assert [found[each]["weekly_engaged_views"] for each in ("c", "n")] == [None, None]
    assert [found[each]["weekly_views"] for each in ("c", "n")] == [10, 50]


def test_engaged_views_are_known_where_both_snapshots_have_them(
    connection: duckdb.DuckDBPyConnection, run: Any
) -> None:
    known = [None, 5, 9, None, 20, 30, 25]
    for count, expected in ((2, None), (3, 4), (5, None), (7, None)):
        run(*([claim("c", 10, engaged_views=each)] for each in known[:count]))
        assert rows(connection, "claims", "claim_id")["c"]["weekly_engaged_views"] == expected
        assert weekly(connection) == 0
    assert fell(connection) == [("c", "views-fell", "engaged views 25, and were 30 on 2026-02-08")]


def test_a_claim_in_quarantine_has_not_vanished_and_is_not_new_afterwards(
    connection: duckdb.DuckDBPyConnection, run: Any
) -> None:
    run([claim("c", 100), claim("d")], [claim("d")], refused={1: ["c"]})
    assert rows(connection, "assets", "asset_id")["A1"]["lost_claims"] == 0
    run([claim("c", 100), claim("d")], [claim("d")], [claim("c", 300), claim("d")], refused={1: ["c"]})
    found = rows(connection, "claims", "claim_id")["c"]
    assert (found["is_new"], found["previous_status"], found["weekly_views"]) == (False, "active", 100)
    run([claim("c", 100), claim("d")], [claim("d")], [claim("d")], refused={1: ["c"]})
    assert rows(connection, "assets", "asset_id")["A1"]["lost_claims"] == 1


def test_a_subject_keeps_its_row_when_its_claims_are_gone(connection: duckdb.DuckDBPyConnection, run: Any) -> None:
    run([claim("c"), claim("d", asset_id="A2", isrc="I2", channel_id="UC2", policy_id="P2")], [claim("c")])
    assert rows(connection, "assets", "asset_id")["A2"] == {
        "isrc": "I2",
        "claims": 0,
        "new_claims": 0,
        "lost_claims": 1,
        "weekly_views": None,
        "weekly_engaged_views": None,
        "videos": 0,
        "channels": 0,
        "disputed": 0,
        "newly_contested": 0,
        "unmonetized_views": None,
        "brought_views": None,
    }
    for table, key, value in (("recordings", "isrc", "I2"), ("channels", "channel_id", "UC2")):
        assert rows(connection, table, key)[value]["lost_claims"] == 1
    assert rows(connection, "policies", "policy_id")["P2"]["claims"] == 0
    assert [each["video_id"] for each in rows(connection, "lost", "claim_id").values()] == ["video of d"]


OTHERS = {"other_owners": "B"}
OVERRIDDEN = {"policy_id": "P2", "asset_policy_id": "P1"}


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({}, {}, 0),
        ({}, {"status": "disputed"}, 1),
        (None, {"status": "disputed"}, 1),
        ({"status": "disputed"}, {"status": "disputed"}, 0),
        ({"status": "disputed"}, {"status": "appealed"}, 1),
        ({"status": "appealed"}, {"status": "disputed"}, 0),
        ({"status": "pending"}, {"status": "disputed"}, 0),  # nobody knows for what it waited
        ({}, OTHERS, 1),
        (None, OTHERS, 1),
        (OTHERS, OTHERS, 0),
        (OTHERS, {}, 0),
        ({}, {**OTHERS, "status": "disputed"}, 1),  # once, for whatever reasons
        ({}, OVERRIDDEN, 1),
        ({"policy_id": None}, OVERRIDDEN, 1),
        (None, OVERRIDDEN, 0),
        (OVERRIDDEN, OVERRIDDEN, 0),
        (OVERRIDDEN, {"policy_id": "P1", "asset_policy_id": "P1"}, 0),  # it is back at its asset's
        ({}, {"policy_id": "P2"}, 0),  # what its asset has is not known
    ],
)
def test_what_is_newly_contested(
    connection: duckdb.DuckDBPyConnection, run: Any, before: Any, now: Any, expected: int
) -> None:
    # Another asset has other owners in both, so that the reports are known to say of them.
    other = claim("other", asset_id="A2", **OTHERS)
    run([other, *([] if before is None else [claim("c", **before)])], [other, claim("c", **now)])
    assert rows(connection, "assets", "asset_id")["A1"]["newly_contested"] == expected
    assert rows(connection, "assets", "asset_id")["A2"]["newly_contested"] == 0


def test_of_a_report_that_says_nothing_of_other_owners_nothing_is_known(
    connection: duckdb.DuckDBPyConnection, run: Any
) -> None:
    def known(table: str, key: str, row: str, *columns: str) -> list[Any]:
        return [rows(connection, table, key)[row][column] for column in columns]

    said, unsaid = [claim("c", **OTHERS), claim("d")], [claim("c"), claim("d")]
    columns = ("claimed_by_others", "previous_claimed_by_others")
    run(said)
    assert known("claims", "claim_id", "c", *columns) == [True, None]
    assert known("claims", "claim_id", "d", *columns) == [False, None]
    assert known("assets", "asset_id", "A1", "newly_contested") == [None]
    run(said, unsaid)
    assert known("claims", "claim_id", "c", *columns) == [None, True]
    run(said, unsaid, said)
    assert known("claims", "claim_id", "c", *columns) == [True, None]
    assert known("assets", "asset_id", "A1", "newly_contested") == [0]
    run(said, unsaid, said, [claim("c", **OTHERS), claim("d", **OTHERS)])
    assert known("assets", "asset_id", "A1", "newly_contested") == [1]
    # One whose row was in quarantine is compared with what it was before.
    run(said, [claim("d")], said, refused={1: ["c"]})
    assert known("claims", "claim_id", "c", *columns) == [True, True]


def test_a_video_counts_once(connection: duckdb.DuckDBPyConnection, run: Any) -> None:
    def claims(views: int) -> list[Claim]:
        shared = {"video_id": "v", "channel_id": "UC2"}
        return [
            claim("a", views, **shared, monetized=False),
            claim("b", views, **shared, asset_id="A2"),
            claim("c", views, **shared, monetized=False),
            claim("d", 10 * views, monetized=False),
        ]

    run(claims(10), claims(17))
    asset = rows(connection, "assets", "asset_id")["A1"]
    assert (asset["claims"], asset["videos"], asset["weekly_views"], asset["unmonetized_views"]) == (3, 2, 77, 77)
    recording = rows(connection, "recordings", "isrc")["USRC10000001"]
    assert (recording["claims"], recording["videos"], recording["weekly_views"]) == (4, 2, 77)
    assert (recording["active_channels"], recording["largest_channel_views"], recording["assets"]) == (2, 70, 2)
    assert rows(connection, "channels", "channel_id")["UC2"]["weekly_views"] == 7


def test_an_old_video_is_brought_in_the_week_after_its_claim(connection: duckdb.DuckDBPyConnection, run: Any) -> None:
    always, uploaded = claim("always", 100), START - 9 * WEEK
    reports = [[always, claim("old", 500 + 70 * week, uploaded=uploaded)] for week in range(3)]
    run([always], *reports[:2])
    row = rows(connection, "assets", "asset_id")["A1"]
    assert (row["weekly_views"], row["brought_views"]) == (70, 70)
    run([always], *reports)
    row = rows(connection, "assets", "asset_id")["A1"]
    assert (row["weekly_views"], row["brought_views"]) == (70, 0)


def test_a_claim_without_a_policy_has_that_of_its_asset(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    def monetized(**values: str | None) -> bool:
        build(connection, report(START, [claim("c", policy_id=None, monetized=False)]), tmp_path, [])
        connection.execute("UPDATE reported SET track = NULL")
        for name, value in values.items():
            connection.execute(fill("UPDATE reported SET {name} = ?", name=name), [value])
        compare(connection, START, None)
        return bool(rows(connection, "claims", "claim_id")["c"]["monetized"])

    assert not monetized()
    assert monetized(asset_monetize="US")
    assert monetized(monetize="US")
    assert not monetized(asset_monetize="US", block="US")
    assert not monetized(asset_monetize="US", policy_id="P")


def test_platform_metrics_are_added_up_within_the_week(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    connection.execute(create("platform_metrics"))
    connection.execute(
        """
        INSERT INTO platform_metrics VALUES
            ('2026-01-04', 'tiktok', 'I1', 1000, 1),
            ('2026-01-05', 'tiktok', 'I1', 10, NULL),
            ('2026-01-18', 'tiktok', 'I1', 4, 6),
            ('2026-01-19', 'tiktok', 'I1', 1000, 1),
            ('2026-01-18', 'spotify', 'I1', 2, NULL)
        """
    )
    build(connection, report(START, []), tmp_path, [])
    assert rows(connection, "platforms", "platform")["tiktok"]["weekly_views"] == 1000
    build(connection, report(START + 2 * WEEK, []), tmp_path, [START])
    found = rows(connection, "platforms", "platform")
    assert found["tiktok"] == {"isrc": "I1", "weekly_views": 7, "weekly_engagements": 3}
    assert found["spotify"] == {"isrc": "I1", "weekly_views": 1, "weekly_engagements": None}


def test_tables_are_as_they_are_described(connection: duckdb.DuckDBPyConnection, run: Any) -> None:
    run([claim("c", 100)], [claim("c", 200)])
    for table in ("claims", *WEEKLY):
        found = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {table}").fetchall()}
        assert found == TABLES[table], table


def test_the_same_again_is_the_same_bytes_in_little_memory_too(tmp_path: Path) -> None:
    claims = [claim(f"c{n}", n * n, asset_id=f"A{n % 7}", video_id=f"v{n % 31}") for n in range(500)]
    later = [dataclasses.replace(each, views=(each.views or 0) + 5) for each in claims[:-50]]
    digests = []
    for memory in (256, 2000):
        folder = tmp_path / str(memory)
        with connect(tmp_path / "duckdb", memory) as connection:
            build(connection, report(START, claims), folder, [])
            last = build(connection, report(START + WEEK, later), folder, [START])
            digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(last.glob("*"))])
    assert digests[0] == digests[1]
    assert len(digests[0]) == 6


class Files:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fetch_all(self, dates: Any, table: str) -> dict[dt.date, Path]:
        paths = {date: self.folder / str(date) / f"{table}.parquet" for date in dates}
        return {date: path for date, path in paths.items() if path.exists()}


@dataclasses.dataclass(frozen=True)
class Span:
    date: dt.date
    previous: dt.date | None
    files: Mapping[str, str] = dataclasses.field(default_factory=dict)
    files_before: Mapping[str, str] = dataclasses.field(default_factory=dict)


def test_series(connection: duckdb.DuckDBPyConnection, run: Any, tmp_path: Path) -> None:
    run([claim("c", 10)], [claim("c", 17), claim("b", asset_id="A0")], None, [claim("c", 31)])
    days = [START, START + WEEK, START + 3 * WEEK]
    before = [Span(days[0], None), Span(days[1], days[0])]
    (tmp_path / "kept" / str(days[0]) / "policies.parquet").unlink()
    history = StoredHistory(connection, Files(tmp_path / "kept"), before, Span(days[2], days[1]), [days[1]])
    series = history.series("assets", "claims", "weekly_views")
    assert series.ids.tolist() == ["A0", "A1"]
    assert series.dates == tuple(days)
    np.testing.assert_array_equal(series.days, [np.nan, 7, 14])
    assert series.breaks.tolist() == [False, True, False]  # the day at the end of a week is in it, that before is not
    np.testing.assert_array_equal(series.measures["claims"], [[np.nan, 1, 0], [1, 1, 1]])
    np.testing.assert_array_equal(series.measures["weekly_views"], [[np.nan, np.nan, np.nan], [np.nan, 7, 7]])
    np.testing.assert_array_equal(history.series("policies", "claims").measures["claims"], [[np.nan, 2, 1]])
    with pytest.raises(ValueError, match="read-only"):
        series.measures["claims"][0, 0] = 1
    with pytest.raises(ValueError, match="assets has no measure isrc"):
        history.series("assets", "isrc")


def test_series_without_rows_and_without_weeks_before(connection: duckdb.DuckDBPyConnection, run: Any) -> None:
    run([])
    history = StoredHistory(connection, Files(Path("nowhere")), [], Span(START, None), [START])
    for table in WEEKLY:
        series = history.series(table, "weekly_views")
        assert (series.ids.shape, series.measures["weekly_views"].shape) == ((0,), (0, 1))
    assert series.breaks.tolist() == [False]


def test_what_came_and_went_in_between_is_in_the_series(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    days = [START + number * WEEK for number in range(4)]
    others = [claim("c", asset_id="A3"), claim("d", asset_id="A5")]
    for number, date in enumerate(days):
        more = [claim("b", asset_id="A4")] if number == 1 else []
        build(connection, report(date, [*others, *more]), tmp_path, days[:number], weeks=1)
    before = [Span(date, None) for date in days[:3]]
    series = StoredHistory(connection, Files(tmp_path), before, Span(days[3], days[2]), []).series("assets", "claims")
    assert series.ids.tolist() == ["A3", "A4", "A5"]
    np.testing.assert_array_equal(series.measures["claims"], [[1] * 4, [np.nan, 1, 0, np.nan], [1] * 4])


@pytest.mark.parametrize(
    ("files_before", "linked"),
    [({"assets": "one"}, True), ({"assets": "another"}, False), ({}, False)],
)
def test_links_are_followed_to_the_very_file_that_they_are_of(
    connection: duckdb.DuckDBPyConnection, run: Any, tmp_path: Path, files_before: dict[str, str], linked: bool
) -> None:
    run([claim("c"), claim("d", asset_id="A2")], [claim("d", asset_id="A2"), claim("b", asset_id="A0")])
    before, this = Span(START, None, {"assets": "one"}), Span(START + WEEK, START, {}, files_before)
    series = StoredHistory(connection, Files(tmp_path / "kept"), [before], this, []).series("assets", "claims")
    assert series.ids.tolist() == ["A0", "A1", "A2"]
    np.testing.assert_array_equal(series.measures["claims"], [[np.nan, 1], [1, 0], [1, 1]])
    joined = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'known'").fetchone()
    assert joined == (0 if linked else 1,)


@pytest.mark.parametrize("most", [32_767, 32_768, 2_000_000])
def test_counts_are_what_they_are_however_many_there_are(
    connection: duckdb.DuckDBPyConnection, run: Any, tmp_path: Path, most: int
) -> None:
    run([claim("c"), claim("d", asset_id="A2")], [claim("d", asset_id="A2")])
    kept = tmp_path / "kept" / str(START) / "assets.parquet"
    more = tmp_path / "more.parquet"
    copy = "COPY (SELECT * REPLACE ({most} AS claims) FROM '{kept}') TO '{more}'"
    connection.execute(fill(copy, most=str(most), kept=str(kept), more=str(more)))
    more.replace(kept)
    history = StoredHistory(connection, Files(tmp_path / "kept"), [Span(START, None)], Span(START + WEEK, START), [])
    for _ in range(2):
        claims = history.series("assets", "claims").measures["claims"]
        np.testing.assert_array_equal(claims, [[most, 0], [most, 1]])
        del claims
