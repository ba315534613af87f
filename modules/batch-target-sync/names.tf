# Names of the naming standard that come out too long, or that another name is. What AWS allows in a name that is given is in
# variables.tf; the message here says what to give.

locals {
  longest_names = {
    deregistered_rule = 64
    document          = 128
    failing_alarm     = 255
    mismatch_alarm    = 255
    not_run_alarm     = 255
    registered_rule   = 64
    role              = 64
    schedule_rule     = 64
    start_role        = 64
  }

  name_errors = {
    for entry, longest in local.longest_names : entry => compact([
      length(local.names[entry]) <= longest ? "" :
      "names.${entry} would be \"${local.names[entry]}\", ${length(local.names[entry])} characters; AWS allows ${longest}: set names.${entry}",
      !endswith(entry, "_alarm") || length(lookup(local.alarms_by_name, local.names[entry], [])) <= 1 ? "" :
      "names.${entry} is \"${local.names[entry]}\", the name of ${join(" and ", lookup(local.alarms_by_name, local.names[entry], []))}; alarm names are unique in an account and region",
    ])
  }

  document_name_errors = concat(local.name_errors["document"], compact([
    !can(regex(local.patterns.reserved_document, local.names.document)) ? "" :
    "names.document would be \"${local.names.document}\"; AWS keeps names that begin with aws, amazon or amzn for itself: set names.document",
    # The command takes it as --name.
    length(local.base_name) <= 64 ? "" :
    "the sync would be called \"${local.base_name}\", ${length(local.base_name)} characters; 64 are allowed, in its metrics and for its command: give a shorter name",
  ]))

  # IAM takes names that differ only in case for the same name.
  role_name_errors = compact([
    lower(local.names.role) != lower(local.names.start_role) ? "" :
    "names.role and names.start_role are the same name, \"${local.names.role}\"; the one role is Systems Manager's, the other EventBridge's",
  ])

  rule_name_errors = {
    for key, rule in local.rules : key => compact([
      length(rule.name) <= 64 ? "" :
      "the rule ${key} would be called \"${rule.name}\", ${length(rule.name)} characters; AWS allows 64: set names.${rule.kind}_rule",
      length([for other in values(local.rules) : other if other.name == rule.name]) == 1 ? "" :
      "the rules ${join(" and ", [for other, its in local.rules : other if its.name == rule.name])} would both be called \"${rule.name}\"; a rule's name is unique on its bus: set names.${rule.kind}_rule",
    ])
  }

  # Two alarms of one name are one alarm in AWS: the second overwrites the first.
  alarms_by_name = {
    for alarm in concat(
      [for entry in keys(local.longest_names) : { name = local.names[entry], label = "names.${entry}" } if endswith(entry, "_alarm")],
      [for key, name in local.rule_alarm_names : { name = name, label = "the alarm on the rule ${key}" }],
    ) : alarm.name => alarm.label...
  }
}
