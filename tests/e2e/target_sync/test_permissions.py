"""Every permission of the sync is taken away, one at a time, and the run says which one is missing.

What is taken away is what was applied: a test edits that policy and puts it back. The last tests hold the table against
the policies themselves, and what the role may against what a run calls.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tests.support.applied_policies import Role, Trust, grants
from tests.support.kept import ACCOUNT, NAME, REGION, RULE, Kept
from tests.support.withdrawn import Narrowed, Withdrawn

pytestmark = pytest.mark.slow
SYNC, NOTIFY, START = Role(f"{NAME}-sync", "sync"), Role(f"{NAME}-sync", "notify"), Role(f"{NAME}-start")
TARGET_ROLE = "mvp-pipeline-eventbridge-role"

Fails = Callable[[Kept, dict[str, Any]], None]


class Row(NamedTuple):
    """What permits less, and what then becomes of a run that has something to change."""

    name: str
    less: Withdrawn | Narrowed
    fails: Fails


def refused(action: str, *said: str, moved: bool = False) -> Fails:
    """The execution fails, and says which action is missing."""

    def check(kept: Kept, ended: dict[str, Any]) -> None:
        words = json.dumps(ended)
        assert ended["AutomationExecutionStatus"] == "Failed", words
        assert "access-denied" in words or "not-told" in words
        assert [each for each in (action, *said) if each not in words] == [], words
        assert (kept.revision() == kept.newest()) is moved

    return check


def without(action: str, *said: str, moved: bool = False, place: Role = SYNC) -> Row:
    """The role of the automation lacks an action."""
    return Row(action, Withdrawn(action, {place: ()}), refused(action, *said, moved=moved))


ROWS = [
    without("batch:DescribeJobDefinitions"),
    without("events:ListTargetsByRule", f":rule/mvp-development/{RULE}"),
    without("events:PutTargets", f":rule/mvp-development/{RULE}"),
    without("iam:PassRole", f":role/{TARGET_ROLE}"),
    without("ssm:GetParameters", f":parameter/batch-target-sync/{NAME}/lock"),
    without("ssm:PutParameter", f":parameter/batch-target-sync/{NAME}/lock"),
    without("cloudwatch:PutMetricData", moved=True),
    without("sns:Publish", ":mvp-development-alerts", moved=True, place=NOTIFY),
    without("kms:GenerateDataKey", moved=True, place=NOTIFY),
    without("kms:Decrypt", moved=True, place=NOTIFY),
    without("events:PutEvents", ":event-bus/mvp-development", moved=True),
]
CONDITIONS = [
    Row("roles for another service",
        Narrowed(SYNC, "iam:PassRole", "StringEquals", "iam:PassedToService", "ecs.amazonaws.com"),
        refused("iam:PassRole")),
    Row("targets that are no job queues",
        Narrowed(SYNC, "events:PutTargets", "ForAllValues:ArnLike", "events:TargetArn", "arn:aws:ecs:*:*:cluster/*"),
        refused("events:PutTargets")),
    Row("another namespace",
        Narrowed(SYNC, "cloudwatch:PutMetricData", "StringEquals", "cloudwatch:namespace", "Other"),
        refused("cloudwatch:PutMetricData", moved=True)),
    Row("events of another source",
        Narrowed(SYNC, "events:PutEvents", "ForAllValues:StringEquals", "events:source", "other"),
        refused("events:PutEvents", moved=True)),
    Row("the key for another service",
        Narrowed(NOTIFY, "kms:GenerateDataKey", "StringEquals", "kms:ViaService", f"sqs.{REGION}.amazonaws.com"),
        refused("kms:", moved=True)),
]  # fmt: skip


@pytest.mark.parametrize("row", [*ROWS, *CONDITIONS], ids=lambda row: row.name)
def test_without_a_permission_the_run_says_which(kept: Kept, row: Row) -> None:
    kept.set_revision(kept.newest() - 1)
    with row.less.applied_to(kept):
        row.fails(kept, kept.run("sync"))
    kept.run("sync")
    assert kept.revision() == kept.newest()


@contextlib.contextmanager
def disabled(kept: Kept, rule: str) -> Iterator[None]:
    kept.aws("events").disable_rule(Name=rule)
    try:
        yield
    finally:
        kept.aws("events").enable_rule(Name=rule)


STARTS = [
    ("start role is taken on", Withdrawn("sts:AssumeRole", {Trust(f"{NAME}-start"): ()}), "FAILED_TO_ASSUME_ROLE"),
    ("automation is started", Withdrawn("ssm:StartAutomationExecution", {START: ()}), "NO_PERMISSIONS"),
    ("its role is passed", Withdrawn("iam:PassRole", {START: ()}), "NO_PERMISSIONS"),
]


@pytest.mark.parametrize(("less", "code"), [row[1:] for row in STARTS], ids=[row[0] for row in STARTS])
def test_without_a_permission_the_rule_does_not_start_it(kept: Kept, less: Withdrawn, code: str) -> None:
    before, runs = kept.number(), len(kept.automations())
    with less.applied_to(kept):
        new = kept.register()
    (delivery,) = kept.deliveries(before)
    assert (delivery["outcome"], delivery["error_code"]) == ("dropped", code), delivery
    assert len(kept.automations()) == runs
    assert kept.revision() == new - 1


def test_an_automation_needs_to_take_its_role_on(kept: Kept) -> None:
    less = Withdrawn("sts:AssumeRole", {Trust(f"{NAME}-sync"): ()})
    with less.applied_to(kept), pytest.raises(kept.aws("ssm").exceptions.ClientError) as refusal:
        kept.run("sync")
    assert "assume role is unable to be assumed" in str(refusal.value)


# Allowed, and not needed by each run, with the reason.
NOT_IN_EVERY_RUN = {"ssm:GetParameterHistory": "only when two runs claimed the lock at once"}


def test_every_permission_has_a_row(kept: Kept) -> None:
    rows = {row.less.action for row in ROWS}
    granted = {action for place in (SYNC, NOTIFY) for _, action in grants(place.read(kept.aws))}
    assert granted - rows == set(NOT_IN_EVERY_RUN)
    assert {action for _, action in grants(START.read(kept.aws))} == {"ssm:StartAutomationExecution", "iam:PassRole"}


def test_the_account_is_the_one_of_the_seed(kept: Kept) -> None:
    assert kept.aws("sts").get_caller_identity()["Account"] == ACCOUNT
