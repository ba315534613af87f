"""A refusal names the line that is wrong, and what only the apply knows keeps no other rule from being judged."""

from __future__ import annotations

import json

import pytest

from tests.modules.test_refusals import minimal_variables
from tests.support.planning import PROVIDER, Planner, plan, refusal

# What a resource of the plan will know: a text, and a list whose very length is open. As far as Terraform can tell, the
# text may even be null, as attributes of most resources may; an `id` may not.
UNKNOWN = """
resource "terraform_data" "text" {
  input = "text"
}

resource "terraform_data" "later" {
  input = ["subnet-0123456789abcdef0"]
}

locals {
  text = terraform_data.text.output
  list = terraform_data.later.output
}
"""
CALL = """
module "workflow" {
  source = "../../modules/workflow-bus"

%s
  rules = {
    success = {
      event_pattern = { source = ["example.backfill"] }
      targets = {
        cleanup = {
          run_task = {
            cluster_arn            = local.text
            family                 = "cleanup"
            pass_role_arns         = [local.text]
            subnets                = local.list
            security_group_ids     = [local.text]
            container_name         = "main"
            environment            = { BUCKET = local.text }
            environment_from_event = { STATUS = "$.detail.status" }
            tags                   = { Bucket = local.text }
            task_count             = %d
          }
          role = { arn = local.text }
        }
        sync   = { submit_job = { job_queue_arn = local.text, job_definition = "sync", array_size = %s } }
        alerts = { notify = { topic_arn = local.text }, input_transformer = { input_template = %s } }
        work   = { queue = { queue_arn = local.text } }
        other  = { bus = { bus_arn = local.text } }
      }
    }
    secret = {
      event_pattern_json = %s
      targets            = { log = { log = {} } }
    }
  }
}
"""


def root(**values: object) -> str:
    """A root whose ARNs, subnets, groups, environment and tags only the apply knows; the rest is given."""
    arguments = "\n".join(
        f'  {name} = "{value}"' for name, value in minimal_variables("workflow-bus").items() if name != "rules"
    )
    given = {"count": 1, "array_size": 2, "template": '"failed"', "pattern": '{"source":["example"]}'} | values
    texts = (json.dumps(given["template"]), json.dumps(given["pattern"]))
    return PROVIDER + UNKNOWN + CALL % (arguments, given["count"], given["array_size"], *texts)


@pytest.mark.slow
def test_values_that_only_the_apply_knows_are_taken(planner: Planner) -> None:
    raw = plan(planner.root("unknown", {"main.tf": root()}))
    planned = {change["type"] for change in raw["resource_changes"] if change["change"]["actions"] == ["create"]}
    assert planned >= {"aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"}


@pytest.mark.slow
def test_values_that_only_the_apply_knows_hide_no_refusal_of_others(planner: Planner) -> None:
    text = root(count=11, array_size=1, template="failed", pattern='{"source":"example"}')
    said = refusal(planner.root("unknown", {"main.tf": text}))
    line = text[: text.index("  rules = {")].count("\n") + 1
    assert f'on main.tf line {line}, in module "workflow": {line}: rules = {{' in said
    for sentence in (
        "rules.success.targets.cleanup.run_task.task_count is 11; AWS allows whole numbers from 1 to 10.",
        "rules.success.targets.sync.submit_job.array_size is 1; AWS allows whole numbers from 2 to 10000,",
        'rules.success.targets.alerts.input_transformer.input_template is "failed"; AWS needs JSON',
        'rules.secret.event_pattern_json.source is "example"; AWS needs an array',
    ):
        assert sentence in said
