"""Review judges plans that our generator did not write: it finds what is wrong in each, and nothing in what is right.

Each folder beside this file is a configuration written the way public modules write them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from review.delivery import samples
from review.finding import Severity
from review.intents.model import Status
from review.plan import read
from review.report import Report
from review.reviewing import review
from tests.support.planning import Planner

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """What review must say of a plan.

    Attributes:
        fails: rule and address of every finding that fails, and of none besides.
        says: texts that stand in one of them.
        unread: address and subject of every policy that only the apply knows, so that nothing is proved of it.
    """

    fails: frozenset[tuple[str, str]] = frozenset()
    says: tuple[str, ...] = ()
    unread: frozenset[tuple[str, str]] = frozenset()


CASES = {
    "tag_resource": Case(
        frozenset(
            {("delivery/denied", "aws_iam_role_policy.scheduler"), ("privilege/differs", "aws_iam_role.scheduler")}
        ),
        (
            "not authorized to perform: ecs:TagResource on resource: arn:aws:ecs:us-east-1:867653852961:task/",
            "Needed, and not allowed: ecs:TagResource on arn:aws:ecs:us-east-1:867653852961:task/hourly-export/",
        ),
    ),
    "pass_role_wildcard": Case(
        frozenset({("privilege/beyond", "aws_iam_role.scheduler")}),
        ("Allowed, and not intended: iam:PassRole on arn:aws:iam::",),
    ),
    "topic_key_conditions": Case(
        frozenset(
            {
                ("delivery/denied", "aws_kms_key.this"),
                ("privilege/missing", "aws_kms_key.this"),
                ("check/key-shuts-out-service", "aws_kms_key.this"),
            }
        ),
        ("asks for aws:SourceArn, which events.amazonaws.com does not send on the way to a topic",),
    ),
    "dead_letters": Case(
        frozenset(
            {
                ("delivery/dead-letter", "aws_sqs_queue.without_policy"),
                ("privilege/missing", "aws_sqs_queue.without_policy"),
                ("delivery/dead-letter", 'aws_cloudwatch_event_rule.this["lost"]'),
                ("check/dead-letter-queue-managed-key", "aws_sqs_queue.managed_key"),
            }
        ),
        (
            "to perform: sqs:SendMessage on resource: arn:aws:sqs:us-east-1:867653852961:shipments-delayed-dlq",
            "alias/aws/sqs lets no service encrypt with it",
        ),
    ),
    "open_trust": Case(
        frozenset(
            {("privilege/beyond", "aws_iam_role.scheduler"), ("check/trust-without-source", "aws_iam_role.scheduler")}
        ),
        ("scheduler.amazonaws.com may take on this role for any AWS account",),
    ),
    "references": Case(
        unread=frozenset(
            {
                ("aws_iam_role.events", "role"),
                ("aws_iam_role.events", "trust"),
                ("aws_iam_role.execution", "role"),  # AWS's own policy, which is in no plan
                ("aws_sqs_queue.dlq", "queue"),
            }
        )
    ),
    "right": Case(),
}


def reviewed(name: str, planner: Planner) -> Report:
    """Plan a configuration in the sandbox, and review the plan with its sample events."""
    planned = planner.copy(HERE / name, name).plan(output=True)
    plan = read(dict(planned), name)
    folder = HERE / name / "events"
    return review(plan, events=samples.read_folder(folder, plan) if folder.is_dir() else ())


def test_every_configuration_here_is_tried() -> None:
    assert {path.parent.name for path in HERE.glob("*/main.tf")} == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_review_finds_what_is_wrong_and_nothing_else(name: str, planner: Planner) -> None:
    report, case = reviewed(name, planner), CASES[name]
    found = [each for each in report.findings if each.severity is Severity.FAIL]
    assert {(each.rule, each.address) for each in found} == case.fails
    assert report.passes is not bool(case.fails)
    for text in case.says:
        assert any(text in f"{each.title}\n{each.detail}" for each in found), text
    proofs = report.privileges.proofs
    assert {(each.address, each.subject) for each in proofs if each.status is Status.UNREAD} == case.unread
