# Every name, ARN and tag of the module is made here and nowhere else.

locals {
  account_id = data.aws_caller_identity.current.account_id
  dns_suffix = data.aws_partition.current.dns_suffix
  partition  = data.aws_partition.current.partition
  # `id` is the region's name in version 5 and version 6 of the provider; `name` is deprecated in version 6.
  region = data.aws_region.current.id

  base_name = join("-", [var.security_domain, var.billing_domain, var.aws_region_short_code, var.task_name])

  names = {
    dlq                        = coalesce(var.names.dlq, "${local.base_name}-dlq")
    dlq_messages_visible_alarm = coalesce(var.names.dlq_messages_visible_alarm, "${local.base_name}-dlq-messages-visible")
    dlq_oldest_message_alarm   = coalesce(var.names.dlq_oldest_message_alarm, "${local.base_name}-dlq-oldest-message")
    role                       = coalesce(var.names.role, "${local.base_name}-scheduler")
    role_policy                = coalesce(var.names.role_policy, "${local.base_name}-scheduler")
    schedule                   = coalesce(var.names.schedule, local.base_name)
    schedule_group             = coalesce(var.names.schedule_group, local.base_name)
  }

  scheduler_alarm_names = {
    for metric, alarm in var.scheduler_alarms : metric => coalesce(alarm.alarm_name, "${local.base_name}-${metric}")
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
    dlq             = "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${local.names.dlq}"
    role            = "arn:${local.partition}:iam::${local.account_id}:role/${local.names.role}"
    schedule_group  = "arn:${local.partition}:scheduler:${local.region}:${local.account_id}:schedule-group/${local.names.schedule_group}"
    schedule_prefix = "arn:${local.partition}:scheduler:${local.region}:${local.account_id}:schedule/${local.names.schedule_group}"
    task_definition = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/${var.task_name}"
    tasks           = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/${var.cluster_name}/*"
  }

  # What AWS allows in each name. A name of the naming standard can come out too long; the message then says which
  # entry of `names` shortens it.
  name_rules = {
    dlq                        = { longest = 80, pattern = "^[0-9A-Za-z_-]+$", allows = "letters, digits, - and _" }
    dlq_messages_visible_alarm = { longest = 255, pattern = "^[ -~]+$", allows = "printable ASCII" }
    dlq_oldest_message_alarm   = { longest = 255, pattern = "^[ -~]+$", allows = "printable ASCII" }
    role                       = { longest = 64, pattern = "^[\\w+=,.@-]+$", allows = "letters, digits and _+=,.@-" }
    role_policy                = { longest = 128, pattern = "^[\\w+=,.@-]+$", allows = "letters, digits and _+=,.@-" }
    schedule                   = { longest = 64, pattern = "^[0-9A-Za-z_.-]+$", allows = "letters, digits, -, _ and ." }
    schedule_group             = { longest = 64, pattern = "^[0-9A-Za-z_.-]+$", allows = "letters, digits, -, _ and ." }
  }

  name_errors = {
    for entry, rule in local.name_rules : entry => compact([
      length(local.names[entry]) <= rule.longest ? "" :
      "names.${entry} would be \"${local.names[entry]}\", ${length(local.names[entry])} characters; AWS allows ${rule.longest}: set names.${entry} to a shorter name",
      can(regex(rule.pattern, local.names[entry])) ? "" :
      "names.${entry} is \"${local.names[entry]}\"; AWS allows ${rule.allows}",
      entry != "schedule_group" || local.names[entry] != "default" ? "" :
      "names.schedule_group is \"default\"; every account has that group already, and AWS does not let it be made or removed",
      length(lookup(local.alarm_entries_by_name, local.names[entry], [])) <= 1 || !endswith(entry, "_alarm") ? "" :
      "names.${entry} is \"${local.names[entry]}\", the name of ${join(" and ", lookup(local.alarm_entries_by_name, local.names[entry], []))}; alarm names are unique in an account and region",
    ])
  }

  scheduler_alarm_name_errors = {
    for metric, name in local.scheduler_alarm_names : metric => compact([
      can(regex("^[ -~]{1,255}$", name)) ? "" :
      "the alarm on ${metric} would be called \"${name}\", ${length(name)} characters; AWS allows 1 to 255 of printable ASCII: set scheduler_alarms.${metric}.alarm_name",
      length(local.alarm_entries_by_name[name]) <= 1 ? "" :
      "scheduler_alarms.${metric}.alarm_name is \"${name}\", the name of ${join(" and ", local.alarm_entries_by_name[name])}; alarm names are unique in an account and region",
    ])
  }

  # Two alarms of one name are one alarm in AWS: the second overwrites the first.
  alarm_entries_by_name = {
    for name in distinct(concat(
      [local.names.dlq_messages_visible_alarm, local.names.dlq_oldest_message_alarm],
      values(local.scheduler_alarm_names),
    )) :
    name => concat(
      local.names.dlq_messages_visible_alarm == name ? ["names.dlq_messages_visible_alarm"] : [],
      local.names.dlq_oldest_message_alarm == name ? ["names.dlq_oldest_message_alarm"] : [],
      [for metric, own in local.scheduler_alarm_names : "scheduler_alarms.${metric}.alarm_name" if own == name],
    )
  }
}
