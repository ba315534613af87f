# The sync publishes its metrics at the end of each run, zeros too, so "no data" is no news ("ignore"): an alarm stays as it is
# until a run says otherwise. Only the alarm on runs takes no data for bad news. An execution that fails, times out or cannot begin
# publishes nothing, and is found there: an alarm of its own would need metrics that Systems Manager does not have.

locals {
  # The alarms look back over one interval: a run for one definition then does not clear what the last run of the schedule found.
  alarm_period_seconds = var.interval_minutes == null ? 3600 : var.interval_minutes * 60

  rule_alarm_names = var.enable_alarms ? { for key, rule in local.rules : key => "${rule.name}-FailedInvocations" } : {}

  sync_alarms = !var.enable_alarms ? {} : merge(
    {
      failing = {
        description         = "The sync ${local.base_name} could not do all that it should: its log, topic and events say what."
        metric_name         = "Failures"
        expression          = null
        statistic           = "Maximum"
        comparison_operator = "GreaterThanThreshold"
        threshold           = 0
        evaluation_periods  = 1
        treat_missing_data  = "ignore"
      }
      mismatch = {
        description         = "A target of the sync ${local.base_name} has not been on the newest revision of its job definition for more than ${var.mismatch_minutes} minutes."
        metric_name         = "MismatchAge"
        expression          = null
        statistic           = "Maximum"
        comparison_operator = "GreaterThanThreshold"
        threshold           = var.mismatch_minutes * 60
        evaluation_periods  = 1
        treat_missing_data  = "ignore"
      }
    },
    # CloudWatch looks further back for as many points as it evaluates, and then does not count what is missing: with the metric alone
    # this alarm would be some intervals late. What is filled is not missing.
    var.interval_minutes == null ? {} : {
      not_run = {
        description         = "The sync ${local.base_name} has not come to the end of a run for ${2 * coalesce(var.interval_minutes, 0)} minutes, twice its interval."
        metric_name         = "Runs"
        expression          = "FILL(runs, 0)"
        statistic           = "Sum"
        comparison_operator = "LessThanThreshold"
        threshold           = 1
        evaluation_periods  = 2
        treat_missing_data  = "breaching"
      }
    },
  )

  alarm_action_errors = [
    for arn in concat(var.alarm_actions, var.ok_actions) :
    "the alarms have the action \"${arn}\" of region ${split(":", arn)[3]}; CloudWatch needs actions of the alarm's region, ${local.region}"
    if !contains(["", local.region], split(":", arn)[3])
  ]
}

resource "aws_cloudwatch_metric_alarm" "sync" {
  for_each = local.sync_alarms

  alarm_name          = local.names["${each.key}_alarm"]
  alarm_description   = each.value.description
  namespace           = each.value.expression == null ? local.metric_namespace : null
  metric_name         = each.value.expression == null ? each.value.metric_name : null
  dimensions          = each.value.expression == null ? local.metric_dimensions : null
  statistic           = each.value.expression == null ? each.value.statistic : null
  period              = each.value.expression == null ? local.alarm_period_seconds : null
  comparison_operator = each.value.comparison_operator
  threshold           = each.value.threshold
  evaluation_periods  = each.value.evaluation_periods
  treat_missing_data  = each.value.treat_missing_data
  alarm_actions       = var.alarm_actions
  ok_actions          = var.ok_actions
  tags                = local.tags

  dynamic "metric_query" {
    for_each = each.value.expression == null ? [] : [each.value]

    content {
      id          = "filled"
      expression  = metric_query.value.expression
      label       = metric_query.value.metric_name
      return_data = true
    }
  }

  dynamic "metric_query" {
    for_each = each.value.expression == null ? [] : [each.value]

    content {
      id = lower(metric_query.value.metric_name)

      metric {
        namespace   = local.metric_namespace
        metric_name = metric_query.value.metric_name
        dimensions  = local.metric_dimensions
        stat        = metric_query.value.statistic
        period      = local.alarm_period_seconds
      }
    }
  }

  lifecycle {
    precondition {
      condition     = length(local.name_errors["${each.key}_alarm"]) == 0
      error_message = join("\n", local.name_errors["${each.key}_alarm"])
    }

    # Once, and not for each alarm.
    precondition {
      condition     = each.key != "failing" || length(local.alarm_action_errors) == 0
      error_message = join("\n", local.alarm_action_errors)
    }
  }
}

# A start that EventBridge could not make: the role, the document or its parameters. On the default bus the rule is the one dimension.
resource "aws_cloudwatch_metric_alarm" "rule" {
  for_each = local.rule_alarm_names

  alarm_name          = each.value
  alarm_description   = "EventBridge could not start the automation ${local.names.document} for its rule ${local.rules[each.key].name}."
  namespace           = "AWS/Events"
  metric_name         = "FailedInvocations"
  dimensions          = { RuleName = local.rules[each.key].name }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.ok_actions
  tags                = local.tags
}
