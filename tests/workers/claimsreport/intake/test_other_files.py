"""Rights records and platform metrics: their tables, and what of them is in quarantine."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from tests.workers.claimsreport.intake.reports import DATE, claim, csv_bytes, fetched, quarantined, take
from workers.claimsreport.intake import platform_metrics, rights
from workers.claimsreport.intake.counting import Counts
from workers.claimsreport.intake.refusals import RefusedError
from workers.claimsreport.tables import PLATFORM_METRICS, RIGHTS

ISRC = "USRC17607839"


def types_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE {table}").fetchall()
    return {name: kind for name, kind, *_ in described}


@pytest.fixture
def with_claims(connection: duckdb.DuckDBPyConnection, folder: Path) -> duckdb.DuckDBPyConnection:
    take(connection, csv_bytes([claim(1, views=-1), claim(2)]), folder)
    return connection


def records(connection: duckdb.DuckDBPyConnection, folder: Path, text: str) -> Counts:
    return rights.take_in(connection, fetched(text.encode(), folder, "rights"))


def metrics(connection: duckdb.DuckDBPyConnection, folder: Path, text: str) -> Counts:
    return platform_metrics.take_in(connection, fetched(text.encode(), folder, "metrics"), DATE)


def test_rights(with_claims: duckdb.DuckDBPyConnection, folder: Path) -> None:
    counts = records(
        with_claims,
        folder,
        "Owner,ISRC,asset_id,ours,share,territories,valid_from,valid_to\n"
        "Us,us-rc1-76-07839,,yes,50%,DE|US,2020-01-01,2026-12-31\n"
        "Them,,A1,no,,,,\n"
        "Them,,,no,,,,\n"
        ",,A1,no,,,,\n"
        "Them,,A1,maybe,,,,\n"
        "Them,,A1,,,,,\n"
        "Them,,A1,no,50,,,\n"
        "Them,,A1,no,a lot,,,\n"
        "Them,nonsense,A1,no,,,,\n"
        "Them,,A1,no,,,2026-02-30,\n"
        "Them,,A1,no,,,2026-02-03,2026-02-02\n"
        "Them,,A1\n"
        "Them,,A2,no,0,,2026-02-02,2026-02-02\n",
    )
    assert types_of(with_claims, "rights") == RIGHTS
    assert with_claims.execute("FROM rights").fetchall() == [
        (ISRC, None, "Us", True, 0.5, "DE|US", dt.date(2020, 1, 1), dt.date(2026, 12, 31)),
        (None, "A1", "Them", False, None, None, None, None),
        (None, "A2", "Them", False, 0.0, None, dt.date(2026, 2, 2), dt.date(2026, 2, 2)),
    ]
    assert quarantined(with_claims, "source, line, reason") == [
        ("claims", 2, "views-negative"),
        ("rights", 4, "no-subject"),
        ("rights", 5, "no-owner"),
        ("rights", 6, "ours-unreadable"),
        ("rights", 7, "ours-unreadable"),
        ("rights", 8, "share-wrong"),
        ("rights", 9, "share-wrong"),
        ("rights", 10, "isrc-unreadable"),
        ("rights", 11, "date-unreadable"),
        ("rights", 12, "dates-reversed"),
        ("rights", 13, "too-few-fields"),
    ]
    assert (counts.right, counts.wrong, counts.total) == (3, 10, 13)


def test_platform_metrics(with_claims: duckdb.DuckDBPyConnection, folder: Path) -> None:
    counts = metrics(
        with_claims,
        folder,
        "date,platform,isrc,streams,likes,shares\n"
        f"2026-11-15,Somewhere ,{ISRC},100,3,4\n"
        f"2026-11-15,somewhere,{ISRC},7,,\n"
        f"2026-11-15,somewhere,{ISRC},,,5\n"
        f",somewhere,{ISRC},1,,\n"
        f"2026-11-19,somewhere,{ISRC},1,,\n"
        f"soon,somewhere,{ISRC},1,,\n"
        f"2026-11-15,,{ISRC},1,,\n"
        "2026-11-15,somewhere,,1,,\n"
        "2026-11-15,somewhere,x,1,,\n"
        f"2026-11-15,somewhere,{ISRC},-1,,\n"
        f"2026-11-15,somewhere,{ISRC},1,some,\n"
        f"2026-11-15,somewhere,{ISRC},9,,\n",
    )
    assert types_of(with_claims, "platform_metrics") == PLATFORM_METRICS
    day = dt.date(2026, 11, 15)
    assert with_claims.execute("FROM platform_metrics").fetchall() == [
        (day, "somewhere", ISRC, 100, 7),
        (day, "somewhere", ISRC, 7, None),
        (day, "somewhere", ISRC, None, 5),
        (day, "somewhere", ISRC, 9, None),
    ]
    assert quarantined(with_claims, "source, line, reason")[1:] == [
        ("metrics", 5, "no-date"),
        ("metrics", 6, "date-in-future"),
        ("metrics", 7, "date-unreadable"),
        ("metrics", 8, "no-platform"),
        ("metrics", 9, "no-subject"),
        ("metrics", 10, "isrc-unreadable"),
        ("metrics", 11, "count-negative"),
        ("metrics", 12, "count-unreadable"),
    ]
    assert (counts.right, counts.wrong) == (4, 8)


def test_engagements_as_they_are_go_before_their_parts(with_claims: duckdb.DuckDBPyConnection, folder: Path) -> None:
    text = f"date,platform,isrc,views,engagements,likes\n2026-11-15,x,{ISRC},1,50,3\n2026-11-15,x,{ISRC},1,,3\n"
    metrics(with_claims, folder, text)
    assert with_claims.execute("SELECT engagements FROM platform_metrics").fetchall() == [(50,), (3,)]


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (records, "owner,ours\nx,yes\n", "has no column isrc and no column asset_id"),
        (records, "isrc,ownr\nx,y\n", 'has no column owner (the nearest is "ownr"), ours'),
        (metrics, "platform,views,isrc\nx,1,y\n", "has no column date"),
        (metrics, f"date,platform,isrc,views\n2026-11-15,x,{ISRC}\n", "is cut short: its last row, on line 2"),
    ],
)
def test_what_is_refused(
    with_claims: duckdb.DuckDBPyConnection, folder: Path, read: object, text: str, said: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        read(with_claims, folder, text)  # type: ignore[operator]
    assert said in caught.value.problem.detail
