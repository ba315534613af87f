# Every name, ARN and tag of the module is made here and nowhere else.

locals {
  account_id = data.aws_caller_identity.current.account_id
  dns_suffix = data.aws_partition.current.dns_suffix
  partition  = data.aws_partition.current.partition
  # `id` is the region's name in version 5 and version 6 of the provider; `name` is deprecated in version 6.
  region = data.aws_region.current.id

  base_name = join("-", [var.security_domain, var.billing_domain, var.aws_region_short_code, var.name])

  makes_bus      = var.existing_bus_name == null
  on_default_bus = var.existing_bus_name == "default"

  names = {
    archive                    = coalesce(var.names.archive, local.base_name)
    bus                        = coalesce(var.existing_bus_name, var.bus_name, local.base_name)
    dlq                        = coalesce(var.names.dlq, "${local.base_name}-dlq")
    dlq_messages_visible_alarm = coalesce(var.names.dlq_messages_visible_alarm, "${local.base_name}-dlq-messages-visible")
    dlq_oldest_message_alarm   = coalesce(var.names.dlq_oldest_message_alarm, "${local.base_name}-dlq-oldest-message")
    log_resource_policy        = coalesce(var.names.log_resource_policy, "${local.base_name}-events-to-logs")
  }

  rule_names = { for key, rule in var.rules : key => coalesce(rule.name, key) }

  # The purposes of a rule's roles, each with the ending of its name.
  role_endings = {
    put_events = "put-events"
    run_task   = "run-task"
    submit_job = "submit-job"
  }

  role_names = {
    for key, rule in var.rules : key => {
      for purpose, ending in local.role_endings :
      purpose => rule.role_names[purpose] == null ? "${local.base_name}-${key}-${ending}" : rule.role_names[purpose]
    }
  }

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
    archive = "${local.arn_prefixes.events}:archive/${local.names.archive}"
    bus     = "${local.arn_prefixes.events}:event-bus/${local.names.bus}"
    dlq     = "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${local.names.dlq}"
  }

  arn_prefixes = {
    events          = "arn:${local.partition}:events:${local.region}:${local.account_id}"
    job_definition  = "arn:${local.partition}:batch:${local.region}:${local.account_id}:job-definition"
    log_group       = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group"
    role            = "arn:${local.partition}:iam::${local.account_id}:role"
    task_definition = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition"
  }

  # The ARN of a rule names its bus, except on the default bus.
  rule_arns = {
    for key, name in local.rule_names :
    key => "${local.arn_prefixes.events}:rule/${local.on_default_bus ? "" : "${local.names.bus}/"}${name}"
  }

  role_arns = {
    for key, names in local.role_names : key => { for purpose, name in names : purpose => "${local.arn_prefixes.role}/${name}" }
  }
}
