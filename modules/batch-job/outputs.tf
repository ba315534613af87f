output "failure_rule_arn" {
  description = "ARN of the rule that notices a failed job; null when nobody is told. Known at plan."
  value       = local.failure_alarm ? local.failure_rule_arn : null
  depends_on  = [aws_cloudwatch_event_rule.failure]
}

output "job_definition_arn" {
  description = "ARN of the job definition with its revision."
  value       = aws_batch_job_definition.job.arn
}

output "job_definition_name" {
  description = "Name of the job definition: what a target of workflow-bus names (`submit_job.job_definition`) to submit the newest revision. Known at plan."
  value       = local.names.job_definition
  depends_on  = [aws_batch_job_definition.job]
}

output "job_queue_arn" {
  description = "ARN of the queue (`submit_job.job_queue_arn`); null without `queue`. Known at plan."
  value       = var.queue == null ? null : local.job_queue_arn
  depends_on  = [aws_batch_job_queue.job]
}

output "revision" {
  description = "Revision of the job definition."
  value       = aws_batch_job_definition.job.revision
}

output "topic_policy_statements" {
  description = "By key of `failure_topic_arns`: a policy document (JSON) that lets the failure rule publish, for the topic's owner to merge with `source_policy_documents`."
  value       = { for key, document in data.aws_iam_policy_document.failure_topic : key => document.json }
}
