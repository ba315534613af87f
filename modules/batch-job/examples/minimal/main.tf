# The least that makes a job: the container of a task, its size, its roles and its log group, and the naming standard. Who
# submits it names a queue that is made elsewhere.

provider "aws" {
  region = "us-east-1"
}

module "daily_report" {
  source = "../.."

  name               = "daily-report"
  image              = "867653852961.dkr.ecr.us-east-1.amazonaws.com/daily-report:1.4.2"
  cpu                = 1024
  memory             = 3072
  task_role_arn      = "arn:aws:iam::867653852961:role/internal-reporting-use1-daily-report-task"
  execution_role_arn = "arn:aws:iam::867653852961:role/internal-reporting-use1-daily-report-execution"
  log_group_name     = "/ecs/daily-report"

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}
