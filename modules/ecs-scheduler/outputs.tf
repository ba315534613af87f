output "additional_schedule_names" {
  description = "Physical name of each additional schedule, by its name in `additional_schedules`."
  value       = { for key, schedule in local.schedules : key => schedule.schedule_name if key != "" }
}

output "dlq_arn" {
  description = "ARN of the dead-letter queue."
  value       = local.arns.dlq
  depends_on  = [aws_sqs_queue.dlq]
}

output "dlq_messages_visible_alarm_arn" {
  description = "ARN of the alarm on messages in the dead-letter queue; null when `enable_dlq_alarm` is false."
  value       = one(aws_cloudwatch_metric_alarm.dlq_messages_visible[*].arn)
}

output "dlq_name" {
  description = "Name of the dead-letter queue."
  value       = local.names.dlq
  depends_on  = [aws_sqs_queue.dlq]
}

output "dlq_oldest_message_alarm_arn" {
  description = "ARN of the alarm on the age of the oldest message in the dead-letter queue; null when `enable_dlq_alarm` is false."
  value       = one(aws_cloudwatch_metric_alarm.dlq_oldest_message[*].arn)
}

output "dlq_url" {
  description = "URL of the dead-letter queue."
  value       = aws_sqs_queue.dlq.url
}

output "role_arn" {
  description = "ARN of the role that EventBridge Scheduler takes on. Known at plan."
  value       = local.arns.role
  depends_on  = [aws_iam_role.scheduler]
}

output "role_name" {
  description = "Name of the role that EventBridge Scheduler takes on."
  value       = local.names.role
  depends_on  = [aws_iam_role.scheduler]
}

output "schedule_arn" {
  description = "ARN of the primary schedule. Known at plan."
  value       = "${local.arns.schedule_prefix}/${local.schedules[""].schedule_name}"
  depends_on  = [aws_scheduler_schedule.ecs]
}

output "schedule_arns" {
  description = "ARN of every schedule, by name; the primary schedule is under \"\". Known at plan."
  value       = { for key, schedule in local.schedules : key => "${local.arns.schedule_prefix}/${schedule.schedule_name}" }
  depends_on  = [aws_scheduler_schedule.ecs]
}

output "schedule_group_arn" {
  description = "ARN of the schedule group. Known at plan."
  value       = local.arns.schedule_group
  depends_on  = [aws_scheduler_schedule_group.ecs]
}

output "schedule_group_name" {
  description = "Name of the schedule group: the only dimension of the AWS/Scheduler metrics."
  value       = local.names.schedule_group
  depends_on  = [aws_scheduler_schedule_group.ecs]
}

output "schedule_name" {
  description = "Name of the primary schedule."
  value       = local.schedules[""].schedule_name
  depends_on  = [aws_scheduler_schedule.ecs]
}

output "scheduler_alarm_arns" {
  description = "ARN of each alarm on an AWS/Scheduler metric, by metric name."
  value       = { for metric, alarm in aws_cloudwatch_metric_alarm.scheduler : metric => alarm.arn }
}

output "tags" {
  description = "The tags of the naming standard with `tags` merged over them."
  value       = local.tags
}
