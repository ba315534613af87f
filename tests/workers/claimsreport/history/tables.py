"""A report as intake leaves it, and what the history makes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from tests.workers.claimsreport.history.reference import Claim, Report
from workers.claimsreport.history import weekly
from workers.claimsreport.history.comparing import Before
from workers.claimsreport.sql import fill
from workers.claimsreport.tables import REPORTED, create


def leave_report(connection: duckdb.DuckDBPyConnection, report: Report) -> None:
    """Leave `reported` and `quarantine` as intake would."""
    connection.execute(create("reported"))
    connection.execute(create("quarantine"))
    rows = []
    for line, claim in enumerate(report.claims, 2):
        values = {name: getattr(claim, name, None) for name in REPORTED}
        values |= {"line": line, "monetize": "US|GB" if claim.monetized else None, "track": "DE"}
        rows.append(list(values.values()))
    if rows:
        marks = ", ".join(f"({', '.join('?' * len(REPORTED))})" for _ in rows)
        statement = fill("INSERT INTO reported VALUES {marks}", marks=marks)
        connection.execute(statement, [value for row in rows for value in row])
    for claim_id in sorted(report.refused):
        connection.execute("INSERT INTO quarantine VALUES ('claims', 99, ?, 'date-in-future', '', '')", [claim_id])


def build(
    connection: duckdb.DuckDBPyConnection, report: Report, folder: Path, dates: list[dt.date], weeks: int = 26
) -> Path:
    """Build the week of a report from the folder of the last of `dates`, and save it; return where."""
    leave_report(connection, report)
    before = None
    if dates:
        files = {path.stem: path for path in (folder / str(dates[-1])).glob("*.parquet")}
        before = Before(dates[-1], files)
    weekly.build(connection, report.date, before, dates[-weeks:][0] if dates else None)
    weekly.save(connection, folder / str(report.date))
    return folder / str(report.date)


def rows(connection: duckdb.DuckDBPyConnection, table: str, key: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a table by a column of it."""
    cursor = connection.execute(fill("SELECT * FROM {table}", table=table))
    names = [column[0] for column in cursor.description or ()]
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    by_key = {row.pop(key): row for row in found}
    assert len(by_key) == len(found)
    return by_key


def claim(claim_id: str, views: int | None = 0, **others: Any) -> Claim:
    """Return a claim of which only this matters."""
    values: dict[str, Any] = {
        "asset_id": "A1",
        "isrc": "USRC10000001",
        "video_id": f"video of {claim_id}",
        "channel_id": "UC1",
        "policy_id": "P1",
        "status": "active",
        "monetized": True,
        "engaged_views": None,
        "uploaded": dt.date(2020, 1, 1),
    }
    return Claim(claim_id=claim_id, views=views, **(values | others))


def report(date: dt.date, claims: Iterable[Claim], refused: Iterable[str] = ()) -> Report:
    """Return a report."""
    return Report(date, tuple(claims), frozenset(refused))
