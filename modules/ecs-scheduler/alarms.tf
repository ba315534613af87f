# Depth and age of a queue are gauges: Maximum, since a Sum of samples is not a number of messages. SQS and Scheduler
# publish several of these metrics only when there is something to say, so no data is good news.

resource "aws_cloudwatch_metric_alarm" "dlq_messages_visible" {
  count = var.enable_dlq_alarm ? 1 : 0

  alarm_name          = local.names.dlq_messages_visible_alarm
  alarm_description   = "Runs of the task ${var.task_name} could not be started and lie in the queue ${local.names.dlq}."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = local.names.dlq }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.dlq_messages_visible_threshold
  period              = var.dlq_messages_visible_period_seconds
  evaluation_periods  = var.dlq_messages_visible_evaluation_periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.dlq_alarm_actions
  ok_actions          = var.dlq_ok_actions
  tags                = local.tags

  lifecycle {
    precondition {
      condition     = length(local.name_errors["dlq_messages_visible_alarm"]) == 0
      error_message = join("\n", local.name_errors["dlq_messages_visible_alarm"])
    }

    precondition {
      condition     = length(local.dlq_alarm_action_errors) == 0
      error_message = join("\n", local.dlq_alarm_action_errors)
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "dlq_oldest_message" {
  count = var.enable_dlq_alarm ? 1 : 0

  alarm_name          = local.names.dlq_oldest_message_alarm
  alarm_description   = "Nobody has dealt with the oldest message in the queue ${local.names.dlq} for more than ${var.dlq_oldest_message_threshold_seconds} s."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = local.names.dlq }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.dlq_oldest_message_threshold_seconds
  period              = var.dlq_oldest_message_period_seconds
  evaluation_periods  = var.dlq_oldest_message_evaluation_periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.dlq_alarm_actions
  ok_actions          = var.dlq_ok_actions
  tags                = local.tags

  lifecycle {
    precondition {
      condition     = length(local.name_errors["dlq_oldest_message_alarm"]) == 0
      error_message = join("\n", local.name_errors["dlq_oldest_message_alarm"])
    }

    precondition {
      condition     = length(local.dlq_alarm_action_errors) == 0
      error_message = join("\n", local.dlq_alarm_action_errors)
    }
  }
}

locals {
  scheduler_metrics = [
    "InvocationAttemptCount",
    "InvocationDroppedCount",
    "InvocationThrottleCount",
    "InvocationsFailedToBeSentToDeadLetterCount",
    "InvocationsSentToDeadLetterCount",
    "TargetErrorCount",
    "TargetErrorThrottledCount",
  ]

  # What PutMetricAlarm takes for an action. A response plan is the one that has no region.
  alarm_action_pattern = "^arn:aws[a-z-]*:(?:(?:aiops|automate|autoscaling|lambda|sns|ssm):[a-z0-9-]+|ssm-incidents:):[^:]+:.+$"

  scheduler_alarm_actions = {
    for metric, alarm in var.scheduler_alarms : metric => {
      alarm_actions = alarm.alarm_actions == null ? var.dlq_alarm_actions : alarm.alarm_actions
      ok_actions    = alarm.ok_actions == null ? var.dlq_ok_actions : alarm.ok_actions
    }
  }

  dlq_alarm_action_errors = [
    for arn in concat(var.dlq_alarm_actions, var.dlq_ok_actions) :
    "the alarms have the action \"${arn}\" of region ${split(":", arn)[3]}; CloudWatch needs actions of the alarm's region, ${local.region}"
    if !contains(["", local.region], split(":", arn)[3])
  ]

  scheduler_alarm_action_errors = {
    for metric, actions in local.scheduler_alarm_actions : metric => [
      for arn in concat(actions.alarm_actions, actions.ok_actions) :
      "the alarm on ${metric} has the action \"${arn}\" of region ${split(":", arn)[3]}; CloudWatch needs actions of the alarm's region, ${local.region}"
      if !contains(["", local.region], split(":", arn)[3])
    ]
  }
}

# ScheduleGroup is the only dimension Scheduler publishes, and the group holds this task's schedules only.
resource "aws_cloudwatch_metric_alarm" "scheduler" {
  for_each = var.scheduler_alarms

  alarm_name          = local.scheduler_alarm_names[each.key]
  alarm_description   = "${each.key} of the schedule group ${local.names.schedule_group}, which runs the task ${var.task_name}."
  namespace           = "AWS/Scheduler"
  metric_name         = each.key
  dimensions          = { ScheduleGroup = local.names.schedule_group }
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = each.value.period_seconds
  evaluation_periods  = each.value.evaluation_periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.scheduler_alarm_actions[each.key].alarm_actions
  ok_actions          = local.scheduler_alarm_actions[each.key].ok_actions
  tags                = local.tags

  lifecycle {
    precondition {
      condition     = length(local.scheduler_alarm_name_errors[each.key]) == 0
      error_message = join("\n", local.scheduler_alarm_name_errors[each.key])
    }

    precondition {
      condition     = length(local.scheduler_alarm_action_errors[each.key]) == 0
      error_message = join("\n", local.scheduler_alarm_action_errors[each.key])
    }
  }
}
