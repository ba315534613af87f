# All schedules in one map: "" is the primary schedule, the others go by their name in additional_schedules. Each entry is
# complete: what a schedule does not say for itself is the primary's.

locals {
  primary_schedule = {
    schedule_name                = local.names.schedule
    schedule_expression          = var.schedule_expression
    timezone                     = var.timezone
    start_date                   = var.start_date
    end_date                     = var.end_date
    flexible_time_window_minutes = var.flexible_time_window_minutes
    description                  = var.description
    enabled                      = var.enabled

    task_definition_revision     = var.task_definition_revision
    task_count                   = var.task_count
    launch_type                  = var.launch_type
    capacity_provider_strategies = var.capacity_provider_strategies
    platform_version             = var.platform_version
    placement_constraints        = var.placement_constraints
    placement_strategies         = var.placement_strategies
    group                        = var.group
    reference_id                 = var.reference_id
    enable_ecs_managed_tags      = var.enable_ecs_managed_tags
    enable_execute_command       = var.enable_execute_command
    propagate_tags               = var.propagate_tags
    task_tags                    = var.task_tags

    trusted_compute_subnets = var.trusted_compute_subnets
    security_group_ids      = local.security_group_ids
    assign_public_ip        = var.assign_public_ip

    overrides           = var.overrides
    container_overrides = var.container_overrides
    task_overrides      = var.task_overrides

    maximum_retry_attempts       = var.maximum_retry_attempts
    maximum_event_age_in_seconds = var.maximum_event_age_in_seconds
  }

  # Version 1 took one security group.
  security_group_ids = (
    length(var.security_group_ids) > 0 || var.security_group_id == null ? var.security_group_ids : [var.security_group_id]
  )

  additional_schedules = {
    for own in var.additional_schedules : own.name => merge(
      {
        for attribute, inherited in local.primary_schedule :
        attribute => own[attribute] == null ? inherited : own[attribute]
      },
      {
        schedule_name = own.schedule_name == null ? "${local.names.schedule}-${own.name}" : own.schedule_name

        # A launch type and capacity providers exclude each other, and so do raw and typed overrides: who says one of
        # the two does not inherit the other.
        launch_type = (
          own.launch_type == null && own.capacity_provider_strategies == null ? var.launch_type : own.launch_type
        )
        capacity_provider_strategies = (
          own.launch_type == null && own.capacity_provider_strategies == null
          ? var.capacity_provider_strategies
          : coalesce(own.capacity_provider_strategies, [])
        )
        overrides = (
          own.overrides == null && own.container_overrides == null && own.task_overrides == null
          ? var.overrides
          : own.overrides
        )
        container_overrides = (
          own.container_overrides == null
          ? (own.overrides == null ? var.container_overrides : [])
          : own.container_overrides
        )
        task_overrides = (
          own.task_overrides == null
          ? (own.overrides == null ? var.task_overrides : null)
          : own.task_overrides
        )
      },
    )
  }

  # "", a window of 0 and revision 0 are how an additional schedule says "not what the primary has".
  schedules = {
    for key, schedule in merge({ "" = local.primary_schedule }, local.additional_schedules) :
    key => merge(schedule, {
      for attribute in ["start_date", "end_date", "description", "platform_version", "group", "reference_id", "propagate_tags", "overrides"] :
      attribute => schedule[attribute] == "" ? null : schedule[attribute]
      }, {
      flexible_time_window_minutes = (
        key != "" && schedule.flexible_time_window_minutes == 0 ? null : schedule.flexible_time_window_minutes
      )
      task_definition_revision = (
        key != "" && schedule.task_definition_revision == 0 ? null : schedule.task_definition_revision
      )
    })
  }

  schedule_task_definition_arns = {
    for key, schedule in local.schedules :
    key => join(":", compact([local.arns.task_definition, schedule.task_definition_revision]))
  }

  task_definition_references = {
    for revision in distinct([for schedule in values(local.schedules) : schedule.task_definition_revision]) :
    (revision == null ? "newest" : tostring(revision)) => join(":", compact([var.task_name, revision]))
  }
}

resource "aws_scheduler_schedule_group" "ecs" {
  name = local.names.schedule_group
  tags = local.tags

  lifecycle {
    precondition {
      condition     = length(local.name_errors["schedule_group"]) == 0
      error_message = join("\n", local.name_errors["schedule_group"])
    }

    # Once, and not for each schedule.
    precondition {
      condition     = split(":", var.ecs_cluster_arn)[3] == local.region
      error_message = "ecs_cluster_arn is \"${var.ecs_cluster_arn}\", of region ${split(":", var.ecs_cluster_arn)[3]}; AWS runs a schedule's tasks in the region of the schedule, ${local.region}."
    }
  }
}

resource "aws_scheduler_schedule" "ecs" {
  for_each = local.schedules

  name        = each.value.schedule_name
  group_name  = aws_scheduler_schedule_group.ecs.name
  description = each.value.description
  state       = each.value.enabled ? "ENABLED" : "DISABLED"
  kms_key_arn = var.kms_key_arn

  schedule_expression          = each.value.schedule_expression
  schedule_expression_timezone = each.value.timezone
  start_date                   = each.value.start_date
  end_date                     = each.value.end_date

  flexible_time_window {
    mode                      = each.value.flexible_time_window_minutes == null ? "OFF" : "FLEXIBLE"
    maximum_window_in_minutes = each.value.flexible_time_window_minutes
  }

  target {
    arn      = var.ecs_cluster_arn
    role_arn = local.arns.role
    input    = local.schedule_inputs[each.key]

    ecs_parameters {
      task_definition_arn     = local.schedule_task_definition_arns[each.key]
      task_count              = each.value.task_count
      launch_type             = each.value.launch_type
      platform_version        = each.value.platform_version
      group                   = each.value.group
      reference_id            = each.value.reference_id
      enable_ecs_managed_tags = each.value.enable_ecs_managed_tags
      enable_execute_command  = each.value.enable_execute_command
      propagate_tags          = each.value.propagate_tags
      tags                    = each.value.task_tags

      dynamic "capacity_provider_strategy" {
        for_each = each.value.capacity_provider_strategies

        content {
          capacity_provider = capacity_provider_strategy.value.capacity_provider
          base              = capacity_provider_strategy.value.base
          weight            = capacity_provider_strategy.value.weight
        }
      }

      dynamic "network_configuration" {
        for_each = length(each.value.trusted_compute_subnets) > 0 ? [each.value] : []

        content {
          subnets          = network_configuration.value.trusted_compute_subnets
          security_groups  = network_configuration.value.security_group_ids
          assign_public_ip = network_configuration.value.assign_public_ip
        }
      }

      dynamic "placement_constraints" {
        for_each = each.value.placement_constraints

        content {
          type       = placement_constraints.value.type
          expression = placement_constraints.value.expression
        }
      }

      dynamic "placement_strategy" {
        for_each = each.value.placement_strategies

        content {
          type  = placement_strategy.value.type
          field = placement_strategy.value.field
        }
      }
    }

    retry_policy {
      maximum_retry_attempts       = each.value.maximum_retry_attempts
      maximum_event_age_in_seconds = each.value.maximum_event_age_in_seconds
    }

    dead_letter_config {
      arn = local.arns.dlq
    }
  }

  lifecycle {
    precondition {
      condition     = length(local.schedule_errors[each.key]) == 0
      error_message = join("\n", local.schedule_errors[each.key])
    }

    # Apart, because a subnet, an override or a tag of the same plan is not known before apply: these rules then wait
    # for it, and must not make the others wait too.
    precondition {
      condition     = length(local.schedule_payload_errors[each.key]) == 0
      error_message = join("\n", local.schedule_payload_errors[each.key])
    }
  }

  # The ARNs above are built from names; the order is kept here. A schedule that fires before its role can run a task
  # loses that run.
  depends_on = [
    aws_iam_role_policy.scheduler,
    aws_sqs_queue_policy.dlq,
  ]
}
