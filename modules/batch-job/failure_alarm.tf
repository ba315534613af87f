# A job that was submitted is no longer the affair of the rule that submitted it: when it then fails, no retry of
# EventBridge is made and no dead-letter queue hears of it. This rule does. It exists only when there is somebody to tell.

locals {
  failure_alarm    = length(var.failure_topic_arns) > 0
  failure_rule_arn = "arn:${local.partition}:events:${local.region}:${local.account_id}:rule/${local.names.failure_rule}"

  # FAILED is what becomes of a job after its last try ("AWS Batch EventBridge events"), also of a child of an array.
  failure_pattern = jsonencode({
    source        = ["aws.batch"]
    "detail-type" = ["Batch Job State Change"]
    detail = {
      status        = ["FAILED"]
      jobDefinition = [{ prefix = "${local.job_definition_arn}:" }] # with the colon: "report" is not "report-weekly"
    }
  })

  # One quoted string a line is EventBridge's form for a text of several lines. What an event lacks comes out empty: a
  # job that could not start has no exit code and no log.
  failure_message = trimspace(<<-EOT
    "Batch job <name> of definition ${local.names.job_definition} failed at <time> (account <account>, <region>)."
    "Reason: <reason>"
    "Container: <container_reason>"
    "Exit code: <exit_code>"
    "Job: <job>"
    "Child of an array: <index>"
    "Queue: <queue>"
    "Logs: ${var.log_group_name}, stream <stream>"
  EOT
  )
}

resource "aws_cloudwatch_event_rule" "failure" {
  count = local.failure_alarm ? 1 : 0

  name          = local.names.failure_rule
  description   = "A job of definition ${local.names.job_definition} failed for good"
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
      account          = "$.account"
      region           = "$.region"
      time             = "$.time"
      name             = "$.detail.jobName"
      job              = "$.detail.jobId"
      index            = "$.detail.arrayProperties.index"
      queue            = "$.detail.jobQueue"
      reason           = "$.detail.statusReason"
      container_reason = "$.detail.container.reason"
      exit_code        = "$.detail.container.exitCode"
      stream           = "$.detail.container.logStreamName"
    }
    input_template = local.failure_message
  }

  lifecycle {
    precondition {
      condition     = split(":", each.value)[3] == local.region
      error_message = "failure_topic_arns.${each.key} is \"${each.value}\": EventBridge notifies topics of the rule's own region, ${local.region}."
    }
  }
}

# A topic has one policy, which is its owner's: what the owner must add comes as an output. The rule's ARN is the one
# condition that EventBridge documents for topics, and it holds the account.
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
