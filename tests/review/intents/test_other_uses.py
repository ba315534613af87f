"""Roles of which the plan does not tell all: something else works with them, or what they call is not known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from review.intents.model import Status
from tests.review.intents import made
from tests.review.intents.made import ACCOUNT, GROUP, HERE, KEY, ROLE, allow

FUNCTION = f"arn:aws:lambda:{HERE}:function:report"
INVOKE = allow("lambda:InvokeFunction", FUNCTION)
LOGS = allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{HERE}:log-group:/aws/lambda/report:*")
SCHEDULER = made.trusted_by("scheduler.amazonaws.com", GROUP)
TO_LAMBDA = made.policy(
    *json.loads(SCHEDULER)["Statement"],
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
)


def schedule(arn: str | None) -> dict[str, Any]:
    target = {"role_arn": f"{ROLE}/runner"} | ({} if arn is None else {"arn": arn})
    return {
        "aws_scheduler_schedule.report": {
            "name": "report", "group_name": "reports", "target": [target],
            "arn": f"arn:aws:scheduler:{HERE}:schedule/reports/report",
        }
    }  # fmt: skip


OTHERS: dict[str, Any] = {
    "aws_lambda_function.report": {"function_name": "report", "arn": FUNCTION, "role": f"{ROLE}/runner"},
    "aws_batch_job_definition.report": {
        "name": "report",
        "node_properties": json.dumps({"nodeRangeProperties": [{"container": {"jobRoleArn": f"{ROLE}/runner"}}]}),
    },
    "aws_iam_instance_profile.report": {"name": "report", "role": "runner"},
    "aws_ssm_document.report": {
        "name": "report", "content": json.dumps({"assumeRole": f"{ROLE}/runner", "mainSteps": []}),
    },
}  # fmt: skip


@pytest.mark.parametrize("address", OTHERS)
def test_a_role_that_something_else_works_with_is_not_called_right_or_wrong(address: str) -> None:
    shared = schedule(FUNCTION) | {address: OTHERS[address]} | made.role("runner", TO_LAMBDA, INVOKE, LOGS)
    found = made.privileges(made.plan(shared))
    assert [each.status for each in found.proofs if each.address == "aws_iam_role.runner"] == [Status.UNDECLARED] * 2
    (finding,) = found.findings
    assert (finding.rule, finding.severity) == ("privilege/undeclared", "warn")  # the trust asks for no source
    assert f"What {address} may do with it, nobody says." in finding.detail
    assert "lets Lambda (lambda.amazonaws.com) in" in finding.detail


def test_a_shared_role_still_has_to_have_what_is_known_to_be_needed() -> None:
    shared = schedule(FUNCTION) | {"aws_lambda_function.report": OTHERS["aws_lambda_function.report"]}
    plan = made.plan(shared | made.role("runner", made.trust("lambda.amazonaws.com"), LOGS))
    for subject, missed in (("role", "lambda:InvokeFunction"), ("trust", "by scheduler.amazonaws.com")):
        found = made.proof(plan, "aws_iam_role.runner", subject)
        assert found.status is Status.DIFFERS
        assert missed in found.missing


def test_whom_a_resource_lets_in_does_not_work_with_the_role() -> None:
    named = {
        "aws_sqs_queue.q": {"name": "q", "policy": made.policy(allow("sqs:*", "*", {"AWS": f"{ROLE}/runner"}))},
        "aws_lambda_permission.p": {"principal": f"{ROLE}/runner", "function_name": "report"},
        "terraform_data.d": {"input": {"role": f"{ROLE}/runner"}},
    }
    plan = made.plan(schedule(FUNCTION) | named | made.role("runner", SCHEDULER, INVOKE))
    assert made.proof(plan, "aws_iam_role.runner", "role").status is Status.PROVED


def test_a_target_that_only_the_apply_will_know() -> None:
    unknown = {"aws_scheduler_schedule.report": {"target": [{"arn": True}]}}
    for statement, status in (
        (INVOKE, Status.UNDECIDED),
        (allow("lambda:InvokeFunction", "*"), Status.DIFFERS),
        (allow("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x"), Status.DIFFERS),
    ):
        plan = made.plan(schedule(None) | made.role("runner", SCHEDULER, statement), unknown=unknown)
        assert made.proof(plan, "aws_iam_role.runner", "role").status is status


MACHINE = f"arn:aws:states:{HERE}:stateMachine:m"
SERVICE = f"arn:aws:ecs:{HERE}:service/default/web"


@pytest.mark.parametrize(
    ("called", "statement", "status", "why"),
    [
        ("ecs:updateService", allow("ecs:UpdateService", SERVICE), Status.UNDECIDED, "ecs:UpdateService is called"),
        ("ecs:updateService", allow("ecs:DeleteService", SERVICE), Status.DIFFERS, ""),
        # The SDKs have other names for some than IAM.
        ("sfn:startExecution", allow("states:StartExecution", MACHINE), Status.UNDECIDED, "states:StartExecution is"),
        ("lambda:invoke", INVOKE, Status.UNDECIDED, "lambda:InvokeFunction is called"),
        ("s3:listObjectsV2", allow("s3:ListBucket", "arn:aws:s3:::b"), Status.UNDECIDED, "no action of that name"),
        ("s3:listObjectsV2", allow("*", "*"), Status.DIFFERS, ""),
    ],
)
def test_a_call_of_any_api(called: str, statement: made.Statement, status: Status, why: str) -> None:
    target = f"arn:aws:scheduler:::aws-sdk:{called}"
    plan = made.plan(schedule(target) | made.role("runner", SCHEDULER, statement))
    found = made.proof(plan, "aws_iam_role.runner", "role")
    assert found.status is status, found
    assert why in found.why


def test_a_call_of_what_is_not_known_here() -> None:
    target = f"arn:aws:redshift:{HERE}:cluster:c"
    for statement, status in (
        (allow("redshift:GetClusterCredentials", target), Status.UNDECIDED),
        (INVOKE, Status.DIFFERS),
    ):
        plan = made.plan(schedule(target) | made.role("runner", SCHEDULER, statement))
        assert made.proof(plan, "aws_iam_role.runner", "role").status is status


ECS = made.trusted_by("ecs-tasks.amazonaws.com", f"arn:aws:ecs:{HERE}:*", "ArnLike")
FILE, SETTINGS = "arn:aws:s3:::in/report/a.env", "arn:aws:s3:::in/fluent.conf"
SECRET = f"arn:aws:secretsmanager:{HERE}:secret:api-AbCdEf"
WHERE = allow("s3:GetBucketLocation", "arn:aws:s3:::in")
FETCH = allow("s3:GetObject", [FILE, SETTINGS])
DECRYPT = allow("kms:Decrypt", KEY, StringEquals={"kms:ViaService": "s3.us-east-1.amazonaws.com"})
WITH_FILES = {
    "environmentFiles": [{"type": "s3", "value": FILE}],
    "firelensConfiguration": {
        "type": "fluentbit",
        "options": {"config-file-type": "s3", "config-file-value": SETTINGS},
    },
}


@pytest.mark.parametrize(
    ("container", "statements", "status", "named"),
    [
        (WITH_FILES, [FETCH, WHERE], Status.UNDECIDED, f"which key encrypts {SETTINGS}, {FILE}"),
        (WITH_FILES, [FETCH, WHERE, DECRYPT], Status.UNDECIDED, "which key encrypts"),
        (WITH_FILES, [FETCH], Status.DIFFERS, "s3:GetBucketLocation on arn:aws:s3:::in"),
        (WITH_FILES, [allow("s3:GetObject", FILE), WHERE], Status.DIFFERS, f"s3:GetObject on {SETTINGS}"),
        (WITH_FILES, [allow("s3:GetObject", "arn:aws:s3:::in/*"), WHERE], Status.DIFFERS, "s3:GetObject on"),
        # A secret of somebody else may have a key that the role would have to be given.
        (
            {"secrets": [{"name": "A", "valueFrom": SECRET}]},
            [allow("secretsmanager:GetSecretValue", SECRET)],
            Status.UNDECIDED,
            f"which key encrypts {SECRET}",
        ),
    ],
)
def test_what_containers_fetch_from_outside_the_plan(
    container: dict[str, Any], statements: list[made.Statement], status: Status, named: str
) -> None:
    definition = {
        "aws_ecs_task_definition.report": {
            "family": "report", "arn": f"arn:aws:ecs:{HERE}:task-definition/report:7", "revision": 7,
            "execution_role_arn": f"{ROLE}/execution",
            "container_definitions": json.dumps([{"name": "main", "image": "example/report:1", **container}]),
        }
    }  # fmt: skip
    plan = made.plan(definition | made.role("execution", ECS, *statements))
    found = made.proof(plan, "aws_iam_role.execution", "role")
    assert found.status is status, found
    assert named in f"{found.beyond} {found.missing} {found.why}"


def test_a_queue_outside_the_plan_may_have_a_key() -> None:
    elsewhere = f"arn:aws:sqs:{HERE}:elsewhere"
    plan = made.plan(schedule(elsewhere) | made.role("runner", SCHEDULER, allow("sqs:SendMessage", elsewhere)))
    found = made.proof(plan, "aws_iam_role.runner", "role")
    assert found.status is Status.UNDECIDED
    assert found.why == f"Nothing in this plan says which key encrypts {elsewhere}."
    assert made.proof(plan, "aws_iam_role.runner", "trust").status is Status.PROVED
