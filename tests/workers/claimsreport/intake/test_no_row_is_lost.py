"""Whatever is done to a file: it is refused, or each row of it is reported or in quarantine."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from tests.workers.claimsreport.intake.reports import claim, csv_bytes, quarantined, reported, take
from workers.claimsreport.intake.taking import Taken
from workers.frame.problems import WrongInputError

HEADER = [
    "claim_id",
    "claim_status",
    "asset_id",
    "video_title",
    "video_id",
    "channel_id",
    "claim_policy_monetize",
    "views",
]
ROWS = [claim(number, video_title=f'Title, "{number}"' if number % 3 else f"Title {number}") for number in range(12)]
GOOD = csv_bytes(ROWS, HEADER)
BITS = [
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b'""',
    b'","',
    b"\0",
    b"\xff",
    b"\xc3",
    b" ",
    b"-",
    b"\n\n",
    b'"\n',
    b"C00003",
    b"x",
]
FAST = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def accounted(connection: duckdb.DuckDBPyConnection, taken: Taken) -> None:
    assert taken.counts.right == taken.kept.rows == len(reported(connection))
    assert taken.counts.wrong == len(quarantined(connection)) == sum(taken.counts.quarantined.values())
    assert taken.counts.total == taken.counts.right + taken.counts.wrong
    lines = [line for (line,) in [*reported(connection, "line"), *quarantined(connection, "line")]]
    assert len(set(lines)) == len(lines)
    assert all(isinstance(line, int) and line > 1 for line in lines)


edits = st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 40), st.sampled_from([b"", *BITS])), max_size=4)


@given(edits)
@example([(len(GOOD) // 2, 0, b'"')])
@example([(GOOD.index(b"C00003"), 0, b'"')])
@example([(GOOD.index(b"C00003"), 0, b' "')])
@example([(GOOD.index(b"C00003") - 1, 0, b"\r")])
@example([(GOOD.index(b"C00003"), 0, b"\n\n")])
@example([(GOOD.index(b"C00000"), 7, b""), (GOOD.index(b"C00001") + 20, 0, b'","')])  # the first two rows are rejected
@FAST
def test_of_a_file_that_was_mutilated(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, edits: list[tuple[int, int, bytes]]
) -> None:
    data = GOOD
    for place, length, instead in sorted(edits, reverse=True):
        data = data[:place] + instead + data[place + length :]
    try:
        taken = take(connection, data, tmp_path)
    except WrongInputError as error:
        event(error.problem.kind)
        return
    accounted(connection, taken)
    event("quarantined" if taken.counts.wrong else "all right")
    # Who is on a line that nobody touched is somewhere.
    seen = {str(value) for (value,) in reported(connection)}
    seen |= set(re.findall(r"C\d{5}", " ".join(str(text) for (text,) in quarantined(connection, "text"))))
    untouched = set(GOOD.splitlines()[1:]) & set(data.splitlines())
    assert {line[:6].decode() for line in untouched} <= seen


TEXTS = st.text(st.sampled_from("ab\",\n\r;|\t '\\é—😀"), max_size=8)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=12), st.sampled_from(["\n", "\r\n"]), st.booleans())
@FAST
def test_of_a_file_that_is_right(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, texts: list[tuple[str, str]], end: str, every: bool
) -> None:
    if not every:  # csv.writer would leave it without quotes
        texts = [(title.replace("\r", ""), notes.replace("\r", "")) for title, notes in texts]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL)
    writer.writerow([*HEADER, "notes"])
    for number, (title, notes) in enumerate(texts):
        row = claim(number, video_title=title)
        writer.writerow([*(row[name] for name in HEADER), notes])
    taken = take(connection, text.getvalue().encode(), tmp_path)
    accounted(connection, taken)
    assert taken.counts.wrong == 0
    found = [title for (title,) in reported(connection, "video_title")]
    assert [flat(title) for title in found] == [flat(trimmed(title)) for title, _ in texts]


def trimmed(text: str) -> str | None:
    """What is trimmed at one end is at both; a line break at the end alone is left, which costs less to look for."""
    return (text.strip(" \t\n\r") if text[:1] < "!" or text.endswith(" ") else text) or None


def flat(text: object) -> str | None:
    """A repair makes line feeds of all line ends."""
    return None if text is None else str(text).replace("\r\n", "\n").replace("\r", "\n")


@contextlib.contextmanager
def broken_at(rows: int, stray: int) -> Iterator[tuple[bytes, bytes]]:
    head, _ = GOOD.split(b"\n", 1)
    row = b"C%07d,ACTIVE,A1,%s,V1,UC1,DE,5\n"
    lines = [row % (number, b"a title " * 8) for number in range(rows)]
    yield head + b"\n", b"".join(lines[:stray]) + b'C,"' + lines[stray] + b"".join(lines[stray + 1 :])


@pytest.mark.parametrize("rows", [3_000, 450_000])
def test_of_a_file_with_a_quote_that_is_never_closed(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, rows: int
) -> None:
    """DuckDB's reader alone loses each row up to its next buffer, 32 MB on: hence a file of 45 MB."""
    with broken_at(rows, 1_000) as (head, data):
        taken = take(connection, head + data, tmp_path)
    assert (taken.counts.right, taken.counts.wrong) == (rows - 1, 1)
    ((line, _, reason),) = quarantined(connection)
    assert (line, reason) == (1_002, "quotes-wrong")
    last = connection.execute("SELECT line, claim_id FROM reported ORDER BY line DESC LIMIT 1").fetchone()
    assert last == (rows + 1, f"C{rows - 1:07d}")


def test_of_a_file_with_several_line_ends(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    lines = GOOD.splitlines()
    data = b"".join(line + (b"\r\n", b"\n", b"\r")[number % 3] for number, line in enumerate(lines[:-1])) + lines[-1]
    taken = take(connection, data + b"\n", tmp_path)
    assert (taken.counts.right, taken.counts.wrong) == (len(ROWS), 0)
    assert reported(connection, "line") == [(line,) for line in range(2, len(ROWS) + 2)]


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_of_a_file_with_other_line_ends(connection: duckdb.DuckDBPyConnection, tmp_path: Path, end: bytes) -> None:
    """A file is no other for it: what a guess at the line end costs is every row, without a word."""
    taken = take(connection, GOOD.replace(b"\n", end), tmp_path)
    assert (taken.counts.right, taken.counts.wrong) == (len(ROWS), 0)
    assert reported(connection, "line") == [(line,) for line in range(2, len(ROWS) + 2)]


def test_of_a_file_with_empty_lines(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    taken = take(connection, GOOD.replace(b"\n", b"\n\n"), tmp_path)
    assert (taken.counts.right, taken.counts.wrong) == (len(ROWS), 0)
    assert reported(connection, "line") == [(line,) for line in range(3, 2 * len(ROWS) + 3, 2)]


def test_of_a_file_that_is_no_csv(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(WrongInputError):
        take(connection, bytes(range(256)) * 999 + b"\n", tmp_path)
    head = GOOD.split(b"\n", 1)[0]
    taken = take(connection, head + b'\n"x"y\n' * 50 + b"a,b,c,d,e,f,g,h,i\n", tmp_path)
    assert taken.counts.right == 0
