# Every name, ARN and tag of the module is made here and nowhere else.

locals {
  account_id = data.aws_caller_identity.current.account_id
  dns_suffix = data.aws_partition.current.dns_suffix
  partition  = data.aws_partition.current.partition
  # `id` is the region's name in version 5 and version 6 of the provider; `name` is deprecated in version 6.
  region = data.aws_region.current.id

  base_name = join("-", [var.security_domain, var.billing_domain, var.aws_region_short_code, var.name])

  names = {
    deregistered_rule = coalesce(var.names.deregistered_rule, "${local.base_name}-deregistered")
    document          = coalesce(var.names.document, local.base_name)
    failing_alarm     = coalesce(var.names.failing_alarm, "${local.base_name}-failing")
    mismatch_alarm    = coalesce(var.names.mismatch_alarm, "${local.base_name}-mismatch")
    not_run_alarm     = coalesce(var.names.not_run_alarm, "${local.base_name}-not-run")
    registered_rule   = coalesce(var.names.registered_rule, "${local.base_name}-registered")
    role              = coalesce(var.names.role, "${local.base_name}-sync")
    schedule_rule     = coalesce(var.names.schedule_rule, "${local.base_name}-schedule")
    start_role        = coalesce(var.names.start_role, "${local.base_name}-start")
  }

  state_path = coalesce(var.state_path, "/batch-target-sync/${local.base_name}")

  # What the code calls its metrics and its events.
  metric_namespace  = "BatchTargetSync"
  metric_dimensions = { Sync = local.base_name }
  event_source      = "dn.eventbridge.targetsync"
  event_types       = ["Batch Target Changed", "Batch Target Sync Failed"]

  tags = merge(
    {
      BillingDomain  = var.billing_domain
      BillingEntity  = var.billing_entity
      Region         = var.aws_region_short_code
      ResourceOwner  = var.resource_owner
      SecurityDomain = var.security_domain
    },
    var.tags,
  )

  # Built from names instead of read from resources, so that a plan shows every policy and every target in full
  # before anything exists.
  arns = {
    automation = "${local.arn_prefixes.ssm}:automation-definition/${local.names.document}:$DEFAULT"
    document   = "${local.arn_prefixes.ssm}:document/${local.names.document}"
    executions = "${local.arn_prefixes.ssm}:automation-execution/*"
    role       = "arn:${local.partition}:iam::${local.account_id}:role/${local.names.role}"
    start_role = "arn:${local.partition}:iam::${local.account_id}:role/${local.names.start_role}"
    state      = "${local.arn_prefixes.ssm}:parameter${local.state_path}"
  }

  arn_prefixes = {
    events         = "arn:${local.partition}:events:${local.region}:${local.account_id}"
    job_definition = "arn:${local.partition}:batch:${local.region}:${local.account_id}:job-definition"
    ssm            = "arn:${local.partition}:ssm:${local.region}:${local.account_id}"
  }

  rule_arns = { for key, rule in local.rules : key => "${local.arn_prefixes.events}:rule/${rule.name}" }
}
