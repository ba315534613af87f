# What only shows when variables, names and the region come together: refused by preconditions. Each resource that is
# expected to fail breaks exactly one of its rules.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name   = "report"
  image  = "example/report:1.0"
  cpu    = 1024
  memory = 2048

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}

run "names_of_the_standard_too_long_and_a_log_key_of_another_region" {
  command = plan

  variables {
    name               = "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr" # 43 letters
    log_kms_key_arn    = "arn:aws:kms:eu-west-1:867653852961:key/0d1c2b3a-0000-4000-8000-000000000001"
    failure_topic_arns = { alerts = "arn:aws:sns:us-east-1:867653852961:alerts" }
  }

  expect_failures = [
    aws_cloudwatch_event_rule.failure,
    aws_cloudwatch_log_group.task,
    aws_iam_role.execution,
    aws_iam_role.task,
  ]
}

run "both_roles_with_one_name" {
  command = plan

  variables {
    names = { execution_role = "report", task_role = "report" }
  }

  expect_failures = [aws_iam_role.task]
}

run "keys_and_topic_of_another_region" {
  command = plan

  variables {
    secrets              = { ENDPOINT = "arn:aws:ssm:us-east-1:867653852961:parameter/report/endpoint" }
    secrets_kms_key_arns = ["arn:aws:kms:eu-west-1:867653852961:key/0d1c2b3a-0000-4000-8000-000000000001"]
    permissions = {
      s3_read = [{ bucket = "reports", prefix = "a/", kms_key_arns = ["arn:aws:kms:eu-west-1:867653852961:key/0d1c2b3a-0000-4000-8000-000000000001"] }]
    }
    failure_topic_arns = { alerts = "arn:aws:sns:eu-west-1:867653852961:alerts" }
  }

  expect_failures = [
    aws_cloudwatch_event_target.failure["alerts"],
    aws_iam_role_policy.execution_secrets,
    aws_iam_role_policy.task,
  ]
}

run "dead_letter_queue_of_another_region_and_a_task_definition_over_64_kib" {
  command = plan

  variables {
    failure_topic_arns        = { alerts = "arn:aws:sns:us-east-1:867653852961:alerts" }
    failure_dead_letter_queue = { queue_arn = "arn:aws:sqs:eu-west-1:867653852961:lost" }
    environment               = { TEXT = join("", [for n in range(1000) : "0123456789012345678901234567890123456789012345678901234567890123456789"]) }
  }

  expect_failures = [
    aws_cloudwatch_event_target.failure["alerts"],
    aws_ecs_task_definition.task,
  ]
}
