"""The step after an apply: a target is moved by the machine that applied."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import boto3
import pytest

from sandbox.server import Sandbox
from tests.support.planning import PROVIDER, Planner

pytestmark = pytest.mark.slow
BUS, RULE, DEFINITION = "after-apply", "request", "after-apply"
# Only the step is applied, and nothing that it does not need.
STEP = "module.sync.terraform_data.sync_after_apply"
MODULE = """
variable "revision" {
  type = string
}

module "sync" {
  source = "../../modules/batch-target-sync"

  name             = "after-apply"
  selections       = [{ bus = "%(bus)s", rule = "%(rule)s", target = "job", job_definition = "%(definition)s" }]
  target_role_arns = ["arn:aws:iam::%(account)s:role/submit-job"]

  sync_after_apply = {
    python   = %(python)s
    triggers = { revision = var.revision }
  }

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}
"""


def client(box: Sandbox, service: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, box.region, endpoint_url=box.endpoint, **keys)


def register(box: Sandbox) -> str:
    """Register a revision, and return its ARN."""
    arn: str = client(box, "batch").register_job_definition(
        jobDefinitionName=DEFINITION,
        type="container",
        containerProperties={"image": "job", "vcpus": 1, "memory": 512},
    )["jobDefinitionArn"]
    return arn


def put_target(box: Sandbox, definition: str) -> dict[str, Any]:
    """Make a rule with a target, and return the target."""
    events = client(box, "events")
    events.create_event_bus(Name=BUS)
    events.put_rule(Name=RULE, EventBusName=BUS, EventPattern=json.dumps({"source": ["example.web"]}))
    target = {
        "Id": "job",
        "Arn": f"arn:aws:batch:{box.region}:{box.account}:job-queue/jobs",
        "RoleArn": f"arn:aws:iam::{box.account}:role/submit-job",
        "BatchParameters": {"JobDefinition": definition, "JobName": "job", "RetryStrategy": {"Attempts": 3}},
        "RetryPolicy": {"MaximumRetryAttempts": 5, "MaximumEventAgeInSeconds": 600},
    }
    events.put_targets(Rule=RULE, EventBusName=BUS, Targets=[target])
    return target


def apply(planner: Planner, folder: str, revision: str) -> subprocess.CompletedProcess[str]:
    command = ["terraform", "apply", "-auto-approve", "-no-color", "-input=false", f"-target={STEP}"]
    return subprocess.run(
        [*command, f"-var=revision={revision}"],
        cwd=folder,
        env=planner.environment(),
        check=False,
        capture_output=True,
        text=True,
    )


def test_an_apply_moves_the_target_and_says_when_it_cannot(planner: Planner, box: Sandbox) -> None:
    before = put_target(box, register(box))
    newest = register(box)
    names = {"bus": BUS, "rule": RULE, "definition": DEFINITION, "account": box.account}
    root = PROVIDER + MODULE % (names | {"python": json.dumps(sys.executable)})
    folder = planner.root("after-apply", {"main.tf": root}).tfdir

    applied = apply(planner, folder, "2")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert '"trigger": "apply"' in applied.stdout
    (after,) = client(box, "events").list_targets_by_rule(Rule=RULE, EventBusName=BUS)["Targets"]
    assert after == before | {"BatchParameters": before["BatchParameters"] | {"JobDefinition": newest}}

    unchanged = apply(planner, folder, "2")
    assert unchanged.returncode == 0
    assert "local-exec" not in unchanged.stdout

    client(box, "events").remove_targets(Rule=RULE, EventBusName=BUS, Ids=["job"])
    failed = apply(planner, folder, "3")
    assert failed.returncode == 1
    assert "target-not-found" in failed.stdout + failed.stderr
