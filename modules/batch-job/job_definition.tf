locals {
  # MiB that Fargate offers for each number of CPU units: what ecs-task offers, as "Job definition parameters" has it.
  fargate_memory = {
    "256"   = { allowed = [512, 1024, 2048], text = "512, 1024 or 2048" }
    "512"   = { allowed = range(1024, 4096 + 1, 1024), text = "1024 to 4096 in steps of 1024" }
    "1024"  = { allowed = range(2048, 8192 + 1, 1024), text = "2048 to 8192 in steps of 1024" }
    "2048"  = { allowed = range(4096, 16384 + 1, 1024), text = "4096 to 16384 in steps of 1024" }
    "4096"  = { allowed = range(8192, 30720 + 1, 1024), text = "8192 to 30720 in steps of 1024" }
    "8192"  = { allowed = range(16384, 61440 + 1, 4096), text = "16384 to 61440 in steps of 4096" }
    "16384" = { allowed = range(32768, 122880 + 1, 8192), text = "32768 to 122880 in steps of 8192" }
  }

  # The root file system is read-only, so every path that the container writes to is a volume of its own. Batch hands a
  # volume without a host to ECS, where it is an empty part of the task's ephemeral storage; it has no tmpfs on Fargate.
  writable_paths = var.read_only_root_filesystem ? setunion(["/tmp"], var.writable_paths) : var.writable_paths
  volumes = {
    for path in local.writable_paths : trim(replace(path, "/[^A-Za-z0-9_-]+/", "-"), "-") => path
  }

  container_properties = jsonencode(merge(
    {
      image            = var.image
      jobRoleArn       = var.task_role_arn
      executionRoleArn = var.execution_role_arn
      resourceRequirements = [
        { type = "VCPU", value = tostring(var.cpu / 1024) },
        { type = "MEMORY", value = tostring(var.memory) },
      ]
      readonlyRootFilesystem = var.read_only_root_filesystem
      privileged             = false
      environment            = [for name, value in var.environment : { name = name, value = value }]
      secrets                = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
      volumes                = [for name, path in local.volumes : { name = name }]
      mountPoints            = [for name, path in local.volumes : { sourceVolume = name, containerPath = path, readOnly = false }]
      linuxParameters        = { initProcessEnabled = var.init_process }
      networkConfiguration   = { assignPublicIp = var.assign_public_ip ? "ENABLED" : "DISABLED" }
      runtimePlatform        = { cpuArchitecture = var.cpu_architecture, operatingSystemFamily = "LINUX" }
      fargatePlatformConfiguration = {
        platformVersion = var.platform_version
      }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = var.log_group_name
          awslogs-region        = local.region
          awslogs-stream-prefix = local.names.job_definition
        }
      }
    },
    # What is not asked for is left out: an empty command is a command.
    length(var.command) > 0 ? { command = var.command } : {},
    var.user == null ? {} : { user = var.user },
    var.ephemeral_storage_gib == null ? {} : { ephemeralStorage = { sizeInGiB = var.ephemeral_storage_gib } },
    var.repository_credentials == null ? {} : {
      repositoryCredentials = { credentialsParameter = var.repository_credentials.secret_arn }
    },
  ))

  # Of a job that may be tried again, only these exit codes are; Batch tries again whatever no condition matches, so the
  # last one matches the rest: also a container that never ran, whose reason says so and which has no exit code.
  retried = var.retry.attempts > 1 ? [for code in var.retry.exit_codes : tostring(code)] : []
}

resource "aws_batch_job_definition" "job" {
  name                       = local.names.job_definition
  type                       = "container"
  platform_capabilities      = ["FARGATE"]
  container_properties       = local.container_properties
  propagate_tags             = var.propagate_tags
  deregister_on_new_revision = !var.keep_old_revisions
  tags                       = local.tags

  retry_strategy {
    attempts = var.retry.attempts

    dynamic "evaluate_on_exit" {
      for_each = local.retried

      content {
        on_exit_code = evaluate_on_exit.value
        action       = "RETRY"
      }
    }

    dynamic "evaluate_on_exit" {
      for_each = length(local.retried) > 0 ? ["*"] : []

      content {
        on_reason = evaluate_on_exit.value
        action    = "EXIT"
      }
    }
  }

  dynamic "timeout" {
    for_each = var.timeout_seconds == null ? [] : [var.timeout_seconds]

    content {
      attempt_duration_seconds = timeout.value
    }
  }

  lifecycle {
    # "AWS Batch service quotas": the size of a job definition.
    precondition {
      condition     = length(local.container_properties) <= 24576
      error_message = "The job definition \"${local.names.job_definition}\" has ${length(local.container_properties)} characters of container properties: Batch takes at most 24576. Long values belong in a parameter or an object in S3."
    }

    precondition {
      condition     = alltrue([for arn in [var.task_role_arn, var.execution_role_arn] : split(":", arn)[4] == local.account_id])
      error_message = "task_role_arn is \"${var.task_role_arn}\", execution_role_arn is \"${var.execution_role_arn}\": ECS starts a job with roles of its own account, ${local.account_id}."
    }
  }
}
