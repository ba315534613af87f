# Six actions, each on named resources: what EventBridge Scheduler does with this role, and nothing else.

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    # Scheduler sends the ARN of the group here, never that of one schedule.
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.arns.schedule_group]
    }
  }
}

resource "aws_iam_role" "scheduler" {
  name                 = local.names.role
  description          = "Lets EventBridge Scheduler run the task ${var.task_name} on the cluster ${var.cluster_name}."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags

  lifecycle {
    precondition {
      condition     = length(local.name_errors["role"]) == 0
      error_message = join("\n", local.name_errors["role"])
    }
  }
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    sid       = "RunTask"
    actions   = ["ecs:RunTask"]
    resources = local.run_task_arns

    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [var.ecs_cluster_arn]
    }
  }

  # A RunTask that carries tags is refused without this, on the task and not on the task definition.
  statement {
    sid       = "TagTask"
    actions   = ["ecs:TagResource"]
    resources = [local.arns.tasks]

    condition {
      test     = "StringEquals"
      variable = "ecs:CreateAction"
      values   = ["RunTask"]
    }
  }

  statement {
    sid       = "SendToDeadLetterQueue"
    actions   = ["sqs:SendMessage"]
    resources = [local.arns.dlq]
  }

  # Whoever makes the schedule encrypts its input; this role decrypts it, and no more.
  statement {
    sid       = "DecryptSchedule"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["scheduler.${local.region}.${local.dns_suffix}"]
    }
  }

  statement {
    sid       = "EncryptDeadLetters"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["sqs.${local.region}.${local.dns_suffix}"]
    }
  }

  # A task without roles of its own: there is nothing to pass, and a statement without resources is not valid.
  dynamic "statement" {
    for_each = length(local.pass_role_arns) > 0 ? [local.pass_role_arns] : []

    content {
      sid       = "PassTaskRoles"
      actions   = ["iam:PassRole"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "iam:PassedToService"
        values   = ["ecs-tasks.amazonaws.com"]
      }
    }
  }
}

resource "aws_iam_role_policy" "scheduler" {
  name   = local.names.role_policy
  role   = aws_iam_role.scheduler.id
  policy = data.aws_iam_policy_document.scheduler.json

  lifecycle {
    precondition {
      condition     = length(local.name_errors["role_policy"]) == 0
      error_message = join("\n", local.name_errors["role_policy"])
    }
  }
}

locals {
  # The newest revision is chosen when the task starts: ECS may authorise the bare family or the revision it resolved to.
  run_task_arns = distinct(flatten([
    for schedule in values(local.schedules) :
    schedule.task_definition_revision == null
    ? [local.arns.task_definition, "${local.arns.task_definition}:*"]
    : ["${local.arns.task_definition}:${schedule.task_definition_revision}"]
  ]))

  looked_up_role_arns = flatten([
    for definition in values(data.aws_ecs_task_definition.scheduled) : [
      definition.task_role_arn,
      definition.execution_role_arn,
    ]
  ])

  # A definition without a role has "" there.
  pass_role_arns = distinct([
    for arn in concat(coalesce(var.pass_role_arns, local.looked_up_role_arns), local.override_role_arns) : arn if arn != ""
  ])
}
