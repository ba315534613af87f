# A consumer of version 1. To be tried, this file lies in a root of its own with v1/single or v1/keyed as its folder v1.

provider "aws" {
  region = "us-east-1"
}

module "scheduler" {
  source = "./v1"

  name                = "daily-report"
  cluster_arn         = "arn:aws:ecs:us-east-1:867653852961:cluster/production"
  task_definition_arn = "arn:aws:ecs:us-east-1:867653852961:task-definition/daily-report"
  schedule_expression = "cron(0 6 * * ? *)"
  subnets             = ["subnet-0123456789abcdef0"]
  security_group_id   = "sg-0123456789abcdef0"
}
