# Two consumers of version 1: one of its first releases, one of its later ones.

provider "aws" {
  region = "us-east-1"
}

module "single" {
  source = "./v1/single"

  name                = "daily-report"
  cluster_arn         = "arn:aws:ecs:us-east-1:867653852961:cluster/production"
  task_definition_arn = "arn:aws:ecs:us-east-1:867653852961:task-definition/daily-report"
  schedule_expression = "cron(0 6 * * ? *)"
  subnets             = ["subnet-0123456789abcdef0"]
  security_group_id   = "sg-0123456789abcdef0"
}

module "keyed" {
  source = "./v1/keyed"

  name                = "clean-up"
  cluster_arn         = "arn:aws:ecs:us-east-1:867653852961:cluster/production"
  task_definition_arn = "arn:aws:ecs:us-east-1:867653852961:task-definition/clean-up"
  schedule_expression = "cron(0 6 * * ? *)"
  subnets             = ["subnet-0123456789abcdef0"]
  security_group_id   = "sg-0123456789abcdef0"
}
