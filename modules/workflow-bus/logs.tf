locals {
  target_log_groups = {
    for id, target in local.targets :
    id => target.log.log_group_name == null ? "/aws/events/${local.rule_names[target.rule_key]}" : target.log.log_group_name
    if target.kind == "log"
  }

  # Several targets may write to one group.
  log_group_names      = toset(values(local.target_log_groups))
  made_log_group_names = toset([for id, name in local.target_log_groups : name if !local.targets[id].log.existing])
  makes_log_policy     = var.log_resource_policy && length(local.log_group_names) > 0
}

resource "aws_cloudwatch_log_group" "main" {
  #checkov:skip=CKV_AWS_158:The key is the caller's choice (key, create_key); without one CloudWatch Logs encrypts with its own.
  #checkov:skip=CKV_AWS_338:30 days is the standard for logs of events; log_retention_days sets another.
  for_each = local.made_log_group_names

  name              = each.key
  kms_key_id        = local.key_arn
  retention_in_days = var.log_retention_days
  skip_destroy      = var.keep_log_groups
  tags              = local.tags

  # CloudWatch Logs refuses a key whose policy does not let it in yet.
  depends_on = [aws_kms_key.main]
}

# The statement is the one that the EventBridge user guide gives ("CloudWatch Logs permissions"), for these groups only. It has no
# conditions there, and none here: EventBridge writes only to log groups of the rule's own account.
data "aws_iam_policy_document" "logs" {
  count = length(local.log_group_names) > 0 ? 1 : 0

  statement {
    sid       = "EventsToLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [for name in sort(local.log_group_names) : "${local.arn_prefixes.log_group}:${name}:*"] # the streams of the group

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com", "events.amazonaws.com"]
    }
  }
}

resource "aws_cloudwatch_log_resource_policy" "events" {
  count = local.makes_log_policy ? 1 : 0

  policy_name     = local.names.log_resource_policy
  policy_document = data.aws_iam_policy_document.logs[0].json

  lifecycle {
    precondition {
      condition     = length(local.name_errors["log_resource_policy"]) == 0
      error_message = join("\n", local.name_errors["log_resource_policy"])
    }

    precondition {
      condition     = length(data.aws_iam_policy_document.logs[0].minified_json) <= 5120
      error_message = "The resource policy \"${local.names.log_resource_policy}\" for ${length(local.log_group_names)} log groups has ${length(data.aws_iam_policy_document.logs[0].minified_json)} characters; AWS allows 5120. Let several targets write to one group with log_group_name."
    }
  }
}
