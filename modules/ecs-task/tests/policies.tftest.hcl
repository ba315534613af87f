# What the policies say, word for word. The real provider writes them (no call leaves the machine: a plan of new
# resources asks AWS for nothing but the account, which is overridden).

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "867653852961" }
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

run "both_roles_trust_ecs_tasks_of_this_account_only_and_an_image_outside_ecr_needs_the_logs_alone" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.task.assume_role_policy).Statement == [{
      Sid       = "EcsTasksOfThisAccount"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = "867653852961" }
        ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:us-east-1:867653852961:*" }
      }
    }]
    error_message = "The task role's trust is ${aws_iam_role.task.assume_role_policy}"
  }

  assert {
    condition     = aws_iam_role.execution.assume_role_policy == aws_iam_role.task.assume_role_policy
    error_message = "The execution role's trust is ${aws_iam_role.execution.assume_role_policy}"
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.execution.policy).Statement == [{
      Sid      = "WriteLogs"
      Effect   = "Allow"
      Action   = ["logs:PutLogEvents", "logs:CreateLogStream"]
      Resource = "arn:aws:logs:us-east-1:867653852961:log-group:/ecs/report:*"
    }]
    error_message = "The execution policy is ${aws_iam_role_policy.execution.policy}"
  }

  assert {
    condition     = length(aws_iam_role_policy.execution_secrets) == 0 && length(aws_iam_role_policy.task) == 0
    error_message = "Without secrets and permissions there is one policy"
  }
}

run "execution_role_pulls_from_another_accounts_ecr_and_reads_its_secrets" {
  command = plan

  variables {
    secrets = {
      TOKEN    = "arn:aws:secretsmanager:us-east-1:867653852961:secret:api-AbCdEf:token::"
      ENDPOINT = "arn:aws:ssm:us-east-1:867653852961:parameter/report/endpoint"
    }
    repository_credentials = { secret_arn = "arn:aws:secretsmanager:us-east-1:867653852961:secret:registry-GhIjKl" }
    secrets_kms_key_arns   = ["arn:aws:kms:us-east-1:867653852961:key/0d1c2b3a-0000-4000-8000-000000000001"]
    image                  = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/report:1.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }

  assert {
    condition = slice(jsondecode(aws_iam_role_policy.execution.policy).Statement, 0, 2) == [
      {
        Sid      = "EcrLogin"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid      = "PullImage"
        Effect   = "Allow"
        Action   = ["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability"]
        Resource = "arn:aws:ecr:eu-west-1:111122223333:repository/team/report"
      },
    ]
    error_message = "The execution policy is ${aws_iam_role_policy.execution.policy}"
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.execution_secrets[0].policy).Statement == [
      {
        Sid    = "ReadSecrets"
        Effect = "Allow"
        Action = "secretsmanager:GetSecretValue"
        Resource = [
          "arn:aws:secretsmanager:us-east-1:867653852961:secret:registry-GhIjKl",
          "arn:aws:secretsmanager:us-east-1:867653852961:secret:api-AbCdEf",
        ]
      },
      {
        Sid      = "ReadParameters"
        Effect   = "Allow"
        Action   = "ssm:GetParameters"
        Resource = "arn:aws:ssm:us-east-1:867653852961:parameter/report/endpoint"
      },
      {
        Sid      = "DecryptSecrets"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = "arn:aws:kms:us-east-1:867653852961:key/0d1c2b3a-0000-4000-8000-000000000001"
        Condition = {
          StringEquals = { "kms:ViaService" = ["secretsmanager.us-east-1.amazonaws.com", "ssm.us-east-1.amazonaws.com"] }
        }
      },
    ]
    error_message = "The secrets policy is ${aws_iam_role_policy.execution_secrets[0].policy}"
  }
}

run "image_by_a_dual_stack_or_fips_endpoint_and_a_key_for_parameters_alone" {
  command = plan

  variables {
    secrets              = { ENDPOINT = "arn:aws:ssm:us-east-1:867653852961:parameter/report/endpoint" }
    secrets_kms_key_arns = ["arn:aws:kms:us-east-1:867653852961:key/0d1c2b3a-0000-4000-8000-000000000001"]
    image                = "111122223333.dkr-ecr-fips.us-east-1.on.aws/report"
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.execution.policy).Statement[1].Resource == "arn:aws:ecr:us-east-1:111122223333:repository/report"
    error_message = "The execution policy is ${aws_iam_role_policy.execution.policy}"
  }

  assert {
    condition = (
      jsondecode(aws_iam_role_policy.execution_secrets[0].policy).Statement[1].Condition
      == { StringEquals = { "kms:ViaService" = "ssm.us-east-1.amazonaws.com" } }
    )
    error_message = "The secrets policy is ${aws_iam_role_policy.execution_secrets[0].policy}"
  }
}

run "s3_grants_reach_a_prefix_keys_or_a_whole_bucket" {
  command = plan

  variables {
    permissions = {
      s3_read = [
        { bucket = "reports", prefix = "weekly/" },
        { bucket = "lists", keys = ["channels.csv"] },
        { bucket = "archive", whole_bucket = true },
      ]
      s3_write = [
        { bucket = "results", prefix = "out/", kms_key_arns = ["arn:aws:kms:us-east-1:867653852961:key/0d1c2b3a-0000-4000-8000-000000000001"] },
        { bucket = "results", keys = ["summary.json"], multipart = false },
      ]
    }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.task[0].policy).Statement == [
      {
        Sid      = "S3Read"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = ["arn:aws:s3:::reports/weekly/*", "arn:aws:s3:::lists/channels.csv", "arn:aws:s3:::archive/*"]
      },
      {
        Sid       = "S3List0"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = "arn:aws:s3:::reports"
        Condition = { StringLike = { "s3:prefix" = "weekly/*" } }
      },
      {
        Sid      = "S3List2"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "arn:aws:s3:::archive"
      },
      {
        Sid      = "S3Write"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:AbortMultipartUpload"]
        Resource = "arn:aws:s3:::results/out/*"
      },
      {
        Sid      = "S3WriteWhole"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:aws:s3:::results/summary.json"
      },
      {
        Sid       = "KmsS3Write"
        Effect    = "Allow"
        Action    = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource  = "arn:aws:kms:us-east-1:867653852961:key/0d1c2b3a-0000-4000-8000-000000000001"
        Condition = { StringEquals = { "kms:ViaService" = "s3.us-east-1.amazonaws.com" } }
      },
    ]
    error_message = "The task policy is ${aws_iam_role_policy.task[0].policy}"
  }
}

run "other_grants_name_their_one_resource_and_owners_get_the_policy_they_must_add" {
  command = plan

  variables {
    failure_topic_arns        = { alerts = "arn:aws:sns:us-east-1:867653852961:alerts" }
    failure_dead_letter_queue = { queue_arn = "arn:aws:sqs:us-east-1:867653852961:lost" }
    permissions = {
      put_events = [
        { event_bus = "workflow-bus", sources = ["example.report"], detail_types = ["Report Completed", "Report Failed"] },
        { sources = ["example.audit"] },
      ]
      ssm_read = [
        { parameter = "/report/settings" },
        { parameter = "plain" },
        { parameter = "/report/one", operation = "GetParameter" },
        { parameter = "/report/several", operation = "GetParameters" },
        { parameter = "/aws/service/ami/x" }, # AWS's own: of no account
        { parameter = "arn:aws:ssm:us-east-1::parameter/aws/service/ami/y" },
      ]
      secrets_read    = [{ secret_arn = "arn:aws:secretsmanager:us-east-1:867653852961:secret:api-AbCdEf" }]
      sns_publish     = [{ topic_arn = "arn:aws:sns:us-east-1:867653852961:alerts" }]
      sqs_send        = [{ queue_arn = "arn:aws:sqs:us-east-1:867653852961:jobs" }]
      appsync_graphql = [{ api_id = "abc123", fields = ["Query.listChannels", "Mutation.updateChannel"] }]
    }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.task[0].policy).Statement == [
      {
        Sid      = "PutEvents0"
        Effect   = "Allow"
        Action   = "events:PutEvents"
        Resource = "arn:aws:events:us-east-1:867653852961:event-bus/workflow-bus"
        Condition = {
          StringEquals = { "events:source" = "example.report", "events:detail-type" = ["Report Completed", "Report Failed"] }
        }
      },
      {
        Sid       = "PutEvents1"
        Effect    = "Allow"
        Action    = "events:PutEvents"
        Resource  = "arn:aws:events:us-east-1:867653852961:event-bus/default"
        Condition = { StringEquals = { "events:source" = "example.audit" } }
      },
      {
        Sid    = "SsmRead"
        Effect = "Allow"
        Action = ["ssm:GetParameters", "ssm:GetParameter"]
        Resource = [
          "arn:aws:ssm:us-east-1::parameter/aws/service/ami/y",
          "arn:aws:ssm:us-east-1::parameter/aws/service/ami/x",
          "arn:aws:ssm:us-east-1:867653852961:parameter/report/settings",
          "arn:aws:ssm:us-east-1:867653852961:parameter/plain",
        ]
      },
      {
        Sid      = "SsmReadOne"
        Effect   = "Allow"
        Action   = "ssm:GetParameter"
        Resource = "arn:aws:ssm:us-east-1:867653852961:parameter/report/one"
      },
      {
        Sid      = "SsmReadSeveral"
        Effect   = "Allow"
        Action   = "ssm:GetParameters"
        Resource = "arn:aws:ssm:us-east-1:867653852961:parameter/report/several"
      },
      {
        Sid      = "SecretsRead"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = "arn:aws:secretsmanager:us-east-1:867653852961:secret:api-AbCdEf"
      },
      {
        Sid      = "SnsPublish"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = "arn:aws:sns:us-east-1:867653852961:alerts"
      },
      {
        Sid      = "SqsSend"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:us-east-1:867653852961:jobs"
      },
      {
        Sid    = "AppSyncGraphql"
        Effect = "Allow"
        Action = "appsync:GraphQL"
        Resource = [
          "arn:aws:appsync:us-east-1:867653852961:apis/abc123/types/Query/fields/listChannels",
          "arn:aws:appsync:us-east-1:867653852961:apis/abc123/types/Mutation/fields/updateChannel",
        ]
      },
    ]
    error_message = "The task policy is ${aws_iam_role_policy.task[0].policy}"
  }

  assert {
    condition = jsondecode(output.topic_policy_statements["alerts"]).Statement == [{
      Effect    = "Allow"
      Action    = "sns:Publish"
      Resource  = "arn:aws:sns:us-east-1:867653852961:alerts"
      Principal = { Service = "events.amazonaws.com" }
      Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:events:us-east-1:867653852961:rule/internal-reporting-use1-report-failed" } }
    }]
    error_message = "The topic's statement is ${output.topic_policy_statements["alerts"]}"
  }

  assert {
    condition = jsondecode(output.failure_dead_letter_queue_policy_statement).Statement == [{
      Effect    = "Allow"
      Action    = "sqs:SendMessage"
      Resource  = "arn:aws:sqs:us-east-1:867653852961:lost"
      Principal = { Service = "events.amazonaws.com" }
      Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:events:us-east-1:867653852961:rule/internal-reporting-use1-report-failed" } }
    }]
    error_message = "The queue's statement is ${output.failure_dead_letter_queue_policy_statement}"
  }
}

run "policies_over_what_iam_takes" {
  command = plan

  variables {
    secrets     = { for n in range(200) : "SECRET_${n}" => "arn:aws:ssm:us-east-1:867653852961:parameter/report/number-${n}" }
    permissions = { ssm_read = [for n in range(200) : { parameter = "/report/settings/number-${n}" }] }
  }

  expect_failures = [aws_iam_role_policy.execution_secrets, aws_iam_role_policy.task]
}

