# Two dead-letter queues that never get a letter: one has no policy that lets EventBridge write, the other is encrypted
# with a key of AWS that no service principal can use.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  name = "shipments"
}

resource "aws_sns_topic" "this" {
  name = local.name
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = toset(["delayed", "lost"])

  name          = "${local.name}-${each.key}"
  event_pattern = jsonencode({ source = ["example.shipments"], detail = { state = [each.key] } })
}

data "aws_iam_policy_document" "topic" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.this.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [for rule in aws_cloudwatch_event_rule.this : rule.arn]
    }
  }
}

resource "aws_sns_topic_policy" "this" {
  arn    = aws_sns_topic.this.arn
  policy = data.aws_iam_policy_document.topic.json
}

resource "aws_sqs_queue" "without_policy" {
  name                    = "${local.name}-delayed-dlq"
  sqs_managed_sse_enabled = true
}

resource "aws_sqs_queue" "managed_key" {
  name              = "${local.name}-lost-dlq"
  kms_master_key_id = "alias/aws/sqs"
}

data "aws_iam_policy_document" "managed_key" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.managed_key.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.this["lost"].arn]
    }
  }
}

resource "aws_sqs_queue_policy" "managed_key" {
  queue_url = aws_sqs_queue.managed_key.id
  policy    = data.aws_iam_policy_document.managed_key.json
}

resource "aws_cloudwatch_event_target" "delayed" {
  rule = aws_cloudwatch_event_rule.this["delayed"].name
  arn  = aws_sns_topic.this.arn

  dead_letter_config {
    arn = aws_sqs_queue.without_policy.arn
  }
}

resource "aws_cloudwatch_event_target" "lost" {
  rule = aws_cloudwatch_event_rule.this["lost"].name
  arn  = aws_sns_topic.this.arn

  dead_letter_config {
    arn = aws_sqs_queue.managed_key.arn
  }
}
