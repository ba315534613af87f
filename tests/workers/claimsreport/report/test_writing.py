"""The files of a report are written together, quickly, and the same each time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.workers.claimsreport.report import made
from workers.claimsreport import tables
from workers.claimsreport.report.content import Report
from workers.claimsreport.report.writing import CONTENT_TYPES, write_files


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(tables.create("quarantine"))
        connection.execute("INSERT INTO quarantine VALUES ('claims', 3, 'C3', 'negative-views', 'views -3', 'C3,-3')")
        yield connection


def written(report: Report, connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    return {path.name: path.read_bytes() for path in write_files(report, connection, folder)}


@pytest.mark.parametrize("name", made.ALL)
def test_four_files_are_written_and_the_same_each_time(
    name: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    one = written(made.ALL[name](), connection, tmp_path / "one")
    other = written(made.ALL[name](), connection, tmp_path / "other")
    assert list(one) == list(CONTENT_TYPES) == ["report.html", "report.json", "findings.csv", "quarantine.csv"]
    assert one == other
    assert {path.name for path in (tmp_path / "one").iterdir()} == set(CONTENT_TYPES)
    assert not [name for name, data in one.items() if str(tmp_path).encode() in data]


def test_two_thousand_findings_take_no_time_that_anybody_notices(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    report = made.large(2_000)
    begun = time.process_time()
    written(report, connection, tmp_path / "report")
    assert time.process_time() - begun < 2  # 0.5 s where nothing else runs
