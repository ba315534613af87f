# Who is told, as its owner would write it.

resource "aws_kms_key" "alerts" {
  description         = "Notices of failed jobs"
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

  # No source conditions: on the way from EventBridge to an encrypted topic they are not supported, and a key policy
  # that has them drops the notices without a word.
  statement {
    sid       = "EventBridgeToTopic"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic" "alerts" {
  name              = "job-alerts"
  kms_master_key_id = aws_kms_key.alerts.arn
}

resource "aws_sns_topic_policy" "alerts" {
  arn    = aws_sns_topic.alerts.arn
  policy = data.aws_iam_policy_document.alerts.json
}

data "aws_iam_policy_document" "alerts" {
  source_policy_documents = [module.job.topic_policy_statements["alerts"]]
}
