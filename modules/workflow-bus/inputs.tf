# What each target is given. A task and a job are given overrides: a constant, or, when something of the event is in them, a
# template. The other kinds are given what the caller says, or the event as it is.
#
# A template is text in which EventBridge puts a value for each <name>. A value in quotes comes out as a string also when it
# is a number, which ECS and Batch need. jsonencode writes < and > of a literal as \u003c and \u003e, so that no literal is taken
# for a placeholder; the placeholders themselves are therefore put together here and not encoded.

locals {
  launch_types = {
    for id, target in local.targets : id => (
      target.kind != "run_task" ? null :
      target.run_task.launch_type != null ? target.run_task.launch_type :
      length(target.run_task.capacity_provider_strategies) > 0 ? null : "FARGATE"
    )
  }

  # What an override takes from the event: the placeholder's name, which tells variables from parameters, and its path.
  event_variables = {
    for id, target in local.targets : id => (
      target.kind == "run_task" ? target.run_task.environment_from_event :
      target.kind == "submit_job" ? target.submit_job.environment_from_event : {}
    )
  }
  event_parameters = { for id, target in local.targets : id => target.kind == "submit_job" ? target.submit_job.parameters_from_event : {} }

  event_paths = {
    for id, target in local.targets : id => merge(
      { for name, path in local.event_variables[id] : "environment_${name}" => path },
      { for name, path in local.event_parameters[id] : "parameter_${name}" => path },
    )
  }

  # The members of each override, each as "name":value in JSON. ECS writes them in camelCase; a Batch target's input has
  # PascalCase ("Passing event information to an AWS Batch target", AWS Batch user guide).
  task_overrides = {
    for id, target in local.targets : id => target.kind != "run_task" ? [] : compact([
      length(target.run_task.command) == 0 ? "" : "\"command\":${jsonencode(target.run_task.command)}",
      length(local.environment_members[id]) == 0 ? "" : "\"environment\":[${join(",", [
        for name in sort(keys(local.environment_members[id])) : "{\"name\":${jsonencode(name)},\"value\":${local.environment_members[id][name]}}"
      ])}]",
    ])
  }

  job_container_overrides = {
    for id, target in local.targets : id => target.kind != "submit_job" ? [] : compact([
      length(target.submit_job.command) == 0 ? "" : "\"Command\":${jsonencode(target.submit_job.command)}",
      length(local.environment_members[id]) == 0 ? "" : "\"Environment\":[${join(",", [
        for name in sort(keys(local.environment_members[id])) : "{\"Name\":${jsonencode(name)},\"Value\":${local.environment_members[id][name]}}"
      ])}]",
    ])
  }

  job_overrides = {
    for id, target in local.targets : id => compact([
      length(local.parameter_members[id]) == 0 ? "" : "\"Parameters\":{${join(",", [
        for name in sort(keys(local.parameter_members[id])) : "${jsonencode(name)}:${local.parameter_members[id][name]}"
      ])}}",
      length(local.job_container_overrides[id]) == 0 ? "" : "\"ContainerOverrides\":{${join(",", local.job_container_overrides[id])}}",
    ])
  }

  # The value of each variable and parameter, as JSON: a literal, or a placeholder in quotes.
  environment_members = {
    for id, target in local.targets : id => merge(
      {
        for name, value in(
          target.kind == "run_task" ? target.run_task.environment :
          target.kind == "submit_job" ? target.submit_job.environment : {}
        ) : name => jsonencode(value)
      },
      { for name in keys(local.event_variables[id]) : name => "\"<environment_${name}>\"" },
    )
  }

  parameter_members = {
    for id, target in local.targets : id => merge(
      { for name, value in(target.kind == "submit_job" ? target.submit_job.parameters : {}) : name => jsonencode(value) },
      { for name in keys(local.event_parameters[id]) : name => "\"<parameter_${name}>\"" },
    )
  }

  # null without overrides: the target is then given the event, in which ECS and Batch find nothing to override.
  override_texts = {
    for id, target in local.targets : id => (
      length(local.task_overrides[id]) > 0 ? "{\"containerOverrides\":[{\"name\":${jsonencode(target.run_task.container_name)},${join(",", local.task_overrides[id])}}]}" :
      length(local.job_overrides[id]) > 0 ? "{${join(",", local.job_overrides[id])}}" : null
    )
  }

  target_inputs = {
    for id, target in local.targets : id => {
      input    = length(local.event_paths[id]) > 0 ? null : local.override_texts[id] != null ? local.override_texts[id] : target.input
      paths    = length(local.event_paths[id]) > 0 ? tomap(local.event_paths[id]) : tomap(try(target.input_transformer.input_paths, {}))
      template = length(local.event_paths[id]) > 0 ? local.override_texts[id] : try(target.input_transformer.input_template, null)
    }
  }

  # A placeholder's name is made of the variable's or the parameter's.
  target_input_errors = {
    for id, target in local.targets : id => concat(
      [
        for placeholder in keys(local.event_paths[id]) :
        "rules.${target.rule_key}.targets.${target.target_key} takes \"${replace(placeholder, "/^(environment|parameter)_/", "")}\" from the event; EventBridge allows letters, digits, - and _ in the name of a value that it takes from an event, up to 256"
        if !can(regex("^[0-9A-Za-z_-]{1,256}$", placeholder))
      ],
      compact([
        length(local.event_paths[id]) <= 100 ? "" :
        "rules.${target.rule_key}.targets.${target.target_key} takes ${length(local.event_paths[id])} values from the event; EventBridge allows 100",
        try(length(coalesce(local.target_inputs[id].template, local.target_inputs[id].input, "")), 0) <= 8192 ? "" :
        "rules.${target.rule_key}.targets.${target.target_key} has overrides of ${try(length(coalesce(local.target_inputs[id].template, local.target_inputs[id].input)), 0)} characters as JSON; EventBridge allows 8192",
      ]),
    )
  }
}
