# Every kind of schedule on one task: cron in a time zone with daylight saving time, a rate on Fargate Spot, a one-time
# run, and a run on the team's own container instances.

provider "aws" {
  region = "us-east-1"
}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:This is a key policy, where "*" means this key and the account root hands access over to IAM
  #checkov:skip=CKV_AWS_111:This is a key policy, where "*" means this key and the account root hands access over to IAM
  #checkov:skip=CKV_AWS_356:This is a key policy, where "*" means this key and the account root hands access over to IAM
  statement {
    sid       = "UseThroughIam"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  # The alarms of the module write to an encrypted topic.
  statement {
    sid       = "NotifyFromAlarms"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }
  }
}

resource "aws_kms_key" "main" {
  description             = "Schedules, their dead-letter queue and their alarms"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_sns_topic" "alerts" {
  name              = "channel-backfill-alerts"
  kms_master_key_id = aws_kms_key.main.arn
}

module "channel_backfill" {
  source = "../.."

  cluster_name             = "production"
  ecs_cluster_arn          = "arn:aws:ecs:us-east-1:${data.aws_caller_identity.current.account_id}:cluster/production"
  task_name                = "channel-backfill"
  task_definition_revision = 7
  kms_key_arn              = aws_kms_key.main.arn
  pass_role_arns           = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/channel-backfill-execution"]
  permissions_boundary_arn = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:policy/workload-boundary"

  description                  = "Backfill of the channel list"
  schedule_expression          = "cron(30 2 ? * MON-FRI *)"
  timezone                     = "Europe/Berlin"
  start_date                   = "2030-01-01T00:00:00Z"
  end_date                     = "2030-12-31T23:59:59Z"
  flexible_time_window_minutes = 15

  task_count              = 2
  platform_version        = "1.4.0"
  enable_ecs_managed_tags = true
  enable_execute_command  = true
  propagate_tags          = "TASK_DEFINITION"
  group                   = "channel-backfill"
  reference_id            = "channel-backfill"
  task_tags               = { Workload = "channel-backfill" }

  trusted_compute_subnets = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  security_group_ids      = ["sg-0123456789abcdef0"]
  assign_public_ip        = true

  maximum_retry_attempts       = 10
  maximum_event_age_in_seconds = 3600

  container_overrides = [
    {
      name               = "main"
      command            = ["backfill", "--all"]
      cpu                = 512
      memory             = 2048
      memory_reservation = 1024
      environment        = { LOG_LEVEL = "info" }
      environment_files  = ["arn:aws:s3:::channel-backfill-settings/production.env"]
    }
  ]
  task_overrides = {
    cpu                   = 1024
    memory                = 4096
    ephemeral_storage_gib = 40
    task_role_arn         = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/channel-backfill-task"
  }

  additional_schedules = [
    {
      name                = "hourly"
      schedule_expression = "rate(1 hour)"
      description         = "New channels, on Spot: a run that is interrupted is made up for an hour later"
      capacity_provider_strategies = [
        { capacity_provider = "FARGATE", base = 1, weight = 0 },
        { capacity_provider = "FARGATE_SPOT", weight = 4 },
      ]
      flexible_time_window_minutes = 0
      maximum_retry_attempts       = 0
      overrides = jsonencode({
        containerOverrides = [{ name = "main", command = ["backfill", "--new"] }]
      })
    },
    {
      name                     = "cutover"
      schedule_expression      = "at(2030-03-31T04:00:00)"
      start_date               = ""
      end_date                 = ""
      task_definition_revision = 8
    },
    {
      name                    = "own-instances"
      schedule_expression     = "cron(0 4 L * ? *)"
      launch_type             = "EC2"
      platform_version        = ""
      assign_public_ip        = false
      task_overrides          = {}
      placement_constraints   = [{ type = "memberOf", expression = "attribute:ecs.instance-type =~ m6i.*" }]
      placement_strategies    = [{ type = "spread", field = "attribute:ecs.availability-zone" }, { type = "binpack", field = "memory" }]
      enabled                 = false
      enable_execute_command  = false
      task_tags               = {}
      trusted_compute_subnets = ["subnet-0123456789abcdef2"]
    },
  ]

  dlq_message_retention_seconds           = 604800
  dlq_alarm_actions                       = [aws_sns_topic.alerts.arn]
  dlq_ok_actions                          = [aws_sns_topic.alerts.arn]
  dlq_messages_visible_threshold          = 2
  dlq_messages_visible_period_seconds     = 60
  dlq_messages_visible_evaluation_periods = 3
  dlq_oldest_message_threshold_seconds    = 7200
  dlq_oldest_message_period_seconds       = 600
  dlq_oldest_message_evaluation_periods   = 2
  scheduler_alarms = {
    InvocationDroppedCount = {}
    TargetErrorCount = {
      alarm_name         = "channel-backfill-target-errors"
      threshold          = 3
      period_seconds     = 3600
      evaluation_periods = 2
      ok_actions         = []
    }
  }

  names = {
    schedule_group = "channel-backfill"
    dlq            = "channel-backfill-missed-runs"
  }
  tags = { Repository = "workloads" }

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}
