# Depth and age of a queue are gauges: Maximum, since a Sum of samples is not a number of messages. EventBridge and SQS publish
# several of these metrics only when there is something to say, so no data is good news.

locals {
  rule_alarms = !var.enable_alarms ? {} : merge([
    for rule_key in keys(var.rules) : {
      for metric, alarm in var.rule_alarms : "${rule_key}.${metric}" => merge(alarm, {
        rule   = rule_key
        metric = metric
        name   = "${local.base_name}-${rule_key}-${metric}"
      })
    }
  ]...)

  alarm_action_errors = [
    for arn in concat(var.alarm_actions, var.ok_actions) :
    "the alarms have the action \"${arn}\" of region ${split(":", arn)[3]}; CloudWatch needs actions of the alarm's region, ${local.region}"
    if !contains(["", local.region], split(":", arn)[3])
  ]
}

resource "aws_cloudwatch_metric_alarm" "dlq_messages_visible" {
  count = var.enable_alarms ? 1 : 0

  alarm_name          = local.names.dlq_messages_visible_alarm
  alarm_description   = "Events of the workflow ${var.name} could not be delivered and lie in the queue ${local.names.dlq}."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = local.names.dlq }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.dlq_messages_visible_threshold
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.ok_actions
  tags                = local.tags

  lifecycle {
    precondition {
      condition     = length(local.name_errors["dlq_messages_visible_alarm"]) == 0
      error_message = join("\n", local.name_errors["dlq_messages_visible_alarm"])
    }

    # Once, and not for each alarm.
    precondition {
      condition     = length(local.alarm_action_errors) == 0
      error_message = join("\n", local.alarm_action_errors)
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "dlq_oldest_message" {
  count = var.enable_alarms ? 1 : 0

  alarm_name          = local.names.dlq_oldest_message_alarm
  alarm_description   = "Nobody has dealt with the oldest message in the queue ${local.names.dlq} for more than ${var.dlq_oldest_message_threshold_seconds} s."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = local.names.dlq }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.dlq_oldest_message_threshold_seconds
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.ok_actions
  tags                = local.tags

  lifecycle {
    precondition {
      condition     = length(local.name_errors["dlq_oldest_message_alarm"]) == 0
      error_message = join("\n", local.name_errors["dlq_oldest_message_alarm"])
    }
  }
}

# "Metrics that specify only the RuleName dimension refer to the default event bus. Metrics that specify both the EventBusName
# and RuleName dimensions refer to a custom event bus" (EventBridge user guide, "Monitoring").
resource "aws_cloudwatch_metric_alarm" "rule" {
  for_each = local.rule_alarms

  alarm_name        = each.value.name
  alarm_description = "${each.value.metric} of the rule ${local.rule_names[each.value.rule]} on the bus ${local.names.bus}."
  namespace         = "AWS/Events"
  metric_name       = each.value.metric
  dimensions = merge(
    { RuleName = local.rule_names[each.value.rule] },
    local.on_default_bus ? {} : { EventBusName = local.names.bus },
  )
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = each.value.period_seconds
  evaluation_periods  = each.value.evaluation_periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.ok_actions
  tags                = local.tags

  lifecycle {
    precondition {
      condition     = length(local.rule_alarm_name_errors[each.key]) == 0
      error_message = join("\n", local.rule_alarm_name_errors[each.key])
    }
  }
}
