"""Synced targets of workflow-bus on real state: Terraform pins a revision, and leaves alone what the sync puts.

One apply, then what may come, in the order of the tests. What the sync would do is done here by hand: PutTargets with
the target as it was listed, and another revision.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import tftest

from harness.summary import Summary, summarize
from sandbox import server
from tests.support.planning import PROVIDER, Planner, plan, refusal

pytestmark = pytest.mark.slow
ACCOUNT, REGION = "867653852961", "us-east-1"
RULE = {"EventBusName": "reports", "Rule": "ended"}
DEFINITIONS = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition"
SYNCED, MAIN = (f'module.report.aws_cloudwatch_event_target.{name}["ended.report"]' for name in ("synced", "main"))
TRIGGER = 'module.report.terraform_data.synced_job_definition["ended.report"]'
CALL = """
module "report" {
  source = "../../modules/workflow-bus"

  name          = "report"
  bus_name      = "reports"
  enable_alarms = false

  rules = {
    ended = {
      event_pattern = { source = ["example.backfill"] }
      targets = {
        report = {
          submit_job = {
            job_queue_arn         = "arn:aws:batch:us-east-1:867653852961:job-queue/reports"
            job_definition        = var.job_definition
            revision              = var.revision
            synced                = var.synced
            parameters_from_event = { status = "$.detail.status" }
          }
          maximum_retry_attempts = var.retries
        }
        plain = {
          submit_job = {
            job_queue_arn  = "arn:aws:batch:us-east-1:867653852961:job-queue/reports"
            job_definition = "plain"
            revision       = 4
          }
        }
      }
    }
  }

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}

variable "job_definition" { default = "report" }
variable "revision" { default = 1 }
variable "retries" { default = 10 }
variable "synced" { default = true }
"""


class Consumer:
    """A root that calls the module, applied, and what is in AWS of it."""

    def __init__(self, root: tftest.TerraformTest, box: server.Sandbox) -> None:
        self.root = root
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.events = boto3.client("events", box.region, endpoint_url=box.endpoint, **keys)

    def say(self, *, moved: tuple[str, str] | None = None, **variables: Any) -> None:
        """What the root says from now on: its variables, and a ``moved`` block."""
        block = "" if moved is None else f"\nmoved {{\n  from = {moved[0]}\n  to   = {moved[1]}\n}}\n"
        self.write("moved.tf", block)
        self.write("terraform.tfvars.json", json.dumps(variables))

    def write(self, name: str, text: str) -> None:
        (Path(self.root.tfdir) / name).write_text(text, encoding="utf-8")

    def plan(self) -> Summary:
        return summarize(dict(plan(self.root)))

    def apply(self) -> None:
        self.root.apply()

    def terraform(self, *arguments: str) -> str:
        """What Terraform prints, for what tftest has no words for."""
        finished = subprocess.run(
            ["terraform", *arguments],
            cwd=self.root.tfdir,
            env=self.root.env,
            check=True,
            capture_output=True,
            text=True,
        )
        return finished.stdout

    def target(self) -> dict[str, Any]:
        """The target as EventBridge has it."""
        found: list[dict[str, Any]] = self.events.list_targets_by_rule(**RULE)["Targets"]
        (target,) = [each for each in found if each["Id"] == "report"]
        return target

    def job_definition(self) -> str:
        return str(self.target()["BatchParameters"]["JobDefinition"])

    def sync(self, job_definition: str) -> None:
        """Put the target as it is, with another job definition."""
        target = self.target()
        target["BatchParameters"]["JobDefinition"] = job_definition
        assert self.events.put_targets(**RULE, Targets=[target])["FailedEntryCount"] == 0


def verbs(summary: Summary) -> dict[str, str]:
    return {change.address: change.verb for change in summary.changes}


def needed(graph: str, node: str) -> set[str]:
    """All that must be done before a node of Terraform's graph, directly or not."""
    edges = re.findall(r'"\[root\] ([^"]+)" -> "\[root\] ([^"]+)"', graph)
    assert any(node in edge for edge in edges)
    found, at_hand = {node}, {node}
    while at_hand:
        at_hand = {after for before, after in edges if before in at_hand} - found
        found |= at_hand
    return found


@pytest.fixture(scope="module")
def consumer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Consumer]:
    """The root, applied in a sandbox of its own."""
    with server.start(account=ACCOUNT, region=REGION) as box:
        planner = Planner(tmp_path_factory.mktemp("synced"), box, attach={})
        consumer = Consumer(planner.root("synced", {"main.tf": PROVIDER + CALL}), box)
        consumer.apply()
        yield consumer


def test_terraform_pins_the_revision_that_the_target_begins_with(consumer: Consumer) -> None:
    assert consumer.job_definition() == f"{DEFINITIONS}/report:1"


def test_a_revision_that_the_sync_puts_is_no_drift(consumer: Consumer) -> None:
    consumer.sync(f"{DEFINITIONS}/report:2")
    assert consumer.plan().changes == ()


def test_another_revision_in_the_configuration_plans_nothing(consumer: Consumer) -> None:
    consumer.say(revision=9)
    assert consumer.plan().changes == ()


def test_another_attribute_changes_and_keeps_the_revision_of_the_sync(consumer: Consumer) -> None:
    consumer.say(revision=9, retries=3)
    assert verbs(consumer.plan()) == {SYNCED: "update"}
    before = consumer.target()
    consumer.apply()
    assert consumer.target() == before | {"RetryPolicy": before["RetryPolicy"] | {"MaximumRetryAttempts": 3}}
    assert consumer.job_definition() == f"{DEFINITIONS}/report:2"


def test_another_definition_takes_effect_with_the_revision_of_the_configuration(consumer: Consumer) -> None:
    consumer.say(revision=9, retries=3, job_definition="summary")
    changes = verbs(consumer.plan())
    assert (changes[SYNCED], changes[TRIGGER]) == ("replace", "update")
    consumer.apply()
    assert consumer.job_definition() == f"{DEFINITIONS}/summary:9"
    assert consumer.plan().changes == ()


def test_a_target_of_another_definition_is_told_of_and_can_be_made_anew(consumer: Consumer) -> None:
    for found in (f"{DEFINITIONS}/report:9", f"{DEFINITIONS}/summary", "report:9"):
        consumer.sync(found)
        said = refusal(consumer.root)
        assert (
            f'rules.ended.targets.report is synced, and in AWS its job definition is "{found}": no revision of' in said
        )
    # A bare name is the definition of this account and region.
    consumer.sync("summary:3")
    assert consumer.plan().changes == ()
    consumer.sync(f"{DEFINITIONS}/summary")
    consumer.terraform("apply", "-auto-approve", "-input=false", f"-replace={SYNCED}")
    assert consumer.job_definition() == f"{DEFINITIONS}/summary:9"


@pytest.mark.parametrize(("synced", "made", "gone"), [(False, MAIN, SYNCED), (True, SYNCED, MAIN)])
def test_a_target_that_changes_sides_is_removed_before_it_is_put(
    consumer: Consumer, synced: bool, made: str, gone: str
) -> None:
    """Its id is the same at both addresses: removed last, it would be gone. Terraform's graph says the order."""
    consumer.say(revision=9, retries=3, job_definition="summary", synced=synced)
    consumer.terraform("plan", "-input=false", "-out=changed.tfplan")
    graph = consumer.terraform("graph", "-plan=changed.tfplan").replace('\\"', "'")
    assert f"{gone} (destroy)".replace('"', "'") in needed(graph, made.replace('"', "'"))
    consumer.apply()
    assert consumer.job_definition() == f"{DEFINITIONS}/summary:9"
    assert consumer.plan().changes == ()


@pytest.mark.parametrize(("synced", "before", "after"), [(False, SYNCED, MAIN), (True, MAIN, SYNCED)])
def test_a_moved_target_is_never_gone(consumer: Consumer, synced: bool, before: str, after: str) -> None:
    consumer.say(revision=9, retries=3, job_definition="summary", synced=synced, moved=(before, after))
    summary = consumer.plan()
    assert (before, after) in summary.moves
    assert all(change.address == TRIGGER or "aws_iam_role_policy" in change.address for change in summary.changes)
    consumer.apply()
    assert consumer.job_definition() == f"{DEFINITIONS}/summary:9"
    assert consumer.plan().changes == ()
