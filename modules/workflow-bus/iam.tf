# One role for each purpose that a rule's targets have: to run tasks, to submit jobs, to put events on another bus. Each is trusted
# for its rule only. A target that is given a role of its own gets none here.

locals {
  roles = merge([
    for rule_key, rule in var.rules : {
      for purpose in keys(local.role_endings) : "${rule_key}.${purpose}" => {
        rule    = rule_key
        purpose = purpose
        name    = local.role_names[rule_key][purpose]
      } if length(local.role_targets["${rule_key}.${purpose}"]) > 0
    }
  ]...)

  # The targets that each role is for.
  role_targets = merge([
    for rule_key, rule in var.rules : {
      for purpose in keys(local.role_endings) : "${rule_key}.${purpose}" => [
        for target in values(rule.targets) : target
        if target.role == null && anytrue([for kind, its in local.target_purposes : its == purpose && target[kind] != null])
      ]
    }
  ]...)

  # The tasks that each role tags: those of the clusters on which it starts tasks with tags.
  tagged_tasks = {
    for id, role in local.roles : id => role.purpose != "run_task" ? [] : distinct([
      for target in local.role_targets[id] : "${replace(target.run_task.cluster_arn, ":cluster/", ":task/")}/*"
      if target.run_task.enable_ecs_managed_tags || target.run_task.propagate_tags != null || length(target.run_task.tags) > 0
    ])
  }

  passed_roles = {
    for id, role in local.roles : id => role.purpose != "run_task" ? [] : distinct(flatten([
      for target in local.role_targets[id] : target.run_task.pass_role_arns
    ]))
  }

  role_descriptions = {
    put_events = "puts events on another bus"
    run_task   = "runs tasks"
    submit_job = "submits jobs"
  }
}

# The source conditions keep EventBridge from using the role for anything but this rule (the confused deputy).
data "aws_iam_policy_document" "trust" {
  for_each = local.roles

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
      values   = [local.rule_arns[each.value.rule]]
    }
  }
}

resource "aws_iam_role" "target" {
  for_each = local.roles

  name                 = each.value.name
  description          = "With this role the rule ${local.rule_names[each.value.rule]} ${local.role_descriptions[each.value.purpose]}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags

  lifecycle {
    precondition {
      condition     = length(local.role_name_errors[each.key]) == 0
      error_message = join("\n", local.role_name_errors[each.key])
    }
  }
}

resource "aws_iam_role_policy" "target" {
  for_each = local.roles

  name   = local.role_endings[each.value.purpose]
  role   = aws_iam_role.target[each.key].name
  policy = data.aws_iam_policy_document.target[each.key].json

  lifecycle {
    # IAM counts the characters of all inline policies of a role together, without white space.
    precondition {
      condition     = length(data.aws_iam_policy_document.target[each.key].minified_json) <= 10240
      error_message = "The policy of role \"${each.value.name}\" has ${length(data.aws_iam_policy_document.target[each.key].minified_json)} characters; IAM allows 10240. Put some targets of rules.${each.value.rule} into another rule with the same pattern."
    }
  }
}

# Each role has one purpose, so of the statements below only those of its purpose are there.
data "aws_iam_policy_document" "target" {
  for_each = local.roles

  # The newest revision is chosen when the task starts: ECS may authorise the bare family or the revision it resolved to.
  dynamic "statement" {
    for_each = each.value.purpose == "run_task" ? [for target in local.role_targets[each.key] : target.run_task] : []
    iterator = task

    content {
      actions = ["ecs:RunTask"]
      resources = [
        for ending in task.value.revision == null ? ["", ":*"] : [":${task.value.revision}"] :
        "${local.arn_prefixes.task_definition}/${task.value.family}${ending}"
      ]

      condition {
        test     = "ArnEquals"
        variable = "ecs:cluster"
        values   = [task.value.cluster_arn]
      }
    }
  }

  # A RunTask that carries tags is refused without this, on the task and not on the task definition.
  dynamic "statement" {
    for_each = length(local.tagged_tasks[each.key]) > 0 ? [local.tagged_tasks[each.key]] : []

    content {
      actions   = ["ecs:TagResource"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "ecs:CreateAction"
        values   = ["RunTask"]
      }
    }
  }

  # A task without roles of its own: there is nothing to pass, and a statement without resources is not valid.
  dynamic "statement" {
    for_each = length(local.passed_roles[each.key]) > 0 ? [local.passed_roles[each.key]] : []

    content {
      actions   = ["iam:PassRole"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "iam:PassedToService"
        values   = ["ecs-tasks.amazonaws.com"]
      }
    }
  }

  # Batch authorises the queue and the definition, with the revision that it resolved a bare name to. A synced target has one
  # revision today and another one tomorrow.
  dynamic "statement" {
    for_each = each.value.purpose == "submit_job" ? [for target in local.role_targets[each.key] : target.submit_job] : []
    iterator = job

    content {
      actions = ["batch:SubmitJob"]
      resources = concat([job.value.job_queue_arn], [
        for ending in job.value.revision == null ? ["", ":*"] : job.value.synced ? [":*"] : [":${job.value.revision}"] :
        "${local.arn_prefixes.job_definition}/${job.value.job_definition}${ending}"
      ])
    }
  }

  dynamic "statement" {
    for_each = each.value.purpose == "put_events" ? [distinct([for target in local.role_targets[each.key] : target.bus.bus_arn])] : []

    content {
      actions   = ["events:PutEvents"]
      resources = statement.value
    }
  }
}
