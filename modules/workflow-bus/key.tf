locals {
  has_key = var.key != null || var.create_key != null
  # In the policy of a key that several workflows use, the statements of each need names of their own.
  sid_ending = join("", [for word in regexall("[0-9A-Za-z]+", var.name) : title(word)])
  key_arn    = var.create_key != null ? aws_kms_key.main[0].arn : try(var.key.arn, null)
}

# What the key must let services do, whoever owns it. "*" as a resource is the key itself in a key's policy. The document depends on
# nothing of var.key, not even on whether there is one: its owner merges it into the policy of the very key that is given here,
# and that would be a circle.
data "aws_iam_policy_document" "key_use" {
  #checkov:skip=CKV_AWS_109:In a key policy "*" is this key.
  #checkov:skip=CKV_AWS_111:In a key policy "*" is this key.
  #checkov:skip=CKV_AWS_356:In a key policy "*" is this key.

  # The bus: "Encrypting EventBridge event buses with AWS KMS keys" has these two statements. A description is asked for without an
  # encryption context.
  dynamic "statement" {
    for_each = local.makes_bus ? [1] : []

    content {
      sid       = "EventBridgeDescribesKeyFor${local.sid_ending}"
      actions   = ["kms:DescribeKey"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }
    }
  }

  dynamic "statement" {
    for_each = local.makes_bus ? [local.arns.bus] : []

    content {
      sid       = "EventBridgeEncryptsBusFor${local.sid_ending}"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account_id]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = [statement.value]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:events:event-bus:arn"
        values   = [statement.value]
      }
    }
  }

  # The dead-letter queue. SQS documents no condition for services that send to an encrypted queue, and on the like way to an encrypted
  # topic SNS says that source conditions are not supported for EventBridge: a dead letter must not be lost for one.
  statement {
    sid       = "EventBridgeSendsDeadLettersFor${local.sid_ending}"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }

  dynamic "statement" {
    for_each = length(local.made_log_group_names) > 0 ? [1] : []

    content {
      sid       = "CloudWatchLogsEncryptsLogGroupsFor${local.sid_ending}"
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["logs.${local.region}.${local.dns_suffix}"]
      }

      condition {
        test     = "ArnEquals"
        variable = "kms:EncryptionContext:aws:logs:arn"
        values   = [for name in sort(local.made_log_group_names) : "${local.arn_prefixes.log_group}:${name}"]
      }
    }
  }
}

data "aws_iam_policy_document" "key" {
  count = var.create_key == null ? 0 : 1

  #checkov:skip=CKV_AWS_109:In a key policy "*" is this key, and the account must keep the right to manage it.
  #checkov:skip=CKV_AWS_111:In a key policy "*" is this key, and the account must keep the right to manage it.
  #checkov:skip=CKV_AWS_356:In a key policy "*" is this key.
  source_policy_documents = [data.aws_iam_policy_document.key_use.json]

  # Without this nobody could ever change the key's policy again; who may is then what IAM says.
  statement {
    sid       = "AccountManages"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }
}

resource "aws_kms_key" "main" {
  count = var.create_key == null ? 0 : 1

  description             = "Events of the workflow ${var.name}: the bus, its dead-letter queue and its log groups"
  deletion_window_in_days = var.create_key.deletion_window_in_days
  enable_key_rotation     = true
  policy                  = data.aws_iam_policy_document.key[0].json
  tags                    = local.tags
}

resource "aws_kms_alias" "main" {
  count = try(var.create_key.alias, null) == null ? 0 : 1

  name          = "alias/${var.create_key.alias}"
  target_key_id = aws_kms_key.main[0].key_id
}
