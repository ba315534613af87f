"""What the examples' own accounts hold already, put into the sandbox."""

from __future__ import annotations

import boto3
import pytest

from sandbox.server import Sandbox


@pytest.fixture(scope="session", autouse=True)
def family_that_exists(box: Sandbox) -> None:
    """The task definition of two README examples, which let the module look up its roles."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    boto3.client("ecs", box.region, endpoint_url=box.endpoint, **keys).register_task_definition(
        family="daily-report",
        taskRoleArn=f"arn:aws:iam::{box.account}:role/daily-report-task",
        executionRoleArn=f"arn:aws:iam::{box.account}:role/daily-report-execution",
        containerDefinitions=[{"name": "main", "image": "daily-report", "memory": 512}],
    )
