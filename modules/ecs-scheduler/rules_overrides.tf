# What ECS refuses in the overrides of a schedule.

locals {
  task_override_keys = [
    "containerOverrides", "cpu", "ephemeralStorage", "executionRoleArn", "inferenceAcceleratorOverrides", "memory", "taskRoleArn",
  ]
  container_override_keys = [
    "command", "cpu", "environment", "environmentFiles", "memory", "memoryReservation", "name", "resourceRequirements",
  ]
  role_arn_pattern = "^arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]+$"

  schedule_has_typed_overrides = {
    for key, schedule in local.schedules : key => length(schedule.container_overrides) > 0 || anytrue([
      for value in values(coalesce(schedule.task_overrides, {})) : value != null
    ])
  }

  override_errors = {
    for key, schedule in local.schedules : key => concat(
      schedule.overrides == null ? [] : local.raw_override_errors[key],
      local.typed_override_errors[key],
      schedule.overrides != null && local.schedule_has_typed_overrides[key] ? [
        "overrides and ${length(schedule.container_overrides) > 0 ? "container_overrides" : "task_overrides"} are both given; give the raw JSON or the typed form",
      ] : [],
      try(length(local.schedule_inputs[key]) > 8192, false) ? [
        "the overrides have ${length(local.schedule_inputs[key])} characters as JSON; AWS allows 8192",
      ] : [],
      [
        for arn in [
          try(schedule.task_overrides.task_role_arn, null),
          try(schedule.task_overrides.execution_role_arn, null),
          try(local.raw_overrides[key].taskRoleArn, null),
          try(local.raw_overrides[key].executionRoleArn, null),
        ] :
        "the overrides name the role \"${arn}\"; AWS needs a role ARN such as arn:aws:iam::123456789012:role/name"
        if arn == null ? false : !can(regex(local.role_arn_pattern, arn))
      ],
    )
  }

  raw_override_errors = {
    for key, schedule in local.schedules : key => !can(keys(local.raw_overrides[key])) ? [
      "overrides is not a JSON object; AWS needs a TaskOverride such as {\"containerOverrides\":[...]}",
      ] : concat(
      [
        for name in keys(local.raw_overrides[key]) :
        "overrides has the key \"${name}\"; AWS allows ${join(", ", local.task_override_keys)}"
        if !contains(local.task_override_keys, name)
      ],
      flatten([
        for container in try([for item in local.raw_overrides[key].containerOverrides : item], []) : concat(
          can(keys(container)) && try(length(container.name) > 0, false) ? [] : [
            "overrides has a container override without a name; AWS needs the name of the container",
          ],
          [
            for name in try(keys(container), []) :
            "overrides has the key \"${name}\" in a container override; AWS allows ${join(", ", local.container_override_keys)}"
            if !contains(local.container_override_keys, name)
          ],
        )
      ]),
    )
  }

  typed_override_errors = {
    for key, schedule in local.schedules : key => concat(
      [
        for name in distinct([for container in schedule.container_overrides : container.name]) :
        "container_overrides has the container \"${name}\" more than once; AWS needs one override for each container"
        if length([for container in schedule.container_overrides : container if container.name == name]) > 1
      ],
      flatten([
        for container in schedule.container_overrides : compact([
          can(regex("^[0-9A-Za-z_-]{1,255}$", container.name)) ? "" :
          "container_overrides has the name \"${container.name}\"; AWS allows 1 to 255 letters, digits, - and _",
          try(container.memory <= container.memory_reservation, false) ?
          "container_overrides: memory of ${container.name} is ${coalesce(container.memory, 0)} and memory_reservation is ${coalesce(container.memory_reservation, 0)}; AWS needs more memory than reservation" : "",
        ])
      ]),
      flatten([
        for container in schedule.container_overrides : [
          for attribute, least in { cpu = 0, memory = 4, memory_reservation = 4 } :
          "container_overrides: ${attribute} of ${container.name} is ${container[attribute]}; AWS allows whole numbers of ${least} or more"
          if try(container[attribute] < least || floor(container[attribute]) != container[attribute], false)
        ]
      ]),
      flatten([
        for container in schedule.container_overrides : [
          for variable in keys(container.environment) :
          "container_overrides: an environment variable of ${container.name} has no name; AWS needs one"
          if variable == ""
        ]
      ]),
      flatten([
        for container in schedule.container_overrides : [
          for arn in container.environment_files :
          "container_overrides: environment_files of ${container.name} has \"${arn}\"; AWS needs the ARN of an S3 object that ends in .env"
          if !can(regex("^arn:aws[a-z-]*:s3:::[^/]+/.*\\.env$", arn))
        ]
      ]),
      flatten([
        for container in schedule.container_overrides : [
          for requirement in container.resource_requirements :
          "container_overrides: a resource requirement of ${container.name} is of type \"${requirement.type}\"; AWS allows GPU and InferenceAccelerator"
          if !contains(["GPU", "InferenceAccelerator"], requirement.type)
        ]
      ]),
      [
        for attribute, rule in {
          cpu                   = { least = 1, unit = "CPU units" }
          memory                = { least = 1, unit = "MiB" }
          ephemeral_storage_gib = { least = 21, unit = "GiB" }
        } :
        "task_overrides.${attribute} is ${schedule.task_overrides[attribute]}; AWS allows whole numbers of ${rule.least} or more ${rule.unit}"
        if try(schedule.task_overrides[attribute] < rule.least || floor(schedule.task_overrides[attribute]) != schedule.task_overrides[attribute], false)
      ],
      try(schedule.task_overrides.ephemeral_storage_gib > 200, false) ? [
        "task_overrides.ephemeral_storage_gib is ${schedule.task_overrides.ephemeral_storage_gib}; AWS allows 21 to 200 GiB",
      ] : [],
      try(schedule.task_overrides.ephemeral_storage_gib != null, false) && !local.schedule_may_be_fargate[key] ? [
        "task_overrides.ephemeral_storage_gib is ${try(schedule.task_overrides.ephemeral_storage_gib, "null")} with ${local.schedule_compute[key]}; AWS allows it on Fargate only",
      ] : [],
      local.schedule_on_fargate[key] && try(!contains(local.fargate_cpu_units, schedule.task_overrides.cpu), false) && try(schedule.task_overrides.cpu != null, false) ? [
        "task_overrides.cpu is ${try(schedule.task_overrides.cpu, "null")}; AWS allows ${join(", ", local.fargate_cpu_units)} on Fargate",
      ] : [],
    )
  }

  fargate_cpu_units = [256, 512, 1024, 2048, 4096, 8192, 16384]
}
