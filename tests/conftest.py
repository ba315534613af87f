"""Fixtures for every room: a sandbox a worker, and a planner a test."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.testing
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from harness import providers
from sandbox import server
from tests.support import browser_summary
from tests.support.planning import BUILD, REPOSITORY, Planner
from tests.support.reattach import running_provider

ACCOUNT = "867653852961"

# What hypothesis draws is the same in every run, so that a run that is red says something about the change before it.
# HYPOTHESIS_PROFILE=explore draws anew: for looking for what nobody thought of.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore", derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# Much of what a plan costs is Terraform's garbage collector, which runs whenever the heap has doubled, again and again
# over the provider's schema. This lets the heap grow to five times what lives, up to a gibibyte.
SELDOM_COLLECTED = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}

# A sandbox, or a plan, for the whole folder. What tests/modules shares is not worth one worker for all of it.
WITH_A_FIXTURE_OF_THE_FOLDER = ("tests/modules/batch-target-sync/", "tests/operations/", "tests/sandbox/")

# typer's runner makes the commands of a room anew for each that it runs, and that takes longer than most of them.
typer.testing._get_command = functools.cache(typer.testing._get_command)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--regenerate-inventories`` writes what the plan holds instead of comparing with it."""
    parser.addoption("--regenerate-inventories", action="store_true", help="write inventories from the plans")


class ShareWorkers(LoadScopeScheduling):
    """Every test goes to the next free worker, but those that share what takes long to make share one.

    What a fixture of a file or a session makes is made anew by each worker that runs a test with it: an apply, a plan,
    a sandbox.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        before, e2e, rest = file.rpartition("e2e/")
        if e2e:
            return f"{before}{e2e}{rest.partition('/')[0]}"
        for folder in WITH_A_FIXTURE_OF_THE_FOLDER:
            if file.startswith(folder):
                return folder
        return file if has_a_fixture_of_its_own(file) else nodeid


@functools.cache
def has_a_fixture_of_its_own(file: str) -> bool:
    """Whether a file of tests makes something for all of them."""
    return 'scope="module"' in (REPOSITORY / file).read_text(encoding="utf-8")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """What decides which worker runs which test; the longest scopes start first."""
    return ShareWorkers(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a missing browser left out is said by name."""
    browser_summary.tell(terminalreporter)


@pytest.fixture(scope="session", autouse=True)
def no_outside_influence() -> Iterator[None]:
    """No test sees the caller's AWS or Terraform settings, nor that a job in the background ignores interrupts.

    How often Terraform collects garbage is said here, for whatever a test starts.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    patch = pytest.MonkeyPatch()
    for name in [name for name in os.environ if name.startswith(("AWS_", "TF_", "MOTO_"))]:
        patch.delenv(name)
    for name in SELDOM_COLLECTED.keys() - os.environ.keys():
        patch.setenv(name, SELDOM_COLLECTED[name])
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
