locals {
  # What is not given must not be written: a pattern field that is null or empty is not a pattern.
  rule_patterns = {
    for key, rule in var.rules : key => rule.event_pattern_json != null ? jsonencode(jsondecode(rule.event_pattern_json)) : jsonencode({
      for field, value in {
        account       = try(rule.event_pattern.account, null)
        detail        = try(rule.event_pattern.detail, null)
        "detail-type" = try(rule.event_pattern.detail_type, null)
        region        = try(rule.event_pattern.region, null)
        resources     = try(rule.event_pattern.resources, null)
        source        = try(rule.event_pattern.source, null)
      } : field => value if value != null
    })
  }
}

resource "aws_cloudwatch_event_rule" "main" {
  for_each = var.rules

  name           = local.rule_names[each.key]
  description    = each.value.description
  event_bus_name = local.makes_bus ? aws_cloudwatch_event_bus.main[0].name : var.existing_bus_name
  event_pattern  = local.rule_patterns[each.key]
  state          = each.value.enabled ? "ENABLED" : "DISABLED"
  tags           = local.tags
}
