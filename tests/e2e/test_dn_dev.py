"""What a newcomer does, with the Makefile's own commands, in a copy of this clone: plan, apply, plan again, destroy.

The tests of this file follow one another on one worker: an apply costs a minute (the provider waits for a queue and for
its policy), so there is one.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from harness import checkov
from tests.support import inventories
from tests.support.planning import BUILD, REPOSITORY

pytestmark = pytest.mark.slow
FIRST_LINE = "Sandbox: dn-dev as account 867653852961, us-east-1, on this machine only"


class Clone:
    """A copy of this clone's files, with the same Python environments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout.splitlines()
        for name in names:
            if (REPOSITORY / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPOSITORY / name, folder / name)
        (folder / ".build").mkdir()
        (folder / ".build" / "venv").symlink_to(BUILD / "venv")
        self.home = folder / "home"
        self.home.mkdir()

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run make with an empty home; ``-o setup`` because the Python environment is a link to this test's own."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
        environment |= {"HOME": str(self.home), "AWS_EC2_METADATA_DISABLED": "true"}
        return subprocess.run(
            ["make", "-o", "setup", f"PYTHON={sys.executable}", *arguments],
            cwd=self.folder, env=environment, check=False, capture_output=True, text=True,
        )  # fmt: skip

    def plan_json(self) -> dict[str, Any]:
        plan: dict[str, Any] = json.loads((self.folder / ".build" / "dn-dev" / "plan.json").read_text())
        return plan

    def sandbox(self) -> dict[str, Any]:
        """Where the sandbox that ``make apply`` left is."""
        state: dict[str, Any] = json.loads((self.folder / ".build" / "sandbox" / "dn-dev" / "sandbox.json").read_text())
        return state


def succeeded(finished: subprocess.CompletedProcess[str]) -> str:
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    clone = Clone(tmp_path_factory.mktemp("clone"))
    yield clone
    subprocess.run([BUILD / "venv" / "bin" / "python", "-m", "sandbox", "down", "--all"], cwd=clone.folder, check=True)


@pytest.fixture(scope="module")
def planned(clone: Clone) -> str:
    return succeeded(clone.make("plan", "ENV=dn-dev"))


def test_the_first_line_says_sandbox_account_and_region(planned: str) -> None:
    assert planned.splitlines()[0] == FIRST_LINE


def test_the_summary_says_what_is_created_and_what_will_run_when(planned: str, clone: Clone) -> None:
    created = len(inventories.planned_resources(clone.plan_json()))
    assert f"dn-dev plan: {created} to create\n" in planned
    lines = [line.split() for line in planned.splitlines()]
    assert ["dn-claims-report", "rate(7", "days)", "UTC", "->", "dn-task-claims-report-process"] in lines
    assert ["channelbackfill", "rate(1", "day)", "UTC", "->", "channelbackfill-task"] in lines
    assert "Written: .build/dn-dev/plan.json" in planned


def test_the_sandbox_of_a_plan_is_gone_afterwards(planned: str, clone: Clone) -> None:
    listed = succeeded(clone.make("sandbox-status"))
    assert "dn-dev" not in listed


def test_the_plan_matches_its_inventory(planned: str, clone: Clone, request: pytest.FixtureRequest) -> None:
    inventories.check(
        REPOSITORY / "tests" / "e2e" / "inventories" / "dn-dev.yaml",
        clone.plan_json(),
        rewrite=request.config.getoption("--regenerate-inventories"),
        command=f".build/venv/bin/python -m pytest '{request.node.nodeid}' --regenerate-inventories",
    )


def test_every_policy_is_readable_in_the_plan(planned: str, clone: Clone) -> None:
    """A policy that is only known after apply cannot be reviewed; only a key of the same plan may be unknown."""
    policies = {
        change["address"]: [
            attribute
            for attribute in ("policy", "assume_role_policy")
            if change["change"]["after_unknown"].get(attribute) is True
        ]
        for change in clone.plan_json()["resource_changes"]
        if change["type"].endswith("_policy") or change["type"] in ("aws_iam_role", "aws_kms_key")
    }
    assert len(policies) > 10
    assert {address for address, unknown in policies.items() if unknown} == {
        "module.schedule_channelbackfill.aws_iam_role_policy.scheduler",
        "module.schedule_dn_claims_report.aws_iam_role_policy.scheduler",
    }


def test_checkov_finds_nothing_in_the_plan(planned: str, clone: Clone) -> None:
    plan = clone.folder / ".build" / "dn-dev" / "plan.json"
    verdict = checkov.scan_plan(
        BUILD / "checkov" / "bin" / "checkov", plan, clone.folder / "roots" / "dn-dev", clone.folder
    )
    assert verdict.failures == ()


@pytest.fixture(scope="module")
def applied(clone: Clone, planned: str) -> str:
    return succeeded(clone.make("apply", "ENV=dn-dev"))


def test_apply_makes_the_schedules(applied: str, clone: Clone) -> None:
    assert applied.splitlines()[0] == FIRST_LINE
    endpoint = f"http://127.0.0.1:{clone.sandbox()['port']}"
    client = boto3.client(
        "scheduler", "us-east-1", endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key="test"
    )
    found = {schedule["Name"]: schedule for schedule in client.list_schedules()["Schedules"]}
    assert set(found) == {"dn-claims-report", "channelbackfill"}
    claims = client.get_schedule(Name="dn-claims-report", GroupName=found["dn-claims-report"]["GroupName"])
    assert claims["ScheduleExpression"] == "rate(7 days)"
    assert claims["State"] == "ENABLED"


def test_the_second_plan_is_empty(applied: str, clone: Clone) -> None:
    assert "dn-dev plan: no changes" in succeeded(clone.make("plan", "ENV=dn-dev"))


def test_destroy_leaves_nothing_and_stops_the_sandbox(applied: str, clone: Clone) -> None:
    address = ("127.0.0.1", clone.sandbox()["port"])
    destroyed = succeeded(clone.make("destroy", "ENV=dn-dev"))
    assert "to destroy" in destroyed
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)
    again = clone.make("destroy", "ENV=dn-dev")
    assert again.returncode == 0, again.stderr
    assert "nothing is up" in again.stdout + again.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plan"], "ENV is missing: give one of dn-dev"),
        (["plan", "ENV=dn-deb"], "did you mean dn-dev?"),
        (["plan", "ENV=dn-dev", "LIVE=yes"], "LIVE=yes is neither 1 (the real account) nor empty (the sandbox)"),
    ],
)
def test_wrong_use_is_explained(clone: Clone, arguments: list[str], message: str) -> None:
    finished = clone.make(*arguments)
    assert finished.returncode == 2
    assert message in finished.stderr
    assert "Traceback" not in finished.stderr


def test_live_says_so_first_and_needs_credentials(clone: Clone) -> None:
    finished = clone.make("plan", "ENV=dn-dev", "LIVE=1")
    assert finished.stdout.splitlines()[0].startswith("LIVE: dn-dev in the real AWS account 867653852961, us-east-1")
    assert finished.returncode == 2
    assert "LIVE=1 needs credentials for account 867653852961" in finished.stderr


def test_make_alone_lists_the_targets(clone: Clone) -> None:
    listed = succeeded(clone.make())
    names = [line.split()[0] for line in listed.splitlines()]
    assert set(names) >= {"plan", "apply", "destroy", "generate", "check", "fmt", "clean", "test", "test-fast", "bench"}
