# What the script that came before did with a provisioner of the job definition: after an apply, bring the targets up to date from the
# machine that applied. Without a shell: the selections are the last argument as they are.

locals {
  command_arguments = concat(
    ["--region", local.region, "--name", local.base_name, "--state", local.state_path],
    var.topic == null ? [] : ["--topic", var.topic.arn],
    var.event_bus_name == null ? [] : ["--event-bus", var.event_bus_name],
    ["--selections", local.selections_json],
  )
}

resource "terraform_data" "sync_after_apply" {
  count = var.sync_after_apply == null ? 0 : 1

  triggers_replace = {
    arguments = local.command_arguments
    script    = sha256(local.script)
    triggers  = var.sync_after_apply.triggers
  }

  provisioner "local-exec" {
    interpreter = concat([var.sync_after_apply.python, "-m", "batch_target_sync", "sync", "--trigger", "apply"], slice(local.command_arguments, 0, length(local.command_arguments) - 1))
    command     = local.command_arguments[length(local.command_arguments) - 1]

    environment = {
      PYTHONPATH              = path.module
      PYTHONDONTWRITEBYTECODE = "1"
    }
  }
}
