# A topic and a queue have one policy each, which is their owner's: what the owner must add comes as an output. The rule's
# ARN is the one condition that EventBridge documents for these targets, and it holds the account.

data "aws_iam_policy_document" "topic" {
  for_each = { for id, target in local.targets : id => target if target.kind == "notify" }

  statement {
    actions   = ["sns:Publish"]
    resources = [each.value.notify.topic_arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.rule_arns[each.value.rule_key]]
    }
  }
}

data "aws_iam_policy_document" "queue" {
  for_each = { for id, target in local.targets : id => target if target.kind == "queue" }

  statement {
    actions   = ["sqs:SendMessage"]
    resources = [each.value.queue.queue_arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.rule_arns[each.value.rule_key]]
    }
  }
}
