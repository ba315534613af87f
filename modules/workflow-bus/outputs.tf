output "alarm_names" {
  description = "Names of the alarms, of the rules and of the dead-letter queue."
  value = sort(concat(
    [for alarm in values(local.rule_alarms) : alarm.name],
    var.enable_alarms ? [local.names.dlq_messages_visible_alarm, local.names.dlq_oldest_message_alarm] : [],
  ))
  depends_on = [
    aws_cloudwatch_metric_alarm.dlq_messages_visible,
    aws_cloudwatch_metric_alarm.dlq_oldest_message,
    aws_cloudwatch_metric_alarm.rule,
  ]
}

output "archive_arn" {
  description = "ARN of the archive; null without one. Known at plan."
  value       = var.archive == null ? null : local.arns.archive
  depends_on  = [aws_cloudwatch_event_archive.main]
}

output "bus_arn" {
  description = "ARN of the bus, made here or existing: what a publisher's policy names. Known at plan."
  value       = local.arns.bus
  depends_on  = [aws_cloudwatch_event_bus.main]
}

output "bus_name" {
  description = "Name of the bus, made here or existing."
  value       = local.names.bus
  depends_on  = [aws_cloudwatch_event_bus.main]
}

output "dlq_arn" {
  description = "ARN of the dead-letter queue. Known at plan."
  value       = local.arns.dlq
  depends_on  = [aws_sqs_queue.dlq]
}

output "dlq_name" {
  description = "Name of the dead-letter queue."
  value       = local.names.dlq
  depends_on  = [aws_sqs_queue.dlq]
}

output "dlq_url" {
  description = "URL of the dead-letter queue."
  value       = aws_sqs_queue.dlq.url
}

output "key_arn" {
  description = "ARN of the key, made here or given; null without one."
  value       = local.key_arn
}

output "key_policy_statements" {
  description = "What the policy of `key` must let EventBridge and CloudWatch Logs do, as a policy document (JSON) for the key's owner to merge with `source_policy_documents`. It depends on nothing of the key, so it can go into the policy of a key of the same plan. Known at plan."
  value       = data.aws_iam_policy_document.key_use.json
}

output "log_group_names" {
  description = "Name of the log group of each log target, by `<rule>.<target>`."
  value       = local.target_log_groups
  depends_on  = [aws_cloudwatch_log_group.main]
}

output "log_resource_policy_document" {
  description = "The resource policy (JSON) that CloudWatch Logs must have for the log targets: made here unless `log_resource_policy` is false; null without log targets. Known at plan."
  value       = one(data.aws_iam_policy_document.logs[*].json)
}

output "queue_policy_statements" {
  description = "By `<rule>.<target>`: a policy document (JSON) that lets the rule send to the queue, for the queue's owner to merge with `source_policy_documents`."
  value       = { for id, document in data.aws_iam_policy_document.queue : id => document.json }
}

output "rule_arns" {
  description = "ARN of each rule, by its key. Known at plan."
  value       = local.rule_arns
  depends_on  = [aws_cloudwatch_event_rule.main]
}

output "rule_names" {
  description = "Name of each rule, by its key."
  value       = local.rule_names
  depends_on  = [aws_cloudwatch_event_rule.main]
}

output "synced_targets" {
  description = "By `<rule>.<target>`: each synced target as batch-target-sync selects it (names of `bus` and `rule`, id of the `target`, name of the `job_definition`), and the `role_arn` that it may pass. Known at plan."
  value = {
    for id, target in local.synced_targets : id => {
      bus            = local.names.bus
      rule           = local.rule_names[target.rule_key]
      target         = target.target_key
      job_definition = target.submit_job.job_definition
      role_arn       = local.target_roles[id]
    }
  }
  depends_on = [aws_cloudwatch_event_target.synced]
}

output "target_role_arns" {
  description = "By rule key: the ARN of each role that is made for the rule's targets, by purpose (`run_task`, `submit_job`, `put_events`). Known at plan."
  value = {
    for key in keys(var.rules) : key => {
      for role in values(local.roles) : role.purpose => local.role_arns[key][role.purpose] if role.rule == key
    }
  }
  depends_on = [aws_iam_role.target]
}

output "topic_policy_statements" {
  description = "By `<rule>.<target>`: a policy document (JSON) that lets the rule publish to the topic, for the topic's owner to merge with `source_policy_documents`."
  value       = { for id, document in data.aws_iam_policy_document.topic : id => document.json }
}
