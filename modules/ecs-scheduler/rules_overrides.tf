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
        for container in local.raw_containers[key] : concat(
          try(startswith(jsonencode(container.name), "\"") && length(container.name) > 0, false) ? [] : [
            "overrides has a container override without a name; AWS needs the name of the container",
          ],
          [
            for name in try(keys(container), []) :
            "overrides has the key \"${name}\" in a container override; AWS allows ${join(", ", local.container_override_keys)}"
            if !contains(local.container_override_keys, name)
          ],
        )
      ]),
      local.raw_value_errors[key],
    )
  }

  # The containers of raw overrides that are objects; whether all of them are is a rule of its own.
  raw_containers = {
    for key, overrides in local.raw_overrides : key => [
      for container in try([for item in overrides.containerOverrides : item], []) : container
      if can(keys(container)) && try(startswith(jsonencode(overrides.containerOverrides), "["), false)
    ]
  }

  # jsonencode tells a list, a string and a number apart where Terraform would convert one to the other, and AWS does not.
  raw_value_errors = {
    for key, overrides in local.raw_overrides : key => concat(
      !can(overrides.containerOverrides) || try(
        startswith(jsonencode(overrides.containerOverrides), "[") && alltrue([for item in overrides.containerOverrides : can(keys(item))]), false
        ) ? [] : [
        "overrides: containerOverrides is ${substr(jsonencode(overrides.containerOverrides), 0, 100)}; AWS needs a list of objects",
      ],
      [
        for name in distinct([for container in local.raw_containers[key] : container.name if can(tostring(container.name))]) :
        "overrides has the container \"${name}\" more than once; AWS needs one override for each container"
        if name != null && length([for container in local.raw_containers[key] : container if try(container.name == name, false)]) > 1
      ],
      flatten([
        for container in local.raw_containers[key] : compact([
          !can(container.command) || try(
            startswith(jsonencode(container.command), "[") && alltrue([for word in container.command : startswith(jsonencode(word), "\"")]), false
          ) ? "" : "overrides: command is ${substr(jsonencode(container.command), 0, 100)}; AWS needs a list of strings",
          !can(container.environment) || try(
            startswith(jsonencode(container.environment), "[") && alltrue([
              for variable in container.environment :
              join(",", keys(variable)) == "name,value" && alltrue([for part in values(variable) : startswith(jsonencode(part), "\"")]) && variable.name != ""
            ]), false
          ) ? "" : "overrides: environment is ${substr(jsonencode(container.environment), 0, 100)}; AWS needs a list of objects with the strings name and value",
        ])
      ]),
      flatten([
        for container in local.raw_containers[key] : [
          for attribute, least in { cpu = 0, memory = 4, memoryReservation = 4 } :
          "overrides: ${attribute} of a container override is ${jsonencode(container[attribute])}; AWS allows whole numbers of ${least} or more"
          if can(container[attribute]) && !try(can(regex("^[0-9]+$", jsonencode(container[attribute]))) && container[attribute] >= least, false)
        ]
      ]),
      [
        for attribute in ["cpu", "memory"] :
        "overrides: ${attribute} is ${jsonencode(overrides[attribute])}; AWS needs a whole number as a string, such as \"1024\""
        if can(keys(overrides)) && can(overrides[attribute]) && !can(regex("^(?i:\"?[0-9]+\"?|\"[0-9.]+ ?(?:vcpu|gb)\")$", try(jsonencode(overrides[attribute]), "")))
      ],
      !can(overrides.ephemeralStorage) || try(
        can(regex("^[0-9]+$", jsonencode(overrides.ephemeralStorage.sizeInGiB))) &&
        overrides.ephemeralStorage.sizeInGiB >= 21 && overrides.ephemeralStorage.sizeInGiB <= 200, false
        ) ? [] : [
        "overrides: ephemeralStorage is ${substr(jsonencode(overrides.ephemeralStorage), 0, 100)}; AWS needs a sizeInGiB from 21 to 200",
      ],
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
          for variable, value in container.environment :
          "container_overrides: the environment variable ${variable} of ${container.name} is null; AWS needs a string, which may be empty"
          if value == null
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
      local.schedule_on_fargate[key] && try(!contains(local.fargate_memory[tostring(schedule.task_overrides.cpu)].allowed, schedule.task_overrides.memory), false) && try(schedule.task_overrides.memory != null, false) ? [
        "task_overrides.cpu is ${try(schedule.task_overrides.cpu, "null")} and task_overrides.memory is ${try(schedule.task_overrides.memory, "null")}; Fargate offers ${local.fargate_memory[tostring(schedule.task_overrides.cpu)].text} MiB with that many CPU units",
      ] : [],
    )
  }

  fargate_cpu_units = [256, 512, 1024, 2048, 4096, 8192, 16384]

  # MiB that Fargate offers for each number of CPU units.
  fargate_memory = {
    "256"   = { allowed = [512, 1024, 2048], text = "512, 1024 or 2048" }
    "512"   = { allowed = range(1024, 4096 + 1, 1024), text = "1024 to 4096 in steps of 1024" }
    "1024"  = { allowed = range(2048, 8192 + 1, 1024), text = "2048 to 8192 in steps of 1024" }
    "2048"  = { allowed = range(4096, 16384 + 1, 1024), text = "4096 to 16384 in steps of 1024" }
    "4096"  = { allowed = range(8192, 30720 + 1, 1024), text = "8192 to 30720 in steps of 1024" }
    "8192"  = { allowed = range(16384, 61440 + 1, 4096), text = "16384 to 61440 in steps of 4096" }
    "16384" = { allowed = range(32768, 122880 + 1, 8192), text = "32768 to 122880 in steps of 8192" }
  }
}
