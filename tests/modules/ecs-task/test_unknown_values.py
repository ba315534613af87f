"""What the same plan makes can be given to the module: ARNs and whole lists that are known only after the apply."""

from __future__ import annotations

import pytest

from tests.modules.test_refusals import minimal_variables
from tests.support.planning import PROVIDER, Planner, plan

# What a resource of the plan will know: a text, and a list whose very length is open.
UNKNOWN = """
resource "terraform_data" "later" {
  input = ["arn:aws:kms:us-east-1:867653852961:key/0d1c2b3a-0000-4000-8000-000000000001"]
}

locals {
  text = terraform_data.later.id
  list = terraform_data.later.output
}
"""
CALL = """
module "task" {
  source = "../../modules/ecs-task"

%s
  permissions = { %s }
}
"""
GRANTS = {
    "list_of_keys_for_a_parameter": 'ssm_read = [{ parameter = "x", kms_key_arns = local.list }]',
    "list_of_keys_for_a_secret": "secrets_read = [{ secret_arn = local.text, kms_key_arns = local.list }]",
    "list_of_keys_for_a_prefix": 's3_read = [{ bucket = "reports", prefix = "a/", kms_key_arns = local.list }]',
    "prefix": "s3_write = [{ bucket = local.text, prefix = local.text }]",
    "list_of_objects": "s3_read = [{ bucket = local.text, keys = local.list }]",
    "sources_and_bus": "put_events = [{ event_bus = local.text, sources = local.list, detail_types = local.list }]",
    "topic_and_key": "sns_publish = [{ topic_arn = local.text, kms_key_arns = [local.text] }]",
    "queue_and_list_of_keys": "sqs_send = [{ queue_arn = local.text, kms_key_arns = local.list }]",
    "fields": "appsync_graphql = [{ api_id = local.text, fields = local.list }]",
}


@pytest.mark.slow
def test_every_grant_plans_with_values_that_only_the_apply_knows(planner: Planner) -> None:
    arguments = "\n".join(f'  {name} = "{value}"' for name, value in minimal_variables("ecs-task").items())
    calls = [CALL.replace('module "task"', f'module "{name}"') % (arguments, grant) for name, grant in GRANTS.items()]
    raw = plan(planner.root("unknown", {"main.tf": PROVIDER + UNKNOWN + "".join(calls)}))
    planned = {change["address"] for change in raw["resource_changes"] if change["change"]["actions"] == ["create"]}
    assert planned >= {f"module.{name}.aws_iam_role_policy.task[0]" for name in GRANTS}
