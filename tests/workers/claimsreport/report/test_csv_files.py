"""The CSV files hold everything, as RFC 4180 has it, and nothing in them is a formula to a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest

from tests.workers.claimsreport.report import made
from workers.claimsreport import tables
from workers.claimsreport.report import csv_files

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u00a0+1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    "\x00=1",
]
HARMLESS = ["", "a=1", "'=1", "1-2", " a", "٢", "<=1", "_-_", "é"]


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def quarantine(rows: list[tuple[object, ...]], path: Path) -> bytes:
    with duckdb.connect() as connection:
        connection.execute(tables.create("quarantine"))
        connection.executemany("INSERT INTO quarantine VALUES ('claims', ?, ?, ?, ?, ?)", rows)
        csv_files.write_quarantine(connection, path)
    return path.read_bytes()


def test_there_is_a_row_for_every_finding_in_its_order() -> None:
    report = made.large()
    header, *rows = read(csv_files.findings(report))
    assert tuple(header) == csv_files.COLUMNS
    assert [(row[2], row[3]) for row in rows] == [(each.kind.value, each.subject) for each in report.findings]


def test_a_row_says_what_its_finding_says() -> None:
    report = made.usual()
    header, *rows = read(csv_files.findings(report))
    row = next(
        found for each in rows if (found := dict(zip(header, each, strict=True)))["subject"] == made.VIRAL.subject
    )
    assert row["priority"] == "high"
    assert row["score"] == "84.4"
    assert row["title"] == made.VIRAL.title
    assert row["why"] == made.VIRAL.why
    assert row["rule"] == made.VIRAL.rule
    assert float(row["p_value"]) == 3.2e-12
    assert float(row["q_value"]) == 1.9e-7
    assert (row["since"], row["new"], row["alerted"]) == ("2026-11-22", "yes", "2026-11-22")
    assert json.loads(row["numbers"])["expected_weekly_views"] == 8021.4
    assert json.loads(row["numbers"])["weekly_engaged_views_before"] is None
    assert [each["name"] for each in json.loads(row["parts"])] == ["surprise", "size", "spread"]
    assert json.loads(row["related"])["videos"] == list(made.VIRAL.related["videos"])


def test_what_is_not_known_is_empty() -> None:
    header, *rows = read(csv_files.findings(made.usual()))
    row = next(found for each in rows if (found := dict(zip(header, each, strict=True)))["kind"] == "conflict")
    assert row["p_value"] == row["q_value"] == row["alerted"] == ""


def test_lines_end_as_the_standard_has_it() -> None:
    assert csv_files.findings(made.empty()) == ",".join(csv_files.COLUMNS) + "\r\n"
    assert csv_files.findings(made.usual()).count("\r\n") == len(made.usual().findings) + 1


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_finding_is_a_formula(text: str) -> None:
    assert csv_files.guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_formula_is_left_alone(text: str) -> None:
    assert csv_files.guarded(text) == text


def test_no_text_of_a_hostile_report_is_a_formula_and_none_is_lost() -> None:
    header, *rows = read(csv_files.findings(made.hostile()))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    titles = {row[header.index("title")] for row in rows}
    assert {text if text[0] not in "=+-@\t" else f"'{text}" for text in made.HOSTILE} == titles


def test_quarantine_is_guarded_and_quoted_alike(tmp_path: Path) -> None:
    texts = [*FORMULAS, *HARMLESS, 'a "quoted", text\r\nof two lines']
    rows = [(number, text, "some-reason", text, text) for number, text in enumerate(texts)]
    header, *found = read(quarantine(rows, tmp_path / "it's.csv").decode())
    assert header == list(tables.QUARANTINE)
    for row, text in zip(found, texts, strict=True):
        assert row[2] == row[4] == row[5] == csv_files.guarded(text)


def test_quarantine_is_in_order_however_it_came(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        (9, "C9", "negative-views", "views -3", "C9,-3"),
        (None, None, "not-a-row", "3 fields", "x,y,z"),
        (2, "C2", "views-fell", "b", "C2"),
        (2, "C2", "views-fell", "a", "C2"),
    ]
    one, other = (quarantine(each, tmp_path / "q.csv") for each in (rows, rows[::-1]))
    assert one == other
    assert [row[1] for row in read(one.decode())] == ["line", "", "2", "2", "9"]
    assert one.endswith(b'\r\nclaims,9,C9,negative-views,views -3,"C9,-3"\r\n')


def test_an_empty_quarantine_has_its_header(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(tables.create("quarantine"))
        csv_files.write_quarantine(connection, tmp_path / "q.csv")
    assert (tmp_path / "q.csv").read_bytes() == b"source,line,claim_id,reason,detail,text\r\n"
