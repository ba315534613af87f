# A standard queue: EventBridge cannot write to a FIFO queue. One for all rules: a message says in its attributes which rule
# and which target it was for.
resource "aws_sqs_queue" "dlq" {
  name                      = local.names.dlq
  kms_master_key_id         = local.key_arn
  sqs_managed_sse_enabled   = local.has_key ? null : true
  message_retention_seconds = var.dlq_message_retention_seconds
  tags                      = local.tags

  lifecycle {
    precondition {
      condition     = length(local.name_errors["dlq"]) == 0
      error_message = join("\n", local.name_errors["dlq"])
    }

    precondition {
      condition     = var.key == null ? true : split(":", var.key.arn)[3] == local.region
      error_message = "key.arn is \"${try(var.key.arn, "null")}\", of region ${try(split(":", var.key.arn)[3], "null")}; AWS needs a key of the region of the bus and of the queue, ${local.region}."
    }
  }
}

# EventBridge writes to a dead-letter queue as the service, not with the target's role; the rule's ARN is the one condition
# that it documents for it ("Using dead-letter queues to process undelivered events", EventBridge user guide).
data "aws_iam_policy_document" "dlq" {
  dynamic "statement" {
    for_each = local.rule_arns

    content {
      sid       = "Rule-${statement.key}"
      actions   = ["sqs:SendMessage"]
      resources = [local.arns.dlq]

      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = [statement.value]
      }
    }
  }

  dynamic "statement" {
    for_each = local.makes_bus ? [local.arns.bus] : []

    content {
      sid       = "Bus"
      actions   = ["sqs:SendMessage"]
      resources = [local.arns.dlq]

      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = [statement.value]
      }
    }
  }

  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [local.arns.dlq]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "dlq" {
  queue_url = aws_sqs_queue.dlq.url
  policy    = data.aws_iam_policy_document.dlq.json

  lifecycle {
    # "Amazon SQS policy quotas": 20 statements and 8,192 bytes.
    precondition {
      condition     = length(jsondecode(data.aws_iam_policy_document.dlq.json).Statement) <= 20 && length(data.aws_iam_policy_document.dlq.minified_json) <= 8192
      error_message = "The policy of queue \"${local.names.dlq}\" would have ${length(jsondecode(data.aws_iam_policy_document.dlq.json).Statement)} statements, one for each of ${length(var.rules)} rules, and ${length(data.aws_iam_policy_document.dlq.minified_json)} characters; AWS allows 20 statements and 8192 characters. Put some of the rules into another call of the module, with output bus_name of this one as existing_bus_name: it has a queue of its own."
    }
  }
}
