"""What AWS sends with a request and no plan knows is left open, where it matters, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from review.delivery.model import Answer
from tests.review.delivery.complete import EVENTS, Statement, Whole

RUN = "May the role run the task report on the cluster main?"
BURY = "May the role write to the dead-letter queue schedule-dlq?"
BURY_AS_SERVICE = f"May {EVENTS} write to the dead-letter queue rule-dlq?"
TAKE_ON = "May scheduler.amazonaws.com take on the role scheduler?"
ROLE, RULE_DLQ = "aws_iam_role_policy.scheduler", "aws_sqs_queue_policy.rule-dlq"
ORGANIZATION = "o-abcdefghij"


def answers(whole: Whole, question: str) -> set[Answer]:
    kind = "event" if EVENTS in question else "schedule"
    paths = [path for path in whole.delivered().paths if path.kind == kind]
    return {hop.answer for path in paths for hop in path.hops if hop.question == question}


def denies(action: str, **condition: Any) -> Statement:
    return {
        "Sid": "Others",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": action,
        "Resource": "*",
        "Condition": condition,
    }


@pytest.mark.parametrize(
    ("address", "statement", "question", "answer"),
    [
        # Whether the account is of this organization, no plan says.
        (
            "aws_sqs_queue_policy.schedule-dlq",
            denies("sqs:*", StringNotEquals={"aws:PrincipalOrgID": ORGANIZATION}),
            BURY,
            Answer.DEPENDS,
        ),
        (
            "aws_sqs_queue_policy.schedule-dlq",
            denies("sqs:*", StringEquals={"aws:PrincipalOrgID": ORGANIZATION}),
            BURY,
            Answer.DEPENDS,
        ),
        # A service is of no organization, and says so; it may act for an account of one.
        (
            RULE_DLQ,
            denies("sqs:*", StringNotEquals={"aws:PrincipalOrgID": ORGANIZATION}),
            BURY_AS_SERVICE,
            Answer.NO,
        ),
        (
            RULE_DLQ,
            denies(
                "sqs:*",
                StringNotEqualsIfExists={"aws:PrincipalOrgID": ORGANIZATION},
                BoolIfExists={"aws:PrincipalIsAWSService": "false"},
            ),
            BURY_AS_SERVICE,
            Answer.YES,
        ),
        (
            RULE_DLQ,
            denies("sqs:*", StringNotEqualsIfExists={"aws:SourceOrgID": ORGANIZATION}),
            BURY_AS_SERVICE,
            Answer.DEPENDS,
        ),
        # What a statement about another action asks for does not matter.
        (
            RULE_DLQ,
            denies("sqs:ReceiveMessage", StringNotEquals={"aws:SourceOrgID": ORGANIZATION}),
            BURY_AS_SERVICE,
            Answer.YES,
        ),
        (RULE_DLQ, denies("sqs:*", Bool={"aws:SecureTransport": "false"}), BURY_AS_SERVICE, Answer.YES),
        # Neither does what cannot be what it asks for.
        (
            RULE_DLQ,
            denies("sqs:*", StringNotEquals={"aws:SourceOrgID": ORGANIZATION}, Bool={"aws:SecureTransport": "false"}),
            BURY_AS_SERVICE,
            Answer.YES,
        ),
        (ROLE, denies("ecs:RunTask", Bool={"ecs:auto-assign-public-ip": "true"}), RUN, Answer.DEPENDS),
    ],
)
def test_a_denial_by_what_nobody_knows_is_left_open(
    address: str, statement: Statement, question: str, answer: Answer
) -> None:
    whole = Whole()
    if address == ROLE:
        statement = {name: value for name, value in statement.items() if name != "Principal"}
    whole.policies.setdefault(address, []).append(statement)
    assert answers(whole, question) == {answer}


@pytest.mark.parametrize(
    ("address", "question", "condition", "tags", "answer"),
    [
        ("aws_iam_role.scheduler", TAKE_ON, {"StringEquals": {"aws:SourceOrgID": ORGANIZATION}}, {}, Answer.DEPENDS),
        (ROLE, RUN, {"StringEquals": {"aws:ResourceTag/Team": "reports"}}, {"Team": "reports"}, Answer.YES),
        (ROLE, RUN, {"StringEquals": {"ecs:ResourceTag/Team": "reports"}}, {"Team": "reports"}, Answer.YES),
        (ROLE, RUN, {"StringEquals": {"aws:ResourceTag/Team": "reports"}}, {"Team": "others"}, Answer.NO),
        (ROLE, RUN, {"StringEquals": {"aws:ResourceTag/Team": "reports"}}, None, Answer.DEPENDS),
        (ROLE, RUN, {"StringEquals": {"aws:ResourceTag/Team": "reports"}}, {"Team": "‹x.name›"}, Answer.DEPENDS),
        (ROLE, RUN, {"StringEquals": {"aws:PrincipalTag/Team": "reports"}}, {}, Answer.DEPENDS),
    ],
)
def test_a_permission_by_what_nobody_knows_is_left_open(
    address: str, question: str, condition: dict[str, Any], tags: dict[str, str] | None, answer: Answer
) -> None:
    whole = Whole()
    whole.policies[address][0]["Condition"] = condition
    whole.resources["aws_ecs_task_definition.report"]["tags_all"] = tags
    assert answers(whole, question) == {answer}


def test_what_is_left_open_says_what_and_where() -> None:
    whole = Whole()
    whole.policies[ROLE][0]["Condition"] = {"StringEquals": {"aws:PrincipalTag/Team": "reports"}}
    (note,) = whole.delivered().findings
    assert note.title == (
        "A path depends on aws:PrincipalTag/Team, which statement 1 of aws_iam_role_policy.scheduler asks for and this "
        "plan does not know"
    )
    assert note.address == "aws_iam_role_policy.scheduler"
