# One call for each way that policies come out: with a key that is given and one that is made, on a bus of its own, on the
# account's default bus, and on another that exists.

locals {
  naming = {
    resource_owner        = "data-team"
    billing_entity        = "analytics"
    billing_domain        = "reporting"
    security_domain       = "internal"
    aws_region_short_code = "use1"
  }
  task = {
    cluster_arn        = "arn:aws:ecs:us-east-1:867653852961:cluster/production"
    pass_role_arns     = ["arn:aws:iam::867653852961:role/task", "arn:aws:iam::867653852961:role/execution"]
    subnets            = ["subnet-0123456789abcdef0"]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
  placed = {
    event_pattern = { source = ["example.orders"] }
    targets = {
      newest = { run_task = merge(local.task, { family = "pack" }) }
      pinned = { run_task = merge(local.task, { family = "ship", revision = 7, pass_role_arns = [] }) }
      report = { submit_job = { job_queue_arn = "arn:aws:batch:us-east-1:867653852961:job-queue/reports", job_definition = "report" } }
      pinned-report = {
        submit_job = { job_queue_arn = "arn:aws:batch:us-east-1:867653852961:job-queue/reports", job_definition = "bill", revision = 3 }
      }
      company = { bus = { bus_arn = "arn:aws:events:eu-west-1:111122223333:event-bus/company" } }
    }
  }
  synced = {
    event_pattern = { source = ["example.orders"] }
    targets = {
      accounts = {
        submit_job = { job_queue_arn = "arn:aws:batch:us-east-1:867653852961:job-queue/reports", job_definition = "account", revision = 5, synced = true }
      }
      pinned = {
        submit_job = { job_queue_arn = "arn:aws:batch:us-east-1:867653852961:job-queue/reports", job_definition = "bill", revision = 3, synced = false }
      }
      own = {
        submit_job = { job_queue_arn = "arn:aws:batch:us-east-1:867653852961:job-queue/reports", job_definition = "own", revision = 1, synced = true }
        role       = { arn = "arn:aws:iam::867653852961:role/made-elsewhere" }
      }
    }
  }
  told = {
    name          = "told-of-orders"
    event_pattern = { source = ["example.orders"] }
    targets = {
      alerts = { notify = { topic_arn = "arn:aws:sns:us-east-1:867653852961:alerts" } }
      audit  = { queue = { queue_arn = "arn:aws:sqs:us-east-1:867653852961:audit" } }
      log    = { log = {} }
      shared = { log = { log_group_name = "/aws/events/shared", existing = true } }
      own    = { run_task = merge(local.task, { family = "own" }), role = { arn = "arn:aws:iam::867653852961:role/made-elsewhere" } }
    }
  }
  tagged = {
    event_pattern = { source = ["example.orders"] }
    targets = {
      tags       = { run_task = merge(local.task, { family = "tags", tags = { Workload = "orders" } }) }
      propagated = { run_task = merge(local.task, { family = "propagated", propagate_tags = "TASK_DEFINITION" }) }
      managed    = { run_task = merge(local.task, { family = "managed", enable_ecs_managed_tags = true, cluster_arn = "arn:aws:ecs:us-east-1:867653852961:cluster/other" }) }
      without    = { run_task = merge(local.task, { family = "without", cluster_arn = "arn:aws:ecs:us-east-1:867653852961:cluster/untagged" }) }
    }
  }
}

module "given_key" {
  source = "../../modules/workflow-bus"

  name     = "orders"
  bus_name = "orders"
  key      = { arn = "arn:aws:kms:us-east-1:867653852961:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
  rules    = { placed = local.placed, synced = local.synced, told = local.told, tagged = local.tagged }
  publishers = {
    shop = { principal_arns = ["arn:aws:iam::867653852961:role/shop"], sources = ["example.orders"] }
    partner = {
      principal_arns = ["arn:aws:iam::111122223333:root"]
      sources        = ["example.orders", "example.returns"]
      detail_types   = ["Order Placed"]
    }
  }

  resource_owner        = local.naming.resource_owner
  billing_entity        = local.naming.billing_entity
  billing_domain        = local.naming.billing_domain
  security_domain       = local.naming.security_domain
  aws_region_short_code = local.naming.aws_region_short_code
}

module "made_key" {
  source = "../../modules/workflow-bus"

  name       = "orders"
  bus_name   = "orders"
  create_key = {}
  rules      = { told = local.told }

  resource_owner        = local.naming.resource_owner
  billing_entity        = local.naming.billing_entity
  billing_domain        = local.naming.billing_domain
  security_domain       = local.naming.security_domain
  aws_region_short_code = local.naming.aws_region_short_code
}

module "default_bus" {
  source = "../../modules/workflow-bus"

  name                = "orders"
  existing_bus_name   = "default"
  key                 = { arn = "arn:aws:kms:us-east-1:867653852961:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
  log_resource_policy = false
  rules               = { placed = local.placed, told = local.told }

  resource_owner        = local.naming.resource_owner
  billing_entity        = local.naming.billing_entity
  billing_domain        = local.naming.billing_domain
  security_domain       = local.naming.security_domain
  aws_region_short_code = local.naming.aws_region_short_code
}

module "existing_bus" {
  source = "../../modules/workflow-bus"

  name              = "orders"
  existing_bus_name = "orders"
  rules             = { placed = local.placed }

  resource_owner        = local.naming.resource_owner
  billing_entity        = local.naming.billing_entity
  billing_domain        = local.naming.billing_domain
  security_domain       = local.naming.security_domain
  aws_region_short_code = local.naming.aws_region_short_code
}
