# The required variables and the roles of the task definition, nothing else: one task on Fargate, every day at 06:00 UTC.

provider "aws" {
  region = "us-east-1"
}

module "daily_report" {
  source = "../.."

  cluster_name        = "production"
  ecs_cluster_arn     = "arn:aws:ecs:us-east-1:123456789012:cluster/production"
  task_name           = "daily-report"
  schedule_expression = "cron(0 6 * * ? *)"

  trusted_compute_subnets = ["subnet-0123456789abcdef0"]
  security_group_ids      = ["sg-0123456789abcdef0"]
  kms_key_arn             = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

  # Without this the roles are looked up in the task definition, which must then exist.
  pass_role_arns = [
    "arn:aws:iam::123456789012:role/daily-report-execution",
    "arn:aws:iam::123456789012:role/daily-report-task",
  ]

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}
