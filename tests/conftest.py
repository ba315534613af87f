"""Fixtures for every room: a sandbox a worker, and a planner a test."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from harness import providers
from sandbox import server
from tests.support.planning import BUILD, Planner
from tests.support.reattach import running_provider

ACCOUNT = "867653852961"

# What hypothesis draws is the same in every run, so that a run that is red says something about the change before it.
# HYPOTHESIS_PROFILE=explore draws anew: for looking for what nobody thought of.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore", derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--regenerate-inventories`` writes what the plan holds instead of comparing with it."""
    parser.addoption("--regenerate-inventories", action="store_true", help="write inventories from the plans")


class ApplyTogether(LoadScopeScheduling):
    """Every test goes to the next free worker; those of a file or folder in ``e2e`` share one, and an apply."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        before, e2e, rest = file.rpartition("e2e/")
        return f"{before}{e2e}{rest.partition('/')[0]}" if e2e else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """What decides which worker runs which test; the longest scopes start first."""
    return ApplyTogether(config, log)


@pytest.fixture(scope="session", autouse=True)
def no_outside_influence() -> Iterator[None]:
    """No test sees the caller's AWS or Terraform settings, nor that a job in the background ignores interrupts."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    patch = pytest.MonkeyPatch()
    for name in [name for name in os.environ if name.startswith(("AWS_", "TF_", "MOTO_"))]:
        patch.delenv(name)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def box(no_outside_influence: None) -> Iterator[server.Sandbox]:
    """One sandbox for all plans of a worker: plans create nothing, so they do not meet."""
    with server.start(account=ACCOUNT, region="us-east-1") as box:
        yield box


@pytest.fixture(scope="session")
def attach(box: server.Sandbox) -> Iterator[dict[str, str]]:
    """One running provider for all plans of a worker: starting it is most of what a plan costs."""
    with running_provider(providers.configure(BUILD), box.child_environment(os.environ)) as variables:
        yield variables


@pytest.fixture
def planner(box: server.Sandbox, attach: dict[str, str], tmp_path: Path) -> Planner:
    """Plans roots in a temporary copy."""
    return Planner(tmp_path, box, attach)
