# One call for each way that policies, patterns and documents come out.

locals {
  naming = {
    resource_owner        = "data-team"
    billing_entity        = "analytics"
    billing_domain        = "reporting"
    security_domain       = "internal"
    aws_region_short_code = "use1"
  }
}

# As little as there can be: one rule, of which each target says what its definition is.
module "least" {
  source = "../../modules/batch-target-sync"

  name             = "least"
  selections       = [{ bus = "orders", rule = "nightly" }]
  target_role_arns = ["arn:aws:iam::867653852961:role/orders-submit-job"]

  resource_owner        = local.naming.resource_owner
  billing_entity        = local.naming.billing_entity
  billing_domain        = local.naming.billing_domain
  security_domain       = local.naming.security_domain
  aws_region_short_code = local.naming.aws_region_short_code
}

# All that can be allowed: both kinds of bus, both kinds of rule, two regions, somebody who is told, a log.
module "most" {
  source = "../../modules/batch-target-sync"

  name = "most"
  selections = [
    { bus = "orders", rule = "nightly", target = "report", job_definition = "job" },
    { bus = "orders", rule = "nightly", target = "bill", job_definition = "bill" },
    { rule = "weekly", job_definition = "job" },
    { bus = "audit", job_definition = "job" },
    { job_definition = "bill", region = "eu-west-1" },
  ]
  target_role_arns = ["arn:aws:iam::867653852961:role/orders-submit-job", "arn:aws:iam::867653852961:role/service/weekly"]

  topic = {
    arn      = "arn:aws:sns:us-east-1:867653852961:alerts"
    key_arns = ["arn:aws:kms:us-east-1:867653852961:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
  }
  event_bus_name   = "operations"
  log_group_name   = "/aws/ssm/automation/executeScript"
  operation        = "check"
  state_path       = "/platform/targets"
  interval_minutes = 1440
  mismatch_minutes = 1440
  sync_after_apply = {}

  resource_owner        = local.naming.resource_owner
  billing_entity        = local.naming.billing_entity
  billing_domain        = local.naming.billing_domain
  security_domain       = local.naming.security_domain
  aws_region_short_code = local.naming.aws_region_short_code
}

# More definitions than a pattern has room for.
module "many" {
  source = "../../modules/batch-target-sync"

  name             = "many"
  selections       = [for n in range(50) : { bus = "orders", job_definition = format("definition-of-a-long-name-%03d", n) }]
  target_role_arns = ["arn:aws:iam::867653852961:role/orders-submit-job"]

  resource_owner        = local.naming.resource_owner
  billing_entity        = local.naming.billing_entity
  billing_domain        = local.naming.billing_domain
  security_domain       = local.naming.security_domain
  aws_region_short_code = local.naming.aws_region_short_code
}

# The longest names that Batch has.
module "longest" {
  source = "../../modules/batch-target-sync"

  name             = "longest"
  selections       = [for n in range(9) : { bus = "orders", job_definition = format("d%0127d", n) }]
  target_role_arns = ["arn:aws:iam::867653852961:role/orders-submit-job"]

  resource_owner        = local.naming.resource_owner
  billing_entity        = local.naming.billing_entity
  billing_domain        = local.naming.billing_domain
  security_domain       = local.naming.security_domain
  aws_region_short_code = local.naming.aws_region_short_code
}

# Only people start it.
module "by_hand" {
  source = "../../modules/batch-target-sync"

  name             = "by-hand"
  selections       = [{ bus = "orders" }]
  target_role_arns = ["arn:aws:iam::867653852961:role/orders-submit-job"]
  on_change        = false
  interval_minutes = null
  enable_alarms    = true

  resource_owner        = local.naming.resource_owner
  billing_entity        = local.naming.billing_entity
  billing_domain        = local.naming.billing_domain
  security_domain       = local.naming.security_domain
  aws_region_short_code = local.naming.aws_region_short_code
}
