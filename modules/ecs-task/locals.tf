# Names, tags and ARNs: the one place where they are made. The ARNs are built, not read from the resources, so that
# every policy can be read in the plan, before anything exists.
locals {
  account_id = data.aws_caller_identity.current.account_id
  dns_suffix = data.aws_partition.current.dns_suffix
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id # `.name` in provider 5, `.region` in 6; `.id` is the same in both

  base_name = "${var.security_domain}-${var.billing_domain}-${var.aws_region_short_code}-${var.name}"

  names = {
    family                   = coalesce(var.names.family, var.name)
    log_group                = coalesce(var.names.log_group, "/ecs/${var.name}")
    execution_role           = coalesce(var.names.execution_role, "${local.base_name}-execution")
    execution_policy         = coalesce(var.names.execution_policy, "execution")
    execution_secrets_policy = coalesce(var.names.execution_secrets_policy, "execution-secrets")
    task_role                = coalesce(var.names.task_role, "${local.base_name}-task")
    task_policy              = coalesce(var.names.task_policy, "task")
    failure_rule             = coalesce(var.names.failure_rule, "${local.base_name}-failed")
  }
  container_name = coalesce(var.container_name, var.name)

  standard_tags = {
    ResourceOwner  = var.resource_owner
    BillingEntity  = var.billing_entity
    BillingDomain  = var.billing_domain
    SecurityDomain = var.security_domain
    Region         = var.aws_region_short_code
  }
  tags = merge(local.standard_tags, var.tags)

  family_arn         = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/${local.names.family}"
  log_group_arn      = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${local.names.log_group}"
  execution_role_arn = "arn:${local.partition}:iam::${local.account_id}:role/${local.names.execution_role}"
  task_role_arn      = "arn:${local.partition}:iam::${local.account_id}:role/${local.names.task_role}"
  failure_rule_arn   = "arn:${local.partition}:events:${local.region}:${local.account_id}:rule/${local.names.failure_rule}"
}
