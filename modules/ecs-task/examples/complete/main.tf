# A task with everything: secrets, permissions on encrypted resources, encrypted logs, and an alarm when it fails, with
# the policies that the owners of the key, the topic and the queue must write.

provider "aws" {
  region = local.region
}

locals {
  region = "us-east-1"

  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  dns_suffix = data.aws_partition.current.dns_suffix
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

module "cleanup" {
  source = "../.."

  name   = "custom-id-cleanup"
  image  = "${local.account_id}.dkr.ecr.${local.region}.${local.dns_suffix}/custom-id-cleanup:2.0.1"
  cpu    = 4096
  memory = 8192

  cpu_architecture      = "ARM64"
  ephemeral_storage_gib = 50
  stop_timeout          = 120

  command           = ["cleanup", "--all"]
  entry_point       = ["/usr/local/bin/worker"]
  working_directory = "/srv"
  user              = "10001:10001"
  container_name    = "worker"
  writable_paths    = ["/var/cache/worker"]
  ulimits           = [{ name = "nofile", soft_limit = 65535, hard_limit = 65535 }]
  health_check      = { command = ["CMD", "/usr/local/bin/worker", "health"], start_period = 30 }

  environment = { LOG_LEVEL = "info" }
  secrets = {
    API_TOKEN = "${aws_secretsmanager_secret.api.arn}:token::"
    API_URL   = "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/cleanup/api-url"
  }
  secrets_kms_key_arns = [aws_kms_key.main.arn]

  permissions = {
    s3_read         = [{ bucket = "example-reports", prefix = "reports/", kms_key_arns = [aws_kms_key.main.arn] }]
    s3_write        = [{ bucket = "example-results", prefix = "cleanup/" }]
    put_events      = [{ event_bus = "workflow-bus", sources = ["example.cleanup"] }]
    ssm_read        = [{ parameter = "/cleanup/settings" }]
    sns_publish     = [{ topic_arn = aws_sns_topic.alerts.arn, kms_key_arns = [aws_kms_key.main.arn] }]
    appsync_graphql = [{ api_id = "abcdefghijklmnopqrstuvwxyz", fields = ["Query.listChannels"] }]
  }

  log_kms_key_arn    = aws_kms_key.main.arn
  log_retention_days = 90
  keep_log_group     = true

  failure_topic_arns        = { alerts = aws_sns_topic.alerts.arn }
  failure_dead_letter_queue = { queue_arn = aws_sqs_queue.undelivered.arn }

  keep_old_revisions = true
  names              = { family = "cleanup-task", log_group = "/ecs/cleanup" }
  tags               = { Service = "cleanup" }

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}
