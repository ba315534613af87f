# What the task works with, as its owners would write it.

resource "aws_kms_key" "main" {
  description         = "Logs, secrets, reports and notices of the cleanup"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:In a key policy "*" is this key, and the account must keep the right to manage it.
  #checkov:skip=CKV_AWS_111:In a key policy "*" is this key, and the account must keep the right to manage it.
  #checkov:skip=CKV_AWS_356:In a key policy "*" is this key.
  statement {
    sid       = "AccountManages"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }

  statement {
    sid       = "LogGroup"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${local.region}.${local.dns_suffix}"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/ecs/cleanup"]
    }
  }

  # No source conditions: on the way from EventBridge to an encrypted topic they are not supported, and a key policy
  # that has them drops the notices without a word.
  statement {
    sid       = "EventBridgeToTopicAndQueue"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_secretsmanager_secret" "api" {
  #checkov:skip=CKV2_AWS_57:An example has nothing that could rotate it.
  name       = "cleanup/api"
  kms_key_id = aws_kms_key.main.arn
}

resource "aws_sns_topic" "alerts" {
  name              = "task-alerts"
  kms_master_key_id = aws_kms_key.main.arn
}

resource "aws_sns_topic_policy" "alerts" {
  arn    = aws_sns_topic.alerts.arn
  policy = data.aws_iam_policy_document.alerts.json
}

data "aws_iam_policy_document" "alerts" {
  source_policy_documents = [module.cleanup.topic_policy_statements["alerts"]]
}

resource "aws_sqs_queue" "undelivered" {
  name              = "task-alerts-undelivered"
  kms_master_key_id = aws_kms_key.main.arn
}

data "aws_iam_policy_document" "undelivered" {
  source_policy_documents = [module.cleanup.failure_dead_letter_queue_policy_statement]

  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.undelivered.arn]

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

resource "aws_sqs_queue_policy" "undelivered" {
  queue_url = aws_sqs_queue.undelivered.id
  policy    = data.aws_iam_policy_document.undelivered.json
}
