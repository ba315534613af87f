"""Fixtures: AWS clients of a repaired sandbox, and of moto as it comes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from typer.testing import CliRunner, Result

from sandbox import call_hooks, repairs, s3_bodies, s3_callers, server  # noqa: F401 - importing them registers repairs
from sandbox.__main__ import app
from sandbox.automation import hooks as automation_hooks  # noqa: F401 - importing it registers repairs
from sandbox.batch import compute as batch_compute  # noqa: F401 - as above
from sandbox.batch import hooks as batch_hooks  # noqa: F401 - as above
from sandbox.containers import hooks as container_hooks  # noqa: F401 - as above
from sandbox.delivery import hooks as delivery_hooks  # noqa: F401 - as above
from sandbox.schedules import hooks as schedule_hooks  # noqa: F401 - as above
from sandbox.state import Store
from tests.sandbox.bench import Bench
from tests.sandbox.calling import Client, clients

__all__ = ["ACCOUNT", "REGION", "Client", "Run", "clients"]

ACCOUNT = "867653852961"
REGION = "us-east-1"
Run = Callable[..., Result]


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


@pytest.fixture
def name() -> str:
    """A name nobody else uses: the repaired sandbox is shared by the session."""
    return f"t-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def make_bench(repaired: server.Sandbox) -> Callable[[], Bench]:
    return lambda: Bench(repaired, f"t-{uuid.uuid4().hex[:12]}")


@pytest.fixture
def bench(make_bench: Callable[[], Bench]) -> Bench:
    return make_bench()


@pytest.fixture
def account_in_process(no_outside_influence: None) -> Iterator[None]:
    """An account of the test's own, in this process: for what needs no server."""
    with mock_aws():
        yield


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("build")


@pytest.fixture(scope="module")
def box(no_outside_influence: None, build: Path) -> Iterator[server.Sandbox]:
    """One that stays up under the name `one`, whose clock may be moved."""
    store = Store(build / "sandbox")
    store.up("one", ACCOUNT, REGION)
    found = store.find("one")
    assert found is not None
    yield found
    store.down("one")


@pytest.fixture
def run(build: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of the sandbox in this process; `build` has what is up."""
    monkeypatch.setenv("PUNCTUAL_BUILD_DIR", str(build))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, arguments)

    return invoke
