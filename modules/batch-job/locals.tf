# Names, tags and ARNs: the one place where they are made. The ARNs are built, not read from the resources, so that
# policies and patterns with them can be read in the plan, before anything exists.
locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id # `.name` in provider 5, `.region` in 6; `.id` is the same in both

  base_name = "${var.security_domain}-${var.billing_domain}-${var.aws_region_short_code}-${var.name}"

  names = {
    job_definition = coalesce(var.names.job_definition, var.name)
    job_queue      = coalesce(var.names.job_queue, local.base_name)
    failure_rule   = coalesce(var.names.failure_rule, "${local.base_name}-job-failed") # beside the rule of a task of that name
  }

  standard_tags = {
    ResourceOwner  = var.resource_owner
    BillingEntity  = var.billing_entity
    BillingDomain  = var.billing_domain
    SecurityDomain = var.security_domain
    Region         = var.aws_region_short_code
  }
  tags = merge(local.standard_tags, var.tags)

  job_definition_arn = "arn:${local.partition}:batch:${local.region}:${local.account_id}:job-definition/${local.names.job_definition}"
  job_queue_arn      = "arn:${local.partition}:batch:${local.region}:${local.account_id}:job-queue/${local.names.job_queue}"
}
