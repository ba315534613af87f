# A task that started is no longer the scheduler's affair: when it then fails, or cannot start, no retry is made and no
# dead-letter queue hears of it. This rule does. It exists only when there is somebody to tell.

locals {
  failure_alarm = length(var.failure_topic_arns) > 0

  failure_pattern = jsonencode({
    source        = ["aws.ecs"]
    "detail-type" = ["ECS Task State Change"]
    detail = {
      lastStatus        = ["STOPPED"]
      taskDefinitionArn = [{ prefix = "${local.family_arn}:" }] # with the colon: "report" is not "report-weekly"
      "$or" = [
        { containers = { exitCode = [{ "anything-but" = 0 }] } },
        # Without an exit code: the container never ran, or went down with its host or its Spot capacity.
        { stopCode = ["TaskFailedToStart", "SpotInterruption", "TerminationNotice", "InfrastructureHealth"] },
      ]
    }
  })

  # One quoted string a line is EventBridge's form for a text of several lines. What an event lacks comes out empty: a
  # task that could not start has no exit code.
  failure_message = trimspace(<<-EOT
    "ECS task of family ${local.names.family} failed at <time> (account <account>, <region>)."
    "Stop code: <stop_code>"
    "Reason: <reason>"
    "Exit codes: <exit_codes>"
    "Containers: <container_reasons>"
    "Task definition: <task_definition>"
    "Task: <task>"
    "Cluster: <cluster>"
    "Logs: ${local.names.log_group}"
  EOT
  )
}

resource "aws_cloudwatch_event_rule" "failure" {
  count = local.failure_alarm ? 1 : 0

  name          = local.names.failure_rule
  description   = "A task of family ${substr(local.names.family, 0, 400)} exited non-zero, could not start, or was cut short"
  event_pattern = local.failure_pattern
  tags          = local.tags

  lifecycle {
    precondition {
      condition     = length(local.names.failure_rule) <= 64
      error_message = "The failure rule's name \"${local.names.failure_rule}\" has ${length(local.names.failure_rule)} characters: EventBridge takes at most 64. Set names.failure_rule."
    }
  }
}

resource "aws_cloudwatch_event_target" "failure" {
  for_each = var.failure_topic_arns

  rule      = aws_cloudwatch_event_rule.failure[0].name
  target_id = each.key
  arn       = each.value

  input_transformer {
    input_paths = {
      account           = "$.account"
      region            = "$.region"
      time              = "$.time"
      cluster           = "$.detail.clusterArn"
      task              = "$.detail.taskArn"
      task_definition   = "$.detail.taskDefinitionArn"
      stop_code         = "$.detail.stopCode"
      reason            = "$.detail.stoppedReason"
      exit_codes        = "$.detail.containers[*].exitCode"
      container_reasons = "$.detail.containers[*].reason"
    }
    input_template = local.failure_message
  }

  retry_policy {
    maximum_event_age_in_seconds = var.failure_retry_policy.maximum_event_age_in_seconds
    maximum_retry_attempts       = var.failure_retry_policy.maximum_retry_attempts
  }

  dynamic "dead_letter_config" {
    for_each = var.failure_dead_letter_queue == null ? [] : [var.failure_dead_letter_queue.queue_arn]

    content {
      arn = dead_letter_config.value
    }
  }

  lifecycle {
    precondition {
      condition     = split(":", each.value)[3] == local.region
      error_message = "failure_topic_arns.${each.key} is \"${each.value}\": EventBridge notifies topics of the rule's own region, ${local.region}."
    }

    precondition {
      condition     = var.failure_dead_letter_queue == null ? true : split(":", var.failure_dead_letter_queue.queue_arn)[3] == local.region
      error_message = "failure_dead_letter_queue.queue_arn is \"${try(var.failure_dead_letter_queue.queue_arn, "null")}\": EventBridge writes to dead-letter queues of the rule's own region, ${local.region}."
    }
  }
}

# A topic and a queue have one policy each, which is their owner's: what the owner must add comes as an output. The rule's
# ARN is the one condition that EventBridge documents for these targets, and it holds the account.
data "aws_iam_policy_document" "failure_topic" {
  for_each = var.failure_topic_arns

  statement {
    actions   = ["sns:Publish"]
    resources = [each.value]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.failure_rule_arn]
    }
  }
}

data "aws_iam_policy_document" "failure_dead_letter_queue" {
  count = var.failure_dead_letter_queue == null ? 0 : 1

  statement {
    actions   = ["sqs:SendMessage"]
    resources = [var.failure_dead_letter_queue.queue_arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.failure_rule_arn]
    }
  }
}
