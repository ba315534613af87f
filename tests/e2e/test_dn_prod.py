"""Production, before and after its placeholders are filled in, with the Makefile's own commands and no network.

Filled in, it is planned in a git clone: its modules are those of the commit that it pins, read from there.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from generator.checks.placeholders import placeholders
from generator.models.forms import PLACEHOLDER
from generator.specs import loading
from tests.support.clone import Clone, succeeded
from tests.support.inventories import planned_resources
from tests.support.planning import REPOSITORY

pytestmark = pytest.mark.slow

ACCOUNT = "111122223333"
# By the last part of a place's path: what a person who knows the account would put there.
VALUES = {
    "account": f'"{ACCOUNT}"',
    "api_id": "exampleapiexampleapiexampl",
    "security_group_ids": "sg-0123456789abcdef0",
    "trusted_compute_subnets": "subnet-0123456789abcdef0",
}


def places() -> list[tuple[int, str]]:
    """Line and field of every placeholder, as the generator finds them."""
    found = placeholders(loading.load(REPOSITORY / "environments", "dn-prod"))
    return sorted((node.source.line, [str(part) for part in path if isinstance(part, str)][-1]) for path, node in found)


def filled_in(folder: Path) -> None:
    path = folder / "environments" / "dn-prod.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for line, field in places():
        assert PLACEHOLDER in lines[line - 1]
        lines[line - 1] = lines[line - 1].replace(PLACEHOLDER, VALUES[field], 1)
    path.write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    folder = tmp_path_factory.mktemp("clone")
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", str(REPOSITORY), str(folder)], check=True)
    return Clone(folder)


def test_what_is_to_be_filled_in_stops_a_plan_and_an_apply_with_a_line_for_each_place(clone: Clone) -> None:
    for target in ("plan", "apply"):
        refused = clone.make(target, "ENV=dn-prod")
        assert refused.returncode == 2
        assert refused.stdout == "", "nothing acts anywhere"
        said = [line for line in refused.stderr.splitlines() if PLACEHOLDER in line]
        assert [line.split(": ")[0] for line in said] == [f"environments/dn-prod.yaml:{line}" for line, _ in places()]
        assert said[0].endswith(": account: FILL_IN is a placeholder: give an account: 12 digits, in quotes")


def test_once_the_account_is_known_the_generator_says_what_else_is_missing(clone: Clone) -> None:
    path = clone.folder / "environments" / "dn-prod.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(f"account: {PLACEHOLDER}", f'account: "{ACCOUNT}"'), encoding="utf-8")
    refused = clone.make("plan", "ENV=dn-prod")
    path.write_text(before, encoding="utf-8")
    assert refused.returncode == 2
    said = [line for line in refused.stderr.splitlines() if PLACEHOLDER in line]
    assert [line.split(": ")[0] for line in said] == [f"environments/dn-prod.yaml:{line}" for line, _ in places()[1:]]
    assert all(" is a placeholder: give " in line for line in said)
    assert "network.trusted_compute_subnets[0]: FILL_IN is a placeholder: give the id of a subnet, such as" in said[0]


@pytest.fixture(scope="module")
def planned(clone: Clone) -> dict[str, Any]:
    """The plan of production, and the resources in it."""
    filled_in(clone.folder)
    printed = succeeded(clone.make("plan", "ENV=dn-prod"))
    assert printed.splitlines()[0] == f"Sandbox: dn-prod as account {ACCOUNT}, us-east-1, on this machine only"
    plan: dict[str, Any] = json.loads((clone.folder / ".build" / "dn-prod" / "plan.json").read_text())
    return plan


def test_the_review_of_production_says_yes(planned: dict[str, Any], clone: Clone) -> None:
    found = clone.review("dn-prod")
    assert found["passes"] is True
    assert {proof["status"] for proof in found["proofs"]} == {"proved"}
    assert "no" not in {path["answer"] for path in found["delivery"]["paths"]}


def of_type(plan: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = [item["values"] for item in planned_resources(plan).values() if item["type"] == kind]
    assert found
    return found


def test_the_modules_are_those_of_the_pinned_commit(planned: dict[str, Any], clone: Clone) -> None:
    calls = planned["configuration"]["root_module"]["module_calls"].values()
    (base,) = {call["source"].split("//modules/")[0] for call in calls}
    (ref,) = {call["source"].split("?ref=")[1] for call in calls}
    assert base == "git::https://example.com/punctual.git"
    assert re.fullmatch(r"[0-9a-f]{40}", ref), "a commit cannot move"
    fetched = list((clone.folder / ".build" / "dn-prod" / ".terraform" / "modules").glob("*/.git"))
    assert fetched
    for folder in fetched:
        head = ["git", "--git-dir", str(folder), "rev-parse", "HEAD"]
        assert subprocess.run(head, check=True, capture_output=True, text=True).stdout.strip() == ref


def test_alarms_wake_and_failures_are_mailed(planned: dict[str, Any]) -> None:
    assert {topic["name"] for topic in of_type(planned, "aws_sns_topic")} == {"dn-prod-alerts", "dn-prod-pager"}
    policies = {
        address: [statement["Principal"]["Service"] for statement in json.loads(item["values"]["policy"])["Statement"]]
        for address, item in planned_resources(planned).items()
        if item["type"] == "aws_sns_topic_policy"
    }
    assert policies == {
        "aws_sns_topic_policy.alerts": ["events.amazonaws.com"] * 2,  # failure rules, and the workflow's
        "aws_sns_topic_policy.pager": ["cloudwatch.amazonaws.com"],
    }
    for call in planned["configuration"]["root_module"]["module_calls"].values():
        given = call["expressions"]
        actions = {name for name in given if name.endswith(("alarm_actions", "ok_actions"))}
        assert len(actions) in {0, 2}
        assert all("aws_sns_topic.pager.arn" in given[name]["references"] for name in actions)
        if not actions:
            assert "aws_sns_topic.alerts.arn" in given["failure_topic_arns"]["references"]


def test_the_workflow_is_the_one_of_development(planned: dict[str, Any]) -> None:
    assert [bus["name"] for bus in of_type(planned, "aws_cloudwatch_event_bus")] == ["dn-backend-workflow-bus-prod"]
    rules = [rule for rule in of_type(planned, "aws_cloudwatch_event_rule") if rule["event_bus_name"] != "default"]
    patterns = {rule["name"]: json.loads(rule["event_pattern"])["detail-type"] for rule in rules}
    assert patterns == {
        "channelbackfill-success-trigger-prod": ["Channel Backfill Completed"],
        "channelbackfill-failure-alert-prod": ["Channel Backfill Failed"],
    }


def test_what_is_lost_in_a_mistake_is_kept_for_long(planned: dict[str, Any]) -> None:
    groups = of_type(planned, "aws_cloudwatch_log_group")
    assert {(group["retention_in_days"], group["skip_destroy"]) for group in groups} == {(400, True)}
    assert {queue["message_retention_seconds"] for queue in of_type(planned, "aws_sqs_queue")} == {1_209_600}
    assert [key["deletion_window_in_days"] for key in of_type(planned, "aws_kms_key")] == [30]


def test_tasks_run_in_private_subnets(planned: dict[str, Any]) -> None:
    networks = [
        schedule["target"][0]["ecs_parameters"][0]["network_configuration"][0]
        for schedule in of_type(planned, "aws_scheduler_schedule")
    ]
    assert {network["assign_public_ip"] for network in networks} == {False}


def test_a_commit_that_the_clone_does_not_hold_is_said_with_what_to_fetch(
    planned: dict[str, Any], clone: Clone
) -> None:
    path = clone.folder / "environments" / "dn-prod.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\"[0-9a-f]{40}\"", f'"{"f" * 40}"', before), encoding="utf-8")
    refused = clone.make("plan", "ENV=dn-prod")
    path.write_text(before, encoding="utf-8")
    assert refused.returncode == 2
    assert f"does not hold {'f' * 40}" in refused.stderr
    assert "fetch --tags https://example.com/punctual.git" in refused.stderr
