# What AWS refuses in a schedule. Each additional schedule breaks one rule and must fail; a schedule that passes fails its
# run. The words are in tests/modules/ecs-scheduler/refusals.yaml.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

variables {
  cluster_name            = "production"
  ecs_cluster_arn         = "arn:aws:ecs:us-east-1:123456789012:cluster/production"
  task_name               = "daily-report"
  schedule_expression     = "cron(0 6 * * ? *)"
  trusted_compute_subnets = ["subnet-0123456789abcdef0"]
  security_group_ids      = ["sg-0123456789abcdef0"]
  kms_key_arn             = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  pass_role_arns          = []
  resource_owner          = "data-team"
  billing_entity          = "analytics"
  billing_domain          = "reporting"
  security_domain         = "internal"
  aws_region_short_code   = "use1"
}

# Each field of cron().
run "refuses_cron_expressions" {
  command = plan

  variables {
    # Short, so that no name made from it is too long.
    names = { schedule = "daily" }

    additional_schedules = [
      { name = "minutes_60", schedule_expression = "cron(60 9 * * ? *)" },
      { name = "minutes_negative", schedule_expression = "cron(-1 9 * * ? *)" },
      { name = "minutes_range_end", schedule_expression = "cron(30-60 9 * * ? *)" },
      { name = "minutes_step_zero", schedule_expression = "cron(*/0 9 * * ? *)" },
      { name = "minutes_step_past_the_field", schedule_expression = "cron(*/60 9 * * ? *)" },
      { name = "minutes_question_mark", schedule_expression = "cron(? 9 * * ? *)" },
      { name = "minutes_letters", schedule_expression = "cron(x 9 * * ? *)" },
      { name = "minutes_empty_list_item", schedule_expression = "cron(1,,2 9 * * ? *)" },
      { name = "minutes_last", schedule_expression = "cron(L 9 * * ? *)" },
      { name = "hours_24", schedule_expression = "cron(0 24 * * ? *)" },
      { name = "hours_step_zero", schedule_expression = "cron(0 0/0 * * ? *)" },
      { name = "hours_step_24", schedule_expression = "cron(0 */24 * * ? *)" },
      { name = "hours_list", schedule_expression = "cron(0 1,25 * * ? *)" },
      { name = "day_of_month_0", schedule_expression = "cron(0 9 0 * ? *)" },
      { name = "day_of_month_32", schedule_expression = "cron(0 9 32 * ? *)" },
      { name = "day_of_month_32W", schedule_expression = "cron(0 9 32W * ? *)" },
      { name = "day_of_month_nth", schedule_expression = "cron(0 9 5#2 * ? *)" },
      { name = "day_of_month_W_alone", schedule_expression = "cron(0 9 W * ? *)" },
      { name = "day_of_month_step_32", schedule_expression = "cron(0 9 1/32 * ? *)" },
      { name = "day_of_month_name", schedule_expression = "cron(0 9 MON * ? *)" },
      { name = "month_0", schedule_expression = "cron(0 9 * 0 ? *)" },
      { name = "month_13", schedule_expression = "cron(0 9 * 13 ? *)" },
      { name = "month_name", schedule_expression = "cron(0 9 * JANUARY ? *)" },
      { name = "month_step_zero", schedule_expression = "cron(0 9 * */0 ? *)" },
      { name = "month_question_mark", schedule_expression = "cron(0 9 * ? ? *)" },
      { name = "day_of_week_0", schedule_expression = "cron(0 9 ? * 0 *)" },
      { name = "day_of_week_8", schedule_expression = "cron(0 9 ? * 8 *)" },
      { name = "day_of_week_name", schedule_expression = "cron(0 9 ? * MONDAY *)" },
      { name = "day_of_week_sixth", schedule_expression = "cron(0 9 ? * FRI#6 *)" },
      { name = "day_of_week_nth_zero", schedule_expression = "cron(0 9 ? * 3#0 *)" },
      { name = "day_of_week_two_nths", schedule_expression = "cron(0 9 ? * 3#1,6#3 *)" },
      { name = "day_of_week_weekday", schedule_expression = "cron(0 9 ? * 5W *)" },
      { name = "day_of_week_8L", schedule_expression = "cron(0 9 ? * 8L *)" },
      { name = "year_1969", schedule_expression = "cron(0 9 * * ? 1969)" },
      { name = "year_2200", schedule_expression = "cron(0 9 * * ? 2200)" },
      { name = "year_two_digits", schedule_expression = "cron(0 9 * * ? 30)" },
      { name = "year_step_zero", schedule_expression = "cron(0 9 * * ? 2030/0)" },
      { name = "no_question_mark", schedule_expression = "cron(0 9 * * * *)" },
      { name = "both_days_given", schedule_expression = "cron(0 9 1 * MON *)" },
      { name = "two_question_marks", schedule_expression = "cron(0 9 ? * ? *)" },
      { name = "five_fields", schedule_expression = "cron(0 9 * * ?)" },
      { name = "seven_fields", schedule_expression = "cron(0 0 9 * * ? *)" },
      { name = "no_fields", schedule_expression = "cron()" },
      { name = "cron_without_end", schedule_expression = "cron(0 9 * * ? *" },
      { name = "bare_cron", schedule_expression = "0 9 * * ? *" },
      { name = "upper_case_function", schedule_expression = "CRON(0 9 * * ? *)" },
      {
        name                = "expression_257_characters"
        schedule_expression = "cron(0 9 * * ? 2026,2027,2028,2029,2030,2031,2032,2033,2034,2035,2036,2037,2038,2039,2040,2041,2042,2043,2044,2045,2046,2047,2048,2049,2050,2051,2052,2053,2054,2055,2056,2057,2058,2059,2060,2061,2062,2063,2064,2065,2066,2067,2068,2069,2070,2071,2072,2073,2074)"
      },
      {
        name                = "cron_with_space_after"
        schedule_expression = "cron(0 9 * * ? *) "
      },
      {
        name                = "cron_with_two_brackets"
        schedule_expression = "cron((0 9 * * ? *))"
      },
    ]
  }

  expect_failures = [
    aws_scheduler_schedule.ecs["minutes_60"],
    aws_scheduler_schedule.ecs["minutes_negative"],
    aws_scheduler_schedule.ecs["minutes_range_end"],
    aws_scheduler_schedule.ecs["minutes_step_zero"],
    aws_scheduler_schedule.ecs["minutes_step_past_the_field"],
    aws_scheduler_schedule.ecs["minutes_question_mark"],
    aws_scheduler_schedule.ecs["minutes_letters"],
    aws_scheduler_schedule.ecs["minutes_empty_list_item"],
    aws_scheduler_schedule.ecs["minutes_last"],
    aws_scheduler_schedule.ecs["hours_24"],
    aws_scheduler_schedule.ecs["hours_step_zero"],
    aws_scheduler_schedule.ecs["hours_step_24"],
    aws_scheduler_schedule.ecs["hours_list"],
    aws_scheduler_schedule.ecs["day_of_month_0"],
    aws_scheduler_schedule.ecs["day_of_month_32"],
    aws_scheduler_schedule.ecs["day_of_month_32W"],
    aws_scheduler_schedule.ecs["day_of_month_nth"],
    aws_scheduler_schedule.ecs["day_of_month_W_alone"],
    aws_scheduler_schedule.ecs["day_of_month_step_32"],
    aws_scheduler_schedule.ecs["day_of_month_name"],
    aws_scheduler_schedule.ecs["month_0"],
    aws_scheduler_schedule.ecs["month_13"],
    aws_scheduler_schedule.ecs["month_name"],
    aws_scheduler_schedule.ecs["month_step_zero"],
    aws_scheduler_schedule.ecs["month_question_mark"],
    aws_scheduler_schedule.ecs["day_of_week_0"],
    aws_scheduler_schedule.ecs["day_of_week_8"],
    aws_scheduler_schedule.ecs["day_of_week_name"],
    aws_scheduler_schedule.ecs["day_of_week_sixth"],
    aws_scheduler_schedule.ecs["day_of_week_nth_zero"],
    aws_scheduler_schedule.ecs["day_of_week_two_nths"],
    aws_scheduler_schedule.ecs["day_of_week_weekday"],
    aws_scheduler_schedule.ecs["day_of_week_8L"],
    aws_scheduler_schedule.ecs["year_1969"],
    aws_scheduler_schedule.ecs["year_2200"],
    aws_scheduler_schedule.ecs["year_two_digits"],
    aws_scheduler_schedule.ecs["year_step_zero"],
    aws_scheduler_schedule.ecs["no_question_mark"],
    aws_scheduler_schedule.ecs["both_days_given"],
    aws_scheduler_schedule.ecs["two_question_marks"],
    aws_scheduler_schedule.ecs["five_fields"],
    aws_scheduler_schedule.ecs["seven_fields"],
    aws_scheduler_schedule.ecs["no_fields"],
    aws_scheduler_schedule.ecs["cron_without_end"],
    aws_scheduler_schedule.ecs["cron_with_two_brackets"],
    aws_scheduler_schedule.ecs["cron_with_space_after"],
    aws_scheduler_schedule.ecs["bare_cron"],
    aws_scheduler_schedule.ecs["upper_case_function"],
    aws_scheduler_schedule.ecs["expression_257_characters"],
  ]
}

# rate() and at().
run "refuses_rate_and_at_expressions" {
  command = plan

  variables {
    # Short, so that no name made from it is too long.
    names = { schedule = "daily" }

    additional_schedules = [
      { name = "rate_zero", schedule_expression = "rate(0 minutes)" },
      { name = "rate_negative", schedule_expression = "rate(-5 minutes)" },
      { name = "rate_fraction", schedule_expression = "rate(1.5 hours)" },
      { name = "rate_plural_of_one", schedule_expression = "rate(1 days)" },
      { name = "rate_singular_of_many", schedule_expression = "rate(7 day)" },
      { name = "rate_weeks", schedule_expression = "rate(2 weeks)" },
      { name = "rate_upper_case_unit", schedule_expression = "rate(5 Minutes)" },
      { name = "rate_without_unit", schedule_expression = "rate(5)" },
      { name = "at_30_february", schedule_expression = "at(2030-02-30T09:00:00)" },
      { name = "at_29_february", schedule_expression = "at(2031-02-29T09:00:00)" },
      { name = "at_25_hours", schedule_expression = "at(2030-02-01T25:00:00)" },
      { name = "at_with_zone", schedule_expression = "at(2030-02-01T09:00:00Z)" },
      { name = "at_without_time", schedule_expression = "at(2030-02-01)" },
    ]
  }

  expect_failures = [
    aws_scheduler_schedule.ecs["rate_zero"],
    aws_scheduler_schedule.ecs["rate_negative"],
    aws_scheduler_schedule.ecs["rate_fraction"],
    aws_scheduler_schedule.ecs["rate_plural_of_one"],
    aws_scheduler_schedule.ecs["rate_singular_of_many"],
    aws_scheduler_schedule.ecs["rate_weeks"],
    aws_scheduler_schedule.ecs["rate_upper_case_unit"],
    aws_scheduler_schedule.ecs["rate_without_unit"],
    aws_scheduler_schedule.ecs["at_30_february"],
    aws_scheduler_schedule.ecs["at_29_february"],
    aws_scheduler_schedule.ecs["at_25_hours"],
    aws_scheduler_schedule.ecs["at_with_zone"],
    aws_scheduler_schedule.ecs["at_without_time"],
  ]
}

# Time zones, start and end.
run "refuses_times" {
  command = plan

  variables {
    # Short, so that no name made from it is too long.
    names = { schedule = "daily" }

    additional_schedules = [
      { name = "timezone_unknown", schedule_expression = "rate(1 day)", timezone = "Mars/Olympus" },
      { name = "timezone_city_only", schedule_expression = "rate(1 day)", timezone = "Berlin" },
      { name = "timezone_lower_case", schedule_expression = "rate(1 day)", timezone = "america/new_york" },
      { name = "timezone_offset", schedule_expression = "rate(1 day)", timezone = "UTC+2" },
      { name = "start_date_without_zone", schedule_expression = "rate(1 day)", start_date = "2030-01-01T00:00:00" },
      {
        name                = "start_date_with_offset"
        schedule_expression = "rate(1 day)"
        start_date          = "2030-01-01T00:00:00+01:00"
      },
      { name = "end_date_31_april", schedule_expression = "rate(1 day)", end_date = "2030-04-31T00:00:00Z" },
      {
        name                = "end_before_start"
        schedule_expression = "rate(1 day)"
        start_date          = "2030-02-01T00:00:00Z"
        end_date            = "2030-01-01T00:00:00Z"
      },
      {
        name                = "end_at_start"
        schedule_expression = "rate(1 day)"
        start_date          = "2030-02-01T00:00:00Z"
        end_date            = "2030-02-01T00:00:00Z"
      },
    ]
  }

  expect_failures = [
    aws_scheduler_schedule.ecs["timezone_unknown"],
    aws_scheduler_schedule.ecs["timezone_city_only"],
    aws_scheduler_schedule.ecs["timezone_lower_case"],
    aws_scheduler_schedule.ecs["timezone_offset"],
    aws_scheduler_schedule.ecs["start_date_without_zone"],
    aws_scheduler_schedule.ecs["start_date_with_offset"],
    aws_scheduler_schedule.ecs["end_date_31_april"],
    aws_scheduler_schedule.ecs["end_before_start"],
    aws_scheduler_schedule.ecs["end_at_start"],
  ]
}

# Numbers, choices, lengths, capacity and placement.
run "refuses_settings" {
  command = plan

  variables {
    # Short, so that no name made from it is too long.
    names = { schedule = "daily" }

    additional_schedules = [
      { name = "window_1441", schedule_expression = "rate(1 day)", flexible_time_window_minutes = 1441 },
      { name = "window_negative", schedule_expression = "rate(1 day)", flexible_time_window_minutes = -1 },
      { name = "window_fraction", schedule_expression = "rate(1 day)", flexible_time_window_minutes = 1.5 },
      { name = "event_age_59", schedule_expression = "rate(1 day)", maximum_event_age_in_seconds = 59 },
      { name = "event_age_86401", schedule_expression = "rate(1 day)", maximum_event_age_in_seconds = 86401 },
      { name = "retries_186", schedule_expression = "rate(1 day)", maximum_retry_attempts = 186 },
      { name = "retries_negative", schedule_expression = "rate(1 day)", maximum_retry_attempts = -1 },
      { name = "task_count_0", schedule_expression = "rate(1 day)", task_count = 0 },
      { name = "task_count_11", schedule_expression = "rate(1 day)", task_count = 11 },
      { name = "revision_fraction", schedule_expression = "rate(1 day)", task_definition_revision = 1.5 },
      { name = "launch_type_lambda", schedule_expression = "rate(1 day)", launch_type = "LAMBDA" },
      { name = "propagate_tags_service", schedule_expression = "rate(1 day)", propagate_tags = "SERVICE" },
      { name = "description_513", schedule_expression = "rate(1 day)", description = format("%0513d", 0) },
      { name = "group_256", schedule_expression = "rate(1 day)", group = format("%0256d", 0) },
      { name = "reference_id_1025", schedule_expression = "rate(1 day)", reference_id = format("%01025d", 0) },
      { name = "schedule_name_65", schedule_expression = "rate(1 day)", schedule_name = format("%065d", 0) },
      { name = "schedule_name_with_space", schedule_expression = "rate(1 day)", schedule_name = "no way" },
      { name = "schedule_name_of_the_primary", schedule_expression = "rate(1 day)", schedule_name = "daily" },
      {
        name                         = "launch_type_and_providers"
        schedule_expression          = "rate(1 day)"
        launch_type                  = "FARGATE"
        capacity_provider_strategies = [{ capacity_provider = "FARGATE_SPOT" }]
      },
      {
        name                         = "seven_providers"
        schedule_expression          = "rate(1 day)"
        capacity_provider_strategies = [for n in range(7) : { capacity_provider = "p${n}" }]
      },
      {
        name                         = "two_bases"
        schedule_expression          = "rate(1 day)"
        capacity_provider_strategies = [{ capacity_provider = "FARGATE", base = 1 }, { capacity_provider = "FARGATE_SPOT", base = 2 }]
      },
      {
        name                         = "weights_all_zero"
        schedule_expression          = "rate(1 day)"
        capacity_provider_strategies = [{ capacity_provider = "FARGATE", base = 1, weight = 0 }, { capacity_provider = "FARGATE_SPOT", weight = 0 }]
      },
      {
        name                         = "mixed_providers"
        schedule_expression          = "rate(1 day)"
        capacity_provider_strategies = [{ capacity_provider = "FARGATE" }, { capacity_provider = "instances" }]
      },
      {
        name                         = "provider_name"
        schedule_expression          = "rate(1 day)"
        capacity_provider_strategies = [{ capacity_provider = "no way" }]
      },
      {
        name                         = "base_100001"
        schedule_expression          = "rate(1 day)"
        capacity_provider_strategies = [{ capacity_provider = "FARGATE", base = 100001 }]
      },
      {
        name                         = "weight_1001"
        schedule_expression          = "rate(1 day)"
        capacity_provider_strategies = [{ capacity_provider = "FARGATE", weight = 1001 }]
      },
      { name = "platform_version_word", schedule_expression = "rate(1 day)", platform_version = "newest" },
      {
        name                = "platform_version_on_ec2"
        schedule_expression = "rate(1 day)"
        launch_type         = "EC2"
        platform_version    = "1.4.0"
      },
      {
        name                  = "placement_constraint_on_fargate"
        schedule_expression   = "rate(1 day)"
        placement_constraints = [{ type = "distinctInstance" }]
      },
      {
        name                         = "placement_strategy_on_fargate_spot"
        schedule_expression          = "rate(1 day)"
        capacity_provider_strategies = [{ capacity_provider = "FARGATE_SPOT" }]
        placement_strategies         = [{ type = "random" }]
      },
      {
        name                  = "eleven_constraints"
        schedule_expression   = "rate(1 day)"
        launch_type           = "EC2"
        placement_constraints = [for n in range(11) : { type = "memberOf", expression = "attribute:n == ${n}" }]
      },
      {
        name                 = "six_strategies"
        schedule_expression  = "rate(1 day)"
        launch_type          = "EC2"
        placement_strategies = [for n in range(6) : { type = "spread", field = "attribute:a${n}" }]
      },
      {
        name                  = "constraint_type"
        schedule_expression   = "rate(1 day)"
        launch_type           = "EC2"
        placement_constraints = [{ type = "sameInstance" }]
      },
      {
        name                  = "distinct_instance_with_expression"
        schedule_expression   = "rate(1 day)"
        launch_type           = "EC2"
        placement_constraints = [{ type = "distinctInstance", expression = "attribute:a == b" }]
      },
      {
        name                  = "member_of_without_expression"
        schedule_expression   = "rate(1 day)"
        launch_type           = "EC2"
        placement_constraints = [{ type = "memberOf" }]
      },
      {
        name                  = "expression_of_2001"
        schedule_expression   = "rate(1 day)"
        launch_type           = "EC2"
        placement_constraints = [{ type = "memberOf", expression = format("%02001d", 0) }]
      },
      {
        name                 = "strategy_type"
        schedule_expression  = "rate(1 day)"
        launch_type          = "EC2"
        placement_strategies = [{ type = "pile" }]
      },
      {
        name                 = "binpack_field"
        schedule_expression  = "rate(1 day)"
        launch_type          = "EC2"
        placement_strategies = [{ type = "binpack", field = "disk" }]
      },
      {
        name                 = "spread_without_field"
        schedule_expression  = "rate(1 day)"
        launch_type          = "EC2"
        placement_strategies = [{ type = "spread" }]
      },
    ]
  }

  expect_failures = [
    aws_scheduler_schedule.ecs["window_1441"],
    aws_scheduler_schedule.ecs["window_negative"],
    aws_scheduler_schedule.ecs["window_fraction"],
    aws_scheduler_schedule.ecs["event_age_59"],
    aws_scheduler_schedule.ecs["event_age_86401"],
    aws_scheduler_schedule.ecs["retries_186"],
    aws_scheduler_schedule.ecs["retries_negative"],
    aws_scheduler_schedule.ecs["task_count_0"],
    aws_scheduler_schedule.ecs["task_count_11"],
    aws_scheduler_schedule.ecs["revision_fraction"],
    aws_scheduler_schedule.ecs["launch_type_lambda"],
    aws_scheduler_schedule.ecs["propagate_tags_service"],
    aws_scheduler_schedule.ecs["description_513"],
    aws_scheduler_schedule.ecs["group_256"],
    aws_scheduler_schedule.ecs["reference_id_1025"],
    aws_scheduler_schedule.ecs["schedule_name_65"],
    aws_scheduler_schedule.ecs["schedule_name_with_space"],
    aws_scheduler_schedule.ecs["schedule_name_of_the_primary"],
    aws_scheduler_schedule.ecs["launch_type_and_providers"],
    aws_scheduler_schedule.ecs["seven_providers"],
    aws_scheduler_schedule.ecs["two_bases"],
    aws_scheduler_schedule.ecs["weights_all_zero"],
    aws_scheduler_schedule.ecs["mixed_providers"],
    aws_scheduler_schedule.ecs["provider_name"],
    aws_scheduler_schedule.ecs["base_100001"],
    aws_scheduler_schedule.ecs["weight_1001"],
    aws_scheduler_schedule.ecs["platform_version_word"],
    aws_scheduler_schedule.ecs["platform_version_on_ec2"],
    aws_scheduler_schedule.ecs["placement_constraint_on_fargate"],
    aws_scheduler_schedule.ecs["placement_strategy_on_fargate_spot"],
    aws_scheduler_schedule.ecs["eleven_constraints"],
    aws_scheduler_schedule.ecs["six_strategies"],
    aws_scheduler_schedule.ecs["constraint_type"],
    aws_scheduler_schedule.ecs["distinct_instance_with_expression"],
    aws_scheduler_schedule.ecs["member_of_without_expression"],
    aws_scheduler_schedule.ecs["expression_of_2001"],
    aws_scheduler_schedule.ecs["strategy_type"],
    aws_scheduler_schedule.ecs["binpack_field"],
    aws_scheduler_schedule.ecs["spread_without_field"],
  ]
}

# Networks and tags of the task.
run "refuses_networks_and_tags" {
  command = plan

  variables {
    # Short, so that no name made from it is too long.
    names = { schedule = "daily" }

    additional_schedules = [
      {
        name                = "external_with_subnets"
        schedule_expression = "rate(1 day)"
        launch_type         = "EXTERNAL"
        security_group_ids  = []
      },
      {
        name                    = "external_with_security_groups"
        schedule_expression     = "rate(1 day)"
        launch_type             = "EXTERNAL"
        trusted_compute_subnets = []
      },
      { name = "public_ip_on_ec2", schedule_expression = "rate(1 day)", launch_type = "EC2", assign_public_ip = true },
      { name = "fargate_without_subnets", schedule_expression = "rate(1 day)", trusted_compute_subnets = [] },
      { name = "fargate_without_security_groups", schedule_expression = "rate(1 day)", security_group_ids = [] },
      {
        name                         = "fargate_spot_without_subnets"
        schedule_expression          = "rate(1 day)"
        capacity_provider_strategies = [{ capacity_provider = "FARGATE_SPOT" }]
        trusted_compute_subnets      = []
      },
      {
        name                    = "seventeen_subnets"
        schedule_expression     = "rate(1 day)"
        trusted_compute_subnets = [for n in range(17) : "subnet-${n}"]
      },
      {
        name                = "six_security_groups"
        schedule_expression = "rate(1 day)"
        security_group_ids  = [for n in range(6) : "sg-${n}"]
      },
      {
        name                    = "security_groups_without_subnets"
        schedule_expression     = "rate(1 day)"
        launch_type             = "EC2"
        trusted_compute_subnets = []
      },
      { name = "subnet_id", schedule_expression = "rate(1 day)", trusted_compute_subnets = ["vpc-0123456789abcdef0"] },
      { name = "security_group_id", schedule_expression = "rate(1 day)", security_group_ids = ["default"] },
      {
        name                = "fifty_one_task_tags"
        schedule_expression = "rate(1 day)"
        task_tags           = { for n in range(51) : "k${n}" => "v" }
      },
      { name = "task_tag_key_129", schedule_expression = "rate(1 day)", task_tags = { (format("%0129d", 0)) = "v" } },
      { name = "task_tag_key_aws", schedule_expression = "rate(1 day)", task_tags = { "aws:mine" = "v" } },
      { name = "task_tag_value_empty", schedule_expression = "rate(1 day)", task_tags = { Owner = "" } },
      {
        name                    = "subnet_id_not_hexadecimal"
        schedule_expression     = "rate(1 day)"
        trusted_compute_subnets = ["subnet-private"]
      },
      {
        name                = "security_group_id_not_hexadecimal"
        schedule_expression = "rate(1 day)"
        security_group_ids  = ["sg-tasks"]
      },
      {
        name                = "task_tag_key_character"
        schedule_expression = "rate(1 day)"
        task_tags           = { "a<b" = "v" }
      },
      {
        name                = "task_tag_value_character"
        schedule_expression = "rate(1 day)"
        task_tags           = { Note = "a<b" }
      },
      {
        name                = "task_tag_value_null"
        schedule_expression = "rate(1 day)"
        task_tags           = { Note = null }
      },
    ]
  }

  expect_failures = [
    aws_scheduler_schedule.ecs["external_with_subnets"],
    aws_scheduler_schedule.ecs["external_with_security_groups"],
    aws_scheduler_schedule.ecs["public_ip_on_ec2"],
    aws_scheduler_schedule.ecs["fargate_without_subnets"],
    aws_scheduler_schedule.ecs["fargate_without_security_groups"],
    aws_scheduler_schedule.ecs["fargate_spot_without_subnets"],
    aws_scheduler_schedule.ecs["seventeen_subnets"],
    aws_scheduler_schedule.ecs["six_security_groups"],
    aws_scheduler_schedule.ecs["security_groups_without_subnets"],
    aws_scheduler_schedule.ecs["subnet_id"],
    aws_scheduler_schedule.ecs["security_group_id"],
    aws_scheduler_schedule.ecs["fifty_one_task_tags"],
    aws_scheduler_schedule.ecs["task_tag_key_129"],
    aws_scheduler_schedule.ecs["task_tag_key_aws"],
    aws_scheduler_schedule.ecs["task_tag_value_empty"],
    aws_scheduler_schedule.ecs["task_tag_value_null"],
    aws_scheduler_schedule.ecs["task_tag_value_character"],
    aws_scheduler_schedule.ecs["task_tag_key_character"],
    aws_scheduler_schedule.ecs["security_group_id_not_hexadecimal"],
    aws_scheduler_schedule.ecs["subnet_id_not_hexadecimal"],
  ]
}

# Overrides, raw and typed.
run "refuses_overrides" {
  command = plan

  variables {
    # Short, so that no name made from it is too long.
    names = { schedule = "daily" }

    additional_schedules = [
      { name = "overrides_not_json", schedule_expression = "rate(1 day)", overrides = "{containerOverrides" },
      { name = "overrides_a_list", schedule_expression = "rate(1 day)", overrides = "[]" },
      { name = "overrides_key", schedule_expression = "rate(1 day)", overrides = "{\"ContainerOverrides\":[]}" },
      {
        name                = "overrides_container_key"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":[{\"name\":\"main\",\"image\":\"x\"}]}"
      },
      {
        name                = "overrides_container_without_name"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":[{\"command\":[\"x\"]}]}"
      },
      { name = "overrides_role", schedule_expression = "rate(1 day)", overrides = "{\"taskRoleArn\":\"admin\"}" },
      {
        name                = "overrides_8193"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":[{\"name\":\"main\",\"command\":[\"${format("%08138d", 0)}\"]}]}"
      },
      {
        name                = "both_forms"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"cpu\":\"512\"}"
        container_overrides = [{ name = "main", cpu = 256 }]
      },
      {
        name                = "both_forms_of_the_task"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"cpu\":\"512\"}"
        task_overrides      = { memory = 1024 }
      },
      {
        name                = "container_twice"
        schedule_expression = "rate(1 day)"
        container_overrides = [{ name = "main", cpu = 256 }, { name = "main", cpu = 512 }]
      },
      { name = "container_name", schedule_expression = "rate(1 day)", container_overrides = [{ name = "" }] },
      {
        name                = "memory_below_reservation"
        schedule_expression = "rate(1 day)"
        container_overrides = [{ name = "main", memory = 512, memory_reservation = 1024 }]
      },
      {
        name                = "container_memory_3"
        schedule_expression = "rate(1 day)"
        container_overrides = [{ name = "main", memory = 3 }]
      },
      {
        name                = "container_cpu_fraction"
        schedule_expression = "rate(1 day)"
        container_overrides = [{ name = "main", cpu = 0.5 }]
      },
      {
        name                = "environment_without_name"
        schedule_expression = "rate(1 day)"
        container_overrides = [{ name = "main", environment = { "" = "x" } }]
      },
      {
        name                = "environment_file"
        schedule_expression = "rate(1 day)"
        container_overrides = [{ name = "main", environment_files = ["s3://bucket/x.env"] }]
      },
      {
        name                = "resource_requirement"
        schedule_expression = "rate(1 day)"
        container_overrides = [{ name = "main", resource_requirements = [{ type = "TPU", value = "1" }] }]
      },
      { name = "task_memory_0", schedule_expression = "rate(1 day)", task_overrides = { memory = 0 } },
      { name = "task_cpu_on_fargate", schedule_expression = "rate(1 day)", task_overrides = { cpu = 300 } },
      {
        name                = "ephemeral_storage_20"
        schedule_expression = "rate(1 day)"
        task_overrides      = { ephemeral_storage_gib = 20 }
      },
      {
        name                = "ephemeral_storage_201"
        schedule_expression = "rate(1 day)"
        task_overrides      = { ephemeral_storage_gib = 201 }
      },
      {
        name                = "ephemeral_storage_on_ec2"
        schedule_expression = "rate(1 day)"
        launch_type         = "EC2"
        task_overrides      = { ephemeral_storage_gib = 30 }
      },
      {
        name                = "task_role"
        schedule_expression = "rate(1 day)"
        task_overrides      = { task_role_arn = "arn:aws:iam::123456789012:user/root" }
      },
      {
        name                = "overrides_containers_an_object"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":{\"name\":\"main\"}}"
      },
      {
        name                = "overrides_container_a_string"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":[\"main\"]}"
      },
      {
        name                = "overrides_environment_a_map"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":[{\"name\":\"main\",\"environment\":{\"A\":\"b\"}}]}"
      },
      {
        name                = "overrides_environment_number"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":[{\"name\":\"main\",\"environment\":[{\"name\":\"A\",\"value\":1}]}]}"
      },
      {
        name                = "overrides_command_a_string"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":[{\"name\":\"main\",\"command\":\"report\"}]}"
      },
      {
        name                = "overrides_command_number"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":[{\"name\":\"main\",\"command\":[\"sleep\",5]}]}"
      },
      {
        name                = "overrides_cpu_fraction"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":[{\"name\":\"main\",\"cpu\":0.5}]}"
      },
      {
        name                = "overrides_memory_a_string"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":[{\"name\":\"main\",\"memory\":\"512\"}]}"
      },
      {
        name                = "overrides_reservation_3"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":[{\"name\":\"main\",\"memoryReservation\":3}]}"
      },
      {
        name                = "overrides_task_cpu_word"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"cpu\":\"much\"}"
      },
      {
        name                = "overrides_storage_20"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"ephemeralStorage\":{\"sizeInGiB\":20}}"
      },
      {
        name                = "overrides_storage_201"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"ephemeralStorage\":{\"sizeInGiB\":201}}"
      },
      {
        name                = "overrides_container_twice"
        schedule_expression = "rate(1 day)"
        overrides           = "{\"containerOverrides\":[{\"name\":\"main\",\"cpu\":1},{\"name\":\"main\",\"cpu\":2}]}"
      },
      {
        name                = "environment_null"
        schedule_expression = "rate(1 day)"
        container_overrides = [{ name = "main", environment = { A = null } }]
      },
      {
        name                = "task_cpu_and_memory"
        schedule_expression = "rate(1 day)"
        task_overrides      = { cpu = 256, memory = 4096 }
      },
    ]
  }

  expect_failures = [
    aws_scheduler_schedule.ecs["overrides_not_json"],
    aws_scheduler_schedule.ecs["overrides_a_list"],
    aws_scheduler_schedule.ecs["overrides_key"],
    aws_scheduler_schedule.ecs["overrides_container_key"],
    aws_scheduler_schedule.ecs["overrides_container_without_name"],
    aws_scheduler_schedule.ecs["overrides_role"],
    aws_scheduler_schedule.ecs["overrides_8193"],
    aws_scheduler_schedule.ecs["both_forms"],
    aws_scheduler_schedule.ecs["both_forms_of_the_task"],
    aws_scheduler_schedule.ecs["container_twice"],
    aws_scheduler_schedule.ecs["container_name"],
    aws_scheduler_schedule.ecs["memory_below_reservation"],
    aws_scheduler_schedule.ecs["container_memory_3"],
    aws_scheduler_schedule.ecs["container_cpu_fraction"],
    aws_scheduler_schedule.ecs["environment_without_name"],
    aws_scheduler_schedule.ecs["environment_file"],
    aws_scheduler_schedule.ecs["resource_requirement"],
    aws_scheduler_schedule.ecs["task_memory_0"],
    aws_scheduler_schedule.ecs["task_cpu_on_fargate"],
    aws_scheduler_schedule.ecs["ephemeral_storage_20"],
    aws_scheduler_schedule.ecs["ephemeral_storage_201"],
    aws_scheduler_schedule.ecs["ephemeral_storage_on_ec2"],
    aws_scheduler_schedule.ecs["task_role"],
    aws_scheduler_schedule.ecs["task_cpu_and_memory"],
    aws_scheduler_schedule.ecs["environment_null"],
    aws_scheduler_schedule.ecs["overrides_container_twice"],
    aws_scheduler_schedule.ecs["overrides_storage_201"],
    aws_scheduler_schedule.ecs["overrides_storage_20"],
    aws_scheduler_schedule.ecs["overrides_task_cpu_word"],
    aws_scheduler_schedule.ecs["overrides_reservation_3"],
    aws_scheduler_schedule.ecs["overrides_memory_a_string"],
    aws_scheduler_schedule.ecs["overrides_cpu_fraction"],
    aws_scheduler_schedule.ecs["overrides_command_number"],
    aws_scheduler_schedule.ecs["overrides_command_a_string"],
    aws_scheduler_schedule.ecs["overrides_environment_number"],
    aws_scheduler_schedule.ecs["overrides_environment_a_map"],
    aws_scheduler_schedule.ecs["overrides_container_a_string"],
    aws_scheduler_schedule.ecs["overrides_containers_an_object"],
  ]
}
