"""Reports as files: good ones, and what can be done to them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from workers.claimsreport.intake.fetching import Fetched, fetch
from workers.claimsreport.intake.taking import Taken, take_in
from workers.claimsreport.sql import fill
from workers.frame.aws import Clients
from workers.frame.storage import Location, Storage

DATE = dt.date(2026, 11, 16)
HEADER = [
    "claim_id", "claim_status", "claim_status_detail", "claim_origin", "claim_type", "asset_id", "asset_title",
    "asset_labels", "custom_id", "video_id", "video_title", "channel_id", "channel_display_name", "uploader", "views",
    "engaged_views", "matching_duration", "longest_match", "video_duration_sec", "content_type", "reference_id",
    "claim_policy_id", "claim_policy_monetize", "claim_policy_track", "claim_policy_block", "asset_policy_id",
    "asset_policy_monetize", "asset_policy_track", "asset_policy_block", "claim_created_date", "video_upload_date",
    "isrc", "artist", "record_label", "upc",
]  # fmt: skip


def claim(number: int = 1, **values: object) -> dict[str, object]:
    """Return a row that can be right, with other values for some columns."""
    row: dict[str, object] = dict.fromkeys(HEADER, "")
    row |= {
        "claim_id": f"C{number:05}",
        "claim_status": "ACTIVE",
        "asset_id": f"A{number % 7:05}",
        "asset_title": f'A title, "{number}"',
        "video_id": f"V{number:05}",
        "video_title": f"Line one\nline two of {number}",
        "channel_id": f"UC{number % 3:04}",
        "channel_display_name": f"Channel {number % 3}",
        "views": 1000 + number,
        "engaged_views": 900 + number,
        "matching_duration": "PT3M2S",
        "longest_match": 120,
        "video_duration_sec": 200,
        "claim_policy_id": "P1",
        "claim_policy_monetize": "DE|US",
        "claim_created_date": "2026-01-02",
        "video_upload_date": "2026-01-01",
        "isrc": "USRC17607839",
        "upc": "000000000000",
    }
    return row | values


def csv_bytes(rows: Iterable[Mapping[str, object]], header: Iterable[str] = HEADER, end: str = "\n") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(header), lineterminator=end, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def fetched(data: bytes, folder: Path, name: str = "claims") -> Fetched:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "given [1]*?.csv"  # what DuckDB would take for a pattern
    path.write_bytes(data)
    copy = folder / f"{name}.csv"
    copy.unlink(missing_ok=True)
    return fetch(Storage(Clients()), Location(None, str(path)), folder, name=name, date=DATE)


def take(connection: duckdb.DuckDBPyConnection, data: bytes, folder: Path) -> Taken:
    return take_in(connection, fetched(data, folder), DATE)


def taken_of(
    connection: duckdb.DuckDBPyConnection, folder: Path, *rows: Mapping[str, object]
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Return the claim ids of what is reported, and (line, claim id, reason) of what is not."""
    take(connection, csv_bytes(rows), folder)
    return reported(connection), quarantined(connection)


def reported(connection: duckdb.DuckDBPyConnection, what: str = "claim_id") -> list[tuple[object, ...]]:
    return connection.execute(fill("SELECT {what} FROM reported ORDER BY line", what=what)).fetchall()


def quarantined(
    connection: duckdb.DuckDBPyConnection, what: str = "line, claim_id, reason"
) -> list[tuple[object, ...]]:
    return connection.execute(fill("SELECT {what} FROM quarantine ORDER BY source, line", what=what)).fetchall()
