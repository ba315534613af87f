# What the variables refuse. A run takes about as long for one wrong variable as for ten, so each has several: every one of
# them breaks exactly one rule, and every one is expected to fail. Take a rule away and its run goes red. The words of the
# refusals, and more wrong values, are in tests/modules/batch-job/refusals.yaml of this repository.

mock_provider "aws" {
  source = "./tests/mocks"
}
variables {
  name               = "cleanup"
  image              = "example/cleanup:1.0"
  cpu                = 4096
  memory             = 8192
  task_role_arn      = "arn:aws:iam::867653852961:role/cleanup-task"
  execution_role_arn = "arn:aws:iam::867653852961:role/cleanup-execution"
  log_group_name     = "/ecs/cleanup"

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}

run "round_01" {
  command = plan

  variables {
    failure_topic_arns     = { for number in range(6) : "t${number}" => "arn:aws:sns:us-east-1:867653852961:alerts" } # six
    name                   = "clean.up"                                                                               # a dot
    image                  = "example/cleanup 1.0"                                                                    # a space
    task_role_arn          = "cleanup-task"                                                                           # a name
    execution_role_arn     = "cleanup-execution"                                                                      # a name
    log_group_name         = "/ecs/clean up"                                                                          # a space
    resource_owner         = ""                                                                                       # empty
    billing_entity         = ""                                                                                       # empty
    billing_domain         = "re porting"                                                                             # a space
    security_domain        = "in.ternal"                                                                              # a dot
    aws_region_short_code  = "USE1"                                                                                   # capitals
    command                = [null]                                                                                   # null
    cpu_architecture       = "arm64"                                                                                  # small letters
    environment            = { "A=B" = "1" }                                                                          # an equals sign
    ephemeral_storage_gib  = 20                                                                                       # what Fargate gives anyway
    names                  = { job_definition = "-a" }                                                                # begins with a hyphen
    platform_version       = "1.4"                                                                                    # two numbers
    repository_credentials = { secret_arn = "registry" }                                                              # a name
    retry                  = { attempts = 11 }                                                                        # more than ten
    timeout_seconds        = 59                                                                                       # less than a minute
    user                   = "two words"                                                                              # a space
    writable_paths         = ["/"]                                                                                    # the root

    queue = { max_vcpus = 0.5, subnets = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] } # a half
  }

  expect_failures = [
    var.failure_topic_arns,
    var.name,
    var.image,
    var.task_role_arn,
    var.execution_role_arn,
    var.log_group_name,
    var.resource_owner,
    var.billing_entity,
    var.billing_domain,
    var.security_domain,
    var.aws_region_short_code,
    var.command,
    var.cpu_architecture,
    var.environment,
    var.ephemeral_storage_gib,
    var.names,
    var.platform_version,
    var.queue,
    var.repository_credentials,
    var.retry,
    var.timeout_seconds,
    var.user,
    var.writable_paths,
  ]
}

run "round_02" {
  command = plan

  variables {
    names              = { failure_rule = "a rule" }                             # a space
    failure_topic_arns = { "a b" = "arn:aws:sns:us-east-1:867653852961:alerts" } # a space
    environment        = { LEVEL = "" }                                          # empty, which Batch drops
    retry              = { exit_codes = [256] }                                  # more than a byte
    tags               = { region = "use1" }                                     # differs in case only
    writable_paths     = ["/var/cache", "/var-cache"]                            # one volume name

    queue = { max_vcpus = 40, subnets = [], security_group_ids = ["sg-0123456789abcdef0"] } # no subnet
  }

  expect_failures = [
    var.names,
    var.failure_topic_arns,
    var.environment,
    var.queue,
    var.retry,
    var.tags,
    var.writable_paths,
  ]
}

run "round_03" {
  command = plan

  variables {
    failure_topic_arns = { alerts = "arn:aws:sns:us-east-1:867653852961:alerts.fifo" } # FIFO
    memory             = 7168                                                          # too little for four vCPUs
    environment        = { AWS_BATCH_JOB_ARRAY_INDEX = "0" }                           # Batch's own
    tags               = { for number in range(46) : "Tag${number}" => "x" }           # more than 50 with the standard's

    queue = { max_vcpus = 40, subnets = ["subnet-0123456789abcdef0"], security_group_ids = ["default"] } # a name
  }

  expect_failures = [
    var.failure_topic_arns,
    var.environment,
    var.memory,
    var.queue,
    var.tags,
  ]
}

run "round_04" {
  command = plan

  variables {
    tags        = { Note = "a;b" } # a semicolon
    environment = { TOKEN = "x" }
    secrets     = { TOKEN = "arn:aws:ssm:us-east-1:867653852961:parameter/token" } # there is one in the environment

    queue = { max_vcpus = 3, subnets = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] } # less than one job
  }

  expect_failures = [
    var.queue,
    var.secrets,
    var.tags,
  ]
}

run "round_05" {
  command = plan

  variables {
    secrets = { TOKEN = "token" } # no ARN
  }

  expect_failures = [var.secrets]
}

run "round_06" {
  command = plan

  variables {
    cpu     = 4000                                                             # not a size of Fargate
    secrets = { "A B" = "arn:aws:ssm:us-east-1:867653852961:parameter/token" } # a space
  }

  expect_failures = [
    var.cpu,
    var.secrets,
  ]
}

run "role_of_another_account" {
  command = plan

  variables {
    task_role_arn = "arn:aws:iam::123456789012:role/cleanup-task"
  }

  expect_failures = [aws_batch_job_definition.job]
}

run "too_long_a_definition" {
  command = plan

  variables {
    environment = { for number in range(1000) : "LONG_NAME_${number}" => "1" }
  }

  expect_failures = [aws_batch_job_definition.job]
}

run "too_long_a_name_of_a_queue" {
  command = plan

  variables {
    name  = join("", [for number in range(110) : "x"])
    queue = { max_vcpus = 4, subnets = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
  }

  expect_failures = [aws_batch_job_queue.job]
}

run "too_long_a_name_of_a_rule" {
  command = plan

  variables {
    name               = join("", [for number in range(50) : "x"])
    failure_topic_arns = { alerts = "arn:aws:sns:us-east-1:867653852961:alerts" }
  }

  expect_failures = [aws_cloudwatch_event_rule.failure]
}

run "topic_of_another_region" {
  command = plan

  variables {
    failure_topic_arns = { alerts = "arn:aws:sns:eu-west-1:867653852961:alerts" }
  }

  expect_failures = [aws_cloudwatch_event_target.failure["alerts"]]
}
