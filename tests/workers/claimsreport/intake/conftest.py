"""Storage on the fake AWS of whole runs, and DuckDB as the worker opens it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from workers.claimsreport.connecting import connect
from workers.frame.aws import Clients
from workers.frame.retries import RetryPolicy
from workers.frame.storage import Storage


@pytest.fixture
def storage(clients: Clients) -> Storage:
    return Storage(clients, RetryPolicy(attempts=3, base_seconds=0))


@pytest.fixture(scope="session")
def session_connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path_factory.mktemp("duckdb"), 300) as connection:
        yield connection


@pytest.fixture
def connection(session_connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """One for all: what is taken in makes its tables anew."""
    return session_connection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"
