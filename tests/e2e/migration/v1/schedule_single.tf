# The first releases: one schedule.
resource "aws_scheduler_schedule" "ecs" {
  name                = var.name
  group_name          = aws_scheduler_schedule_group.ecs.name
  schedule_expression = var.schedule_expression

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.cluster_arn
    role_arn = aws_iam_role.ecs.arn

    ecs_parameters {
      task_definition_arn = var.task_definition_arn
      launch_type         = "FARGATE"

      network_configuration {
        subnets         = var.subnets
        security_groups = [var.security_group_id]
      }
    }

    retry_policy {
      maximum_retry_attempts = 5
    }

    dead_letter_config {
      arn = aws_sqs_queue.sqs_test_dlq.arn
    }
  }
}
