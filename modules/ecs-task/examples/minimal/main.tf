# The least that makes a task: its image, its size, and the naming standard.

provider "aws" {
  region = "us-east-1"
}

module "daily_report" {
  source = "../.."

  name   = "daily-report"
  image  = "123456789012.dkr.ecr.us-east-1.amazonaws.com/daily-report:1.4.2"
  cpu    = 1024
  memory = 3072

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}
