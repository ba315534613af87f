output "container_name" {
  description = "Name of the container, for overrides."
  value       = local.container_name
}

output "execution_role_arn" {
  description = "ARN of the role with which ECS starts the task. Known at plan."
  value       = local.execution_role_arn
  depends_on  = [aws_iam_role.execution]
}

output "failure_dead_letter_queue_policy_statement" {
  description = "Policy document (JSON) that the owner of `failure_dead_letter_queue` merges into the queue's policy; null without one."
  value       = one(data.aws_iam_policy_document.failure_dead_letter_queue[*].json)
}

output "failure_rule_arn" {
  description = "ARN of the rule that notices a failed task; null when nobody is told. Known at plan."
  value       = local.failure_alarm ? local.failure_rule_arn : null
  depends_on  = [aws_cloudwatch_event_rule.failure]
}

output "family" {
  description = "Family of the task definition: what a schedule names (`task_name` of ecs-scheduler) to run the newest revision."
  value       = local.names.family
  depends_on  = [aws_ecs_task_definition.task]
}

output "log_group_arn" {
  description = "ARN of the log group, without `:*`. Known at plan."
  value       = local.log_group_arn
  depends_on  = [aws_cloudwatch_log_group.task]
}

output "log_group_name" {
  description = "Name of the log group."
  value       = local.names.log_group
  depends_on  = [aws_cloudwatch_log_group.task]
}

output "revision" {
  description = "Revision of the task definition."
  value       = aws_ecs_task_definition.task.revision
}

output "role_arns" {
  description = "ARNs of the task role and the execution role: who runs the task must be allowed to pass both (`pass_role_arns` of ecs-scheduler). Known at plan."
  value       = [local.task_role_arn, local.execution_role_arn]
  depends_on  = [aws_iam_role.execution, aws_iam_role.task]
}

output "task_definition_arn" {
  description = "ARN of the task definition with its revision."
  value       = aws_ecs_task_definition.task.arn
}

output "task_role_arn" {
  description = "ARN of the role that the container works with. Known at plan."
  value       = local.task_role_arn
  depends_on  = [aws_iam_role.task]
}

output "task_role_name" {
  description = "Name of the task role, to attach what `permissions` does not offer."
  value       = aws_iam_role.task.name
}

output "topic_policy_statements" {
  description = "By key of `failure_topic_arns`: a policy document (JSON) that lets the failure rule publish, for the topic's owner to merge with `source_policy_documents`."
  value       = { for key, document in data.aws_iam_policy_document.failure_topic : key => document.json }
}
