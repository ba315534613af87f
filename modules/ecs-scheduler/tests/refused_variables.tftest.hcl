# What the variables refuse. In a run with several variables each of them breaks one rule and must fail (a variable and the one
# that its rule reads stand in different runs). The words are in tests/modules/ecs-scheduler/refusals.yaml.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

variables {
  cluster_name            = "production"
  ecs_cluster_arn         = "arn:aws:ecs:us-east-1:123456789012:cluster/production"
  task_name               = "daily-report"
  schedule_expression     = "cron(0 6 * * ? *)"
  trusted_compute_subnets = ["subnet-0123456789abcdef0"]
  security_group_ids      = ["sg-0123456789abcdef0"]
  kms_key_arn             = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  pass_role_arns          = []
  resource_owner          = "data-team"
  billing_entity          = "analytics"
  billing_domain          = "reporting"
  security_domain         = "internal"
  aws_region_short_code   = "use1"
}

run "refuses_round_one" {
  command = plan

  variables {
    aws_region_short_code                   = "US East"
    billing_domain                          = "re.porting"
    billing_entity                          = ""
    ecs_cluster_arn                         = "arn:aws:ecs:us-east-1:123456789012:service/production"
    kms_key_arn                             = "alias/aws/sqs"
    resource_owner                          = "a|b"
    security_domain                         = ""
    task_name                               = "daily-report:7"
    additional_schedules                    = [{ name = "", schedule_expression = "rate(1 day)" }]
    dlq_alarm_actions                       = ["alerts"]
    dlq_ok_actions                          = ["alerts"]
    dlq_message_retention_seconds           = 59
    dlq_messages_visible_evaluation_periods = 0
    dlq_oldest_message_evaluation_periods   = 0
    dlq_messages_visible_threshold          = -1
    dlq_oldest_message_threshold_seconds    = -1
    pass_role_arns                          = ["*"]
    permissions_boundary_arn                = "boundary"
    scheduler_alarms                        = { InvocationCount = {} }
    security_group_id                       = "sg-0123456789abcdef1"
    tags                                    = { "aws:mine" = "x" }
  }

  expect_failures = [
    var.aws_region_short_code,
    var.billing_domain,
    var.billing_entity,
    var.ecs_cluster_arn,
    var.kms_key_arn,
    var.resource_owner,
    var.security_domain,
    var.task_name,
    var.additional_schedules,
    var.dlq_alarm_actions,
    var.dlq_ok_actions,
    var.dlq_message_retention_seconds,
    var.dlq_messages_visible_evaluation_periods,
    var.dlq_oldest_message_evaluation_periods,
    var.dlq_messages_visible_threshold,
    var.dlq_oldest_message_threshold_seconds,
    var.pass_role_arns,
    var.permissions_boundary_arn,
    var.scheduler_alarms,
    var.security_group_id,
    var.tags,
  ]
}

run "refuses_round_two" {
  command = plan

  variables {
    ecs_cluster_arn                         = "arn:aws:ecs:us-east-1:123456789012:cluster/staging"
    kms_key_arn                             = "arn:aws:kms:us-east-1:123456789012:alias/main"
    additional_schedules                    = [{ name = "a/b", schedule_expression = "rate(1 day)" }]
    dlq_alarm_actions                       = [for n in range(6) : "arn:aws:sns:us-east-1:123456789012:t${n}"]
    dlq_ok_actions                          = [for n in range(6) : "arn:aws:sns:us-east-1:123456789012:t${n}"]
    dlq_message_retention_seconds           = 1296000
    dlq_messages_visible_evaluation_periods = 289
    dlq_oldest_message_evaluation_periods   = 289
    scheduler_alarms                        = { InvocationDroppedCount = { period_seconds = 30 } }
    tags                                    = { Note = "a<b" }
  }

  expect_failures = [
    var.ecs_cluster_arn,
    var.kms_key_arn,
    var.additional_schedules,
    var.dlq_alarm_actions,
    var.dlq_ok_actions,
    var.dlq_message_retention_seconds,
    var.dlq_messages_visible_evaluation_periods,
    var.dlq_oldest_message_evaluation_periods,
    var.scheduler_alarms,
    var.tags,
  ]
}

run "refuses_round_three" {
  command = plan

  variables {
    additional_schedules                = [{ name = null, schedule_expression = "rate(1 day)" }]
    dlq_messages_visible_period_seconds = 90
    dlq_oldest_message_period_seconds   = 90
    scheduler_alarms                    = { InvocationDroppedCount = { evaluation_periods = 0 } }
    tags                                = { region = "x" }
  }

  expect_failures = [
    var.additional_schedules,
    var.dlq_messages_visible_period_seconds,
    var.dlq_oldest_message_period_seconds,
    var.scheduler_alarms,
    var.tags,
  ]
}

run "refuses_round_four" {
  command = plan

  variables {
    additional_schedules = [{ name = "a", schedule_expression = "rate(1 day)" }, { name = "a", schedule_expression = "rate(1 day)" }]
    scheduler_alarms     = { InvocationDroppedCount = { evaluation_periods = 169, period_seconds = 3600 } }
    tags                 = { for n in range(46) : "k${n}" => "v" }
  }

  expect_failures = [
    var.additional_schedules,
    var.scheduler_alarms,
    var.tags,
  ]
}

run "refuses_round_five" {
  command = plan

  variables {
    additional_schedules = [{ name = "a", schedule_expression = null }]
    scheduler_alarms     = { InvocationDroppedCount = { statistic = "p99" } }
  }

  expect_failures = [var.additional_schedules, var.scheduler_alarms]
}

run "refuses_scheduler_alarm_action" {
  command = plan

  variables {
    scheduler_alarms = { InvocationDroppedCount = { alarm_actions = ["alerts"] } }
  }

  expect_failures = [var.scheduler_alarms]
}

run "refuses_scheduler_alarm_six_actions" {
  command = plan

  variables {
    scheduler_alarms = { InvocationDroppedCount = { ok_actions = [for n in range(6) : "arn:aws:sns:us-east-1:123456789012:t${n}"] } }
  }

  expect_failures = [var.scheduler_alarms]
}

run "refuses_actions_that_cloudwatch_does_not_take" {
  command = plan

  variables {
    dlq_alarm_actions = ["arn:aws:s3:::bucket"]
    dlq_ok_actions    = ["arn:aws:sqs:us-east-1:123456789012:queue"]
    scheduler_alarms  = { InvocationDroppedCount = { alarm_actions = ["arn:aws:s3:::bucket"] } }
  }

  expect_failures = [var.dlq_alarm_actions, var.dlq_ok_actions, var.scheduler_alarms]
}

run "refuses_actions_of_another_region" {
  command = plan

  variables {
    dlq_ok_actions   = ["arn:aws:sns:eu-west-1:123456789012:alerts"]
    scheduler_alarms = { TargetErrorCount = { ok_actions = ["arn:aws:lambda:eu-west-2:123456789012:function:alerts"] } }
  }

  expect_failures = [
    aws_cloudwatch_metric_alarm.dlq_messages_visible,
    aws_cloudwatch_metric_alarm.dlq_oldest_message,
    aws_cloudwatch_metric_alarm.scheduler["TargetErrorCount"],
  ]
}

run "refuses_cluster_and_key_of_another_region" {
  command = plan

  variables {
    ecs_cluster_arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/production"
    kms_key_arn     = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  expect_failures = [aws_scheduler_schedule_group.ecs, aws_sqs_queue.dlq]
}

run "refuses_cluster_name" {
  command = plan

  variables {
    cluster_name    = "pro duction"
    ecs_cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/pro duction"
  }

  expect_failures = [var.cluster_name]
}

run "refuses_name_too_long" {
  command = plan

  variables {
    task_name = format("%060d", 0)
    names     = { dlq = "d", role = "r", schedule_group = "g" }
  }

  expect_failures = [aws_scheduler_schedule.ecs[""]]
}

run "refuses_role_name_too_long" {
  command = plan

  variables {
    names = { role = format("%065d", 0) }
  }

  expect_failures = [aws_iam_role.scheduler]
}

run "refuses_dlq_name_fifo" {
  command = plan

  variables {
    names = { dlq = "dlq.fifo" }
  }

  expect_failures = [aws_sqs_queue.dlq]
}

run "refuses_role_policy_name" {
  command = plan

  variables {
    names = { role_policy = "no way" }
  }

  expect_failures = [aws_iam_role_policy.scheduler]
}

run "refuses_schedule_group_name" {
  command = plan

  variables {
    names = { schedule_group = "no way" }
  }

  expect_failures = [aws_scheduler_schedule_group.ecs]
}

run "refuses_schedule_group_default" {
  command = plan

  variables {
    names = { schedule_group = "default" }
  }

  expect_failures = [aws_scheduler_schedule_group.ecs]
}

run "refuses_scheduler_alarm_name_too_long" {
  command = plan

  variables {
    scheduler_alarms = { InvocationDroppedCount = { alarm_name = format("%0256d", 0) } }
  }

  expect_failures = [aws_cloudwatch_metric_alarm.scheduler]
}

run "refuses_two_alarms_of_one_name" {
  command = plan

  variables {
    names = { dlq_messages_visible_alarm = "a", dlq_oldest_message_alarm = "a" }
  }

  expect_failures = [aws_cloudwatch_metric_alarm.dlq_messages_visible, aws_cloudwatch_metric_alarm.dlq_oldest_message]
}

run "refuses_primary_expression" {
  command = plan

  variables {
    schedule_expression = "cron(0 25 * * ? *)"
  }

  expect_failures = [aws_scheduler_schedule.ecs[""]]
}

run "refuses_primary_timezone" {
  command = plan

  variables {
    timezone = "Mars/Olympus"
  }

  expect_failures = [aws_scheduler_schedule.ecs[""]]
}

run "refuses_primary_window_0" {
  command = plan

  variables {
    flexible_time_window_minutes = 0
  }

  expect_failures = [aws_scheduler_schedule.ecs[""]]
}

run "refuses_primary_task_count" {
  command = plan

  variables {
    task_count = 11
  }

  expect_failures = [aws_scheduler_schedule.ecs[""]]
}

run "refuses_primary_launch_type_and_providers" {
  command = plan

  variables {
    capacity_provider_strategies = [{ capacity_provider = "FARGATE_SPOT" }]
  }

  expect_failures = [aws_scheduler_schedule.ecs[""]]
}

run "refuses_primary_without_security_group" {
  command = plan

  variables {
    security_group_ids = []
  }

  expect_failures = [aws_scheduler_schedule.ecs[""]]
}

run "refuses_primary_both_forms" {
  command = plan

  variables {
    overrides      = "{\"cpu\":\"512\"}"
    task_overrides = { memory = 1024 }
  }

  expect_failures = [aws_scheduler_schedule.ecs[""]]
}

run "refuses_null_in_collections" {
  command = plan

  variables {
    additional_schedules = [null]
    scheduler_alarms     = { InvocationDroppedCount = null }
    tags                 = { Note = null }
  }

  expect_failures = [var.additional_schedules, var.scheduler_alarms, var.tags]
}
