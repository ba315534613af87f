"""A fake S3, and DuckDB as the worker opens it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.workers.frame import fake_aws
from workers.claimsreport.connecting import connect
from workers.frame.aws import Clients
from workers.frame.retries import RetryPolicy
from workers.frame.storage import Storage


@pytest.fixture(scope="session")
def shared_aws() -> Iterator[fake_aws.FakeAws]:
    with fake_aws.running() as aws:
        yield aws


@pytest.fixture(scope="session")
def shared_clients() -> Clients:
    return Clients(retries=1)


@pytest.fixture
def aws(shared_aws: fake_aws.FakeAws, monkeypatch: pytest.MonkeyPatch) -> fake_aws.FakeAws:
    shared_aws.forget()
    monkeypatch.setenv("AWS_ENDPOINT_URL", shared_aws.url)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return shared_aws


@pytest.fixture
def storage(aws: fake_aws.FakeAws, shared_clients: Clients) -> Storage:
    return Storage(shared_clients, RetryPolicy(attempts=3, base_seconds=0))


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
