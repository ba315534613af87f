# What comes out of the module, and that what AWS takes is not refused.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name   = "report"
  image  = "example/report:1.0"
  cpu    = 1024
  memory = 3072

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}

run "defaults_with_arns_known_at_plan" {
  command = plan

  assert {
    condition = jsondecode(aws_ecs_task_definition.task.container_definitions) == [{
      name                   = "report"
      image                  = "example/report:1.0"
      essential              = true
      readonlyRootFilesystem = true
      environment            = []
      secrets                = []
      mountPoints            = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
      linuxParameters        = { initProcessEnabled = true }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/ecs/report"
          awslogs-region        = "us-east-1"
          awslogs-stream-prefix = "report"
        }
      }
    }]
    error_message = "The container is ${aws_ecs_task_definition.task.container_definitions}"
  }

  assert {
    condition = (
      aws_ecs_task_definition.task.network_mode == "awsvpc"
      && aws_ecs_task_definition.task.requires_compatibilities == toset(["FARGATE"])
      && one(aws_ecs_task_definition.task.runtime_platform).cpu_architecture == "X86_64"
      && one(aws_ecs_task_definition.task.runtime_platform).operating_system_family == "LINUX"
      && one(aws_ecs_task_definition.task.volume).name == "tmp"
      && length(aws_ecs_task_definition.task.ephemeral_storage) == 0
    )
    error_message = "A task is a Fargate task on Linux with a volume for /tmp unless it says otherwise"
  }

  assert {
    condition     = aws_cloudwatch_log_group.task.name == "/ecs/report" && aws_cloudwatch_log_group.task.retention_in_days == 30
    error_message = "Logs go to /ecs/<name> for 30 days"
  }

  assert {
    condition     = !aws_cloudwatch_log_group.task.skip_destroy
    error_message = "Logs go with their task unless keep_log_group says otherwise"
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.failure) == 0 && output.failure_rule_arn == null && output.topic_policy_statements == {}
    error_message = "There is no rule when nobody is told"
  }

  assert {
    condition = aws_iam_role.task.tags == tomap({
      ResourceOwner = "data-team", BillingEntity = "analytics", BillingDomain = "reporting", SecurityDomain = "internal", Region = "use1"
    })
    error_message = "The naming standard becomes tags"
  }

  assert {
    condition = output.role_arns == [
      "arn:aws:iam::867653852961:role/internal-reporting-use1-report-task",
      "arn:aws:iam::867653852961:role/internal-reporting-use1-report-execution",
    ]
    error_message = "role_arns is ${join(", ", output.role_arns)}"
  }

  assert {
    condition = (
      aws_ecs_task_definition.task.task_role_arn == output.task_role_arn
      && aws_ecs_task_definition.task.execution_role_arn == output.execution_role_arn
      && aws_iam_role.task.name == "internal-reporting-use1-report-task"
      && aws_iam_role.execution.name == "internal-reporting-use1-report-execution"
    )
    error_message = "The ARNs that are built are those of the roles that are made"
  }

  assert {
    condition     = output.log_group_arn == "arn:aws:logs:us-east-1:867653852961:log-group:/ecs/report"
    error_message = "log_group_arn is ${output.log_group_arn}"
  }

  assert {
    condition = {
      for cpu, sizes in local.fargate_memory : cpu => [length(sizes.allowed), sizes.allowed[0], sizes.allowed[length(sizes.allowed) - 1]]
      } == {
      "256"  = [3, 512, 2048], "512" = [4, 1024, 4096], "1024" = [7, 2048, 8192], "2048" = [13, 4096, 16384],
      "4096" = [23, 8192, 30720], "8192" = [12, 16384, 61440], "16384" = [12, 32768, 122880]
    }
    error_message = "The table is AWS's: number of sizes, smallest, largest"
  }
}

run "every_name_can_be_given" {
  command = plan

  variables {
    container_name = "worker"
    names = {
      family                   = "dn-task-claims-report-process"
      log_group                = "/ecs/claims"
      execution_role           = "claims-execution"
      execution_policy         = "start"
      execution_secrets_policy = "start-secrets"
      task_role                = "claims-task"
      task_policy              = "work"
      failure_rule             = "claims-failed"
    }
    secrets            = { URL = "arn:aws:ssm:us-east-1:867653852961:parameter/url" }
    permissions        = { ssm_read = [{ parameter = "url" }] }
    failure_topic_arns = { alerts = "arn:aws:sns:us-east-1:867653852961:alerts" }
    tags               = { Service = "claims", Region = "us-east-1" }
  }

  assert {
    condition = (
      output.family == "dn-task-claims-report-process" && aws_ecs_task_definition.task.family == output.family
      && aws_cloudwatch_log_group.task.name == "/ecs/claims"
      && aws_iam_role.execution.name == "claims-execution" && aws_iam_role.task.name == "claims-task"
      && aws_iam_role_policy.execution.name == "start" && aws_iam_role_policy.execution_secrets[0].name == "start-secrets"
      && aws_iam_role_policy.task[0].name == "work"
      && aws_cloudwatch_event_rule.failure[0].name == "claims-failed"
      && output.failure_rule_arn == "arn:aws:events:us-east-1:867653852961:rule/claims-failed"
      && output.container_name == "worker"
    )
    error_message = "A given name is the name"
  }

  assert {
    condition     = local.container.logConfiguration.options.awslogs-group == "/ecs/claims" && strcontains(local.failure_pattern, "task-definition/dn-task-claims-report-process:")
    error_message = "Whatever refers to a name follows it"
  }

  assert {
    condition     = aws_iam_role.task.tags.Service == "claims" && aws_iam_role.task.tags.Region == "us-east-1"
    error_message = "The caller's tags win over the standard's"
  }
}

run "everything_a_container_can_have" {
  command = plan

  variables {
    command                = ["report", "--weekly"]
    entry_point            = ["/bin/worker"]
    working_directory      = "/srv"
    user                   = "10001:app"
    stop_timeout           = 120
    init_process           = false
    writable_paths         = ["/tmp", "/var/cache/report.d"]
    environment            = { B = "2", A = "1" }
    secrets                = { TOKEN = "arn:aws:secretsmanager:us-east-1:867653852961:secret:api-AbCdEf:token::" }
    repository_credentials = { secret_arn = "arn:aws:secretsmanager:us-east-1:867653852961:secret:registry-GhIjKl" }
    ulimits                = [{ name = "nofile", soft_limit = 1024, hard_limit = 4096 }]
    health_check           = { command = ["CMD-SHELL", "worker health"] }
    ephemeral_storage_gib  = 200
    cpu_architecture       = "ARM64"
    keep_old_revisions     = true
  }

  assert {
    condition = jsondecode(aws_ecs_task_definition.task.container_definitions) == [{
      name                   = "report"
      image                  = "example/report:1.0"
      essential              = true
      readonlyRootFilesystem = true
      environment            = [{ name = "A", value = "1" }, { name = "B", value = "2" }]
      secrets                = [{ name = "TOKEN", valueFrom = "arn:aws:secretsmanager:us-east-1:867653852961:secret:api-AbCdEf:token::" }]
      mountPoints = [
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
        { sourceVolume = "var-cache-report-d", containerPath = "/var/cache/report.d", readOnly = false },
      ]
      command               = ["report", "--weekly"]
      entryPoint            = ["/bin/worker"]
      workingDirectory      = "/srv"
      user                  = "10001:app"
      stopTimeout           = 120
      ulimits               = [{ name = "nofile", softLimit = 1024, hardLimit = 4096 }]
      repositoryCredentials = { credentialsParameter = "arn:aws:secretsmanager:us-east-1:867653852961:secret:registry-GhIjKl" }
      healthCheck           = { command = ["CMD-SHELL", "worker health"], interval = 30, timeout = 5, retries = 3, startPeriod = 0 }
      logConfiguration = {
        logDriver = "awslogs"
        options   = { awslogs-group = "/ecs/report", awslogs-region = "us-east-1", awslogs-stream-prefix = "report" }
      }
    }]
    error_message = "The container is ${aws_ecs_task_definition.task.container_definitions}"
  }

  assert {
    condition = (
      one(aws_ecs_task_definition.task.ephemeral_storage).size_in_gib == 200
      && one(aws_ecs_task_definition.task.runtime_platform).cpu_architecture == "ARM64"
      && aws_ecs_task_definition.task.skip_destroy
      && toset(aws_ecs_task_definition.task.volume[*].name) == toset(["tmp", "var-cache-report-d"])
    )
    error_message = "Storage, platform and volumes are those asked for"
  }
}

run "largest_fargate_with_a_writable_root_and_encrypted_logs_within_a_boundary" {
  command = plan

  variables {
    cpu                       = 16384
    memory                    = 122880
    read_only_root_filesystem = false
    log_kms_key_arn           = "arn:aws:kms:us-east-1:867653852961:key/mrk-0123456789abcdef0123456789abcdef"
    log_retention_days        = 0
    keep_log_group            = true
    permissions_boundary_arn  = "arn:aws:iam::867653852961:policy/team/bound"
  }

  assert {
    condition     = length(aws_ecs_task_definition.task.volume) == 0 && !local.container.readonlyRootFilesystem
    error_message = "A writable root file system needs no volumes"
  }

  assert {
    condition = (
      aws_cloudwatch_log_group.task.retention_in_days == 0
      && aws_cloudwatch_log_group.task.skip_destroy
      && aws_cloudwatch_log_group.task.kms_key_id == "arn:aws:kms:us-east-1:867653852961:key/mrk-0123456789abcdef0123456789abcdef"
      && aws_iam_role.task.permissions_boundary == "arn:aws:iam::867653852961:policy/team/bound"
      && aws_iam_role.execution.permissions_boundary == "arn:aws:iam::867653852961:policy/team/bound"
    )
    error_message = "Key, retention, keeping and boundary are passed on"
  }
}

run "ec2" {
  command = plan

  variables {
    launch_types = ["EC2"]
    network_mode = "host"
    cpu          = 384
    memory       = 700
    stop_timeout = 600
    ulimits      = [{ name = "core", soft_limit = 0, hard_limit = 0 }]
  }

  assert {
    condition     = aws_ecs_task_definition.task.network_mode == "host" && length(aws_ecs_task_definition.task.runtime_platform) == 0
    error_message = "On EC2 the platform is the instance's"
  }
}

run "external" {
  command = plan

  variables {
    launch_types = ["EC2", "EXTERNAL"]
    cpu          = 128
    memory       = 6
  }

  assert {
    condition     = aws_ecs_task_definition.task.network_mode == "bridge"
    error_message = "External instances have no awsvpc"
  }
}

run "windows_on_fargate" {
  command = plan

  variables {
    operating_system_family   = "WINDOWS_SERVER_2022_CORE"
    read_only_root_filesystem = false
    init_process              = false
    working_directory         = "C:\\srv"
  }

  assert {
    condition     = one(aws_ecs_task_definition.task.runtime_platform).operating_system_family == "WINDOWS_SERVER_2022_CORE" && !can(local.container.linuxParameters)
    error_message = "Windows has no Linux parameters"
  }
}

run "failure_alarm" {
  command = plan

  variables {
    failure_topic_arns = {
      alerts = "arn:aws:sns:us-east-1:867653852961:alerts"
      pager  = "arn:aws:sns:us-east-1:111122223333:pager"
    }
    failure_dead_letter_queue = { queue_arn = "arn:aws:sqs:us-east-1:867653852961:lost" }
    failure_retry_policy      = { maximum_retry_attempts = 5 }
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.failure[0].event_pattern) == {
      source        = ["aws.ecs"]
      "detail-type" = ["ECS Task State Change"]
      detail = {
        lastStatus        = ["STOPPED"]
        taskDefinitionArn = [{ prefix = "arn:aws:ecs:us-east-1:867653852961:task-definition/report:" }]
        "$or" = [
          { containers = { exitCode = [{ "anything-but" = 0 }] } },
          { stopCode = ["TaskFailedToStart", "SpotInterruption", "TerminationNotice", "InfrastructureHealth"] },
        ]
      }
    }
    error_message = "The pattern is ${aws_cloudwatch_event_rule.failure[0].event_pattern}"
  }

  assert {
    condition = alltrue([
      for name, target in aws_cloudwatch_event_target.failure :
      target.target_id == name && target.arn == var.failure_topic_arns[name] && target.rule == "internal-reporting-use1-report-failed"
      && one(target.retry_policy).maximum_retry_attempts == 5 && one(target.retry_policy).maximum_event_age_in_seconds == 86400
      && one(target.dead_letter_config).arn == "arn:aws:sqs:us-east-1:867653852961:lost"
    ])
    error_message = "Each topic is a target with its retry policy and the dead-letter queue"
  }

  assert {
    condition     = length(aws_cloudwatch_event_target.failure) == 2
    error_message = "There are two topics"
  }

  # A placeholder without a path would reach the reader as it stands; a path without a placeholder is idle.
  assert {
    condition = (
      toset(regexall("<([a-z_]+)>", one(aws_cloudwatch_event_target.failure["alerts"].input_transformer).input_template)[*][0])
      == toset(keys(one(aws_cloudwatch_event_target.failure["alerts"].input_transformer).input_paths))
    )
    error_message = "The message is ${one(aws_cloudwatch_event_target.failure["alerts"].input_transformer).input_template}"
  }

  # EventBridge takes a text of several lines as one quoted string a line.
  assert {
    condition = alltrue([
      for line in split("\n", one(aws_cloudwatch_event_target.failure["alerts"].input_transformer).input_template) : can(regex("^\"[^\"]+\"$", line))
    ])
    error_message = "The message is ${one(aws_cloudwatch_event_target.failure["alerts"].input_transformer).input_template}"
  }
}
