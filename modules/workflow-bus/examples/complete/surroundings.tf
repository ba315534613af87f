# What the rules of the workflow write to, as its owners would write it.

data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
}

resource "aws_sns_topic" "alerts" {
  name              = "backend-alerts"
  kms_master_key_id = aws_kms_key.alerts.arn
}

data "aws_iam_policy_document" "alerts" {
  source_policy_documents = values(module.custom_id_cleanup.topic_policy_statements)

  statement {
    sid       = "AlarmsOfThisAccount"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:aws:cloudwatch:us-east-1:${local.account_id}:alarm:*"]
    }
  }
}

resource "aws_sns_topic_policy" "alerts" {
  arn    = aws_sns_topic.alerts.arn
  policy = data.aws_iam_policy_document.alerts.json
}

resource "aws_sqs_queue" "audit" {
  name                    = "backfill-audit"
  sqs_managed_sse_enabled = true
}

data "aws_iam_policy_document" "audit" {
  source_policy_documents = values(module.custom_id_cleanup.queue_policy_statements)
}

resource "aws_sqs_queue_policy" "audit" {
  queue_url = aws_sqs_queue.audit.url
  policy    = data.aws_iam_policy_document.audit.json
}

resource "aws_kms_key" "alerts" {
  description         = "Notices about the backend's workflows"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.alerts_key.json
}

data "aws_iam_policy_document" "alerts_key" {
  #checkov:skip=CKV_AWS_109:In a key policy "*" is this key, and the account must keep the right to manage it.
  #checkov:skip=CKV_AWS_111:In a key policy "*" is this key, and the account must keep the right to manage it.
  #checkov:skip=CKV_AWS_356:In a key policy "*" is this key.
  statement {
    sid       = "AccountManages"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.account_id}:root"]
    }
  }

  # No source conditions: on the way from EventBridge to an encrypted topic they are not supported, and a key policy
  # that has them drops the notices without a word.
  statement {
    sid       = "NotifyFromRulesAndAlarms"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
    }
  }
}
