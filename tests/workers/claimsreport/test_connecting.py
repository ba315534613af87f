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
        wide = "SELECT repeat(md5(i::VARCHAR), 10) AS text FROM range(1_500_000) t(i)"  # 480 MB do not fit
        connection.execute(f"CREATE TEMP TABLE wide AS {wide}")
        spilled = [path.name for path in (tmp_path / "run").rglob("*") if path.is_file() and path.stat().st_size]
        assert any(name.startswith("duckdb_temp_") for name in spilled)
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


def test_the_table_of_a_report_is_compressed(tmp_path: Path) -> None:
    with connect(tmp_path, MEMORY) as connection:
        connection.execute("CREATE TABLE wide AS SELECT repeat('US|GB|', 40) AS text FROM range(1_000_000)")  # 240 MB
        assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 20_000_000


@pytest.mark.parametrize("kind", [duckdb.IOException, duckdb.FatalException])
def test_a_full_disk_is_told(tmp_path: Path, kind: type[duckdb.Error]) -> None:
    with pytest.raises(ServiceDownError, match="or no disk"), connect(tmp_path, MEMORY):
        raise kind('Could not write file "tables.duckdb": No space left on device')


def test_another_file_that_cannot_be_read_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(duckdb.IOException, match="nowhere"), connect(tmp_path, MEMORY) as connection:
        connection.execute(f"FROM read_parquet('{tmp_path}/nowhere.parquet')")
