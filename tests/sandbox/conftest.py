"""Fixtures: AWS clients of a repaired sandbox, and of moto as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox import repairs, server

ACCOUNT = "867653852961"
REGION = "us-east-1"

Client = Callable[[str], Any]


def clients(box: server.Sandbox) -> Client:
    """Return a function that makes a client of one service."""

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=box.endpoint,
            region_name=box.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"mode": "standard"}),
        )

    return client


@pytest.fixture(scope="session")
def repaired(no_outside_influence: None) -> Iterator[server.Sandbox]:
    """The sandbox as everybody uses it."""
    with server.start(account=ACCOUNT, region=REGION) as box:
        yield box


@pytest.fixture(scope="session")
def stock(no_outside_influence: None) -> Iterator[server.Sandbox]:
    """A sandbox with no repair at all: moto as it comes."""
    with server.start(account=ACCOUNT, region=REGION, without=list(repairs.REPAIRS)) as box:
        yield box


@pytest.fixture(
    params=[
        "repaired",
        # On moto as it comes the same test must fail, by its own assertion or by moto's answer and nothing else.
        # If it does not, the test shows nothing, or moto has caught up and the repair can go.
        pytest.param(
            "stock", marks=pytest.mark.xfail(strict=True, raises=(AssertionError, ClientError, pytest.fail.Exception))
        ),
    ]
)
def aws(request: pytest.FixtureRequest) -> Client:
    """Clients of the repaired sandbox, then of moto as it comes."""
    return clients(request.getfixturevalue(request.param))
