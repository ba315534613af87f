"""A week with the claims that a test asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from workers.claimsreport import tables
from workers.claimsreport.series import Series, Week
from workers.claimsreport.settings import ClaimsReportSettings

DATE = dt.date(2026, 11, 23)
Row = dict[str, Any]


def claims_on(asset: str, count: int, **more: Any) -> list[Row]:
    """Return ordinary claims on an asset: each on a video of its own, and with the asset's policy."""
    return [
        {
            "claim_id": f"C-{asset}-{number:03}",
            "asset_id": asset,
            "asset_title": f"Title of {asset}",
            "isrc": f"ISRC{asset}",
            "video_id": f"V-{asset}-{number:03}",
            "channel_id": f"UC{number % 7}",
            "status": "active",
            "origin": "AUDIO_MATCH",
            "policy_id": "P1",
            "monetize": "WW",
            "asset_policy_id": "P1",
            "asset_monetize": "WW",
            "match_seconds": 120.0,
            "longest_match_seconds": 100.0,
            "video_seconds": 200.0,
            "views": 1000,
            "weekly_views": 10.0,
            "previous_status": "active",
            "previous_policy_id": "P1",
            "previous_claimed_by_others": False,
            "is_new": False,
        }
        | more
        for number in range(count)
    ]


@dataclass
class FixedHistory:
    """The series of one table, as it was given."""

    fixed: Series
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def series(self, table: str, *measures: str, among: npt.NDArray[np.intp] | None = None) -> Series:
        assert among is None
        self.asked.append((table, *measures))
        return self.fixed


def week_of(
    claims: Sequence[Row],
    weeks: int = 12,
    before: Mapping[str, Sequence[float]] | None = None,
    rights: Sequence[Row] = (),
) -> Week:
    """Return a week.

    Args:
        claims: of this snapshot, with what they were a week ago.
        weeks: how many snapshots there are before; none where it is 0.
        before: by asset, how many claims were newly contested in each; none by default. In this week those are
            that are newly disputed or of other owners too.
        rights: records.
    """
    connection = duckdb.connect(config={"threads": 1})
    for name in tables.TABLES:
        connection.execute(tables.create(name))
    lined = [
        {"line": line, "claimed_by_others": claim.get("other_owners") is not None, **claim}
        for line, claim in enumerate(claims, start=2)
    ]
    if not weeks:
        previous = dict.fromkeys(["previous_status", "previous_policy_id", "previous_claimed_by_others"])
        lined = [claim | previous | {"is_new": False, "weekly_views": None} for claim in lined]
    _fill(connection, "reported", lined)
    _fill(connection, "claims", lined)
    _fill(connection, "rights", [{"ours": False, "owner": "Somebody", **record} for record in rights])
    connection.execute("""
        INSERT INTO assets BY NAME
        SELECT asset_id, min(isrc) AS isrc, count(*) AS claims,
            count_if(
                (status IN ('disputed', 'appealed') AND (is_new OR previous_status NOT IN ('disputed', 'appealed')))
                OR (claimed_by_others AND coalesce(NOT previous_claimed_by_others, is_new))
            ) AS newly_contested
        FROM claims WHERE asset_id IS NOT NULL GROUP BY asset_id
    """)
    history = FixedHistory(_series(connection, weeks, before or {}))
    return Week(connection, DATE, 7.0 if weeks else None, history, ClaimsReportSettings.model_construct())


def _fill(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    columns = tables.TABLES[table]
    values = ", ".join(f'unnest(?::{kind}[]) AS "{name}"' for name, kind in columns.items())
    if rows:
        connection.execute(
            f"INSERT INTO {table} SELECT {values}", [[row.get(name) for row in rows] for name in columns]
        )


def _series(connection: duckdb.DuckDBPyConnection, weeks: int, before: Mapping[str, Sequence[float]]) -> Series:
    rows = connection.execute("SELECT asset_id, claims, newly_contested FROM assets ORDER BY asset_id").fetchall()
    claims = np.array([[float(row[1])] * (weeks + 1) for row in rows]).reshape(len(rows), weeks + 1)
    newly_contested = np.zeros((len(rows), weeks + 1))
    newly_contested[:, 0] = np.nan
    for place, (asset, _, now) in enumerate(rows):
        newly_contested[place, 1:-1] = before.get(asset, 0.0) if weeks > 1 else []
        newly_contested[place, -1] = now if weeks else np.nan
    return Series(
        ids=np.array([row[0] for row in rows], object),
        dates=tuple(DATE - dt.timedelta(days=7 * (weeks - week)) for week in range(weeks + 1)),
        days=np.array([np.nan] + [7.0] * weeks),
        measures={"claims": claims, "newly_contested": newly_contested},
        breaks=np.zeros(weeks + 1, np.bool_),
    )
