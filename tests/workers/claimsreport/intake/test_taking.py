"""A claims report to `reported` and `quarantine`: each rule, each line, each row of it."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import random
from pathlib import Path

import duckdb
import pytest

from tests.workers.claimsreport.intake.reports import (
    DATE,
    HEADER,
    claim,
    csv_bytes,
    fetched,
    quarantined,
    reported,
    take,
    taken_of,
)
from workers.claimsreport.intake.fetching import fetch
from workers.claimsreport.intake.refusals import RefusedError
from workers.claimsreport.intake.taking import take_in
from workers.claimsreport.tables import QUARANTINE, REPORTED
from workers.frame.problems import WrongInputError
from workers.frame.storage import Location, Storage


def test_all_values_of_a_row(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    row = claim(5, asset_policy_id=" P2 ", claim_status=" Disputed", isrc="us-rc1-76-07839")
    taken = take(connection, csv_bytes([row]), folder)
    described = connection.execute("SELECT column_name, column_type FROM (DESCRIBE reported)").fetchall()
    assert dict(described) == REPORTED
    (found,) = connection.execute("SELECT * FROM reported").fetchall()
    values = {name: value for name, value in zip(REPORTED, found, strict=True) if value is not None}
    assert values == {
        "line": 2,
        "claim_id": "C00005",
        "asset_id": "A00005",
        "asset_title": 'A title, "5"',
        "isrc": "USRC17607839",
        "video_id": "V00005",
        "video_title": "Line one\nline two of 5",
        "channel_id": "UC0002",
        "channel_name": "Channel 2",
        "status": "disputed",
        "policy_id": "P1",
        "monetize": "DE|US",
        "asset_policy_id": "P2",
        "match_seconds": 182.0,
        "longest_match_seconds": 120.0,
        "video_seconds": 200.0,
        "views": 1005,
        "engaged_views": 905,
        "created": dt.date(2026, 1, 2),
        "uploaded": dt.date(2026, 1, 1),
    }
    assert taken.missing == ("other_owners",)
    assert "upc" in taken.other_columns
    assert (taken.counts.right, taken.counts.total, taken.kept.rows) == (1, 1, 1)


@pytest.mark.parametrize(
    ("values", "reason", "detail"),
    [
        ({"claim_id": " "}, "no-claim-id", "claim_id is empty: each row is a claim"),
        ({"asset_id": ""}, "no-asset-id", "asset_id is empty: each claim is of an asset"),
        ({"views": "-1"}, "views-negative", 'views is "-1": a video cannot be seen fewer than 0 times'),
        ({"views": "n/a"}, "views-unreadable", 'views is "n/a": a whole number, or nothing'),
        ({"views": "1.5"}, "views-unreadable", 'views is "1.5": a whole number, or nothing'),
        ({"views": "1000000000001"}, "views-too-many", 'views is "1000000000001": no video has had more than 10'),
        ({"engaged_views": "-1"}, "engaged-views-negative", 'engaged_views is "-1": a video cannot'),
        ({"engaged_views": "some"}, "engaged-views-unreadable", 'engaged_views is "some": a whole number'),
        (
            {"views": 9, "engaged_views": 10},
            "engaged-views-over-views",
            "engaged_views is 10, views is 9: each engaged view is a view",
        ),
        ({"claim_created_date": "2026-11-18"}, "date-in-future", 'created is "2026-11-18": the snapshot is of 2026-11'),
        ({"video_upload_date": "infinity"}, "date-in-future", 'uploaded is "infinity": the snapshot is of'),
        ({"video_upload_date": "1970-01-01"}, "date-too-early", 'uploaded is "1970-01-01": there is no YouTube before'),
        ({"claim_created_date": "07/08/2026"}, "date-unreadable", 'created is "07/08/2026": a day such as 2026-11-16'),
        ({"matching_duration": "long"}, "duration-unreadable", 'match_seconds is "long": seconds, PT3M2S, or H:MM:SS'),
        ({"video_duration_sec": "-3"}, "duration-negative", 'video_seconds is "-3": nothing lasts less than 0'),
    ],
)
def test_what_cannot_be_right(
    connection: duckdb.DuckDBPyConnection, folder: Path, values: dict[str, object], reason: str, detail: str
) -> None:
    wrong = claim(2, **values)
    taken = take(connection, csv_bytes([claim(1), wrong, claim(3)]), folder)
    assert reported(connection) == [("C00001",), ("C00003",)]
    ((found, told, text, line, claim_id),) = quarantined(connection, "reason, detail, text, line, claim_id")
    assert found == reason
    assert str(told).startswith(detail)
    assert next(csv.reader(io.StringIO(str(text)))) == [
        str(wrong[name]).strip(" ") or str(wrong[name]) for name in HEADER
    ]
    assert line == 4  # row 1 has a line break
    assert claim_id == (str(wrong["claim_id"]).strip() or None)
    assert {key.value: count for key, count in taken.counts.quarantined.items()} == {reason: 1}


def test_what_can_be_right(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    odd: list[dict[str, object]] = [
        {"views": ""},
        {"engaged_views": ""},
        {"views": "", "engaged_views": 3},
        {"views": 0, "engaged_views": 0},
        {"views": 7, "engaged_views": 7},
        {"claim_created_date": "2026-11-17"},  # it is that day somewhere already
        {"claim_created_date": "2025-12-01"},  # before the upload of the video
        {"claim_created_date": "", "video_upload_date": ""},
        {"matching_duration": "PT9H", "video_duration_sec": 1},
        {"matching_duration": " ", "views": " "},
        {"claim_status": "NEVER HEARD OF"},
        {"video_id": "", "channel_id": "", "isrc": "n/a"},
        {"claim_policy_monetize": "", "claim_policy_id": ""},
    ]
    rows = [claim(number, **values) for number, values in enumerate(odd)]
    ids, aside = taken_of(connection, folder, *rows)
    assert aside == []
    assert ids == [(row["claim_id"],) for row in rows]


def test_columns_that_are_not_there_are_null(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    header = ["claim_id", "asset_id", "video_id", "channel_id", "claim_status", "claim_policy_monetize", "views"]
    taken = take(connection, csv_bytes([claim(1)], random.Random(1).sample(header, 7)), folder)  # noqa: S311
    (row,) = connection.execute("SELECT * FROM reported").fetchall()
    present = {name for name, value in zip(REPORTED, row, strict=True) if value is not None}
    assert present == {"line", *taken.columns}
    assert set(taken.columns) | set(taken.missing) | {"line"} == set(REPORTED)
    assert taken.missing == tuple(name for name in REPORTED if name in taken.missing)


def test_of_the_rows_of_a_claim_the_one_with_most_views_counts(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    rows = [
        claim(1, views=10, engaged_views=5),
        claim(2),
        claim(1, views=30, engaged_views=5, video_title="x"),
        claim(1, views="", engaged_views=""),
        claim(2),
        claim(3, views=9, engaged_views=1),
        claim(3, views=9, engaged_views=2),
        claim(4, views=-1),
        claim(4, views=5, engaged_views=0),  # the other row is none that could count
    ]
    take(connection, csv_bytes(rows), folder)
    assert reported(connection, "claim_id, views, engaged_views") == [
        ("C00002", 1002, 902),
        ("C00001", 30, 5),
        ("C00003", 9, 2),
        ("C00004", 5, 0),
    ]
    found = quarantined(connection, "line, claim_id, reason, detail")
    twice = "claim-id-twice"
    assert found == [
        (2, "C00001", twice, "the claim is on line 6 as well, with 30 views, and 10 here: the row with most counts"),
        (7, "C00001", twice, "the claim is on line 6 as well, with 30 views, and none here: the row with most counts"),
        (9, "C00002", twice, "the claim is on line 4 as well, the same in all that is read: one row counts"),
        (11, "C00003", twice, "the claim is on line 13 as well, with 9 views, and 9 here: the row with most counts"),
        (15, "C00004", "views-negative", 'views is "-1": a video cannot be seen fewer than 0 times'),
    ]
    assert all(text for (text,) in quarantined(connection, "text"))


def test_which_of_several_rows_counts_does_not_hang_on_their_order(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    rows = [claim(1, views=9, engaged_views=1, asset_title=title) for title in "abcdefgh"]
    found = set()
    for seed in range(6):
        shuffled = random.Random(seed).sample(rows, len(rows))  # noqa: S311
        taken = take(connection, csv_bytes(shuffled), folder / str(seed))
        found.add((*reported(connection, "asset_title"), taken.kept.content_digest))
    assert len(found) == 1


def test_the_content_is_the_same_in_any_order_and_form(
    connection: duckdb.DuckDBPyConnection, storage: Storage, folder: Path
) -> None:
    rows = [claim(number) for number in range(40)]
    first = take(connection, csv_bytes(rows), folder / "1").kept
    header = HEADER[::-1]
    other = take(connection, b"\xef\xbb\xbf" + csv_bytes(rows[::-1], header, "\r\n"), folder / "2").kept
    assert (other.content_digest, other.rows) == (first.content_digest, 40)
    assert other.digest != first.digest
    path = folder / "claims-2026-11-16.csv"
    path.write_bytes(gzip.compress(csv_bytes(rows), mtime=0))
    packed = take_in(connection, fetch(storage, Location(None, str(path)), folder / "3"), DATE).kept
    assert packed == first
    for changed in (rows[:-1], [*rows, claim(41)], [*rows[:-1], claim(39, asset_title="another")]):
        assert take(connection, csv_bytes(changed), folder / "4").kept.content_digest != first.content_digest


def test_lines_are_those_of_the_file(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Rows with line breaks, rejected ones with and without, and rules broken, in between one another."""
    draw = random.Random(11)  # noqa: S311
    data = csv_bytes([]).decode()
    lines = {}
    for number in range(300):
        line = data.count("\n") + 1
        kind = draw.choice(["good", "flat", "few", "many", "utf8", "broken few", "negative"])
        if kind in ("good", "flat", "negative"):
            row = claim(number, **({} if kind == "good" else {"video_title": "flat"}))
            if kind == "negative":
                row["views"] = -1
            text = csv_bytes([row]).decode().split("\n", 1)[1]
        else:
            text = {
                "few": f"C{number:05},x\n",
                "many": f"C{number:05}" + ",x" * 40 + "\n",
                "utf8": f"C{number:05},\udcff" + "," * 33 + "\n",
                "broken few": f'C{number:05},"x\ny\n"\n',
            }[kind]
        lines[f"C{number:05}"] = line
        data += text
    data += csv_bytes([claim(999)]).decode().split("\n", 1)[1]
    taken = take(connection, data.encode("utf-8", "surrogateescape"), folder)
    found = {row[1]: row[0] for row in [*reported(connection, "line, claim_id"), *quarantined(connection)]}
    assert {key: found[key] for key in lines} == lines
    assert taken.counts.total == 301


def test_the_names_of_the_columns_of_quarantine(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    take(connection, csv_bytes([claim(1, views=-1)]), folder)
    described = connection.execute("SELECT column_name, column_type FROM (DESCRIBE quarantine)").fetchall()
    assert dict(described) == QUARANTINE
    assert quarantined(connection, "source") == [("claims",)]


def refused(connection: duckdb.DuckDBPyConnection, data: bytes, folder: Path) -> tuple[str, str]:
    with pytest.raises(RefusedError) as caught:
        take(connection, data, folder)
    return caught.value.problem.kind, caught.value.problem.detail


@pytest.mark.parametrize("end", ["C00009,ACTIVE\n", 'C00009,"ACTIVE\n', 'C00009,"ACTIVE,,\nand so on\n', "C\n\n\n"])
def test_a_last_row_that_is_not_complete(connection: duckdb.DuckDBPyConnection, folder: Path, end: str) -> None:
    kind, detail = refused(connection, csv_bytes([claim(1), claim(2)]) + end.encode(), folder)
    assert kind == "snapshot-cut-short"
    assert "its last row, on line " in detail


def test_a_row_that_is_not_complete_elsewhere_is_quarantined(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    head, rest = csv_bytes([claim(1)]).split(b"\n", 1)
    take(connection, head + b"\nC00009,ACTIVE\n" + rest, folder)
    assert quarantined(connection) == [(2, "C00009", "too-few-fields")]
    assert reported(connection, "line, claim_id") == [(3, "C00001")]


def test_a_file_that_is_written_to_while_it_is_read(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    it = fetched(csv_bytes([claim(1)]), folder)
    with it.path.open("ab") as file:
        file.write(b"\n")
    with pytest.raises(WrongInputError, match="was written to while it was read"):
        take_in(connection, it, DATE)


def test_a_header_and_no_row(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    taken = take(connection, csv_bytes([]), folder)
    assert (taken.counts.total, taken.kept.rows) == (0, 0)
