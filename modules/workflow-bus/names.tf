# What AWS allows in each name. A name of the naming standard can come out too long; the message then says what shortens it.

locals {
  name_rules = {
    archive                    = { longest = 48, pattern = "^[0-9A-Za-z_.-]+$", allows = "letters, digits and . _ -" }
    dlq                        = { longest = 80, pattern = "^[0-9A-Za-z_-]+$", allows = "letters, digits, - and _" }
    dlq_messages_visible_alarm = { longest = 255, pattern = "^[ -~]+$", allows = "printable ASCII" }
    dlq_oldest_message_alarm   = { longest = 255, pattern = "^[ -~]+$", allows = "printable ASCII" }
    log_resource_policy        = { longest = 255, pattern = "^[ -~]+$", allows = "printable ASCII" }
  }

  name_errors = {
    for entry, rule in local.name_rules : entry => compact([
      length(local.names[entry]) <= rule.longest ? "" :
      "names.${entry} would be \"${local.names[entry]}\", ${length(local.names[entry])} characters; AWS allows ${rule.longest}: set names.${entry} to a shorter name",
      can(regex(rule.pattern, local.names[entry])) ? "" :
      "names.${entry} is \"${local.names[entry]}\"; AWS allows ${rule.allows}",
      !endswith(entry, "_alarm") || length(lookup(local.alarms_by_name, local.names[entry], [])) <= 1 ? "" :
      "names.${entry} is \"${local.names[entry]}\", the name of ${join(" and ", lookup(local.alarms_by_name, local.names[entry], []))}; alarm names are unique in an account and region",
    ])
  }

  bus_name_errors = compact([
    can(regex("^[0-9A-Za-z_.-]{1,256}$", local.names.bus)) ? "" :
    "the bus would be called \"${local.names.bus}\", ${length(local.names.bus)} characters; AWS allows 1 to 256 letters, digits and . _ -: set bus_name",
    local.names.bus != "default" ? "" :
    "the bus would be called \"default\"; every account has that bus already: set existing_bus_name = \"default\"",
  ])

  rule_name_errors = {
    for key, name in local.rule_names : key => compact([
      can(regex("^[0-9A-Za-z_.-]{1,64}$", name)) ? "" :
      "rules.${key} would be called \"${name}\", ${length(name)} characters; AWS allows 1 to 64 letters, digits and . _ -: set rules.${key}.name",
      length([for other in values(local.rule_names) : other if other == name]) == 1 ? "" :
      "rules.${key} is called \"${name}\", as ${join(" and ", [for other, its in local.rule_names : "rules.${other}" if its == name && other != key])} is; a rule's name is unique on its bus",
    ])
  }

  role_name_errors = {
    for id, role in local.roles : id => compact([
      length(role.name) <= 64 ? "" :
      "the role of rules.${role.rule} would be called \"${role.name}\", ${length(role.name)} characters; AWS allows 64: set rules.${role.rule}.role_names.${role.purpose}",
      can(regex("^[\\w+=,.@-]+$", role.name)) ? "" :
      "rules.${role.rule}.role_names.${role.purpose} is \"${role.name}\"; AWS allows letters, digits and _+=,.@-",
      length([for other in values(local.roles) : other if lower(other.name) == lower(role.name)]) == 1 ? "" :
      "rules.${role.rule}.role_names.${role.purpose} is \"${role.name}\", the name of another role of these rules; a role is trusted for one rule, and its name is unique in the account whatever the case",
    ])
  }

  rule_alarm_name_errors = {
    for id, alarm in local.rule_alarms : id => compact([
      can(regex("^[ -~]{1,255}$", alarm.name)) ? "" :
      "the alarm on ${alarm.metric} of rules.${alarm.rule} would be called \"${alarm.name}\", ${length(alarm.name)} characters; AWS allows 1 to 255 of printable ASCII: give rules.${alarm.rule} a shorter key",
      length(local.alarms_by_name[alarm.name]) == 1 ? "" :
      "the alarm on ${alarm.metric} of rules.${alarm.rule} would be called \"${alarm.name}\", the name of ${join(" and ", local.alarms_by_name[alarm.name])}; alarm names are unique in an account and region",
    ])
  }

  # Two alarms of one name are one alarm in AWS: the second overwrites the first.
  alarms_by_name = merge(
    { for alarm in values(local.rule_alarms) : alarm.name => "${alarm.metric} of rules.${alarm.rule}"... },
    {
      for name in distinct([local.names.dlq_messages_visible_alarm, local.names.dlq_oldest_message_alarm]) : name => concat(
        local.names.dlq_messages_visible_alarm == name ? ["names.dlq_messages_visible_alarm"] : [],
        local.names.dlq_oldest_message_alarm == name ? ["names.dlq_oldest_message_alarm"] : [],
        [for alarm in values(local.rule_alarms) : "${alarm.metric} of rules.${alarm.rule}" if alarm.name == name],
      )
    },
  )
}
