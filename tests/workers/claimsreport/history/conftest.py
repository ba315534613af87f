"""A database, and a fake AWS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.workers.frame import fake_aws
from workers.claimsreport.connecting import connect
from workers.frame.aws import Clients


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path / "duckdb", 256) as connection:
        yield connection


@pytest.fixture(scope="module")
def shared_aws() -> Iterator[fake_aws.FakeAws]:
    with fake_aws.running() as aws:
        yield aws


@pytest.fixture(scope="module")
def shared_clients() -> Clients:
    """Making one costs half a second."""
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
def clients(aws: fake_aws.FakeAws, shared_clients: Clients) -> Clients:
    return shared_clients
