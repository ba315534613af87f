output "alarm_names" {
  description = "Names of the alarms, on the sync and on its rules."
  value       = sort(concat([for key in keys(local.sync_alarms) : local.names["${key}_alarm"]], values(local.rule_alarm_names)))
  depends_on  = [aws_cloudwatch_metric_alarm.rule, aws_cloudwatch_metric_alarm.sync]
}

output "command_arguments" {
  description = "What `python -m batch_target_sync` takes to do by hand what the automation does, as a list of texts. Known at plan."
  value       = local.command_arguments
}

output "document_arn" {
  description = "ARN of the Automation document. Known at plan."
  value       = local.arns.document
  depends_on  = [aws_ssm_document.main]
}

output "document_name" {
  description = "Name of the Automation document, to start it by hand."
  value       = local.names.document
  depends_on  = [aws_ssm_document.main]
}

output "metric_dimensions" {
  description = "Dimensions of the sync's metrics: `Sync` is the naming standard's name of the sync."
  value       = local.metric_dimensions
}

output "metric_namespace" {
  description = "Namespace of the sync's metrics, `Runs`, `Changes`, `Failures`, `Mismatches` and `MismatchAge` (seconds)."
  value       = local.metric_namespace
}

output "role_arn" {
  description = "ARN of the role that the automation works with. Known at plan."
  value       = local.arns.role
  depends_on  = [aws_iam_role.sync]
}

output "rule_arns" {
  description = "ARN of each rule that starts the automation, by its key: `registered`, `deregistered`, `schedule`. Known at plan."
  value       = local.rule_arns
  depends_on  = [aws_cloudwatch_event_rule.change, aws_cloudwatch_event_rule.schedule]
}

output "rule_names" {
  description = "Name of each rule that starts the automation, by its key; all on the default bus."
  value       = { for key, rule in local.rules : key => rule.name }
  depends_on  = [aws_cloudwatch_event_rule.change, aws_cloudwatch_event_rule.schedule]
}

output "script_sha256" {
  description = "SHA-256 of the code that the document carries, which is that of `batch_target_sync/sync.py`."
  value       = sha256(local.script)
}

output "start_policy" {
  description = "Policy document (JSON) for whoever may start the automation by hand: start it, and give it its role. Known at plan."
  value       = data.aws_iam_policy_document.start.json
}

output "start_role_arn" {
  description = "ARN of the role with which EventBridge starts the automation; null without rules. Known at plan."
  value       = length(local.rules) > 0 ? local.arns.start_role : null
  depends_on  = [aws_iam_role.start]
}

output "state_path" {
  description = "Path in Parameter Store of what the sync keeps. A destroy leaves it there."
  value       = local.state_path
}
