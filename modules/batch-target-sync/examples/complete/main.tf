# Everything that can be said: one target, another rule, every rule of a bus in another region; notices and events of what happens;
# alarms; and a run after each apply that registers a revision.

provider "aws" {
  region = "us-east-2"
}

data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  alerts_arn = "arn:aws:sns:us-east-2:${local.account_id}:backend-alerts"
}

module "sync" {
  source = "../.."

  name = "mvp"

  selections = [
    # One target, of this definition and no other.
    {
      bus            = "mvp-development"
      rule           = "mvp-pipeline-development-rule"
      target         = "job"
      job_definition = "mvp-pipeline-job-definition"
    },
    # A rule of the account's own bus.
    { rule = "nightly", job_definition = "nightly-report" },
    # Whatever targets of this definition there are on a bus elsewhere.
    { bus = "reports", job_definition = "nightly-report", region = "us-east-1" },
  ]

  target_role_arns = [
    "arn:aws:iam::${local.account_id}:role/mvp-pipeline-eventbridge-role",
    "arn:aws:iam::${local.account_id}:role/nightly-report-events",
  ]

  interval_minutes = 30
  mismatch_minutes = 60

  topic          = { arn = local.alerts_arn, key_arns = ["arn:aws:kms:us-east-2:${local.account_id}:key/0d1c2b3a-0000-4000-8000-000000000001"] }
  event_bus_name = "operations"
  log_group_name = "/aws/ssm/automation/executeScript"
  state_path     = "/platform/batch-target-sync/mvp"

  alarm_actions = [local.alerts_arn]
  ok_actions    = [local.alerts_arn]

  sync_after_apply = {
    python   = "python3.11"
    triggers = { revision = "12" }
  }

  names = {
    document = "KeepMvpTargetsRight"
    role     = "mvp-target-sync"
  }

  permissions_boundary_arn = "arn:aws:iam::${local.account_id}:policy/workload-boundary"

  tags = { Repository = "workloads" }

  resource_owner        = "backend-team"
  billing_entity        = "distro-nation"
  billing_domain        = "backend"
  security_domain       = "internal"
  aws_region_short_code = "use2"
}
