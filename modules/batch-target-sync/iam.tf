# Two roles: with the one the automation works, with the other EventBridge starts it.

# --- What the automation may do -----------------------------------------------------------------------------------------

locals {
  # The rules of all selections, by region. The ARN of a rule names its bus, except on the default bus.
  selected_rules = {
    for region in distinct([for selection in var.selections : coalesce(selection.region, local.region)]) : region => distinct([
      for selection in var.selections : join("/", concat(
        ["arn:${local.partition}:events:${region}:${local.account_id}:rule"],
        selection.bus == "default" ? [] : [selection.bus],
        [selection.rule == null ? "*" : selection.rule],
      )) if coalesce(selection.region, local.region) == region
    ])
  }

  topic_key_arns = var.topic == null ? [] : var.topic.key_arns

  selects_every_rule = anytrue([for selection in var.selections : selection.rule == null])

  # IAM counts the characters of all inline policies of a role together, without white space. What the topic needs can wait for its
  # key, and counts when that is known.
  role_policy_characters = {
    sync   = length(data.aws_iam_policy_document.sync.minified_json)
    notify = sum(concat([0], [for notify in data.aws_iam_policy_document.notify : length(notify.minified_json)]))
  }
  role_policy_advice = "with ${length(var.selections)} selections and ${length(var.target_role_arns)} target roles; IAM allows 10240: select every rule of a bus instead of each, or split the selections over several calls of the module."
}

# The source conditions keep Systems Manager from using the role for anybody else (the confused deputy). Which document an
# execution runs is not in its ARN; who may start another with this role needs iam:PassRole for it.
data "aws_iam_policy_document" "sync_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ssm.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.arns.executions]
    }
  }
}

resource "aws_iam_role" "sync" {
  name                 = local.names.role
  description          = "With this role the automation ${local.names.document} keeps targets right"
  assume_role_policy   = data.aws_iam_policy_document.sync_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags

  lifecycle {
    precondition {
      condition     = length(concat(local.name_errors["role"], local.role_name_errors)) == 0
      error_message = join("\n", concat(local.name_errors["role"], local.role_name_errors))
    }
  }
}

resource "aws_iam_role_policy" "sync" {
  name   = "sync"
  role   = aws_iam_role.sync.name
  policy = data.aws_iam_policy_document.sync.json

  lifecycle {
    precondition {
      condition     = local.role_policy_characters.sync <= 10240
      error_message = "The policy of role \"${local.names.role}\" has ${local.role_policy_characters.sync} characters ${local.role_policy_advice}"
    }
  }
}

data "aws_iam_policy_document" "sync" {
  # These two know no resources ("Actions, resources, and condition keys" of Batch and of EventBridge).
  statement {
    sid       = "FindRevisionsAndRules"
    actions   = concat(["batch:DescribeJobDefinitions"], local.selects_every_rule ? ["events:ListRules"] : [])
    resources = ["*"]
  }

  statement {
    sid       = "ReadTargets"
    actions   = ["events:ListTargetsByRule"]
    resources = flatten(values(local.selected_rules))
  }

  # Only job queues can be put. The key has the ARN of each target of a call, and ForAllValues holds for a call that has none:
  # hence Null.
  dynamic "statement" {
    for_each = local.selected_rules

    content {
      sid       = "MoveTargets${replace(title(replace(statement.key, "-", " ")), " ", "")}"
      actions   = ["events:PutTargets"]
      resources = statement.value

      condition {
        test     = "ForAllValues:ArnLike"
        variable = "events:TargetArn"
        values   = ["arn:${local.partition}:batch:${statement.key}:${local.account_id}:job-queue/*"]
      }

      condition {
        test     = "Null"
        variable = "events:TargetArn"
        values   = ["false"]
      }
    }
  }

  # A target is put with its role.
  statement {
    sid       = "PassRolesOfTargets"
    actions   = ["iam:PassRole"]
    resources = distinct(var.target_role_arns)

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["events.amazonaws.com"]
    }
  }

  statement {
    sid       = "KeepState"
    actions   = ["ssm:GetParameters", "ssm:PutParameter"]
    resources = ["${local.arns.state}/*"]
  }

  # Two that claimed the lock at once find out who came first.
  statement {
    sid       = "SettleLock"
    actions   = ["ssm:GetParameterHistory"]
    resources = ["${local.arns.state}/lock"]
  }

  statement {
    sid       = "Measure"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = [local.metric_namespace]
    }
  }

  # Source and detail type have the values of each event of a call.
  dynamic "statement" {
    for_each = var.event_bus_name == null ? [] : [var.event_bus_name]

    content {
      sid       = "PutEvents"
      actions   = ["events:PutEvents"]
      resources = ["${local.arn_prefixes.events}:event-bus/${statement.value}"]

      dynamic "condition" {
        for_each = { "events:source" = [local.event_source], "events:detail-type" = local.event_types }

        content {
          test     = "ForAllValues:StringEquals"
          variable = condition.key
          values   = condition.value
        }
      }

      dynamic "condition" {
        for_each = ["events:source", "events:detail-type"]

        content {
          test     = "Null"
          variable = condition.value
          values   = ["false"]
        }
      }
    }
  }

  # "Logging Automation action output with CloudWatch Logs": the role of the runbook writes the log, and makes what is missing.
  dynamic "statement" {
    for_each = var.log_group_name == null ? [] : [var.log_group_name]

    content {
      sid     = "WriteLog"
      actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      resources = [
        for ending in ["", ":*"] :
        "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${statement.value}${ending}"
      ]
    }
  }

  dynamic "statement" {
    for_each = var.log_group_name == null ? [] : [var.log_group_name]

    content {
      sid       = "FindLogGroup"
      actions   = ["logs:DescribeLogGroups"]
      resources = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:*"]
    }
  }
}

# What it may do to tell the topic is a policy of its own: where one plan makes the topic's key, the plan does not know the key's ARN,
# and would not show the rest either.
resource "aws_iam_role_policy" "notify" {
  count = var.topic == null ? 0 : 1

  name   = "notify"
  role   = aws_iam_role.sync.name
  policy = data.aws_iam_policy_document.notify[0].json

  lifecycle {
    precondition {
      condition     = local.role_policy_characters.sync + local.role_policy_characters.notify <= 10240
      error_message = "The policies of role \"${local.names.role}\" have ${local.role_policy_characters.sync + local.role_policy_characters.notify} characters ${local.role_policy_advice}"
    }
  }
}

data "aws_iam_policy_document" "notify" {
  count = var.topic == null ? 0 : 1

  statement {
    sid       = "Notify"
    actions   = ["sns:Publish"]
    resources = [var.topic.arn]
  }

  # How many keys there are is known while their ARNs are not: so a plan shows this statement, too.
  dynamic "statement" {
    for_each = length(local.topic_key_arns) > 0 ? [local.topic_key_arns] : []

    content {
      sid       = "NotifyEncrypted"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["sns.${local.region}.${local.dns_suffix}"]
      }
    }
  }
}

# --- What EventBridge may do --------------------------------------------------------------------------------------------

# The source conditions keep EventBridge from using the role for anything but these rules.
data "aws_iam_policy_document" "start_trust" {
  count = length(local.rules) > 0 ? 1 : 0

  statement {
    actions = ["sts:AssumeRole"]

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
      values   = values(local.rule_arns)
    }
  }
}

resource "aws_iam_role" "start" {
  count = length(local.rules) > 0 ? 1 : 0

  name                 = local.names.start_role
  description          = "With this role EventBridge starts the automation ${local.names.document}"
  assume_role_policy   = data.aws_iam_policy_document.start_trust[0].json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags

  lifecycle {
    precondition {
      condition     = length(local.name_errors["start_role"]) == 0
      error_message = join("\n", local.name_errors["start_role"])
    }
  }
}

resource "aws_iam_role_policy" "start" {
  count = length(aws_iam_role.start)

  name   = "start"
  role   = aws_iam_role.start[0].name
  policy = data.aws_iam_policy_document.start.json
}

# A start was authorised on the automation definition, and now is on the document and on the execution that it becomes: both
# ways are allowed. The same is what a person needs to start it.
data "aws_iam_policy_document" "start" {
  statement {
    sid       = "StartAutomation"
    actions   = ["ssm:StartAutomationExecution"]
    resources = [local.arns.automation, local.arns.document, local.arns.executions]
  }

  statement {
    sid       = "PassRoleOfAutomation"
    actions   = ["iam:PassRole"]
    resources = [local.arns.role]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ssm.amazonaws.com"]
    }
  }
}
