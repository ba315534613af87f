"""The connection: what it may use, and what it leaves behind."""

from pathlib import Path

import duckdb
import pytest

from workers.claimsreport.connecting import connect
from workers.frame.problems import ServiceDownError

MEMORY = 256


def test_settings_hold_and_cannot_be_changed(tmp_path: Path) -> None:
    with connect(tmp_path, MEMORY) as connection:
        names = "threads", "memory_limit", "TimeZone", "autoload_known_extensions", "autoinstall_known_extensions"
        found = connection.execute(f"SELECT {', '.join(f'current_setting({name!r})' for name in names)}").fetchone()
        assert found == (1, "256.0 MiB", "UTC", False, False)
        with pytest.raises(duckdb.InvalidInputException, match="locked"):
            connection.execute("SET threads = 2")


def test_what_it_spills_stays_in_the_folder_and_is_gone_afterwards(tmp_path: Path) -> None:
    with connect(tmp_path / "run", MEMORY) as connection:
        connection.execute("CREATE TABLE wide AS SELECT repeat(md5(i::VARCHAR), 10) AS text FROM range(1_500_000) t(i)")
        assert any(path.is_file() for path in (tmp_path / "run").rglob("*"))  # 480 MB do not fit
    assert list((tmp_path / "run").iterdir()) == []


def test_nothing_is_left_where_a_query_fails(tmp_path: Path) -> None:
    with pytest.raises(duckdb.CatalogException), connect(tmp_path, MEMORY) as connection:
        connection.execute("SELECT * FROM nowhere")
    assert list(tmp_path.iterdir()) == []


def test_memory_that_is_used_up_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServiceDownError, match="no memory left of 256 MiB"), connect(tmp_path, MEMORY) as connection:
        connection.execute("SELECT string_agg(repeat(md5(i::VARCHAR), 10), '') FROM range(3_000_000) t(i)").fetchall()


def test_a_variable_of_python_is_no_table(tmp_path: Path) -> None:
    numbers = {"a": [1]}
    assert numbers
    with pytest.raises(duckdb.CatalogException), connect(tmp_path, MEMORY) as connection:
        connection.execute("SELECT * FROM numbers")


def test_an_extension_is_not_loaded_by_itself(tmp_path: Path) -> None:
    with (
        connect(tmp_path, MEMORY) as connection,
        pytest.raises(duckdb.Error, match="Please try installing and loading"),
    ):
        connection.execute("SELECT * FROM read_csv('https://example.com/a.csv')")
