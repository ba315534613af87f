"""Each repair of compute environments is needed (its test fails without it) and does what AWS documents."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import ACCOUNT, Client

SUBNETS, GROUPS = ["subnet-0614f6234c8532909"], ["sg-0e95bc87b1582a935"]


def make(aws: Client, name: str, **resources: Any) -> str:
    """Make a compute environment on Fargate, and return its ARN."""
    its = {"type": "FARGATE", "maxvCpus": 10, "subnets": SUBNETS, "securityGroupIds": GROUPS, **resources}
    made = aws("batch").create_compute_environment(
        computeEnvironmentName=name, type="MANAGED", state="ENABLED", computeResources=its
    )
    arn: str = made["computeEnvironmentArn"]
    return arn


def described(aws: Client, name: str) -> Any:
    """Return what DescribeComputeEnvironments says of it; None if there is none."""
    found = aws("batch").describe_compute_environments(computeEnvironments=[name])["computeEnvironments"]
    return found[0] if found else None


def test_batch_has_a_role_of_its_own(aws: Client, name: str) -> None:
    make(aws, name)
    make(aws, f"{name}-2")  # with the role that is there by now
    role = "aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
    assert described(aws, name)["serviceRole"] == f"arn:aws:iam::{ACCOUNT}:role/{role}"
    assert described(aws, f"{name}-2")["serviceRole"] == described(aws, name)["serviceRole"]
    assert aws("iam").get_role(RoleName="AWSServiceRoleForBatch")["Role"]["Path"] == f"/{role.rpartition('/')[0]}/"


def test_network_of_fargate_is_made_elsewhere(aws: Client, name: str) -> None:
    make(aws, name)
    assert described(aws, name)["computeResources"]["subnets"] == SUBNETS
    for nothing in ({"subnets": []}, {"securityGroupIds": []}):
        with pytest.raises(ClientError, match=r"At least 1 (subnet|security group) must be provided"):
            make(aws, f"{name}-2", **nothing)
    with pytest.raises(ClientError, match="Instance role is required"):
        make(aws, f"{name}-2", type="EC2")


def test_compute_environment_is_as_it_was_updated(aws: Client, name: str) -> None:
    make(aws, name)
    aws("batch").update_compute_environment(computeEnvironment=name, computeResources={"maxvCpus": 20})
    assert described(aws, name)["computeResources"]["maxvCpus"] == 20
    assert described(aws, name)["computeResources"]["subnets"] == SUBNETS


def test_compute_environment_of_a_queue_stays(aws: Client, name: str) -> None:
    batch, arn = aws("batch"), make(aws, name)
    order = [{"order": 1, "computeEnvironment": arn}]
    batch.create_job_queue(jobQueueName=name, state="ENABLED", priority=1, computeEnvironmentOrder=order)
    with pytest.raises(ClientError, match="Cannot delete, state must be DISABLED"):
        batch.delete_compute_environment(computeEnvironment=name)
    batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
    with pytest.raises(ClientError, match="Cannot delete, found existing JobQueue relationship"):
        batch.delete_compute_environment(computeEnvironment=arn)
    batch.update_job_queue(jobQueue=name, state="DISABLED")
    batch.delete_job_queue(jobQueue=name)
    batch.delete_compute_environment(computeEnvironment=arn)
    assert described(aws, name) is None
