"""A fake AWS a test, and logging as it was before."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.workers.frame import fake_aws
from workers.frame import logs
from workers.frame.aws import Clients


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.QUIET_LIBRARIES}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def shared_aws() -> Iterator[fake_aws.FakeAws]:
    with fake_aws.running() as aws:
        yield aws


@pytest.fixture(scope="session")
def shared_clients() -> Clients:
    """Making one costs half a second; botocore itself tries once, and waits for nothing."""
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
