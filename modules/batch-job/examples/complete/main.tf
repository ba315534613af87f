# A task that also runs as an array of ten jobs: the job has the task's image, roles and log group, another command, a queue
# of its own, and somebody hears of a failure. A rule of workflow-bus would submit the array.

provider "aws" {
  region = "us-east-1"
}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  image  = "${local.account_id}.dkr.ecr.us-east-1.amazonaws.com/custom-id-cleanup:2.0.1"
  naming = { resource_owner = "data-team", billing_entity = "analytics", billing_domain = "reporting", security_domain = "internal" }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

module "task" {
  source = "../../../ecs-task"

  name             = "custom-id-cleanup"
  image            = local.image
  cpu              = 1024
  memory           = 2048
  cpu_architecture = "ARM64"
  command          = ["cleanup"]
  secrets          = { API_TOKEN = "arn:${local.partition}:ssm:us-east-1:${local.account_id}:parameter/cleanup/token" }
  permissions = {
    s3_read = [{ bucket = "example-reports", prefix = "reports/" }]
  }

  resource_owner        = local.naming.resource_owner
  billing_entity        = local.naming.billing_entity
  billing_domain        = local.naming.billing_domain
  security_domain       = local.naming.security_domain
  aws_region_short_code = "use1"
}

module "job" {
  source = "../.."

  name               = "custom-id-cleanup"
  image              = local.image
  cpu                = 2048
  memory             = 4096
  task_role_arn      = module.task.task_role_arn
  execution_role_arn = module.task.execution_role_arn
  log_group_name     = module.task.log_group_name

  command               = ["cleanup", "--all"]
  environment           = { LOG_LEVEL = "info" }
  secrets               = { API_TOKEN = "arn:${local.partition}:ssm:us-east-1:${local.account_id}:parameter/cleanup/token" }
  cpu_architecture      = "ARM64"
  ephemeral_storage_gib = 50
  user                  = "10001:10001"
  writable_paths        = ["/var/cache/worker"]
  platform_version      = "1.4.0"
  propagate_tags        = true

  retry           = { attempts = 5, exit_codes = [75] } # it resumes where it stopped
  timeout_seconds = 21600

  queue = {
    max_vcpus          = 20 # ten jobs at a time
    subnets            = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    security_group_ids = ["sg-0123456789abcdef0"]
  }

  failure_topic_arns = { alerts = aws_sns_topic.alerts.arn }

  keep_old_revisions = true
  names              = { job_definition = "cleanup-job", job_queue = "cleanup-jobs" }
  tags               = { Service = "cleanup" }

  resource_owner        = local.naming.resource_owner
  billing_entity        = local.naming.billing_entity
  billing_domain        = local.naming.billing_domain
  security_domain       = local.naming.security_domain
  aws_region_short_code = "use1"
}
