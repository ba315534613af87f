# What comes out of the module, and that what AWS takes is not refused.

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

run "a_definition_alone_with_its_defaults" {
  command = plan

  assert {
    condition = jsondecode(aws_batch_job_definition.job.container_properties) == {
      image            = "example/cleanup:1.0"
      jobRoleArn       = "arn:aws:iam::867653852961:role/cleanup-task"
      executionRoleArn = "arn:aws:iam::867653852961:role/cleanup-execution"
      resourceRequirements = [
        { type = "VCPU", value = "4" },
        { type = "MEMORY", value = "8192" },
      ]
      readonlyRootFilesystem       = true
      privileged                   = false
      environment                  = []
      secrets                      = []
      volumes                      = [{ name = "tmp" }]
      mountPoints                  = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
      linuxParameters              = { initProcessEnabled = true }
      networkConfiguration         = { assignPublicIp = "DISABLED" }
      runtimePlatform              = { cpuArchitecture = "X86_64", operatingSystemFamily = "LINUX" }
      fargatePlatformConfiguration = { platformVersion = "LATEST" }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/ecs/cleanup"
          awslogs-region        = "us-east-1"
          awslogs-stream-prefix = "cleanup"
        }
      }
    }
    error_message = "The container is ${aws_batch_job_definition.job.container_properties}"
  }

  assert {
    condition = (
      aws_batch_job_definition.job.name == "cleanup"
      && aws_batch_job_definition.job.type == "container"
      && aws_batch_job_definition.job.platform_capabilities == toset(["FARGATE"])
      && aws_batch_job_definition.job.propagate_tags
      && aws_batch_job_definition.job.deregister_on_new_revision
      && one(aws_batch_job_definition.job.retry_strategy).attempts == 1
      && length(one(aws_batch_job_definition.job.retry_strategy).evaluate_on_exit) == 0
      && length(aws_batch_job_definition.job.timeout) == 0
    )
    error_message = "A job is a container on Fargate that is tried once and has no timeout unless it says otherwise"
  }

  assert {
    condition     = length(aws_batch_job_queue.job) == 0 && length(aws_batch_compute_environment.fargate) == 0 && output.job_queue_arn == null
    error_message = "Without queue there is none"
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.failure) == 0 && length(aws_cloudwatch_event_target.failure) == 0 && output.failure_rule_arn == null
    error_message = "Without topics there is nobody to tell, and no rule"
  }

  assert {
    condition     = output.job_definition_name == "cleanup"
    error_message = "The name of the job definition is ${output.job_definition_name}"
  }
}

run "everything" {
  command = plan

  variables {
    assign_public_ip       = true
    command                = ["cmscustomidcleanup", "--overwrite"]
    cpu                    = 256
    memory                 = 512
    cpu_architecture       = "ARM64"
    environment            = { LOG_LEVEL = "info" }
    ephemeral_storage_gib  = 200
    init_process           = false
    keep_old_revisions     = true
    names                  = { job_definition = "cleanup-job", job_queue = "cleanup-jobs" }
    platform_version       = "1.4.0"
    propagate_tags         = false
    queue                  = { max_vcpus = 40, subnets = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
    repository_credentials = { secret_arn = "arn:aws:secretsmanager:us-east-1:867653852961:secret:registry-AbCdEf" }
    retry                  = { attempts = 5, exit_codes = [75, 3] }
    secrets                = { TOKEN = "arn:aws:ssm:us-east-1:867653852961:parameter/cleanup/token" }
    tags                   = { Service = "cleanup" }
    timeout_seconds        = 60
    user                   = "10001:10001"
    writable_paths         = ["/var/cache/worker"]
  }

  assert {
    condition = jsondecode(aws_batch_job_definition.job.container_properties) == {
      image                 = "example/cleanup:1.0"
      command               = ["cmscustomidcleanup", "--overwrite"]
      user                  = "10001:10001"
      jobRoleArn            = "arn:aws:iam::867653852961:role/cleanup-task"
      executionRoleArn      = "arn:aws:iam::867653852961:role/cleanup-execution"
      ephemeralStorage      = { sizeInGiB = 200 }
      repositoryCredentials = { credentialsParameter = "arn:aws:secretsmanager:us-east-1:867653852961:secret:registry-AbCdEf" }
      resourceRequirements = [
        { type = "VCPU", value = "0.25" },
        { type = "MEMORY", value = "512" },
      ]
      readonlyRootFilesystem = true
      privileged             = false
      environment            = [{ name = "LOG_LEVEL", value = "info" }]
      secrets                = [{ name = "TOKEN", valueFrom = "arn:aws:ssm:us-east-1:867653852961:parameter/cleanup/token" }]
      volumes                = [{ name = "tmp" }, { name = "var-cache-worker" }]
      mountPoints = [
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
        { sourceVolume = "var-cache-worker", containerPath = "/var/cache/worker", readOnly = false },
      ]
      linuxParameters              = { initProcessEnabled = false }
      networkConfiguration         = { assignPublicIp = "ENABLED" }
      runtimePlatform              = { cpuArchitecture = "ARM64", operatingSystemFamily = "LINUX" }
      fargatePlatformConfiguration = { platformVersion = "1.4.0" }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/ecs/cleanup"
          awslogs-region        = "us-east-1"
          awslogs-stream-prefix = "cleanup-job"
        }
      }
    }
    error_message = "The container is ${aws_batch_job_definition.job.container_properties}"
  }

  # In this order: the first condition that matches decides.
  assert {
    condition = jsonencode([
      for each in one(aws_batch_job_definition.job.retry_strategy).evaluate_on_exit : [each.on_exit_code, each.on_reason, upper(each.action)]
    ]) == jsonencode([["75", null, "RETRY"], ["3", null, "RETRY"], [null, "*", "EXIT"]])
    error_message = "Conditions are ${jsonencode(one(aws_batch_job_definition.job.retry_strategy).evaluate_on_exit)}"
  }

  assert {
    condition = (
      one(aws_batch_job_definition.job.retry_strategy).attempts == 5
      && one(aws_batch_job_definition.job.timeout).attempt_duration_seconds == 60
      && !(aws_batch_job_definition.job.propagate_tags || aws_batch_job_definition.job.deregister_on_new_revision)
    )
    error_message = "attempts, timeout and tags are as given"
  }

  assert {
    condition = (
      one(aws_batch_compute_environment.fargate[0].compute_resources).type == "FARGATE"
      && one(aws_batch_compute_environment.fargate[0].compute_resources).max_vcpus == 40
      && aws_batch_compute_environment.fargate[0].type == "MANAGED"
      && aws_batch_compute_environment.fargate[0].state == "ENABLED"
      && aws_batch_compute_environment.fargate[0].tags == tomap({
        Name           = "internal-reporting-use1-cleanup", ResourceOwner = "data-team", BillingEntity = "analytics", BillingDomain = "reporting"
        SecurityDomain = "internal", Region = "use1", Service = "cleanup"
      })
      && aws_batch_job_queue.job[0].name == "cleanup-jobs"
      && aws_batch_job_queue.job[0].state == "ENABLED"
      && output.job_queue_arn == "arn:aws:batch:us-east-1:867653852961:job-queue/cleanup-jobs"
    )
    error_message = "The queue has a compute environment on Fargate, and an ARN that is known at plan"
  }
}

run "whatever_failed_is_tried_again_and_the_file_system_is_writable" {
  command = plan

  variables {
    retry                     = { attempts = 10, exit_codes = [] }
    read_only_root_filesystem = false
    queue                     = { max_vcpus = 4, subnets = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-01234567"] }
  }

  assert {
    condition     = length(one(aws_batch_job_definition.job.retry_strategy).evaluate_on_exit) == 0
    error_message = "Without exit codes Batch tries everything again"
  }

  assert {
    condition     = jsondecode(aws_batch_job_definition.job.container_properties).volumes == []
    error_message = "A writable root file system needs no volumes"
  }

  assert {
    condition     = aws_batch_job_queue.job[0].name == "internal-reporting-use1-cleanup"
    error_message = "The queue's name is the naming standard's"
  }
}

run "failures_are_told" {
  command = plan

  variables {
    failure_topic_arns = { alerts = "arn:aws:sns:us-east-1:867653852961:alerts" }
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.failure[0].event_pattern) == {
      source      = ["aws.batch"]
      detail-type = ["Batch Job State Change"]
      detail = {
        status        = ["FAILED"]
        jobDefinition = [{ prefix = "arn:aws:batch:us-east-1:867653852961:job-definition/cleanup:" }]
      }
    }
    error_message = "The pattern is ${aws_cloudwatch_event_rule.failure[0].event_pattern}"
  }

  assert {
    condition = (
      aws_cloudwatch_event_rule.failure[0].name == "internal-reporting-use1-cleanup-job-failed"
      && aws_cloudwatch_event_target.failure["alerts"].arn == "arn:aws:sns:us-east-1:867653852961:alerts"
      && output.failure_rule_arn == "arn:aws:events:us-east-1:867653852961:rule/internal-reporting-use1-cleanup-job-failed"
    )
    error_message = "The rule has the naming standard's name and tells the topic"
  }

  assert {
    condition = (
      one(data.aws_iam_policy_document.failure_topic["alerts"].statement).actions == toset(["sns:Publish"])
      && one(one(data.aws_iam_policy_document.failure_topic["alerts"].statement).principals).identifiers == toset(["events.amazonaws.com"])
      && one(one(data.aws_iam_policy_document.failure_topic["alerts"].statement).condition).test == "ArnEquals"
      && one(one(data.aws_iam_policy_document.failure_topic["alerts"].statement).condition).variable == "aws:SourceArn"
      && tolist(one(one(data.aws_iam_policy_document.failure_topic["alerts"].statement).condition).values) == tolist([
        "arn:aws:events:us-east-1:867653852961:rule/internal-reporting-use1-cleanup-job-failed"
      ])
    )
    error_message = "The topic lets this one rule publish"
  }
}
