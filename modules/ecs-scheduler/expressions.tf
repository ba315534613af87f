# The grammar of schedule_expression and of the time zone, as "Schedule types in EventBridge Scheduler" (the Scheduler
# user guide) gives it. What that page leaves open is accepted: AWS's own example has the reversed range 20-2 for the
# night hours, for instance.

locals {
  cron_fields = ["minutes", "hours", "day-of-month", "month", "day-of-week", "year"]

  # One value of each field. RE2 has no numbers, so each range is spelled out; a leading zero is fine.
  cron_values = {
    minutes        = "[0-5]?[0-9]"
    hours          = "[01]?[0-9]|2[0-3]"
    "day-of-month" = "0?[1-9]|[12][0-9]|3[01]"
    month          = "0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
    "day-of-week"  = "[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT"
    year           = "19[7-9][0-9]|20[0-9]{2}|21[0-9]{2}"
  }

  # A step of 0 never ends; a step longer than its field never takes a second step, and is always a slip.
  cron_steps = {
    minutes        = "[1-9]|[1-5][0-9]"
    hours          = "[1-9]|1[0-9]|2[0-3]"
    "day-of-month" = "[1-9]|[12][0-9]|3[01]"
    month          = "[1-9]|1[0-2]"
    "day-of-week"  = "[1-7]"
    year           = "[1-9]|[1-9][0-9]|1[0-9]{2}|2[0-2][0-9]"
  }

  # What only one of the day fields has. L: the last day; 15W: the weekday nearest the 15th; LW: the last weekday;
  # 6L: the last Friday.
  cron_wildcards = {
    "day-of-month" = "|L|LW|(?:${local.cron_values["day-of-month"]})W"
    "day-of-week"  = "|L|(?:${local.cron_values["day-of-week"]})L"
  }

  cron_terms = {
    for field, value in local.cron_values :
    field => "(?:(?:\\*|(?:${value})(?:-(?:${value}))?)(?:/(?:${local.cron_steps[field]}))?${lookup(local.cron_wildcards, field, "")})"
  }

  cron_patterns = merge(
    { for field, term in local.cron_terms : field => "^${term}(?:,${term})*$" },
    { "day-of-month" = "^(?:\\?|${local.cron_terms["day-of-month"]}(?:,${local.cron_terms["day-of-month"]})*)$" },
    # "If you use a # character, you can define only one expression in the day-of-week field."
    { "day-of-week" = "^(?:\\?|(?:${local.cron_values["day-of-week"]})#[1-5]|${local.cron_terms["day-of-week"]}(?:,${local.cron_terms["day-of-week"]})*)$" },
  )

  cron_allows = {
    minutes        = "0-59, lists, ranges, / steps (1-59) and *"
    hours          = "0-23, lists, ranges, / steps (1-23) and *"
    "day-of-month" = "1-31, lists, ranges, / steps (1-31), *, ?, L, W (15W) and LW"
    month          = "1-12 or JAN-DEC, lists, ranges, / steps (1-12) and *"
    "day-of-week"  = "1-7 or SUN-SAT, lists, ranges, / steps (1-7), *, ?, L (6L) and one # (FRI#2, #1-5)"
    year           = "1970-2199, lists, ranges, / steps (1-229) and *"
  }

  # The six fields of each cron expression; an empty list for every other expression.
  schedule_cron = {
    for key, schedule in local.schedules :
    key => try(regexall("\\S+", regex("^cron\\(([^()]*)\\)$", schedule.schedule_expression)[0]), [])
  }

  cron_errors = {
    for key, fields in local.schedule_cron :
    key => !can(regex("^cron\\([^()]*\\)$", local.schedules[key].schedule_expression)) ? [
      "${local.schedules[key].schedule_expression}: AWS needs cron(<six fields>), with one opening bracket and one closing bracket at the end",
      ] : length(fields) != 6 ? [
      "${local.schedules[key].schedule_expression} has ${length(fields)} fields; AWS needs six: minutes hours day-of-month month day-of-week year",
      ] : concat(
      [
        for position, field in local.cron_fields :
        "${local.schedules[key].schedule_expression}: ${field} is \"${fields[position]}\"; AWS allows ${local.cron_allows[field]}"
        if !can(regex(local.cron_patterns[field], upper(fields[position])))
      ],
      (fields[2] == "?") == (fields[4] == "?") ? [
        "${local.schedules[key].schedule_expression}: day-of-month is \"${fields[2]}\" and day-of-week is \"${fields[4]}\"; AWS needs ? in exactly one of the two",
      ] : [],
    )
  }

  schedule_rate = {
    for key, schedule in local.schedules :
    key => try(regex("^rate\\(\\s*(?P<number>-?[0-9.]+)\\s+(?P<unit>[A-Za-z]+)\\s*\\)$", schedule.schedule_expression), null)
  }

  rate_errors = {
    for key, rate in local.schedule_rate :
    key => rate == null ? [
      "${local.schedules[key].schedule_expression}: AWS needs rate(<number> <unit>), for example rate(1 hour) or rate(7 days)",
      ] : compact([
        can(regex("^0*[1-9][0-9]*$", rate.number)) ? "" :
        "${local.schedules[key].schedule_expression}: the number is \"${rate.number}\"; AWS needs a whole number of 1 or more",
        contains(["minute", "minutes", "hour", "hours", "day", "days"], rate.unit) ? "" :
        "${local.schedules[key].schedule_expression}: the unit is \"${rate.unit}\"; AWS allows minute, minutes, hour, hours, day and days",
        !contains(["minute", "hour", "day"], rate.unit) || can(regex("^0*1$", rate.number)) ? "" :
        "${local.schedules[key].schedule_expression}: the unit is \"${rate.unit}\"; AWS needs the plural ${rate.unit}s with a number other than 1",
        !contains(["minutes", "hours", "days"], rate.unit) || !can(regex("^0*1$", rate.number)) ? "" :
        "${local.schedules[key].schedule_expression}: the unit is \"${rate.unit}\"; AWS needs the singular ${trimsuffix(rate.unit, "s")} with 1",
    ])
  }

  schedule_at = {
    for key, schedule in local.schedules :
    key => try(regex("^at\\((\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2})\\)$", schedule.schedule_expression)[0], null)
  }

  at_errors = {
    for key, at in local.schedule_at :
    key => at == null ? [
      "${local.schedules[key].schedule_expression}: AWS needs at(yyyy-mm-ddThh:mm:ss), with no zone: the time zone is the variable timezone",
      # timecmp parses its arguments, and so knows the length of each month.
      ] : can(timecmp("${at}Z", "${at}Z")) ? [] : [
      "${local.schedules[key].schedule_expression}: there is no such date and time as ${at}",
    ]
  }

  expression_errors = {
    for key, schedule in local.schedules :
    key => trimspace(schedule.schedule_expression) != schedule.schedule_expression ? [
      "schedule_expression is \"${schedule.schedule_expression}\"; AWS allows no space or line break before or after it",
      ] : (
      startswith(schedule.schedule_expression, "cron(") ? local.cron_errors[key] :
      startswith(schedule.schedule_expression, "rate(") ? local.rate_errors[key] :
      startswith(schedule.schedule_expression, "at(") ? local.at_errors[key] :
      ["schedule_expression is \"${schedule.schedule_expression}\"; AWS allows cron(...), rate(...) and at(...), in lower case"]
    )
  }

  # A comment line would not parse as a zone: the file holds names only.
  timezones = toset(split("\n", trimspace(file("${path.module}/timezones.txt"))))

  # The names that a person may have meant: another case, or the city without its continent.
  timezone_suggestions = {
    for key, schedule in local.schedules :
    key => [
      for zone in local.timezones : zone
      if lower(zone) == lower(schedule.timezone) || endswith(lower(zone), lower("/${schedule.timezone}"))
    ]
  }

  timezone_errors = {
    for key, schedule in local.schedules :
    key => contains(local.timezones, schedule.timezone) ? [] : [join("", [
      "timezone is \"${schedule.timezone}\"; AWS allows the names of the IANA time zone database",
      length(local.timezone_suggestions[key]) == 0 ? ", for example UTC or America/New_York" :
      "; did you mean ${join(" or ", local.timezone_suggestions[key])}?",
    ])]
  }
}
