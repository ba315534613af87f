"""The roles of job definitions: Batch runs a job as an ECS task, so they are for what those of a task are for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from review.intents.model import Status
from tests.review.intents import made
from tests.review.intents.made import HERE, KEY, ROLE, Statement, allow

TASKS = made.trusted_by("ecs-tasks.amazonaws.com", f"arn:aws:ecs:{HERE}:*", "ArnLike")
REPOSITORY = f"arn:aws:ecr:{HERE}:repository/report"
IMAGE = f"{made.ACCOUNT}.dkr.ecr.{made.REGION}.amazonaws.com/report:1"
PULL = [
    allow("ecr:GetAuthorizationToken", "*"),
    allow(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], REPOSITORY),
]
TOKEN = f"arn:aws:ssm:{HERE}:parameter/token"
READS = {"s3_read": [{"bucket": "reports", "keys": ["a.csv"]}]}
READ = allow("s3:GetObject", "arn:aws:s3:::reports/a.csv")
OF_A_TASK = {"tasks": {"report": {"permissions": READS}}, "jobs": {"report": {"task": "report"}}}


def logs(group: str) -> Statement:
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{HERE}:log-group:{group}:*")


def job(**container: Any) -> dict[str, Any]:
    properties = {
        "image": IMAGE,
        "jobRoleArn": f"{ROLE}/task",
        "executionRoleArn": f"{ROLE}/execution",
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/report"}},
        **container,
    }
    definition = {
        "name": "report",
        "arn": f"arn:aws:batch:{HERE}:job-definition/report:1",
        "platform_capabilities": ["FARGATE"],
        "container_properties": json.dumps(properties),
    }
    return {"aws_batch_job_definition.report": definition}


def execution(*statements: Statement, trust: str = TASKS) -> dict[str, Any]:
    return made.role("execution", trust, *statements)


def status(resources: dict[str, Any], name: str, subject: str = "role", review: Any = None) -> Status:
    return made.proof(made.plan(resources, review=review), f"aws_iam_role.{name}", subject).status


def test_the_execution_role_of_a_job() -> None:
    assert status(job() | execution(*PULL, logs("/ecs/report")), "execution") is Status.PROVED
    assert status(job() | execution(*PULL, logs("/ecs/*")), "execution") is Status.DIFFERS
    assert status(job() | execution(*PULL), "execution") is Status.DIFFERS


@pytest.mark.parametrize("said", [{"logConfiguration": None}, {"logConfiguration": {"logDriver": "awslogs"}}])
def test_a_job_that_names_no_log_group_writes_to_that_of_batch(said: dict[str, Any]) -> None:
    assert status(job(**said) | execution(*PULL, logs("/aws/batch/job")), "execution") is Status.PROVED
    assert status(job(**said) | execution(*PULL, logs("/ecs/report")), "execution") is Status.DIFFERS


def test_what_a_job_on_ec2_logs_the_instance_writes() -> None:
    on_ec2 = job(logConfiguration=None)
    on_ec2["aws_batch_job_definition.report"]["platform_capabilities"] = ["EC2"]
    assert status(on_ec2 | execution(*PULL), "execution") is Status.PROVED


def test_the_secrets_of_a_job() -> None:
    secret = job(secrets=[{"name": "TOKEN", "valueFrom": TOKEN}])
    reads = allow("ssm:GetParameters", TOKEN)
    decrypts = allow("kms:Decrypt", KEY, StringEquals={"kms:ViaService": f"ssm.{made.REGION}.amazonaws.com"})
    declared = {"tasks": {"report": {"secrets_kms_key_arns": [KEY]}}, "jobs": {"report": {"task": "report"}}}
    rights = [*PULL, logs("/ecs/report"), reads]
    assert status(secret | execution(*rights, decrypts), "execution", review=declared) is Status.PROVED
    assert status(secret | execution(*rights, decrypts), "execution") is Status.UNDECIDED
    none = {"tasks": {"report": {"secrets_kms_key_arns": []}}, "jobs": {"report": {"task": "report"}}}
    assert status(secret | execution(*rights, decrypts), "execution", review=none) is Status.DIFFERS


@pytest.mark.parametrize("review", [OF_A_TASK, {"jobs": {"report": {"permissions": READS}}}])
def test_what_the_code_of_a_job_may_do_is_declared_of_its_task_or_of_itself(review: Any) -> None:
    assert status(job() | made.role("task", TASKS, READ), "task", review=review) is Status.PROVED
    more = made.role("task", TASKS, allow("s3:GetObject", "arn:aws:s3:::reports/*"))
    assert status(job() | more, "task", review=review) is Status.DIFFERS


@pytest.mark.parametrize("review", [None, {"tasks": OF_A_TASK["tasks"]}, {"jobs": {"report": {"task": "other"}}}])
def test_without_that_nothing_is_proved_of_its_role(review: Any) -> None:
    assert status(job() | made.role("task", TASKS, READ), "task", review=review) is Status.UNDECLARED


def test_one_role_for_a_task_and_its_job() -> None:
    task = {
        "aws_ecs_task_definition.report": {
            "family": "report", "task_role_arn": f"{ROLE}/task", "container_definitions": "[]",
            "arn": f"arn:aws:ecs:{HERE}:task-definition/report:1",
        }
    }  # fmt: skip
    both = job() | task | made.role("task", TASKS, READ)
    found = made.proof(made.plan(both, review=OF_A_TASK), "aws_iam_role.task", "role")
    assert found.status is Status.PROVED
    assert "the code of report works with it" in found.purpose
    assert "the code of the job report works with it" in found.purpose
    assert status(both, "task", review={"tasks": OF_A_TASK["tasks"]}) is Status.UNDECLARED


@pytest.mark.parametrize(
    "trust",
    [
        made.trust("ecs-tasks.amazonaws.com"),
        made.trusted_by("batch.amazonaws.com", f"arn:aws:batch:{HERE}:*", "ArnLike"),
        made.trusted_by("ecs-tasks.amazonaws.com", f"arn:aws:batch:{HERE}:*", "ArnLike"),
    ],
)
def test_ecs_and_nobody_else_takes_on_its_roles(trust: str) -> None:
    rights = [*PULL, logs("/ecs/report")]
    assert status(job() | execution(*rights), "execution", "trust") is Status.PROVED
    assert status(job() | execution(*rights, trust=trust), "execution", "trust") is Status.DIFFERS
