"""Each permission on the way, taken away: its hop turns red, no other does, and what is said to be missing mends it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from review.delivery.model import Answer, Deliveries, Hop
from review.finding import Severity
from tests.review.delivery.complete import BUS, RULE, Whole, policies

# Who puts an event on a bus may be outside the plan, so nobody in it is no mistake.
OPEN = ("aws_iam_role_policy.shop", 0, "events:PutEvents")


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def each_permission() -> list[tuple[str, int, str]]:
    return [
        (address, number, action)
        for address, statements in policies().items()
        for number, statement in enumerate(statements)
        for action in listed(statement["Action"])
    ]


def refused(deliveries: Deliveries) -> list[Hop]:
    found = {hop.question: hop for path in deliveries.paths for hop in path.hops if hop.answer is Answer.NO}
    return list(found.values())


def without(whole: Whole, address: str, number: int, action: str) -> None:
    statement = whole.policies[address][number]
    left = [each for each in listed(statement["Action"]) if each != action]
    # A statement has to do something: this does what nobody asks for.
    statement["Action"] = left or ["sts:GetCallerIdentity"]


def test_a_complete_plan_delivers_everything() -> None:
    found = Whole().delivered()
    assert [path.target for path in found.paths if path.answer is not Answer.YES] == []
    assert len(found.paths) == 11
    assert found.findings == ()


@pytest.mark.parametrize(
    ("address", "number", "action"), each_permission(), ids=lambda each: each if isinstance(each, str) else str(each)
)
def test_a_permission_that_is_missing_stops_its_hop_alone(address: str, number: int, action: str) -> None:
    whole = Whole()
    without(whole, address, number, action)
    found = whole.delivered()
    if (address, number, action) == OPEN:
        assert refused(found) == []
        assert {path.answer for path in found.paths if path.kind == "event"} == {Answer.DEPENDS}
        return
    (hop,) = refused(found)
    assert hop.where == address
    # The name of the one action, and no other that is still allowed.
    missing = json.loads(hop.missing)
    names = listed(missing["Action"])
    assert all(name.startswith(action.removesuffix("*")) for name in names) or action == "kms:*"
    assert [each.severity for each in found.findings].count(Severity.FAIL) == 1
    failing = next(each for each in found.findings if each.severity is Severity.FAIL)
    assert hop.missing in failing.detail
    assert hop.question in failing.detail
    assert failing.rule == ("delivery/dead-letter" if "dlq" in hop.question else "delivery/denied")

    whole.policies[hop.where].append(missing)
    mended = whole.delivered()
    assert refused(mended) == []
    assert mended.findings == ()


def test_there_are_as_many_permissions_as_one_thinks() -> None:
    # So that a permission that nobody asks for is not in the plan, and the test above tries all of them.
    assert len(each_permission()) == 52


def changed(address: str, number: int, *path: str, to: Any) -> Whole:
    whole = Whole()
    place: Any = whole.policies[address][number]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = copy.deepcopy(to)
    return whole


@pytest.mark.parametrize(
    ("address", "number", "path", "to", "question"),
    [
        # A trust names the group, and never one schedule; nor another group.
        (
            "aws_iam_role.scheduler",
            0,
            ("Condition", "ArnEquals", "aws:SourceArn"),
            "arn:aws:scheduler:us-east-1:867653852961:schedule/reports/report",
            "May scheduler.amazonaws.com take on the role scheduler?",
        ),
        (
            "aws_iam_role.rule",
            0,
            ("Condition", "StringEquals", "aws:SourceAccount"),
            "111122223333",
            "May events.amazonaws.com take on the role rule?",
        ),
        # A family alone lets nothing run: ECS authorizes the revision.
        (
            "aws_iam_role_policy.scheduler",
            0,
            ("Resource",),
            "arn:aws:ecs:us-east-1:867653852961:task-definition/report",
            "May the role run the task report on the cluster main?",
        ),
        (
            "aws_iam_role_policy.scheduler",
            0,
            ("Condition", "ArnEquals", "ecs:cluster"),
            "arn:aws:ecs:us-east-1:867653852961:cluster/other",
            "May the role run the task report on the cluster main?",
        ),
        # The most used public module tags the task definition.
        (
            "aws_iam_role_policy.scheduler",
            1,
            ("Resource",),
            "arn:aws:ecs:us-east-1:867653852961:task-definition/report:*",
            "May the role tag the task that it runs?",
        ),
        (
            "aws_iam_role_policy.scheduler",
            2,
            ("Condition", "StringEquals", "iam:PassedToService"),
            "ec2.amazonaws.com",
            "May the role pass the task role report-task on to ECS?",
        ),
        (
            "aws_iam_role_policy.scheduler",
            4,
            ("Condition", "StringEquals", "kms:ViaService"),
            "sqs.us-east-1.amazonaws.com",
            "May the role decrypt the schedule's input with its key?",
        ),
        # EventBridge does not say to a topic's key on whose behalf it comes.
        (
            "aws_kms_key.topic",
            0,
            ("Condition",),
            {"ArnEquals": {"aws:SourceArn": RULE}},
            "May events.amazonaws.com use the key of the topic topic?",
        ),
        # To the key of a bus it does, and says which bus.
        (
            "aws_kms_key.bus",
            1,
            ("Condition", "StringEquals"),
            {"kms:EncryptionContext:aws:events:event-bus:arn": f"{BUS}-2"},
            "May events.amazonaws.com use the key of the bus orders?",
        ),
        # But not for a look at the key itself, which has no encryption context.
        (
            "aws_kms_key.bus",
            0,
            ("Condition",),
            {"StringEquals": {"kms:EncryptionContext:aws:events:event-bus:arn": BUS}},
            "May events.amazonaws.com use the key of the bus orders?",
        ),
        (
            "aws_sqs_queue_policy.rule-dlq",
            0,
            ("Condition", "ArnEquals", "aws:SourceArn"),
            f"{RULE}-2",
            "May events.amazonaws.com write to the dead-letter queue rule-dlq?",
        ),
        (
            "aws_cloudwatch_log_resource_policy.logs",
            1,
            ("Resource",),
            "arn:aws:logs:us-east-1:867653852961:log-group:/aws/events/other:*",
            "May delivery.logs.amazonaws.com write to the log group /aws/events/placed?",
        ),
    ],
)
def test_a_statement_that_misses_stops_its_hop(
    address: str, number: int, path: tuple[str, ...], to: Any, question: str
) -> None:
    whole = changed(address, number, *path, to=to)
    (hop,) = refused(whole.delivered())
    assert (hop.question, hop.where) == (question, address)
    whole.policies[address].append(json.loads(hop.missing))
    assert refused(whole.delivered()) == []


@pytest.mark.parametrize("condition", [{"ArnEquals": {"aws:SourceArn": RULE}}])
@pytest.mark.parametrize("address", ["aws_kms_key.queue", "aws_kms_key.rule-dlq"])
def test_what_aws_does_not_document_is_left_open(address: str, condition: dict[str, Any]) -> None:
    whole = changed(address, 0, "Condition", to=condition)
    found = whole.delivered()
    assert refused(found) == []
    (note,) = {each.title for each in found.findings}
    assert "depend" in note
    assert "does not document" in note


def test_a_deny_is_named_and_no_statement_is_offered() -> None:
    whole = Whole()
    deny = {"Sid": "NoTasks", "Effect": "Deny", "Action": "ecs:RunTask", "Resource": "*"}
    whole.policies["aws_iam_role_policy.scheduler"].append(deny)
    found = whole.delivered()
    (hop,) = refused(found)
    assert "explicit deny" in hop.because
    assert "NoTasks of aws_iam_role_policy.scheduler" in hop.because
    assert hop.missing == ""
    assert found.findings[0].advice == "Take away what denies it."


def test_a_boundary_limits_what_a_role_may() -> None:
    whole = Whole()
    allowed = {"Effect": "Allow", "Action": ["ecs:*", "iam:*", "sqs:*"], "Resource": "*"}
    whole.resources["aws_iam_policy.boundary"] = {
        "name": "boundary",
        "arn": "arn:aws:iam::867653852961:policy/boundary",
        "policy": json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": whole.policies.pop("aws_iam_role.scheduler")})
    whole.resources["aws_iam_role.scheduler"] = {
        "name": "scheduler",
        "arn": "arn:aws:iam::867653852961:role/scheduler",
        "assume_role_policy": trust,
        "permissions_boundary": "arn:aws:iam::867653852961:policy/boundary",
    }
    found = refused(whole.delivered())
    assert [hop.question for hop in found] == [
        "May the role decrypt the schedule's input with its key?",
        "May the role use the key of the dead-letter queue schedule-dlq?",
    ]
    assert {hop.where for hop in found} == {"aws_iam_policy.boundary"}
    assert all("permissions boundary" in hop.because for hop in found)


def test_a_function_needs_a_permission() -> None:
    whole = Whole()
    del whole.resources["aws_lambda_permission.function"]
    (hop,) = refused(whole.delivered())
    assert hop.where == "aws_lambda_function.function"
    assert json.loads(hop.missing) == {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": "arn:aws:lambda:us-east-1:867653852961:function:function",
        "Condition": {"ArnLike": {"aws:SourceArn": RULE}},
    }
