"""What whole runs meet, made once a session and as new for each test; and the fake AWS of the frame's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workers.claimsreport.aws import Aws
from tests.workers.claimsreport.surroundings import Made, Surroundings, make_weeks, serving
from tests.workers.frame.conftest import aws, clients, logging_as_before, shared_aws, shared_clients

__all__ = ["aws", "clients", "logging_as_before", "shared_aws", "shared_clients"]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(make_weeks(tmp_path_factory.mktemp("claims")))


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[Aws, str]]:
    with serving() as served:
        yield served


@pytest.fixture
def around(tmp_path: Path, made: Made, served: tuple[Aws, str], request: pytest.FixtureRequest) -> Surroundings:
    """Folders of this machine, or with the parameter `s3` a bucket."""
    fake, endpoint = served
    fake.forget()
    in_s3 = getattr(request, "param", "") == "s3"
    return Surroundings(tmp_path, made, fake, endpoint, made.clients, in_s3=in_s3)
