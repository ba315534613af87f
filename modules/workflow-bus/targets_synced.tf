# Batch targets whose revision is not Terraform's: it pins one when it makes the target, and batch-target-sync keeps it right. What a
# resource ignores cannot depend on its key, so these are a resource of their own.

locals {
  synced_targets = { for id, target in local.targets : id => target if try(target.submit_job.synced, false) }

  synced_job_definitions = {
    for id, target in local.synced_targets : id => "${local.arn_prefixes.job_definition}/${target.submit_job.job_definition}"
  }
}

# The name and the revision are one argument of the target. Another name must take effect, so it replaces the target.
resource "terraform_data" "synced_job_definition" {
  for_each = local.synced_job_definitions

  input = each.value
}

resource "aws_cloudwatch_event_target" "synced" {
  for_each = local.synced_targets

  rule           = aws_cloudwatch_event_rule.main[each.value.rule_key].name
  event_bus_name = aws_cloudwatch_event_rule.main[each.value.rule_key].event_bus_name
  target_id      = each.value.target_key
  arn            = local.target_arns[each.key]
  role_arn       = local.target_roles[each.key]
  input          = local.target_inputs[each.key].input

  dynamic "input_transformer" {
    for_each = local.target_inputs[each.key].template == null ? [] : [local.target_inputs[each.key]]

    content {
      input_paths    = input_transformer.value.paths
      input_template = input_transformer.value.template
    }
  }

  batch_target {
    job_definition = "${local.synced_job_definitions[each.key]}:${each.value.submit_job.revision}"
    job_name       = coalesce(each.value.submit_job.job_name, each.value.target_key)
    array_size     = each.value.submit_job.array_size
    job_attempts   = each.value.submit_job.attempts
  }

  retry_policy {
    maximum_event_age_in_seconds = each.value.maximum_event_age_in_seconds
    maximum_retry_attempts       = each.value.maximum_retry_attempts
  }

  dead_letter_config {
    arn = local.arns.dlq
  }

  lifecycle {
    ignore_changes       = [batch_target[0].job_definition]
    replace_triggered_by = [terraform_data.synced_job_definition[each.key]]

    precondition {
      condition     = length(local.target_input_errors[each.key]) == 0
      error_message = join("\n", local.target_input_errors[each.key])
    }

    precondition {
      condition     = length(local.target_region_errors[each.key]) == 0
      error_message = join("\n", local.target_region_errors[each.key])
    }

    # What is ignored is also what somebody else has put there. The sync leaves another definition, and none that is pinned, alone.
    postcondition {
      condition = contains(
        [local.synced_job_definitions[each.key], each.value.submit_job.job_definition],
        try(regex("^(.+):[0-9]+$", self.batch_target[0].job_definition)[0], ""),
      )
      error_message = "rules.${each.value.rule_key}.targets.${each.value.target_key} is synced, and in AWS its job definition is \"${self.batch_target[0].job_definition}\": no revision of ${local.synced_job_definitions[each.key]}, so batch-target-sync leaves it alone, and so does Terraform. Make the target anew with the option -replace, which pins revision ${each.value.submit_job.revision}."
    }
  }

  # The first is for a target that becomes synced, or is so no more: its id stays the same, so it must be gone from its old address
  # before it is made at the new one. The others are as above.
  depends_on = [
    aws_cloudwatch_event_target.main,
    aws_iam_role_policy.target,
    aws_sqs_queue_policy.dlq,
  ]
}
