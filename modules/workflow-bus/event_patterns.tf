# What the operators of an event pattern take, as "Comparison operators for use in event patterns" (the EventBridge user guide)
# and AWS's own matcher, Event Ruler, have it. refusals/event_pattern.tftpl holds each pattern against this.
#
# `argument` is matched against the JSON text of what an operator is given, because Terraform's own values do not tell 5 from
# "5". In that text jsonencode writes < and > as \u003c and \u003e.

locals {
  json_string = "\"(?:[^\"\\\\]|\\\\.)*\""
  json_number = "-?[0-9][0-9.eE+-]*"
  # A prefix or suffix that must not match is never empty: nothing would be left.
  json_text = "\"(?:[^\"\\\\]|\\\\.)+\""
  # No two * in a row, and \ only before * or \, each of which JSON writes as \\.
  json_wildcard = "\"\\*?(?:(?:[^*\"\\\\]|\\\\[^\\\\]|\\\\\\\\(?:\\*|\\\\\\\\))\\*?)*\""

  # One, or a list of at least one.
  json_one_or_more = {
    for name, one in {
      string = local.json_string, number = local.json_number, text = local.json_text, wildcard = local.json_wildcard
    } : name => "${one}|\\[${one}(?:,${one})*\\]"
  }

  event_pattern_operators = {
    "anything-but" = {
      argument = join("|", [
        local.json_one_or_more.string,
        local.json_one_or_more.number,
        "\\{\"(?:prefix|suffix)\":(?:${local.json_one_or_more.text})\\}",
        "\\{\"equals-ignore-case\":(?:${local.json_one_or_more.string})\\}",
        "\\{\"wildcard\":(?:${local.json_one_or_more.wildcard})\\}",
      ])
      takes = "a string, a number, a list of strings or of numbers, or one of prefix, suffix, equals-ignore-case and wildcard with a string or a list of strings"
    }
    cidr = {
      argument = "\"(?:[0-9.]+/(?:[0-9]|[12][0-9]|3[01])|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*/(?:[0-9]{1,2}|1[01][0-9]|12[0-7]))\""
      takes    = "a block of addresses such as \"10.0.0.0/24\" or \"2001:db8::/32\", with a mask below 32 or 128"
    }
    "equals-ignore-case" = {
      argument = local.json_string
      takes    = "a string"
    }
    exists = {
      argument = "true|false"
      takes    = "true or false"
    }
    numeric = {
      argument = join("|", [
        "\\[\"(?:=|\\\\u003c|\\\\u003c=)\",${local.json_number}\\]",
        "\\[\"(?:\\\\u003e|\\\\u003e=)\",${local.json_number}(?:,\"(?:\\\\u003c|\\\\u003c=)\",${local.json_number})?\\]",
      ])
      takes = "[\"=\", 5], [\"<\", 5], [\"<=\", 5], [\">\", 0], [\">=\", 0], or a lower and then a higher bound as in [\">\", 0, \"<=\", 5]"
    }
    prefix = {
      argument = "${local.json_string}|\\{\"equals-ignore-case\":${local.json_string}\\}"
      takes    = "a string, or equals-ignore-case with a string"
    }
    suffix = {
      argument = "${local.json_string}|\\{\"equals-ignore-case\":${local.json_string}\\}"
      takes    = "a string, or equals-ignore-case with a string"
    }
    wildcard = {
      argument = local.json_wildcard
      takes    = "a string without ** and with \\ before * or \\ only"
    }
  }

  # No names of fields within $or: Event Ruler keeps them for itself.
  event_pattern_reserved_fields = concat(keys(local.event_pattern_operators), [
    "exactly", "=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "date-after",
    "date-on-or-after", "date-before", "date-on-or-before", "in-date-range", "ip-address-in-range", "ip-address-not-in-range",
  ])

  # What refusals/event_pattern.tftpl is told besides the patterns.
  event_pattern_rules = {
    longest         = 2048 # characters; the quota that holds unless AWS raises it
    operators       = local.event_pattern_operators
    reserved_fields = local.event_pattern_reserved_fields
  }
}
