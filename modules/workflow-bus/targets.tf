# All targets of all rules in one map, by "<rule>.<target>". Each entry has what EventBridge is told, whatever its kind.

locals {
  target_kinds = ["run_task", "submit_job", "notify", "log", "queue", "bus"]

  targets = merge([
    for rule_key, rule in var.rules : {
      for target_key, target in rule.targets : "${rule_key}.${target_key}" => merge(target, {
        rule_key   = rule_key
        target_key = target_key
        kind       = one([for kind in local.target_kinds : kind if target[kind] != null])
      })
    }
  ]...)

  target_arns = {
    for id, target in local.targets : id => (
      target.kind == "run_task" ? target.run_task.cluster_arn :
      target.kind == "submit_job" ? target.submit_job.job_queue_arn :
      target.kind == "notify" ? target.notify.topic_arn :
      target.kind == "log" ? "${local.arn_prefixes.log_group}:${local.target_log_groups[id]}" :
      target.kind == "queue" ? target.queue.queue_arn :
      target.bus.bus_arn
    )
  }

  # Topics, queues and log groups let the rule in by their own policies: with a role, EventBridge may not deliver to them
  # ("Using resource-based policies", EventBridge user guide).
  target_purposes = {
    run_task   = "run_task"
    submit_job = "submit_job"
    bus        = "put_events"
  }

  target_roles = {
    for id, target in local.targets : id => (
      target.role != null ? target.role.arn :
      try(local.role_arns[target.rule_key][local.target_purposes[target.kind]], null)
    )
  }

  # EventBridge calls a target in the rule's own region; only a bus may be elsewhere.
  target_region_errors = {
    for id, target in local.targets : id => target.kind == "bus" || split(":", local.target_arns[id])[3] == local.region ? [] : [
      "rules.${target.rule_key}.targets.${target.target_key}.${target.kind} is \"${local.target_arns[id]}\", of region ${split(":", local.target_arns[id])[3]}; AWS needs a target in the rule's region, ${local.region}",
    ]
  }
}

resource "aws_cloudwatch_event_target" "main" {
  for_each = { for id, target in local.targets : id => target if !contains(keys(local.synced_targets), id) }

  rule           = aws_cloudwatch_event_rule.main[each.value.rule_key].name
  event_bus_name = aws_cloudwatch_event_rule.main[each.value.rule_key].event_bus_name
  target_id      = each.value.target_key
  arn            = local.target_arns[each.key]
  role_arn       = local.target_roles[each.key]
  input          = local.target_inputs[each.key].input
  input_path     = each.value.input_path

  dynamic "input_transformer" {
    for_each = local.target_inputs[each.key].template == null ? [] : [local.target_inputs[each.key]]

    content {
      input_paths    = input_transformer.value.paths
      input_template = input_transformer.value.template
    }
  }

  dynamic "ecs_target" {
    for_each = each.value.kind == "run_task" ? [each.value.run_task] : []

    content {
      # Without a revision EventBridge runs the newest ACTIVE one.
      task_definition_arn     = join(":", compact(["${local.arn_prefixes.task_definition}/${ecs_target.value.family}", ecs_target.value.revision]))
      task_count              = ecs_target.value.task_count
      launch_type             = local.launch_types[each.key]
      platform_version        = ecs_target.value.platform_version
      group                   = ecs_target.value.group
      enable_ecs_managed_tags = ecs_target.value.enable_ecs_managed_tags
      enable_execute_command  = ecs_target.value.enable_execute_command
      propagate_tags          = ecs_target.value.propagate_tags
      tags                    = ecs_target.value.tags

      dynamic "capacity_provider_strategy" {
        for_each = ecs_target.value.capacity_provider_strategies

        content {
          capacity_provider = capacity_provider_strategy.value.capacity_provider
          base              = capacity_provider_strategy.value.base
          weight            = capacity_provider_strategy.value.weight
        }
      }

      # Only a task definition in awsvpc mode has a network of its own.
      dynamic "network_configuration" {
        for_each = length(ecs_target.value.subnets) > 0 ? [ecs_target.value] : []

        content {
          subnets          = network_configuration.value.subnets
          security_groups  = network_configuration.value.security_group_ids
          assign_public_ip = network_configuration.value.assign_public_ip
        }
      }
    }
  }

  dynamic "batch_target" {
    for_each = each.value.kind == "submit_job" ? [each.value.submit_job] : []

    content {
      # Without a revision Batch takes the newest ACTIVE one.
      job_definition = join(":", compact(["${local.arn_prefixes.job_definition}/${batch_target.value.job_definition}", batch_target.value.revision]))
      job_name       = coalesce(batch_target.value.job_name, each.value.target_key)
      array_size     = batch_target.value.array_size
      job_attempts   = batch_target.value.attempts
    }
  }

  dynamic "sqs_target" {
    for_each = try(each.value.queue.message_group_id, null) == null ? [] : [each.value.queue.message_group_id]

    content {
      message_group_id = sqs_target.value
    }
  }

  retry_policy {
    maximum_event_age_in_seconds = each.value.maximum_event_age_in_seconds
    maximum_retry_attempts       = each.value.maximum_retry_attempts
  }

  dead_letter_config {
    arn = local.arns.dlq
  }

  lifecycle {
    precondition {
      condition     = length(local.target_input_errors[each.key]) == 0
      error_message = join("\n", local.target_input_errors[each.key])
    }

    # Apart, because an ARN of the same plan is not known before apply, and must not make the other rules wait.
    precondition {
      condition     = length(local.target_region_errors[each.key]) == 0
      error_message = join("\n", local.target_region_errors[each.key])
    }
  }

  # The ARNs above are built from names; the order is kept here. An event that comes before the permissions would be lost.
  depends_on = [
    aws_cloudwatch_log_group.main,
    aws_cloudwatch_log_resource_policy.events,
    aws_iam_role_policy.target,
    aws_sqs_queue_policy.dlq,
  ]
}
