"""What deletion protection really keeps: real Terraform refuses, and the logs of a removed task are still there."""

from __future__ import annotations

import os

import boto3
import pytest

from harness import providers
from harness.errors import ProtectedError
from harness.terraform import Terraform
from harness.workspace import Workspace
from tests.generator.conftest import MINIMAL, Workplace
from tests.support.planning import BUILD, Planner

pytestmark = pytest.mark.slow

SPEC = MINIMAL.replace("example/report:1", "example/protected:1").replace("  report:", "  protected:")
SPEC = SPEC.replace("task: report", "task: protected").replace("eu-west-1", "us-east-1")
SPEC += "alerts:\n  topic_name: protected\n  key: main\ndeletion_protection: true\n"
TOPIC, GROUP = "aws_sns_topic.alerts", "module.task_protected.aws_cloudwatch_log_group.task"


def generate(workplace: Workplace, planner: Planner, name: str, spec: str) -> Terraform:
    """A root in a folder of its own, over one state, run as the harness runs it."""
    workplace.spec("own", spec.replace("123456789012", planner.box.account))
    outcome = workplace.run("generate", "own")
    assert outcome.code == 0, outcome.err
    backend = f'terraform {{\n  backend "local" {{\n    path = "{planner.base}/own.tfstate"\n  }}\n}}\n'
    test = planner.copy(workplace.roots / "own", name, {"backend_override.tf": backend})
    environment = {**planner.environment(), "PATH": os.environ["PATH"]}
    return Terraform(planner.base / "roots" / name, providers.configure(BUILD), environment | dict(test.env))


def test_a_key_and_a_topic_are_not_destroyed_and_logs_outlive_their_task(
    workplace: Workplace, planner: Planner
) -> None:
    protected = generate(workplace, planner, "protected", SPEC)
    space = Workspace(protected.folder, planner.base / "own.tfstate")
    protected.run("apply", "-auto-approve", f"-target={TOPIC}", f"-target={GROUP}")
    with pytest.raises(ProtectedError, match=r"^deletion protection keeps aws_sns_topic\.alerts, which this would"):
        protected.plan(space, destroy=True)
    protected.run("state", "rm", TOPIC)  # Terraform names what depends on nothing first, and stops there
    with pytest.raises(ProtectedError, match=r"^deletion protection keeps aws_kms_key\.main, which this would"):
        protected.plan(space, destroy=True)
    protected.run("apply", "-auto-approve", f"-target={TOPIC}")

    renamed = generate(workplace, planner, "renamed", SPEC.replace("topic_name: protected", "topic_name: other"))
    with pytest.raises(ProtectedError, match=r"keeps aws_sns_topic\.alerts, which"):
        renamed.plan(Workspace(renamed.folder, space.state))

    given_up = generate(workplace, planner, "given-up", SPEC.replace("protection: true", "protection: false"))
    given_up.run("destroy", "-auto-approve")
    where = {"endpoint_url": planner.box.endpoint, "region_name": planner.box.region}
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    topics = boto3.client("sns", **where, **credentials).list_topics()["Topics"]
    assert not [topic for topic in topics if topic["TopicArn"].endswith(":protected")]
    groups = boto3.client("logs", **where, **credentials).describe_log_groups(logGroupNamePrefix="/ecs/protected")
    assert [group["logGroupName"] for group in groups["logGroups"]] == ["/ecs/protected"]
