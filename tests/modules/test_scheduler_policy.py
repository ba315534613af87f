"""The whole of the scheduler's permissions, written by hand: an inventory can be regenerated, this cannot.

Sources: the third seed document ("Security Deep Dive") and the facts on EventBridge Scheduler and ECS RunTask;
"Encryption at rest" of the EventBridge Scheduler User Guide: of a schedule's key the role needs kms:Decrypt alone.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.inventories import planned_resources
from tests.support.planning import REPOSITORY, Planner, plan

pytestmark = pytest.mark.slow
ACCOUNT = "867653852961"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FAMILY = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/daily-report"
NAME = "internal-reporting-use1-daily-report"

PERMISSIONS = [
    {
        "Action": "ecs:RunTask",
        "Resource": [FAMILY, f"{FAMILY}:*"],
        "Condition": {"ArnEquals": {"ecs:cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/production"}},
    },
    {
        "Action": "ecs:TagResource",
        "Resource": f"arn:aws:ecs:us-east-1:{ACCOUNT}:task/production/*",
        "Condition": {"StringEquals": {"ecs:CreateAction": "RunTask"}},
    },
    {"Action": "sqs:SendMessage", "Resource": f"arn:aws:sqs:us-east-1:{ACCOUNT}:{NAME}-dlq"},
    {
        "Action": "kms:Decrypt",
        "Resource": KEY,
        "Condition": {"StringEquals": {"kms:ViaService": "scheduler.us-east-1.amazonaws.com"}},
    },
    {
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": KEY,
        "Condition": {"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}},
    },
    {
        "Action": "iam:PassRole",
        "Resource": [
            "arn:aws:iam::123456789012:role/daily-report-execution",
            "arn:aws:iam::123456789012:role/daily-report-task",
        ],
        "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    },
]
TRUST = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": "scheduler.amazonaws.com"},
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/{NAME}"},
    },
}
QUEUE = [
    {
        "Effect": "Allow",
        "Action": "sqs:SendMessage",
        "Resource": f"arn:aws:sqs:us-east-1:{ACCOUNT}:{NAME}-dlq",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/{NAME}/*"},
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
        },
    },
    {
        "Effect": "Deny",
        "Action": "sqs:*",
        "Resource": f"arn:aws:sqs:us-east-1:{ACCOUNT}:{NAME}-dlq",
        "Principal": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    },
]


def statements(document: str) -> list[dict[str, Any]]:
    """The statements of a policy, without their names and with lists in order."""
    found = []
    for statement in json.loads(document)["Statement"]:
        kept = {key: value for key, value in statement.items() if key != "Sid"}
        found.append({key: sorted(value) if isinstance(value, list) else value for key, value in kept.items()})
    return found


def test_the_role_has_six_actions_and_the_queue_two_statements(planner: Planner) -> None:
    minimal = REPOSITORY / "modules" / "ecs-scheduler" / "examples" / "minimal"
    planned = planned_resources(dict(plan(planner.example(minimal))))
    values = {address.partition("module.daily_report.")[2]: resource["values"] for address, resource in planned.items()}
    allowed = statements(values["aws_iam_role_policy.scheduler"]["policy"])
    assert [statement.pop("Effect") for statement in allowed] == ["Allow"] * len(PERMISSIONS)
    assert sorted(allowed, key=json.dumps) == sorted(PERMISSIONS, key=json.dumps)
    assert statements(values["aws_iam_role.scheduler"]["assume_role_policy"]) == [TRUST]
    assert statements(values["aws_sqs_queue_policy.dlq"]["policy"]) == QUEUE
