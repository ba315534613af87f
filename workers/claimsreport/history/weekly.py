"""The week in which a snapshot ends, by asset, recording, channel, policy and platform.

A video is on one channel. One with several claims counts once for each of these, with the most that any of its claims
gained. A subject whose
claims are all gone keeps its row, with 0 claims and unknown views, as long as a snapshot that is looked at has claims
of it. Views are added up as whole numbers; only then they are made weekly.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import duckdb

from workers.claimsreport.history.comparing import KEPT, Before, compare
from workers.claimsreport.sql import day, fill, quoted
from workers.claimsreport.tables import WEEKLY

# By what the rows of each table are known.
_KEYS = {"assets": "asset_id", "recordings": "isrc", "channels": "channel_id", "policies": "policy_id"}

_VIDEOS = """
CREATE OR REPLACE TEMP VIEW videos AS
SELECT {key} AS id, channel_id, isrc, 1 AS claims, is_new::INTEGER AS new_claims, disputed::INTEGER AS disputed,
    newly_contested::INTEGER AS newly_contested, monetized, gained, gained_engaged, brought
FROM compared WHERE NOT shared
UNION ALL
SELECT {key}, min(channel_id), min(isrc), count(*), count_if(is_new), count_if(disputed),
    count_if(newly_contested), bool_or(monetized), max(gained), max(gained_engaged), bool_and(brought)
FROM compared WHERE shared GROUP BY {key}, video_id"""
_SUMMED = """
CREATE OR REPLACE TEMP TABLE summed AS
SELECT id, min(isrc) AS isrc, sum(claims) AS claims, sum(new_claims) AS new_claims, sum(disputed) AS disputed,
    sum(newly_contested) AS newly_contested, count(*) AS videos,
    sum(gained) AS gained, sum(gained_engaged) AS gained_engaged, sum(gained) FILTER (NOT monetized) AS unmonetized,
    sum(gained) FILTER (brought) AS brought
FROM videos WHERE id IS NOT NULL GROUP BY id"""

# How many channels an asset is on, and how many assets a channel has.
_ON_CHANNELS = """
CREATE OR REPLACE TEMP TABLE on_channels AS
SELECT DISTINCT asset_id, channel_id FROM compared WHERE asset_id IS NOT NULL AND channel_id IS NOT NULL"""
_MORE = {
    "assets": "SELECT asset_id AS id, count(*) AS channels FROM on_channels GROUP BY id",
    "channels": "SELECT channel_id AS id, count(*) AS assets FROM on_channels GROUP BY id",
    "recordings": """
        SELECT * FROM (
            SELECT id, count(*) AS channels, count_if(gained > 0) AS active, max(gained) AS largest
            FROM (
                SELECT id, channel_id, sum(gained) AS gained
                FROM videos WHERE id IS NOT NULL AND channel_id IS NOT NULL GROUP BY id, channel_id
            ) GROUP BY id
        ) FULL JOIN (
            SELECT id, count(*) AS assets FROM (
                SELECT DISTINCT isrc AS id, asset_id FROM compared WHERE isrc IS NOT NULL AND asset_id IS NOT NULL
            ) GROUP BY id
        ) USING (id)""",
    "policies": "SELECT NULL::VARCHAR AS id WHERE false",
}

# Kept beside the columns of the table: `last_claimed`, the last snapshot in which the subject had claims, and
# `row_before`, which row of the table of the snapshot before is of the same subject.
_WEEK = """
CREATE OR REPLACE TEMP TABLE week_of_{table} AS
WITH lost_claims AS (SELECT {key} AS id, count(*) AS lost FROM lost WHERE {key} IS NOT NULL GROUP BY id),
before AS ({before_rows}),
more AS ({more})
SELECT {columns},
    CASE WHEN claims > 0 THEN {date} ELSE coalesce(b.last_claimed, {before}) END AS last_claimed, row_before
FROM summed FULL JOIN lost_claims USING (id) LEFT JOIN more USING (id) FULL JOIN before b USING (id)
ORDER BY id"""

_NO_ROWS = """
SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS isrc, NULL::DATE AS last_claimed, NULL::INTEGER AS row_before
WHERE false"""
_ROWS_BEFORE = """
SELECT {key} AS id, {isrc} AS isrc, last_claimed, file_row_number::INTEGER AS row_before
FROM read_parquet({path}, file_row_number = true) WHERE last_claimed >= {oldest}"""

# What each column is, for a subject that has claims and for one that has none left.
_COLUMNS = {
    "isrc": "coalesce(summed.isrc, b.isrc)",
    "claims": "coalesce(summed.claims, 0)",
    "new_claims": "CASE WHEN {before} IS NOT NULL THEN coalesce(summed.new_claims, 0) END",
    "lost_claims": "CASE WHEN {before} IS NOT NULL THEN coalesce(lost, 0) END",
    "weekly_views": "gained * 7 / {days}",
    "weekly_engaged_views": "gained_engaged * 7 / {days}",
    "videos": "coalesce(videos, 0)",
    "channels": "coalesce(channels, 0)",
    "disputed": "coalesce(disputed, 0)",
    "newly_contested": "CASE WHEN {before} IS NOT NULL THEN coalesce(newly_contested, 0) END",
    "assets": "coalesce(assets, 0)",
    "unmonetized_views": "CASE WHEN gained IS NOT NULL THEN coalesce(unmonetized, 0) * 7 / {days} END",
    "brought_views": "CASE WHEN gained IS NOT NULL THEN coalesce(brought, 0) * 7 / {days} END",
    "active_channels": "CASE WHEN gained IS NOT NULL THEN coalesce(active, 0) END",
    "largest_channel_views": "largest * 7 / {days}",
}

_VIEW = "CREATE OR REPLACE TEMP VIEW {table} AS SELECT {columns} FROM week_of_{table}"

_NO_METRICS = """
CREATE TABLE IF NOT EXISTS platform_metrics (
    date DATE, platform VARCHAR, isrc VARCHAR, views BIGINT, engagements BIGINT
)"""
_PLATFORMS = """
CREATE OR REPLACE TEMP TABLE week_of_platforms AS
SELECT platform, isrc, sum(views) * 7 / {days} AS weekly_views, sum(engagements) * 7 / {days} AS weekly_engagements
FROM platform_metrics
WHERE date > {date} - {days} AND date <= {date} AND platform IS NOT NULL AND isrc IS NOT NULL
GROUP BY platform, isrc
ORDER BY platform, isrc"""

# Small enough for S3, and the fastest to write of what DuckDB has. Ids are in no dictionary: nearly each is a new one.
_FORMAT = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 1000, WRITE_BLOOM_FILTER false"
_COPY = "COPY ({query}) TO {path} ({format})"
_KEPT_WEEK = "SELECT {columns} FROM week_of_{table}"
_KEPT_CLAIMS = "SELECT {columns} FROM compared UNION ALL SELECT {columns} FROM (FROM carried ORDER BY claim_id)"


def build(connection: duckdb.DuckDBPyConnection, date: dt.date, before: Before | None, oldest: dt.date | None) -> None:
    """Leave the tables `claims`, `assets`, `recordings`, `channels`, `policies` and `platforms`.

    And `lost`: the claims of the snapshot before that are gone, with the columns that are kept of a claim. Rows whose
    views fell are added to `quarantine`.

    Args:
        connection: with `reported` and `quarantine`, and maybe `platform_metrics` (date, platform, isrc, views,
            engagements; one row for each day or other time that ends then).
        date: of the snapshot.
        before: the one before; None for the first.
        oldest: day of the oldest snapshot that is looked at; what has had no claims since then gets no row.
    """
    compare(connection, date, before)
    days = None if before is None else (date - before.date).days
    known = {
        "date": day(date),
        "before": day(None if before is None else before.date),
        "days": "NULL::INTEGER" if days is None else str(days),
        "oldest": day(oldest),
    }
    connection.execute(_ON_CHANNELS)
    for table, key in _KEYS.items():
        _build_week(connection, table, key, before, known)
    # Metrics have dates of their own: the first snapshot has a week before it as well.
    connection.execute(_NO_METRICS)
    connection.execute(fill(_PLATFORMS, date=day(date), days=str(days or 7)))
    for table, columns in WEEKLY.items():
        connection.execute(fill(_VIEW, table=table, columns=_typed(columns)))


def _build_week(
    connection: duckdb.DuckDBPyConnection, table: str, key: str, before: Before | None, known: dict[str, str]
) -> None:
    columns = {key: "id", **{name: _COLUMNS[name] for name in WEEKLY[table] if name != key}}
    selected = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
    rows = _NO_ROWS
    if before is not None:
        isrc = "isrc" if table == "assets" else "NULL::VARCHAR"
        rows = fill(_ROWS_BEFORE, key=key, isrc=isrc, path=quoted(before.tables[table]))
    connection.execute(fill(_VIDEOS, key=key))
    connection.execute(_SUMMED)
    statement = fill(_WEEK, table=table, key=key, columns=selected, more=_MORE[table], before_rows=rows)
    connection.execute(fill(statement, **known))


def save(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write what is kept of this week into a folder, as Parquet; the same tables make the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    queries = {"claims": fill(_KEPT_CLAIMS, columns=", ".join(KEPT))}
    for table, columns in WEEKLY.items():
        extra = "" if table == "platforms" else ", last_claimed, row_before"
        queries[table] = fill(_KEPT_WEEK, columns=_typed(columns) + extra, table=table)
    for table, query in queries.items():
        path = quoted(folder / f"{table}.parquet")
        connection.execute(fill(_COPY, query=query, path=path, format=_FORMAT))


def _typed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name}::{kind} AS {name}" for name, kind in columns.items())
