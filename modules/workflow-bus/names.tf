# Names of the naming standard that come out too long, or that another name is. What AWS allows in a name that is given is in
# variables.tf; the message here says what to give.

locals {
  longest_names = {
    archive                    = 48
    bus                        = 256
    dlq                        = 80
    dlq_messages_visible_alarm = 255
    dlq_oldest_message_alarm   = 255
    log_resource_policy        = 255
  }

  name_errors = {
    for entry, longest in local.longest_names : entry => compact([
      length(local.names[entry]) <= longest ? "" :
      "${entry == "bus" ? "the bus" : "names.${entry}"} would be \"${local.names[entry]}\", ${length(local.names[entry])} characters; AWS allows ${longest}: set ${entry == "bus" ? "bus_name" : "names.${entry}"}",
      !endswith(entry, "_alarm") || length(lookup(local.alarms_by_name, local.names[entry], [])) <= 1 ? "" :
      "names.${entry} is \"${local.names[entry]}\", the name of ${join(" and ", lookup(local.alarms_by_name, local.names[entry], []))}; alarm names are unique in an account and region",
    ])
  }

  role_name_errors = {
    for id, role in local.roles : id => compact([
      length(role.name) <= 64 ? "" :
      "the role of rules.${role.rule} would be called \"${role.name}\", ${length(role.name)} characters; AWS allows 64: set rules.${role.rule}.role_names.${role.purpose}",
      # IAM takes names that differ only in case for the same name.
      length([for other in values(local.roles) : other if lower(other.name) == lower(role.name)]) == 1 ? "" :
      "the role of rules.${role.rule} would be called \"${role.name}\", as the role of ${join(" and ", distinct([for other in values(local.roles) : "rules.${other.rule}" if lower(other.name) == lower(role.name) && other != role]))} is; a role is trusted for one rule: set rules.${role.rule}.role_names.${role.purpose}",
    ])
  }

  rule_alarm_name_errors = {
    for id, alarm in local.rule_alarms : id => compact([
      length(alarm.name) <= 255 ? "" :
      "the alarm on ${alarm.metric} of rules.${alarm.rule} would be called \"${alarm.name}\", ${length(alarm.name)} characters; AWS allows 255: give the workflow a shorter name, or rules.${alarm.rule} a shorter key",
      length(local.alarms_by_name[alarm.name]) == 1 ? "" :
      "the alarm on ${alarm.metric} of rules.${alarm.rule} would be called \"${alarm.name}\", the name of ${join(" and ", local.alarms_by_name[alarm.name])}; alarm names are unique in an account and region",
    ])
  }

  # Two alarms of one name are one alarm in AWS: the second overwrites the first.
  alarms_by_name = {
    for alarm in concat(
      [for entry in ["dlq_messages_visible_alarm", "dlq_oldest_message_alarm"] : { name = local.names[entry], label = "names.${entry}" }],
      [for alarm in values(local.rule_alarms) : { name = alarm.name, label = "${alarm.metric} of rules.${alarm.rule}" }],
    ) : alarm.name => alarm.label...
  }
}
