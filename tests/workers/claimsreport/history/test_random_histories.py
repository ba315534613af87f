"""What the history makes of random sequences of reports is what the rules say, told once more in plain Python."""

from __future__ import annotations

import datetime as dt
import functools
import random
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.workers.claimsreport.history.reference import KEYS, Claim, History, Report, Week
from tests.workers.claimsreport.history.tables import build, rows
from workers.claimsreport.connecting import connect
from workers.claimsreport.history.series import StoredHistory
from workers.claimsreport.tables import WEEKLY

START = dt.date(2026, 1, 4)
CHANNELS = {"v1": ["U1"], "v2": ["U2"], "v3": [None], None: ["U1", "U2", None]}  # of each video
WEEKS = 3  # snapshots that are looked at: few, so that a history is longer
KEY_COLUMNS = {"assets": "asset_id", "recordings": "isrc", "channels": "channel_id", "policies": "policy_id"}


CATALOGUES = (
    30  # that share nothing but the days of their reports, in one database: a database costs more than its rows
)
Gaps = st.lists(
    st.tuples(st.sampled_from([7, 7, 7, 1, 8, 20]), st.booleans(), st.sampled_from([True, True, False])),
    min_size=2,
    max_size=7,
)


def reports(gaps: list[tuple[int, bool, bool]], seed: int) -> list[Report]:
    """Make reports in which claims come, go, return, fall, are refused, share videos, are contested, and move.

    Args:
        gaps: days until each report, whether it has engaged views, and whether it says of other owners.
        seed: of the rest.
    """
    choose = random.Random(seed)  # noqa: S311
    date, found = START, []
    for days, has_engaged, has_owners in gaps:
        date += dt.timedelta(days)
        claims, refused = [], set()
        for catalogue in range(CATALOGUES):
            of = functools.partial(among, choose, catalogue)
            for claim_id in choose.sample("abcdef", choose.randint(0, 6)):
                if choose.random() < 0.1:
                    refused.add(f"{claim_id}{catalogue}")
                    continue
                video = choose.choice(["v1", "v2", "v3", None])
                claim = Claim(
                    claim_id=f"{claim_id}{catalogue}",
                    asset_id=of("A1", "A2") or "A",
                    isrc=of("I1", "I2", None),
                    video_id=video and of(video),
                    channel_id=of(*CHANNELS[video]),
                    policy_id=of("P1", "P2", None),
                    status=choose.choice(["active", "disputed", "appealed", "pending"]),
                    monetized=choose.random() < 0.5,
                    views=choose.choice([0, 3, 10, 11, 50, None]),
                    engaged_views=choose.choice([0, 2, 7, 9, None]) if has_engaged else None,
                    uploaded=choose.choice([None, START, date, date - dt.timedelta(3)]),
                    other_owners=choose.choice(["B", None]) if has_owners else None,
                    asset_policy_id=of("P1", "P2", None),
                )
                claims.append(claim)
        found.append(Report(date, tuple(claims), frozenset(refused)))
    return found


def among(choose: random.Random, catalogue: int, *names: str | None) -> str | None:
    name = choose.choice(names)
    return name and f"{name} of {catalogue}"


class Folder:
    """The files of weeks, as a store gives them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fetch_all(self, dates: Any, table: str) -> Mapping[dt.date, Path]:
        return {date: self.path / str(date) / f"{table}.parquet" for date in dates}


class Span:
    """A week, as a store knows it; with links, or as one that has none to the files that are there."""

    def __init__(self, week: Week, *, linked: bool) -> None:
        self.date = week.date
        self.previous = None if week.days is None else week.date - dt.timedelta(week.days)
        self.files = {table: str(self.date) for table in KEYS}
        self.files_before = {table: str(self.previous) for table in KEYS if linked}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path_factory.mktemp("duckdb"), 256) as connection:
        yield connection


# Without shrinking: a seed does not get simpler when it gets smaller.
@settings(max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(gaps=Gaps, seed=st.integers(0, 10**9))
def test_random_histories(connection: duckdb.DuckDBPyConnection, gaps: list[tuple[int, bool, bool]], seed: int) -> None:
    history = History()
    with tempfile.TemporaryDirectory() as name:
        for report in reports(gaps, seed):
            build(connection, report, Path(name), [week.date for week in history.weeks], WEEKS)
            week = history.add(report, WEEKS)
            check_claims(connection, week)
            for table in KEYS:
                check_table(connection, table, week)
        check_series(connection, Path(name), history, linked=True)
        check_series(connection, Path(name), history, linked=False)


def check_claims(connection: duckdb.DuckDBPyConnection, week: Week) -> None:
    found = rows(connection, "claims", "claim_id")
    assert found.keys() == week.claims.keys()
    for claim_id, expected in week.claims.items():
        assert {name: found[claim_id][name] for name in expected} == expected
    fell = connection.execute("SELECT claim_id FROM quarantine WHERE reason = 'views-fell'").fetchall()
    assert sorted(each for (each,) in fell) == sorted(week.fell)
    assert rows(connection, "lost", "claim_id").keys() == week.lost


def check_table(connection: duckdb.DuckDBPyConnection, table: str, week: Week) -> None:
    found = rows(connection, table, KEY_COLUMNS[table])
    assert found.keys() == week.tables[table].keys()
    for key, row in found.items():
        assert row == {name: week.tables[table][key][name] for name in row}, (table, key)


def check_series(connection: duckdb.DuckDBPyConnection, folder: Path, history: History, *, linked: bool) -> None:
    weeks = history.weeks[-WEEKS - 1 :]
    spans = [Span(week, linked=linked) for week in weeks]
    points = [weeks[-1].date - dt.timedelta(6)]
    stored = StoredHistory(connection, Folder(folder), spans[:-1], spans[-1], points)
    for table in KEYS:
        names = [name for name, kind in WEEKLY[table].items() if kind != "VARCHAR"]
        series = stored.series(table, *names)
        ids = sorted({key for week in weeks for key in week.tables[table]})
        assert series.ids.tolist() == ids
        assert series.dates == tuple(week.date for week in weeks)
        expected_days = [np.nan if week.days is None else week.days for week in weeks]
        np.testing.assert_array_equal(series.days, expected_days)
        chosen = np.arange(len(ids))[1::2]
        fresh = StoredHistory(connection, Folder(folder), spans[:-1], spans[-1], points)
        for some in (stored.series(table, *names, among=chosen), fresh.series(table, *names, among=chosen)):
            assert some.ids.tolist() == ids[1::2]
            for name in names:
                np.testing.assert_array_equal(some.measures[name], series.measures[name][chosen])
        for name in names:
            expected = [[value(week.tables[table].get(key), name) for week in weeks] for key in ids]
            np.testing.assert_array_equal(
                series.measures[name], np.array(expected, dtype=float).reshape(-1, len(weeks))
            )


def value(row: dict[str, Any] | None, name: str) -> float:
    return np.nan if row is None or row[name] is None else row[name]
