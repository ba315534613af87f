# A standard queue: EventBridge Scheduler cannot write to a FIFO queue.
resource "aws_sqs_queue" "dlq" {
  name                      = local.names.dlq
  kms_master_key_id         = var.kms_key_arn
  message_retention_seconds = var.dlq_message_retention_seconds
  tags                      = local.tags

  lifecycle {
    precondition {
      condition     = length(local.name_errors["dlq"]) == 0
      error_message = join("\n", local.name_errors["dlq"])
    }

    precondition {
      condition     = split(":", var.kms_key_arn)[3] == local.region
      error_message = "kms_key_arn is \"${var.kms_key_arn}\", of region ${split(":", var.kms_key_arn)[3]}; AWS needs a key of the region of the schedules and of the queue, ${local.region}."
    }
  }
}

data "aws_iam_policy_document" "dlq" {
  statement {
    sid       = "AllowScheduleGroup"
    actions   = ["sqs:SendMessage"]
    resources = [local.arns.dlq]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["${local.arns.schedule_prefix}/*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
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
}
