# What the variables refuse. A run takes about as long for one wrong variable as for ten, so each has several: every one of
# them breaks exactly one rule, and every one is expected to fail. Take a rule away and its run goes red. The words of the
# refusals, and more wrong values, are in tests/modules/ecs-task/refusals.yaml of this repository.

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

run "round_01" {
  command = plan

  variables {
    cpu                       = 512 # cpu too small for windows on fargate
    operating_system_family   = "WINDOWS_SERVER_2022_CORE"
    read_only_root_filesystem = false
    init_process              = false
    cpu_architecture          = "ARM64"                                                 # windows on arm
    permissions               = { s3_read = [{ bucket = "reports-*", prefix = "a/" }] } # bucket with a wildcard
    tags                      = { Note = "a;b" }                                        # tag value with a semicolon
    ulimits                   = [{ name = "nofile", soft_limit = 1, hard_limit = 2 }]   # ulimit on windows
    user                      = "app"                                                   # user on windows
    writable_paths            = ["/cache"]                                              # writable path on windows
  }

  expect_failures = [
    var.cpu,
    var.cpu_architecture,
    var.permissions,
    var.tags,
    var.ulimits,
    var.user,
    var.writable_paths,
  ]
}

run "round_02" {
  command = plan

  variables {
    ephemeral_storage_gib     = 20                               # ephemeral storage of twenty
    failure_retry_policy      = { maximum_retry_attempts = 186 } # retries over 185
    operating_system_family   = "WINDOWS_SERVER_2022_CORE"
    read_only_root_filesystem = false
    log_retention_days        = 31                                     # log retention that cloudwatch does not have
    permissions               = { s3_read = [{ bucket = "reports" }] } # bucket without saying what of it
    stop_timeout              = 121                                    # stop timeout over two minutes on fargate
    tags                      = { region = "use1" }                    # tags that differ in case only
  }

  expect_failures = [
    var.ephemeral_storage_gib,
    var.failure_retry_policy,
    var.init_process,
    var.log_retention_days,
    var.permissions,
    var.stop_timeout,
    var.tags,
  ]
}

run "round_03" {
  command = plan

  variables {
    container_name          = "a/b"                                                         # container name with a slash
    failure_topic_arns      = { alerts = "arn:aws:sns:us-east-1:867653852961:alerts.fifo" } # topic that is fifo
    permissions             = { s3_read = [{ bucket = "reports", prefix = "" }] }           # prefix that is empty
    operating_system_family = "WINDOWS_SERVER_2022_CORE"
    init_process            = false
    resource_owner          = "a;b"                   # resource owner with a semicolon
    secrets                 = { TOKEN = "api-token" } # secret that is a name
  }

  expect_failures = [
    var.container_name,
    var.failure_topic_arns,
    var.permissions,
    var.read_only_root_filesystem,
    var.resource_owner,
    var.secrets,
  ]
}

run "round_04" {
  command = plan

  variables {
    billing_entity        = "" # billing entity that is empty
    launch_types          = ["EC2"]
    cpu                   = 64                                                      # cpu below what ec2 takes
    ephemeral_storage_gib = 50                                                      # ephemeral storage without fargate
    network_mode          = "nat"                                                   # network mode that does not exist
    permissions           = { s3_write = [{ bucket = "reports", prefix = "w*/" }] } # prefix with a wildcard
    ulimits               = [{ name = "files", soft_limit = 1, hard_limit = 2 }]    # ulimit that does not exist
  }

  expect_failures = [
    var.billing_entity,
    var.cpu,
    var.ephemeral_storage_gib,
    var.network_mode,
    var.permissions,
    var.ulimits,
  ]
}

run "round_05" {
  command = plan

  variables {
    billing_domain         = "a b"                                                    # billing domain with a space
    environment            = { "A=B" = "1" }                                          # environment name with an equals sign
    failure_topic_arns     = { alerts = "arn:aws:sqs:us-east-1:867653852961:alerts" } # topic that is a queue
    launch_types           = ["EC2"]
    memory                 = 4                                                                        # memory below what docker needs
    permissions            = { s3_read = [{ bucket = "reports", keys = ["weekly/?.csv"] }] }          # key with a wildcard
    repository_credentials = { secret_arn = "arn:aws:ssm:us-east-1:867653852961:parameter/registry" } # repository credentials that are a parameter
  }

  expect_failures = [
    var.billing_domain,
    var.environment,
    var.failure_topic_arns,
    var.memory,
    var.permissions,
    var.repository_credentials,
  ]
}

run "round_06" {
  command = plan

  variables {
    environment        = { LEVEL = null }                                                              # environment value that is null
    failure_topic_arns = { "on call" = "arn:aws:sns:us-east-1:867653852961:alerts" }                   # topic key with a space
    launch_types       = []                                                                            # no launch type
    log_kms_key_arn    = "arn:aws:kms:us-east-1:867653852961:alias/main"                               # log key that is an alias
    permissions        = { put_events = [{ event_bus = "workflow-*", sources = ["example.report"] }] } # bus with a wildcard
    security_domain    = "a.b"                                                                         # security domain with a dot
  }

  expect_failures = [
    var.environment,
    var.failure_topic_arns,
    var.launch_types,
    var.log_kms_key_arn,
    var.permissions,
    var.security_domain,
  ]
}

run "round_07" {
  command = plan

  variables {
    aws_region_short_code = "USE1"                                                                        # region short code in capitals
    failure_topic_arns    = { for n in range(6) : "t${n}" => "arn:aws:sns:us-east-1:867653852961:t${n}" } # six topics
    health_check          = { command = ["worker", "health"] }                                            # health check without cmd
    launch_types          = ["EC2", "LAMBDA"]                                                             # launch type that does not exist
    permissions           = { put_events = [{ sources = [] }] }                                           # events without a source
    secrets               = { TOKEN = "arn:aws:ssm:us-east-1:867653852961:parameter/api/*" }              # secret with a wildcard
  }

  expect_failures = [
    var.aws_region_short_code,
    var.failure_topic_arns,
    var.health_check,
    var.launch_types,
    var.permissions,
    var.secrets,
  ]
}

run "round_08" {
  command = plan

  variables {
    failure_topic_arns        = { alerts = "arn:aws:sns:us-east-1:867653852961:alerts" }
    failure_dead_letter_queue = { queue_arn = "arn:aws:sqs:us-east-1:867653852961:lost.fifo" }                      # dead letter queue that is fifo
    health_check              = { command = ["CMD", "true"], interval = 4 }                                         # health check interval too short
    launch_types              = ["EXTERNAL", "FARGATE"]                                                             # fargate together with external
    names                     = { family = "report:4" }                                                             # family with a revision
    permissions               = { put_events = [{ sources = ["example.report"], detail_types = ["*"] }] }           # detail type with a wildcard
    secrets                   = { "API TOKEN" = "arn:aws:secretsmanager:us-east-1:867653852961:secret:api-AbCdEf" } # secret name with a space
    tags                      = { for n in range(46) : "tag${n}" => "x" }                                           # more than fifty tags
  }

  expect_failures = [
    var.failure_dead_letter_queue,
    var.health_check,
    var.launch_types,
    var.names,
    var.permissions,
    var.secrets,
    var.tags,
  ]
}

run "round_09" {
  command = plan

  variables {
    failure_dead_letter_queue = { queue_arn = "arn:aws:sqs:us-east-1:867653852961:lost" } # dead letter queue without topics
    health_check              = { command = ["CMD", "true"], timeout = 61 }               # health check timeout too long
    names                     = { log_group = "/ecs/my report" }                          # log group with a space
    launch_types              = ["EXTERNAL"]
    network_mode              = "awsvpc"                                                                      # external in awsvpc mode
    permissions               = { ssm_read = [{ parameter = "/report/*" }] }                                  # parameter with a wildcard
    secrets                   = { TOKEN = "arn:aws:secretsmanager:us-east-1:867653852961:secret:api-AbCdEf" } # secret that is in the environment too
    environment               = { TOKEN = "1" }
  }

  expect_failures = [
    var.failure_dead_letter_queue,
    var.health_check,
    var.names,
    var.network_mode,
    var.permissions,
    var.secrets,
  ]
}

run "round_10" {
  command = plan

  variables {
    cpu_architecture  = "arm64"                                                                                                 # cpu architecture that does not exist
    name              = "daily.report"                                                                                          # name with a dot
    names             = { task_role = "service/report" }                                                                        # role name with a path
    permissions       = { secrets_read = [{ secret_arn = "arn:aws:secretsmanager:us-east-1:867653852961:secret:api-??????" }] } # readable secret with a wildcard
    ulimits           = [{ name = "nofile", soft_limit = 2, hard_limit = 1 }]                                                   # ulimit soft over hard
    working_directory = "srv"                                                                                                   # working directory that is relative
  }

  expect_failures = [
    var.cpu_architecture,
    var.name,
    var.names,
    var.permissions,
    var.ulimits,
    var.working_directory,
  ]
}

run "round_11" {
  command = plan

  variables {
    failure_retry_policy    = { maximum_event_age_in_seconds = 59 }                                      # event age under a minute
    image                   = "example/report 1.0"                                                       # image with a space
    names                   = { task_policy = "my policy" }                                              # role policy name with a space
    operating_system_family = "DARWIN"                                                                   # operating system that does not exist
    permissions             = { sns_publish = [{ topic_arn = "arn:aws:sns:us-east-1:867653852961:*" }] } # topic with a wildcard
    secrets                 = { TOKEN = "arn:aws:secretsmanager:us-east-1:867653852961:secret:api-AbCdEf" }
    secrets_kms_key_arns    = ["arn:aws:kms:us-east-1:867653852961:alias/main"] # secrets key that is an alias
  }

  expect_failures = [
    var.failure_retry_policy,
    var.image,
    var.names,
    var.operating_system_family,
    var.permissions,
    var.secrets_kms_key_arns,
  ]
}

run "round_12" {
  command = plan

  variables {
    cpu            = 1000                                                                                                       # cpu that fargate does not offer
    health_check   = { command = ["CMD", "true"], retries = 0 }                                                                 # health check without retries
    names          = { execution_secrets_policy = "execution" }                                                                 # execution policies with one name
    permissions    = { sqs_send = [{ queue_arn = "arn:aws:sqs:us-east-1:*:jobs" }] }                                            # queue with a wildcard
    ulimits        = [{ name = "nofile", soft_limit = 1, hard_limit = 2 }, { name = "nofile", soft_limit = 1, hard_limit = 3 }] # ulimit twice
    writable_paths = ["cache"]                                                                                                  # writable path that is relative
  }

  expect_failures = [
    var.cpu,
    var.health_check,
    var.names,
    var.permissions,
    var.ulimits,
    var.writable_paths,
  ]
}

run "round_13" {
  command = plan

  variables {
    health_check   = { command = ["CMD", "true"], start_period = 301 }                                                               # health check start period too long
    memory         = 1024                                                                                                            # memory too little for its cpu
    names          = { failure_rule = "my rule" }                                                                                    # failure rule name with a space
    permissions    = { appsync_graphql = [{ api_id = "arn:aws:appsync:us-east-1:867653852961:apis/abc", fields = ["Query.list"] }] } # api that is an arn
    ulimits        = [{ name = "core", soft_limit = 1, hard_limit = 2 }]                                                             # ulimit that fargate does not take
    writable_paths = ["/"]                                                                                                           # writable path that is the root
  }

  expect_failures = [
    var.health_check,
    var.memory,
    var.names,
    var.permissions,
    var.ulimits,
    var.writable_paths,
  ]
}

run "round_14" {
  command = plan

  variables {
    memory                   = 2500                                                             # memory between two steps
    permissions              = { appsync_graphql = [{ api_id = "abc", fields = ["Query.*"] }] } # api field with a wildcard
    permissions_boundary_arn = "arn:aws:iam::867653852961:role/bound"                           # permissions boundary that is a role
    stop_timeout             = -1                                                               # stop timeout below zero
    user                     = "app user"                                                       # user with a space
    writable_paths           = ["/var/cache", "/var-cache"]                                     # writable paths with one volume name
  }

  expect_failures = [
    var.memory,
    var.permissions,
    var.permissions_boundary_arn,
    var.stop_timeout,
    var.user,
    var.writable_paths,
  ]
}

run "round_15" {
  command = plan

  variables {
    failure_retry_policy      = { maximum_event_age_in_seconds = 86401 } # event age over a day
    network_mode              = "bridge"                                 # fargate in bridge mode
    operating_system_family   = "WINDOWS_SERVER_2016_FULL"               # windows that fargate does not have
    read_only_root_filesystem = false
    init_process              = false
    permissions               = { sqs_send = [{ queue_arn = "arn:aws:sqs:us-east-1:867653852961:jobs", kms_key_arns = ["arn:aws:kms:us-east-1:867653852961:alias/main"] }] } # grant key that is an alias
    secrets_kms_key_arns      = ["arn:aws:kms:us-east-1:867653852961:key/0d1c2b3a-0000-4000-8000-000000000001"]                                                              # secrets key without secrets
    tags                      = { "aws:cost" = "1" }                                                                                                                         # tag key kept for aws
  }

  expect_failures = [
    var.failure_retry_policy,
    var.network_mode,
    var.operating_system_family,
    var.permissions,
    var.secrets_kms_key_arns,
    var.tags,
  ]
}

run "round_16" {
  command = plan

  variables {
    cpu                       = 8192 # cpu too large for windows on fargate
    memory                    = 16384
    operating_system_family   = "WINDOWS_SERVER_2022_CORE"
    read_only_root_filesystem = false
    init_process              = false
    command                   = ["report", null]     # command with a null
    entry_point               = [null]               # entry point with a null
    permissions               = { s3_read = [null] } # grant that is null
  }

  expect_failures = [
    var.command,
    var.cpu,
    var.entry_point,
    var.permissions,
  ]
}

run "round_17" {
  command = plan

  variables {
    image   = "report:1:2"                                           # image with two tags
    ulimits = [{ name = "nofile", soft_limit = -5, hard_limit = 2 }] # ulimit below minus one
  }

  expect_failures = [
    var.image,
    var.ulimits,
  ]
}
