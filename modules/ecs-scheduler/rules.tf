# What AWS refuses in a schedule, once for the primary and the additional ones. Each rule adds a message that names the
# value and the rule; the preconditions of aws_scheduler_schedule.ecs print all of them.

locals {
  schedule_labels = {
    for key in keys(local.schedules) : key => key == "" ? "the primary schedule" : "schedule \"${key}\""
  }

  # An additional schedule that inherits a bad value is not blamed for it a second time.
  schedule_errors = {
    for key, messages in local.setting_errors : key => [
      for message in messages : "${local.schedule_labels[key]}: ${message}"
      if key == "" || !contains(local.setting_errors[""], message)
    ]
  }

  schedule_payload_errors = {
    for key, messages in local.payload_errors : key => [
      for message in messages : "${local.schedule_labels[key]}: ${message}"
      if key == "" || !contains(local.payload_errors[""], message)
    ]
  }

  # Everything whose value is written in a configuration.
  setting_errors = {
    for key, schedule in local.schedules : key => concat(
      local.expression_errors[key],
      local.timezone_errors[key],
      local.date_errors[key],
      local.number_errors[key],
      local.choice_errors[key],
      local.length_errors[key],
      local.name_of_schedule_errors[key],
      local.capacity_errors[key],
      local.placement_errors[key],
    )
  }

  # Everything that may come from a resource of the same plan.
  payload_errors = {
    for key, schedule in local.schedules : key => concat(
      local.network_errors[key],
      local.task_tag_errors[key],
      local.override_errors[key],
    )
  }

  number_rules = {
    flexible_time_window_minutes = { least = 1, most = 1440, unit = "minutes" }
    maximum_event_age_in_seconds = { least = 60, most = 86400, unit = "seconds" }
    maximum_retry_attempts       = { least = 0, most = 185, unit = "retries" }
    task_count                   = { least = 1, most = 10, unit = "tasks" }
    task_definition_revision     = { least = 1, most = 2147483647, unit = "" }
  }

  # try: a comparison with null is an error, and null is no number to complain about.
  number_errors = {
    for key, schedule in local.schedules : key => [
      for attribute, rule in local.number_rules :
      "${attribute} is ${schedule[attribute]}; AWS allows ${trimspace("whole numbers from ${rule.least} to ${rule.most} ${rule.unit}")}"
      if try(schedule[attribute] < rule.least || schedule[attribute] > rule.most || floor(schedule[attribute]) != schedule[attribute], false)
    ]
  }

  choice_rules = {
    launch_type    = ["FARGATE", "EC2", "EXTERNAL"]
    propagate_tags = ["TASK_DEFINITION"]
  }

  choice_errors = {
    for key, schedule in local.schedules : key => [
      for attribute, choices in local.choice_rules :
      "${attribute} is \"${schedule[attribute]}\"; AWS allows ${join(", ", choices)}"
      if schedule[attribute] == null ? false : !contains(choices, schedule[attribute])
    ]
  }

  length_rules = {
    description         = 512
    group               = 255
    reference_id        = 1024
    schedule_expression = 256
  }

  length_errors = {
    for key, schedule in local.schedules : key => [
      for attribute, longest in local.length_rules :
      "${attribute} has ${length(schedule[attribute])} characters; AWS allows ${longest}"
      if try(length(schedule[attribute]) > longest, false)
    ]
  }

  name_of_schedule_errors = {
    for key, schedule in local.schedules : key => concat(
      key == "" ? local.name_errors["schedule"] : [],
      key == "" || can(regex("^[0-9A-Za-z_.-]{1,64}$", schedule.schedule_name)) ? [] : [
        "its name in AWS would be \"${schedule.schedule_name}\", ${length(schedule.schedule_name)} characters; AWS allows 1 to 64 letters, digits, -, _ and .; set schedule_name",
      ],
      [
        for other in slice(local.schedules_by_name[schedule.schedule_name], 0, 1) :
        "schedule_name is \"${schedule.schedule_name}\", which ${local.schedule_labels[other]} has too; AWS needs it to be unique in the group"
        if other != key
      ],
    )
  }

  # The keys of the schedules that have a name in AWS; the first of several keeps it, and the others are told so.
  schedules_by_name = { for key, schedule in local.schedules : schedule.schedule_name => key... }

  date_errors = {
    for key, schedule in local.schedules : key => concat(
      [
        for attribute in ["start_date", "end_date"] :
        "${attribute} is \"${schedule[attribute]}\"; AWS needs a date and time in UTC as RFC 3339, for example 2030-01-31T08:00:00Z"
        if schedule[attribute] == null ? false : !(
          can(regex("^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$", schedule[attribute])) &&
          can(timecmp(schedule[attribute], schedule[attribute]))
        )
      ],
      try(timecmp(schedule.start_date, schedule.end_date) >= 0, false) ? [
        "start_date is ${schedule.start_date} and end_date is ${schedule.end_date}; AWS needs the start before the end",
      ] : [],
    )
  }

  # Fargate, by launch type or by the capacity providers that belong to it.
  fargate_providers = ["FARGATE", "FARGATE_SPOT"]

  schedule_on_fargate = {
    for key, schedule in local.schedules : key => schedule.launch_type == "FARGATE" || anytrue([
      for strategy in schedule.capacity_provider_strategies : contains(local.fargate_providers, strategy.capacity_provider)
    ])
  }

  # Neither a launch type nor capacity providers: the cluster's default strategy decides, which may be Fargate.
  schedule_may_be_fargate = {
    for key, schedule in local.schedules :
    key => local.schedule_on_fargate[key] || (schedule.launch_type == null && length(schedule.capacity_provider_strategies) == 0)
  }

  capacity_errors = {
    for key, schedule in local.schedules : key => concat(
      compact([
        schedule.launch_type == null || length(schedule.capacity_provider_strategies) == 0 ? "" :
        "launch_type is \"${coalesce(schedule.launch_type, "null")}\" and capacity_provider_strategies has ${length(schedule.capacity_provider_strategies)}; AWS allows one or the other: set launch_type = null",
        length(schedule.capacity_provider_strategies) <= 6 ? "" :
        "capacity_provider_strategies has ${length(schedule.capacity_provider_strategies)} entries; AWS allows 6",
        length([for strategy in schedule.capacity_provider_strategies : strategy if strategy.base > 0]) <= 1 ? "" :
        "capacity_provider_strategies has a base on ${join(" and ", [for strategy in schedule.capacity_provider_strategies : strategy.capacity_provider if strategy.base > 0])}; AWS allows a base on one of them",
        length(schedule.capacity_provider_strategies) < 2 || anytrue([for strategy in schedule.capacity_provider_strategies : strategy.weight > 0]) ? "" :
        "capacity_provider_strategies has weight 0 on every entry; AWS then places no task",
        length(distinct([for strategy in schedule.capacity_provider_strategies : contains(local.fargate_providers, strategy.capacity_provider)])) <= 1 ? "" :
        "capacity_provider_strategies has ${join(", ", [for strategy in schedule.capacity_provider_strategies : strategy.capacity_provider])}; AWS does not mix Fargate providers with Auto Scaling group providers",
        schedule.platform_version == null || can(regex("^(LATEST|\\d+\\.\\d+\\.\\d+)$", schedule.platform_version)) ? "" :
        "platform_version is \"${coalesce(schedule.platform_version, "null")}\"; AWS allows LATEST or a version such as 1.4.0",
        schedule.platform_version == null || local.schedule_may_be_fargate[key] ? "" :
        "platform_version is \"${coalesce(schedule.platform_version, "null")}\" with ${local.schedule_compute[key]}; AWS allows it on Fargate only",
      ]),
      flatten([
        for strategy in schedule.capacity_provider_strategies : compact([
          can(regex("^[0-9A-Za-z_-]{1,255}$", strategy.capacity_provider)) ? "" :
          "capacity_provider is \"${strategy.capacity_provider}\"; AWS allows 1 to 255 letters, digits, - and _",
          try(strategy.base >= 0 && strategy.base <= 100000 && floor(strategy.base) == strategy.base, false) ? "" :
          "base of ${strategy.capacity_provider} is ${strategy.base}; AWS allows whole numbers from 0 to 100000",
          try(strategy.weight >= 0 && strategy.weight <= 1000 && floor(strategy.weight) == strategy.weight, false) ? "" :
          "weight of ${strategy.capacity_provider} is ${strategy.weight}; AWS allows whole numbers from 0 to 1000",
        ])
      ]),
    )
  }

  # How the messages name what a task runs on.
  schedule_compute = {
    for key, schedule in local.schedules : key => (
      schedule.launch_type != null ? "launch_type ${schedule.launch_type}" :
      length(schedule.capacity_provider_strategies) == 0 ? "the cluster's default capacity providers" :
      "capacity provider ${join(", ", [for strategy in schedule.capacity_provider_strategies : strategy.capacity_provider])}"
    )
  }

  placement_errors = {
    for key, schedule in local.schedules : key => concat(
      [
        for attribute in ["placement_constraints", "placement_strategies"] :
        "${attribute} has ${length(schedule[attribute])} with ${local.schedule_compute[key]}; AWS allows no placement on Fargate"
        if local.schedule_on_fargate[key] && length(schedule[attribute]) > 0
      ],
      [
        for attribute, most in { placement_constraints = 10, placement_strategies = 5 } :
        "${attribute} has ${length(schedule[attribute])} entries; AWS allows ${most}"
        if length(schedule[attribute]) > most
      ],
      flatten([
        for constraint in schedule.placement_constraints : compact([
          contains(["distinctInstance", "memberOf"], constraint.type) ? "" :
          "the type of a placement constraint is \"${constraint.type}\"; AWS allows distinctInstance and memberOf",
          constraint.type != "distinctInstance" || try(length(constraint.expression), 0) == 0 ? "" :
          "the placement constraint distinctInstance has the expression \"${coalesce(constraint.expression, "null")}\"; AWS allows none",
          constraint.type != "memberOf" || try(length(constraint.expression) > 0, false) ? "" :
          "the placement constraint memberOf has no expression; AWS needs one, for example attribute:ecs.os-type == linux",
          try(length(constraint.expression) <= 2000, true) ? "" :
          "the expression of a placement constraint has ${try(length(constraint.expression), 0)} characters; AWS allows 2000",
        ])
      ]),
      flatten([
        for strategy in schedule.placement_strategies : compact([
          contains(["random", "spread", "binpack"], strategy.type) ? "" :
          "the type of a placement strategy is \"${strategy.type}\"; AWS allows random, spread and binpack",
          strategy.type != "binpack" || can(regex("^(?i:cpu|memory)$", strategy.field)) ? "" :
          "the field of the placement strategy binpack is ${try("\"${strategy.field}\"", "not set")}; AWS allows cpu and memory",
          strategy.type != "spread" || can(regex("^(?i:instanceId|host|attribute:.+)$", strategy.field)) ? "" :
          "the field of the placement strategy spread is ${try("\"${strategy.field}\"", "not set")}; AWS allows instanceId, host and attribute:<name>",
        ])
      ]),
    )
  }

  network_errors = {
    for key, schedule in local.schedules : key => concat(
      schedule.launch_type != "EXTERNAL" ? [] : [
        for attribute in ["trusted_compute_subnets", "security_group_ids"] :
        "${attribute} has ${length(schedule[attribute])} with launch_type EXTERNAL; AWS allows no network there: set ${attribute} = []"
        if length(schedule[attribute]) > 0
      ],
      compact([
        !schedule.assign_public_ip || local.schedule_may_be_fargate[key] ? "" :
        "assign_public_ip is true with ${local.schedule_compute[key]}; AWS allows it on Fargate only",
        !local.schedule_on_fargate[key] || length(schedule.trusted_compute_subnets) > 0 ? "" :
        "trusted_compute_subnets is empty with ${local.schedule_compute[key]}; AWS needs 1 to 16 subnets on Fargate",
        !local.schedule_on_fargate[key] || length(schedule.security_group_ids) > 0 ? "" :
        "security_group_ids is empty with ${local.schedule_compute[key]}; give 1 to 5, or AWS takes the default group of the VPC",
        length(schedule.trusted_compute_subnets) <= 16 ? "" :
        "trusted_compute_subnets has ${length(schedule.trusted_compute_subnets)}; AWS allows 16",
        length(schedule.security_group_ids) <= 5 ? "" :
        "security_group_ids has ${length(schedule.security_group_ids)}; AWS allows 5",
        local.schedule_on_fargate[key] || schedule.launch_type == "EXTERNAL" || length(schedule.security_group_ids) == 0 || length(schedule.trusted_compute_subnets) > 0 ? "" :
        "security_group_ids has ${length(schedule.security_group_ids)} and trusted_compute_subnets is empty; AWS needs subnets with security groups",
      ]),
      [
        for subnet in schedule.trusted_compute_subnets : "trusted_compute_subnets has \"${subnet}\"; AWS needs an id such as subnet-0123456789abcdef0"
        if !can(regex("^subnet-[0-9a-f]+$", subnet))
      ],
      [
        for group in schedule.security_group_ids : "security_group_ids has \"${group}\"; AWS needs an id such as sg-0123456789abcdef0"
        if !can(regex("^sg-[0-9a-f]+$", group))
      ],
    )
  }

  task_tag_errors = {
    for key, schedule in local.schedules : key => concat(
      length(schedule.task_tags) <= 50 ? [] : ["task_tags has ${length(schedule.task_tags)} tags; AWS allows 50"],
      flatten([
        for name, value in schedule.task_tags : compact([
          can(regex("^[\\p{L}\\p{N} _.:/=+@-]{1,128}$", name)) ? "" :
          "task_tags has the key \"${name}\"; AWS allows 1 to 128 letters, digits, spaces and _.:/=+@-",
          !startswith(lower(name), "aws:") ? "" : "task_tags has the key \"${name}\"; AWS keeps aws: for itself",
          value == null ? "task_tags.${name} is null; AWS needs a value of 1 to 256 characters" :
          try(length(value) >= 1 && length(value) <= 256, false) ? "" : "task_tags.${name} has ${try(length(value), 0)} characters; AWS allows 1 to 256",
          value == null || can(regex("^[\\p{L}\\p{N} _.:/=+@-]*$", value)) ? "" :
          "task_tags.${name} is \"${value == null ? "" : value}\"; AWS allows letters, digits, spaces and _.:/=+@-",
        ])
      ]),
    )
  }
}
