locals {
  fargate  = contains(var.launch_types, "FARGATE")
  external = contains(var.launch_types, "EXTERNAL")
  windows  = startswith(coalesce(var.operating_system_family, "LINUX"), "WINDOWS")

  network_mode = coalesce(var.network_mode, local.external ? "bridge" : "awsvpc")

  # MiB that Fargate offers for each number of CPU units.
  fargate_memory = {
    "256"   = { allowed = [512, 1024, 2048], text = "512, 1024 or 2048" }
    "512"   = { allowed = range(1024, 4096 + 1, 1024), text = "1024 to 4096 in steps of 1024" }
    "1024"  = { allowed = range(2048, 8192 + 1, 1024), text = "2048 to 8192 in steps of 1024" }
    "2048"  = { allowed = range(4096, 16384 + 1, 1024), text = "4096 to 16384 in steps of 1024" }
    "4096"  = { allowed = range(8192, 30720 + 1, 1024), text = "8192 to 30720 in steps of 1024" }
    "8192"  = { allowed = range(16384, 61440 + 1, 4096), text = "16384 to 61440 in steps of 4096" }
    "16384" = { allowed = range(32768, 122880 + 1, 8192), text = "32768 to 122880 in steps of 8192" }
  }

  # The root file system is read-only, so every path that the container writes to is a volume of its own.
  writable_paths = var.read_only_root_filesystem ? setunion(["/tmp"], var.writable_paths) : var.writable_paths
  volumes = {
    for path in local.writable_paths : trim(replace(path, "/[^A-Za-z0-9_-]+/", "-"), "-") => path
  }

  container = merge(
    {
      name                   = local.container_name
      image                  = var.image
      essential              = true
      readonlyRootFilesystem = var.read_only_root_filesystem
      environment            = [for name, value in var.environment : { name = name, value = value }]
      secrets                = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
      mountPoints            = [for name, path in local.volumes : { sourceVolume = name, containerPath = path, readOnly = false }]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.names.log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = local.container_name
        }
      }
    },
    # What is not asked for is left out: ECS reads an empty command as a command.
    length(var.command) > 0 ? { command = var.command } : {},
    length(var.entry_point) > 0 ? { entryPoint = var.entry_point } : {},
    length(var.ulimits) > 0 ? {
      ulimits = [for limit in var.ulimits : { name = limit.name, softLimit = limit.soft_limit, hardLimit = limit.hard_limit }]
    } : {},
    var.working_directory == null ? {} : { workingDirectory = var.working_directory },
    var.user == null ? {} : { user = var.user },
    var.stop_timeout == null ? {} : { stopTimeout = var.stop_timeout },
    var.init_process ? { linuxParameters = { initProcessEnabled = true } } : {},
    var.repository_credentials == null ? {} : {
      repositoryCredentials = { credentialsParameter = var.repository_credentials.secret_arn }
    },
    var.health_check == null ? {} : {
      healthCheck = {
        command     = var.health_check.command
        interval    = var.health_check.interval
        timeout     = var.health_check.timeout
        retries     = var.health_check.retries
        startPeriod = var.health_check.start_period
      }
    },
  )
  container_definitions = jsonencode([local.container])
}

resource "aws_ecs_task_definition" "task" {
  #checkov:skip=CKV_AWS_249:The roles are two: a precondition on aws_iam_role.task refuses one name for both. checkov does not follow coalesce().
  family                   = local.names.family
  container_definitions    = local.container_definitions
  cpu                      = var.cpu
  memory                   = var.memory
  network_mode             = local.network_mode
  requires_compatibilities = var.launch_types
  execution_role_arn       = local.execution_role_arn
  task_role_arn            = local.task_role_arn
  skip_destroy             = var.keep_old_revisions
  tags                     = local.tags

  dynamic "ephemeral_storage" {
    for_each = var.ephemeral_storage_gib == null ? [] : [var.ephemeral_storage_gib]

    content {
      size_in_gib = ephemeral_storage.value
    }
  }

  # Fargate picks the platform from this; on other capacity it is a placement rule, so it is there only when asked for.
  dynamic "runtime_platform" {
    for_each = local.fargate || var.cpu_architecture != null || var.operating_system_family != null ? [1] : []

    content {
      cpu_architecture        = coalesce(var.cpu_architecture, "X86_64")
      operating_system_family = coalesce(var.operating_system_family, "LINUX")
    }
  }

  dynamic "volume" {
    for_each = local.volumes

    content {
      name = volume.key
    }
  }

  # The ARNs of the roles and the name of the log group are built, so the order has to be said: a task that starts
  # before its role can pull the image, or before its log group is there, fails.
  depends_on = [
    aws_cloudwatch_log_group.task,
    aws_iam_role.execution,
    aws_iam_role.task,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.execution_secrets,
    aws_iam_role_policy.task,
  ]

  lifecycle {
    # A schedule runs the family's newest ACTIVE revision: the next must be there before this one goes.
    create_before_destroy = true

    precondition {
      condition     = length(local.container_definitions) <= 65536
      error_message = "The task definition of family \"${local.names.family}\" has ${length(local.container_definitions)} characters of container definitions: ECS takes at most 65536. Long values belong in a parameter or an object in S3."
    }
  }
}
