# What starts the automation: CloudTrail's events of Batch, which sends none itself when a definition is registered, and a
# schedule as a safety net. Both are on the default bus: AWS services put their events there, and only it has schedules.
#
# The targets have no dead-letter queue. A start that failed is of no use later: the next run of the schedule does all that it would
# have done, and the alarm on FailedInvocations says that it failed.

locals {
  # null: a selection says nothing of its definition, so each that is registered may be meant.
  definitions = anytrue([for selection in var.selections : selection.job_definition == null]) ? null : distinct([
    for selection in var.selections : selection.job_definition
  ])

  # A pattern has 2,048 characters. In the longer of the two kinds a definition takes its name twice and less than 110 besides,
  # and everything else takes less than 260.
  definitions_a_rule = local.definitions == null ? 1 : floor(1788 / (2 * max([for name in local.definitions : length(name)]...) + 110))
  definition_groups  = local.definitions == null ? [null] : chunklist(local.definitions, local.definitions_a_rule)

  change_kinds = {
    deregistered = { event = "DeregisterJobDefinition", field = "jobDefinition" }
    registered   = { event = "RegisterJobDefinition", field = "jobDefinitionName" }
  }

  change_rules = !var.on_change ? {} : merge([
    for kind, its in local.change_kinds : {
      for index, group in local.definition_groups : index == 0 ? kind : "${kind}-${index + 1}" => merge(its, {
        kind        = kind
        name        = index == 0 ? local.names["${kind}_rule"] : "${local.names["${kind}_rule"]}-${index + 1}"
        definitions = group
      })
    }
  ]...)

  schedule_rules = var.interval_minutes == null ? {} : {
    schedule = { kind = "schedule", name = local.names.schedule_rule }
  }

  rules = merge(
    { for key, rule in local.change_rules : key => { kind = rule.kind, name = rule.name } },
    local.schedule_rules,
  )

  # A registered definition is a bare name. One that is deregistered has its revision, so the colon keeps `job` apart from `job-2`.
  change_definitions = {
    for key, rule in local.change_rules : key => rule.definitions == null ? [] : concat(
      [for name in rule.definitions : name if rule.kind == "registered"],
      flatten([
        for name in rule.definitions : [{ prefix = "${name}:" }, { prefix = "${local.arn_prefixes.job_definition}/${name}:" }]
        if rule.kind == "deregistered"
      ]),
    )
  }

  # A call that was refused is an event, too, and has an error code.
  change_patterns = {
    for key, rule in local.change_rules : key => jsonencode({
      source        = ["aws.batch"]
      "detail-type" = ["AWS API Call via CloudTrail"]
      detail = merge(
        {
          eventSource = ["batch.amazonaws.com"]
          eventName   = [rule.event]
          errorCode   = [{ exists = false }]
        },
        { for part in ["requestParameters"] : part => { (rule.field) = local.change_definitions[key] } if rule.definitions != null },
      )
    })
  }
}

resource "aws_cloudwatch_event_rule" "change" {
  for_each = local.change_rules

  name          = each.value.name
  description   = "A revision of a job definition was ${each.value.kind}: starts ${local.names.document}"
  event_pattern = local.change_patterns[each.key]
  tags          = local.tags

  lifecycle {
    precondition {
      condition     = length(local.rule_name_errors[each.key]) == 0
      error_message = join("\n", local.rule_name_errors[each.key])
    }
  }
}

resource "aws_cloudwatch_event_target" "change" {
  for_each = local.change_rules

  rule      = aws_cloudwatch_event_rule.change[each.key].name
  target_id = "automation"
  arn       = local.arns.automation
  role_arn  = local.arns.start_role

  # An automation takes a list of texts for each parameter. Written as text, since jsonencode would write < and > as escapes.
  input_transformer {
    input_paths    = { definition = "$.detail.requestParameters.${each.value.field}" }
    input_template = "{\"JobDefinition\":[\"<definition>\"],\"Operation\":[\"${var.operation}\"],\"Trigger\":[\"event\"]}"
  }

  # The ARNs above are built from names; the order is kept here. An event that comes before the permissions would be lost.
  depends_on = [aws_iam_role_policy.start, aws_ssm_document.main]
}

resource "aws_cloudwatch_event_rule" "schedule" {
  for_each = local.schedule_rules

  name                = each.value.name
  description         = "Starts ${local.names.document} for whatever no event has told"
  schedule_expression = "rate(${var.interval_minutes} minutes)"
  tags                = local.tags

  lifecycle {
    precondition {
      condition     = length(local.rule_name_errors[each.key]) == 0
      error_message = join("\n", local.rule_name_errors[each.key])
    }
  }
}

resource "aws_cloudwatch_event_target" "schedule" {
  for_each = local.schedule_rules

  rule      = aws_cloudwatch_event_rule.schedule[each.key].name
  target_id = "automation"
  arn       = local.arns.automation
  role_arn  = local.arns.start_role
  input     = jsonencode({ Operation = [var.operation], Trigger = ["schedule"] })

  depends_on = [aws_iam_role_policy.start, aws_ssm_document.main]
}
