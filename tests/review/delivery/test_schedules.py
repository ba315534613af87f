"""Schedules: whether they are on, with which role they call what, and what is outside the plan."""

from __future__ import annotations

import json
from typing import Any

import pytest

from review.delivery.model import Answer, Deliveries
from review.finding import Severity
from tests.review.delivery.complete import ACCOUNT, PARAMETERS, Whole, arn, of_kind, role_arn, rules_of

SCHEDULE_AT = "aws_scheduler_schedule.report"


def schedule(**more: Any) -> Whole:
    whole = Whole()
    whole.resources[SCHEDULE_AT] |= more
    return whole


def first_hop(deliveries: Deliveries, kind: str) -> tuple[Answer, str]:
    hop = of_kind(deliveries, kind)[0].hops[0]
    return hop.answer, hop.because


def test_a_schedule_that_is_off_is_a_note_and_its_permissions_are_checked() -> None:
    whole = schedule(state="DISABLED")
    found = whole.delivered()
    assert first_hop(found, "schedule")[0] is Answer.DEPENDS
    assert rules_of(found) == [("delivery/depends", "note")]
    del whole.policies["aws_iam_role_policy.scheduler"][0]
    assert ("delivery/denied", "fail") in rules_of(whole.delivered())


@pytest.mark.parametrize(
    ("more", "ends"),
    [
        ({"end_date": "2026-01-01T00:00:00Z"}, True),
        ({"end_date": "2026-01-03T00:00:00Z"}, False),
        ({"schedule_expression": "at(2026-01-02T03:00:00)"}, True),
        ({"schedule_expression": "at(2026-01-02T03:05:00)"}, False),
        # The same time of day, later in one zone and earlier in the other: the plan is of 03:04:05 UTC.
        ({"schedule_expression": "at(2026-01-02T03:30:00)", "schedule_expression_timezone": "Europe/Berlin"}, True),
        ({"schedule_expression": "at(2026-01-01T23:00:00)", "schedule_expression_timezone": "America/New_York"}, False),
    ],
)
def test_a_plan_that_makes_a_schedule_without_a_run_fails(more: dict[str, Any], ends: bool) -> None:
    found = schedule(**more).delivered()
    assert first_hop(found, "schedule")[0] is (Answer.NO if ends else Answer.YES)
    assert rules_of(found) == ([("delivery/over", "fail")] if ends else [])


def test_a_target_without_a_role_is_refused() -> None:
    whole = Whole()
    whole.resources[SCHEDULE_AT]["target"][0] |= {"role_arn": None}
    found = whole.delivered()
    assert rules_of(found) == [("delivery/target", "fail")]


def test_a_role_outside_the_plan_is_named() -> None:
    whole = Whole()
    whole.resources[SCHEDULE_AT]["target"][0] |= {"role_arn": role_arn("elsewhere")}
    found = whole.delivered()
    (path,) = of_kind(found, "schedule")
    assert path.answer is Answer.DEPENDS
    (note,) = found.findings
    assert note.severity is Severity.NOTE
    assert note.title == f"A path depends on the role {role_arn('elsewhere')}, outside this plan"


def test_a_task_definition_outside_the_plan_leaves_its_roles_open() -> None:
    whole = Whole()
    del whole.resources["aws_ecs_task_definition.report"]
    found = whole.delivered()
    assert {path.answer for path in found.paths if "report" in path.target} == {Answer.DEPENDS}
    assert [each.title for each in found.findings] == [
        f"2 paths depend on the task definition {arn('ecs', 'task-definition/report')}:‹revision›, outside this plan"
    ]


def test_what_a_data_source_has_read_is_a_fact() -> None:
    whole = Whole()
    values = whole.resources.pop("aws_ecs_task_definition.report")
    whole.known["data.aws_ecs_task_definition.report"] = values
    assert whole.delivered().findings == ()
    trust = json.dumps({"Version": "2012-10-17", "Statement": whole.policies.pop("aws_iam_role.report-task")})
    task_role = {"arn": role_arn("report-task"), "name": "report-task", "assume_role_policy": trust}
    whole.known["data.aws_iam_role.report-task"] = task_role
    assert whole.delivered().findings == ()


def test_roles_of_the_input_are_passed_too() -> None:
    whole = Whole()
    overrides = {"taskRoleArn": role_arn("other")}
    whole.resources[SCHEDULE_AT]["target"][0] |= {"input": json.dumps(overrides)}
    found = whole.delivered()
    (denied,) = [each for each in found.findings if each.severity is Severity.FAIL]
    assert "pass the task role other on to ECS" in denied.detail


@pytest.mark.parametrize(
    ("parameters", "asks"),
    [
        ({"tags": None, "propagate_tags": None}, False),
        ({"tags": {}, "propagate_tags": "TASK_DEFINITION"}, True),
        ({"tags": None, "enable_ecs_managed_tags": True}, True),
        ({"tags": {"Team": "reports"}}, True),
    ],
)
def test_tagging_is_asked_for_where_there_are_tags(parameters: dict[str, Any], asks: bool) -> None:
    whole = Whole()
    whole.resources[SCHEDULE_AT]["target"][0]["ecs_parameters"] = [PARAMETERS | parameters]
    (path,) = of_kind(whole.delivered(), "schedule")
    assert any("tag the task" in hop.question for hop in path.hops) is asks


@pytest.mark.parametrize(
    ("to", "given", "statement", "answer"),
    [
        ("sqs:sendMessage", {"QueueUrl": f"https://sqs/{ACCOUNT}/queue"}, None, Answer.NO),
        ("sns:publish", {"TopicArn": arn("sns", "topic")}, None, Answer.NO),
        ("sns:publish", {"TopicArn": arn("sns", "topic")}, ("sns:Publish", arn("sns", "topic")), Answer.YES),
        ("lambda:invoke", {"FunctionName": "f"}, ("lambda:InvokeFunction", "*"), Answer.DEPENDS),
        ("rds:startDBInstance", {}, None, Answer.NO),
        ("batch:submitJob", {"JobQueue": "jobs", "JobDefinition": "job"}, ("batch:SubmitJob", "*"), Answer.YES),
        ("ecs:runTask", {"Cluster": "main", "TaskDefinition": "report"}, None, Answer.YES),
        ("ecs:runTask", {"Cluster": "other", "TaskDefinition": "report"}, None, Answer.NO),
    ],
)
def test_an_api_is_called_with_the_input(
    to: str, given: dict[str, Any], statement: tuple[str, str] | None, answer: Answer
) -> None:
    whole = Whole()
    changed = {"arn": f"arn:aws:scheduler:::aws-sdk:{to}", "input": json.dumps(given), "ecs_parameters": []}
    whole.resources[SCHEDULE_AT]["target"][0] |= changed
    if statement:
        action, on = statement
        whole.policies["aws_iam_role_policy.scheduler"].append({"Effect": "Allow", "Action": action, "Resource": on})
    (path,) = of_kind(whole.delivered(), "schedule")
    assert path.answer is answer, path.hops
