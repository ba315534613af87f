# The consumers of before.tf on version 2, with the names that version 1 gave, and still with its security_group_id.

provider "aws" {
  region = "us-east-1"
}

module "single" {
  source = "../../modules/ecs-scheduler"

  names = {
    schedule_group = "daily-report-group"
    schedule       = "daily-report"
    role           = "daily-report-scheduler"
    role_policy    = "daily-report-scheduler"
    dlq            = "daily-report-dlq"
  }

  cluster_name            = "production"
  ecs_cluster_arn         = "arn:aws:ecs:us-east-1:867653852961:cluster/production"
  task_name               = "daily-report"
  pass_role_arns          = ["arn:aws:iam::867653852961:role/daily-report-execution"]
  schedule_expression     = "cron(0 6 * * ? *)"
  trusted_compute_subnets = ["subnet-0123456789abcdef0"]
  security_group_id       = "sg-0123456789abcdef0"
  kms_key_arn             = "arn:aws:kms:us-east-1:867653852961:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  resource_owner          = "data-team"
  billing_entity          = "analytics"
  billing_domain          = "reporting"
  security_domain         = "internal"
  aws_region_short_code   = "use1"
}

module "keyed" {
  source = "../../modules/ecs-scheduler"

  names = {
    schedule_group = "clean-up-group"
    schedule       = "clean-up"
    role           = "clean-up-scheduler"
    role_policy    = "clean-up-scheduler"
    dlq            = "clean-up-dlq"
  }

  cluster_name            = "production"
  ecs_cluster_arn         = "arn:aws:ecs:us-east-1:867653852961:cluster/production"
  task_name               = "clean-up"
  pass_role_arns          = ["arn:aws:iam::867653852961:role/clean-up-execution"]
  schedule_expression     = "cron(0 6 * * ? *)"
  additional_schedules    = [{ name = "evening", schedule_expression = "cron(0 18 * * ? *)" }]
  trusted_compute_subnets = ["subnet-0123456789abcdef0"]
  security_group_id       = "sg-0123456789abcdef0"
  kms_key_arn             = "arn:aws:kms:us-east-1:867653852961:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  resource_owner          = "data-team"
  billing_entity          = "analytics"
  billing_domain          = "reporting"
  security_domain         = "internal"
  aws_region_short_code   = "use1"
}
