"""What the same plan makes can be given to the module: ARNs and ids that are known only after the apply."""

from __future__ import annotations

import pytest

from tests.modules.test_refusals import minimal_variables
from tests.support.planning import PROVIDER, Planner, plan

# What a resource of the plan will know: a text, and a list whose very length is open. As far as Terraform can tell, the
# text may even be null, as attributes of most resources may; an `id` may not.
UNKNOWN = """
resource "terraform_data" "text" {
  input = "text"
}

resource "terraform_data" "number" {
  input = 1
}

resource "terraform_data" "later" {
  input = ["subnet-0123456789abcdef0"]
}

locals {
  text   = terraform_data.text.output
  number = terraform_data.number.output
  list   = terraform_data.later.output
  map    = { id = terraform_data.text.output }
}
"""
CALL = """
module "workflow" {
  source = "../../modules/workflow-bus"

%s
  key           = { arn = local.text }
  alarm_actions = [local.text]
  ok_actions    = [local.text]

  publishers    = { all = { principal_arns = [local.text], sources = ["example.backfill"] } }

  permissions_boundary_arn = local.text

  rules = {
    all = {
      event_pattern = { source = ["example.backfill"], resources = [local.text] }
      targets = {
        task = {
          run_task = {
            cluster_arn            = local.text
            family                 = local.text
            pass_role_arns         = local.list
            subnets                = local.list
            security_group_ids     = local.list
            container_name         = "main"
            environment            = { BUCKET = local.text }
            environment_from_event = { STATUS = "$.detail.status" }
          }
        }
        job    = { submit_job = { job_queue_arn = local.text, job_definition = local.text, parameters = local.map } }
        notify = { notify = { topic_arn = local.text } }
        queue  = { queue = { queue_arn = local.text } }
        bus    = { bus = { bus_arn = local.text } }
      }
    }
    own = {
      event_pattern = { source = ["example.backfill"] }
      targets = {
        task = {
          run_task = { cluster_arn = local.text, family = "f", pass_role_arns = [], subnets = local.list }
          role     = { arn = local.text }
        }
        job = {
          submit_job = { job_queue_arn = local.text, job_definition = "d", revision = local.number }
          role       = { arn = local.text }
        }
        synced = {
          submit_job = {
            job_queue_arn  = local.text
            job_definition = local.text
            revision       = local.number
            synced         = true
          }
          role       = { arn = local.text }
        }
        bus = { bus = { bus_arn = local.text }, role = { arn = local.text } }
      }
    }
  }
}
"""


def naming() -> str:
    """The minimal example's arguments but its rules."""
    given = minimal_variables("workflow-bus")
    return "\n".join(f'  {name} = "{value}"' for name, value in given.items() if name != "rules")


@pytest.mark.slow
def test_a_workflow_plans_with_values_that_only_the_apply_knows(planner: Planner) -> None:
    raw = plan(planner.root("unknown", {"main.tf": PROVIDER + UNKNOWN + CALL % naming()}))
    planned = {change["address"] for change in raw["resource_changes"] if change["change"]["actions"] == ["create"]}
    assert planned >= {
        f'module.workflow.aws_cloudwatch_event_target.main["all.{target}"]'
        for target in ("task", "job", "notify", "queue", "bus")
    }
    assert 'module.workflow.aws_cloudwatch_event_target.synced["own.synced"]' in planned
    assert planned >= {
        f'module.workflow.aws_iam_role_policy.target["all.{purpose}"]'
        for purpose in ("run_task", "submit_job", "put_events")
    }
    assert not any('["own.' in address for address in planned if ".aws_iam_role" in address)


KEY_OF_THE_SAME_PLAN = """
data "aws_iam_policy_document" "key" {
  source_policy_documents = [module.workflow.key_policy_statements]

  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::867653852961:root"]
    }
  }
}

resource "aws_kms_key" "main" {
  policy = data.aws_iam_policy_document.key.json
}
"""


@pytest.mark.slow
def test_the_statements_can_be_in_the_policy_of_the_key_that_is_given(planner: Planner) -> None:
    """No circle, and the key's policy is known before there is a key."""
    rules = """
  key = { arn = aws_kms_key.main.arn }
  rules = {
    all = { event_pattern = { source = ["example.backfill"] }, targets = { log = { log = {} } } }
  }
"""
    call = f'module "workflow" {{\n  source = "../../modules/workflow-bus"\n{naming()}{rules}}}\n'
    raw = plan(planner.root("circle", {"main.tf": PROVIDER + KEY_OF_THE_SAME_PLAN + call}))
    (key,) = (
        resource
        for resource in raw["planned_values"]["root_module"]["resources"]
        if resource["address"] == "aws_kms_key.main"
    )
    assert "logs.us-east-1.amazonaws.com" in key["values"]["policy"]
