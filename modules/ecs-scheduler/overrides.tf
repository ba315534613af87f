# What a schedule changes in the task definition for its own runs: the JSON that ECS calls TaskOverride.

locals {
  schedule_inputs = {
    for key, schedule in local.schedules :
    key => schedule.overrides != null ? schedule.overrides : local.typed_overrides_json[key] == "{}" ? null : local.typed_overrides_json[key]
  }

  typed_overrides_json = { for key, overrides in local.typed_overrides : key => jsonencode(overrides) }

  # ECS takes null for a value, not for an absence: what is not given must not be written.
  typed_overrides = {
    for key, schedule in local.schedules : key => {
      for name, value in {
        containerOverrides = length(schedule.container_overrides) == 0 ? null : local.typed_container_overrides[key]
        cpu                = try(tostring(schedule.task_overrides.cpu), null)
        memory             = try(tostring(schedule.task_overrides.memory), null)
        ephemeralStorage   = try(schedule.task_overrides.ephemeral_storage_gib, null) == null ? null : { sizeInGiB = schedule.task_overrides.ephemeral_storage_gib }
        taskRoleArn        = try(schedule.task_overrides.task_role_arn, null)
        executionRoleArn   = try(schedule.task_overrides.execution_role_arn, null)
      } : name => value if value != null
    }
  }

  typed_container_overrides = {
    for key, schedule in local.schedules : key => [
      for container in schedule.container_overrides : {
        for name, value in {
          name              = container.name
          command           = container.command
          cpu               = container.cpu
          memory            = container.memory
          memoryReservation = container.memory_reservation
          environment = length(container.environment) == 0 ? null : [
            for variable, value in container.environment : { name = variable, value = value }
          ]
          environmentFiles = length(container.environment_files) == 0 ? null : [
            for arn in container.environment_files : { type = "s3", value = arn }
          ]
          resourceRequirements = length(container.resource_requirements) == 0 ? null : [
            for requirement in container.resource_requirements : { type = requirement.type, value = requirement.value }
          ]
        } : name => value if value != null
      }
    ]
  }

  raw_overrides = { for key, schedule in local.schedules : key => try(jsondecode(schedule.overrides), null) }

  # A role that an override names is passed just as one that the task definition names.
  override_role_arns = flatten([
    for key, schedule in local.schedules : [
      for arn in [
        try(schedule.task_overrides.task_role_arn, null),
        try(schedule.task_overrides.execution_role_arn, null),
        try(tostring(local.raw_overrides[key].taskRoleArn), null),
        try(tostring(local.raw_overrides[key].executionRoleArn), null),
      ] : arn if arn != null
    ]
  ])
}
