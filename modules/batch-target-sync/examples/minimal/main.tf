# The required variables and nothing else: every Batch target of one rule.

provider "aws" {
  region = "us-east-2"
}

module "sync" {
  source = "../.."

  name             = "mvp"
  selections       = [{ bus = "mvp-development", rule = "mvp-pipeline-development-rule" }]
  target_role_arns = ["arn:aws:iam::123456789012:role/mvp-pipeline-eventbridge-role"]

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use2"
}
