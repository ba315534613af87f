# What the module accepts, and what it makes of it.

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

  mock_data "aws_ecs_task_definition" {
    defaults = {
      task_role_arn      = ""
      execution_role_arn = "arn:aws:iam::123456789012:role/looked-up"
    }
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

# Nothing that AWS accepts is refused. Most of these are examples of AWS's own documentation.
run "accepts_expressions" {
  command = plan

  variables {
    names = { schedule = "daily" }

    additional_schedules = [
      for number, expression in [
        "cron(0 10 * * ? *)",
        "cron(15 12 * * ? *)",
        "cron(0 18 ? * MON-FRI *)",
        "cron(0 8 1 * ? *)",
        "cron(0/15 * * * ? *)",
        "cron(0/10 * ? * MON-FRI *)",
        "cron(0/5 8-17 ? * MON-FRI *)",
        "cron(0/30 20-2 ? * MON-FRI *)",
        "cron(15 10 ? * 6L 2019-2022)",
        "cron(00 09 01 01 ? 1970)",
        "cron(59 23 31 12 ? 2199)",
        "cron(*/15 */6 * * ? *)",
        "cron(1-5,10,20-40/5 0 L * ? *)",
        "cron(0 0 LW * ? *)",
        "cron(0 0 15W * ? *)",
        "cron(0 0 1W,15W * ? *)",
        "cron(0 0 */2 JAN-MAR,jul,12 ? 2030/2)",
        "cron(0 0 ? * 3#2 *)",
        "cron(0 0 ? * FRI#5 *)",
        "cron(0 0 ? * L *)",
        "cron(0 0 ? * friL *)",
        "cron(0 0 ? * sun,2-4,Sat *)",
        "cron(0 0 ? * MON-FRI/2 *)",
        "cron(0 0 ? NOV-FEB * *)",
        "cron(0  0   ?  *  1  *)",
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(1 hour)",
        "rate(1 day)",
        "rate(7 days)",
        "rate(01 day)",
        "rate(100000 days)",
        "at(2030-02-28T23:59:59)",
        "at(2032-02-29T00:00:00)",
      ] : { name = "n${number}", schedule_expression = expression }
    ]
  }

  assert {
    condition     = length(aws_scheduler_schedule.ecs) == 35
    error_message = "Every expression must become a schedule."
  }
}

run "accepts_time_zones_and_limits" {
  command = plan

  variables {
    names = { schedule = "daily" }

    additional_schedules = concat(
      [
        for zone in ["UTC", "Etc/GMT-14", "America/Argentina/ComodRivadavia", "Asia/Kathmandu", "EST5EDT", "Europe/Kyiv"] :
        { name = replace(zone, "/", "."), schedule_expression = "rate(1 day)", timezone = zone }
      ],
      [
        { name = "least", schedule_expression = "rate(1 day)", flexible_time_window_minutes = 1, task_count = 1, maximum_retry_attempts = 0, maximum_event_age_in_seconds = 60 },
        { name = "most", schedule_expression = "rate(1 day)", flexible_time_window_minutes = 1440, task_count = 10, maximum_retry_attempts = 185, maximum_event_age_in_seconds = 86400 },
        { name = "long", schedule_expression = "rate(1 day)", description = format("%0512d", 0), group = format("%0255d", 0), schedule_name = format("%064d", 0) },
        { name = "largest-overrides", schedule_expression = "rate(1 day)", overrides = "{\"containerOverrides\":[{\"name\":\"main\",\"command\":[\"${format("%08137d", 0)}\"]}]}" },
        { name = "once-with-window", schedule_expression = "at(2030-01-01T00:00:00)", flexible_time_window_minutes = 15 },
        { name = "cluster-default", schedule_expression = "rate(1 day)", capacity_provider_strategies = [] },
        { name = "six-providers", schedule_expression = "rate(1 day)", capacity_provider_strategies = [for n in range(6) : { capacity_provider = "provider-${n}", base = n == 0 ? 100000 : 0, weight = 1000 }] },
        { name = "external", schedule_expression = "rate(1 day)", launch_type = "EXTERNAL", trusted_compute_subnets = [], security_group_ids = [] },
        { name = "most-networks", schedule_expression = "rate(1 day)", trusted_compute_subnets = [for n in range(16) : "subnet-${n}"], security_group_ids = [for n in range(5) : "sg-${n}"] },
      ],
    )
  }

  assert {
    condition     = length(aws_scheduler_schedule.ecs) == 16
    error_message = "Every schedule must be accepted."
  }

  assert {
    condition     = length(aws_scheduler_schedule.ecs["external"].target[0].ecs_parameters[0].network_configuration) == 0
    error_message = "A task on EXTERNAL has no network."
  }

  assert {
    condition     = aws_scheduler_schedule.ecs["six-providers"].target[0].ecs_parameters[0].launch_type == null
    error_message = "Who gives capacity providers does not inherit the launch type."
  }
}

# null is no value: each default that is null plans, and so does each null that a caller passes on.
run "accepts_null_everywhere" {
  command = plan

  variables {
    assign_public_ip             = null
    additional_schedules         = null
    capacity_provider_strategies = null
    container_overrides          = null
    description                  = null
    dlq_alarm_actions            = null
    enabled                      = null
    end_date                     = null
    flexible_time_window_minutes = null
    group                        = null
    launch_type                  = null
    maximum_event_age_in_seconds = null
    maximum_retry_attempts       = null
    names                        = null
    overrides                    = null
    pass_role_arns               = null
    permissions_boundary_arn     = null
    placement_constraints        = null
    placement_strategies         = null
    platform_version             = null
    propagate_tags               = null
    reference_id                 = null
    scheduler_alarms             = null
    security_group_id            = null
    start_date                   = null
    tags                         = null
    task_count                   = null
    task_definition_revision     = null
    task_overrides               = null
    task_tags                    = null
    timezone                     = null
  }

  assert {
    condition     = aws_scheduler_schedule.ecs[""].target[0].retry_policy[0].maximum_retry_attempts == 5
    error_message = "null for a number must mean its default."
  }

  assert {
    condition     = output.schedule_arn == "arn:aws:scheduler:us-east-1:123456789012:schedule/internal-reporting-use1-daily-report/internal-reporting-use1-daily-report"
    error_message = "ARNs must be known at plan."
  }
}

run "inherits_and_drops" {
  command = plan

  variables {
    description                  = "The report"
    start_date                   = "2030-01-01T00:00:00Z"
    end_date                     = "2031-01-01T00:00:00Z"
    timezone                     = "Europe/Berlin"
    flexible_time_window_minutes = 30
    task_count                   = 2
    platform_version             = "1.4.0"
    group                        = "reports"
    reference_id                 = "report"
    propagate_tags               = "TASK_DEFINITION"
    enable_execute_command       = true
    task_tags                    = { Workload = "report" }
    container_overrides          = [{ name = "main", command = ["report"] }]
    task_overrides               = { cpu = 512 }

    additional_schedules = [
      { name = "same", schedule_expression = "rate(1 day)" },
      {
        name                         = "bare"
        schedule_expression          = "rate(1 day)"
        description                  = ""
        start_date                   = ""
        end_date                     = ""
        flexible_time_window_minutes = 0
        platform_version             = ""
        group                        = ""
        reference_id                 = ""
        propagate_tags               = ""
        enable_execute_command       = false
        task_tags                    = {}
        container_overrides          = []
        task_overrides               = {}
      },
      { name = "raw", schedule_expression = "rate(1 day)", overrides = "{\"memory\":\"2048\"}" },
    ]
  }

  assert {
    condition = alltrue([
      for attribute in ["description", "start_date", "end_date", "schedule_expression_timezone", "flexible_time_window", "state"] :
      aws_scheduler_schedule.ecs["same"][attribute] == aws_scheduler_schedule.ecs[""][attribute]
    ]) && aws_scheduler_schedule.ecs["same"].target == aws_scheduler_schedule.ecs[""].target
    error_message = "What an additional schedule does not say must be the primary's."
  }

  assert {
    condition = alltrue([
      for value in [
        aws_scheduler_schedule.ecs["bare"].description,
        aws_scheduler_schedule.ecs["bare"].start_date,
        aws_scheduler_schedule.ecs["bare"].end_date,
        aws_scheduler_schedule.ecs["bare"].target[0].input,
        aws_scheduler_schedule.ecs["bare"].target[0].ecs_parameters[0].platform_version,
        aws_scheduler_schedule.ecs["bare"].target[0].ecs_parameters[0].group,
        aws_scheduler_schedule.ecs["bare"].target[0].ecs_parameters[0].reference_id,
        aws_scheduler_schedule.ecs["bare"].target[0].ecs_parameters[0].propagate_tags,
      ] : value == null
    ]) && aws_scheduler_schedule.ecs["bare"].flexible_time_window[0].mode == "OFF"
    error_message = "An additional schedule must be able to drop what the primary has."
  }

  assert {
    condition     = aws_scheduler_schedule.ecs[""].target[0].input == "{\"containerOverrides\":[{\"command\":[\"report\"],\"name\":\"main\"}],\"cpu\":\"512\"}"
    error_message = "Typed overrides must be the JSON of ECS."
  }

  assert {
    condition     = aws_scheduler_schedule.ecs["raw"].target[0].input == "{\"memory\":\"2048\"}"
    error_message = "Who gives raw overrides must not inherit typed ones."
  }
}

run "passes_the_roles_that_are_looked_up" {
  command = plan

  variables {
    pass_role_arns       = null
    task_overrides       = { task_role_arn = "arn:aws:iam::123456789012:role/typed" }
    additional_schedules = [{ name = "raw", schedule_expression = "rate(1 day)", overrides = "{\"executionRoleArn\":\"arn:aws:iam::123456789012:role/raw\"}" }]
  }

  assert {
    condition = one([
      for statement in data.aws_iam_policy_document.scheduler.statement : statement.resources if contains(statement.actions, "iam:PassRole")
      ]) == toset([
      "arn:aws:iam::123456789012:role/looked-up",
      "arn:aws:iam::123456789012:role/raw",
      "arn:aws:iam::123456789012:role/typed",
    ])
    error_message = "The roles to pass are those of the task definition and of the overrides; a role that is not there (\"\") is none of them."
  }
}

run "has_exactly_six_actions" {
  command = plan

  variables {
    pass_role_arns = ["arn:aws:iam::123456789012:role/daily-report"]
  }

  assert {
    condition = toset(flatten([for statement in data.aws_iam_policy_document.scheduler.statement : tolist(statement.actions)])) == toset([
      "ecs:RunTask", "ecs:TagResource", "iam:PassRole", "kms:Decrypt", "kms:GenerateDataKey", "sqs:SendMessage",
    ])
    error_message = "The role has six actions."
  }

  assert {
    condition     = length(data.aws_ecs_task_definition.scheduled) == 0
    error_message = "Roles that are given must not be looked up."
  }
}

run "passes_no_role_when_there_is_none" {
  command = plan

  assert {
    condition     = !contains(flatten([for statement in data.aws_iam_policy_document.scheduler.statement : tolist(statement.actions)]), "iam:PassRole")
    error_message = "A statement without resources is not valid in IAM."
  }
}

run "runs_only_the_revisions_that_are_pinned" {
  command = plan

  variables {
    task_definition_revision = 7
    additional_schedules     = [{ name = "next", schedule_expression = "rate(1 day)", task_definition_revision = 8 }]
  }

  assert {
    condition = one([
      for statement in data.aws_iam_policy_document.scheduler.statement : statement.resources if contains(statement.actions, "ecs:RunTask")
      ]) == toset([
      "arn:aws:ecs:us-east-1:123456789012:task-definition/daily-report:7",
      "arn:aws:ecs:us-east-1:123456789012:task-definition/daily-report:8",
    ])
    error_message = "Pinned revisions are the only ones the role may run."
  }
}

run "takes_the_deprecated_security_group" {
  command = plan

  variables {
    security_group_ids = []
    security_group_id  = "sg-0123456789abcdef9"
  }

  assert {
    condition     = aws_scheduler_schedule.ecs[""].target[0].ecs_parameters[0].network_configuration[0].security_groups == toset(["sg-0123456789abcdef9"])
    error_message = "security_group_id must still work."
  }
}

run "takes_every_name_and_tag" {
  command = plan

  variables {
    names = {
      dlq                        = "own-dlq"
      dlq_messages_visible_alarm = "own messages"
      dlq_oldest_message_alarm   = "own oldest"
      role                       = "own-role"
      role_policy                = "own-policy"
      schedule                   = "own-schedule"
      schedule_group             = "own-group"
    }
    scheduler_alarms = { TargetErrorCount = { alarm_name = "own errors" } }
    tags             = { ResourceOwner = "somebody-else", Extra = "1" }
  }

  assert {
    condition = [
      aws_sqs_queue.dlq.name,
      aws_cloudwatch_metric_alarm.dlq_messages_visible[0].alarm_name,
      aws_cloudwatch_metric_alarm.dlq_oldest_message[0].alarm_name,
      aws_iam_role.scheduler.name,
      aws_iam_role_policy.scheduler.name,
      aws_scheduler_schedule.ecs[""].name,
      aws_scheduler_schedule_group.ecs.name,
      aws_cloudwatch_metric_alarm.scheduler["TargetErrorCount"].alarm_name,
    ] == ["own-dlq", "own messages", "own oldest", "own-role", "own-policy", "own-schedule", "own-group", "own errors"]
    error_message = "Every name can be chosen."
  }

  assert {
    condition = aws_iam_role.scheduler.tags == tomap({
      BillingDomain  = "reporting"
      BillingEntity  = "analytics"
      Extra          = "1"
      Region         = "use1"
      ResourceOwner  = "somebody-else"
      SecurityDomain = "internal"
    })
    error_message = "The tags are those of the naming standard with the caller's over them."
  }
}

run "makes_no_alarm_on_the_queue_when_told" {
  command = plan

  variables {
    enable_dlq_alarm = false
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.dlq_messages_visible) + length(aws_cloudwatch_metric_alarm.dlq_oldest_message) == 0
    error_message = "enable_dlq_alarm = false makes neither of the two."
  }
}

run "gives_every_alarm_its_settings" {
  command = plan

  variables {
    dlq_alarm_actions                       = ["arn:aws:sns:us-east-1:123456789012:alerts"]
    dlq_ok_actions                          = ["arn:aws:sns:us-east-1:123456789012:recovered"]
    dlq_message_retention_seconds           = 86400
    dlq_messages_visible_threshold          = 4
    dlq_messages_visible_period_seconds     = 120
    dlq_messages_visible_evaluation_periods = 2
    dlq_oldest_message_threshold_seconds    = 1800
    dlq_oldest_message_period_seconds       = 180
    dlq_oldest_message_evaluation_periods   = 3
    scheduler_alarms = {
      InvocationDroppedCount = {}
      TargetErrorCount = {
        alarm_actions      = ["arn:aws:sns:us-east-1:123456789012:errors"]
        ok_actions         = ["arn:aws:sns:us-east-1:123456789012:errors-over"]
        evaluation_periods = 5
        period_seconds     = 240
        statistic          = "Maximum"
        threshold          = 6
      }
      # Nobody is told: an empty list is a value, and not the default.
      InvocationThrottleCount = { alarm_actions = [], ok_actions = [] }
    }
  }

  assert {
    condition = alltrue([
      for alarm in [
        aws_cloudwatch_metric_alarm.dlq_messages_visible[0],
        aws_cloudwatch_metric_alarm.dlq_oldest_message[0],
        aws_cloudwatch_metric_alarm.scheduler["InvocationDroppedCount"],
      ] :
      alarm.alarm_actions == toset(["arn:aws:sns:us-east-1:123456789012:alerts"]) &&
      alarm.ok_actions == toset(["arn:aws:sns:us-east-1:123456789012:recovered"])
    ])
    error_message = "All three kinds of alarm must have the actions of dlq_alarm_actions and dlq_ok_actions."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.scheduler["TargetErrorCount"].alarm_actions == toset(["arn:aws:sns:us-east-1:123456789012:errors"]) &&
      aws_cloudwatch_metric_alarm.scheduler["TargetErrorCount"].ok_actions == toset(["arn:aws:sns:us-east-1:123456789012:errors-over"])
    )
    error_message = "The actions of one metric must replace the default ones."
  }

  assert {
    condition = (
      length(aws_cloudwatch_metric_alarm.scheduler["InvocationThrottleCount"].alarm_actions) == 0 &&
      length(aws_cloudwatch_metric_alarm.scheduler["InvocationThrottleCount"].ok_actions) == 0
    )
    error_message = "An empty list of actions must be kept."
  }

  assert {
    condition = {
      for name, alarm in {
        visible = aws_cloudwatch_metric_alarm.dlq_messages_visible[0]
        oldest  = aws_cloudwatch_metric_alarm.dlq_oldest_message[0]
        errors  = aws_cloudwatch_metric_alarm.scheduler["TargetErrorCount"]
        dropped = aws_cloudwatch_metric_alarm.scheduler["InvocationDroppedCount"]
        } : name => join(" ", [
          alarm.namespace, alarm.metric_name, jsonencode(alarm.dimensions), alarm.statistic, alarm.comparison_operator,
          alarm.threshold, alarm.period, alarm.evaluation_periods, alarm.treat_missing_data,
      ])
      } == {
      visible = "AWS/SQS ApproximateNumberOfMessagesVisible {\"QueueName\":\"internal-reporting-use1-daily-report-dlq\"} Maximum GreaterThanThreshold 4 120 2 notBreaching"
      oldest  = "AWS/SQS ApproximateAgeOfOldestMessage {\"QueueName\":\"internal-reporting-use1-daily-report-dlq\"} Maximum GreaterThanThreshold 1800 180 3 notBreaching"
      errors  = "AWS/Scheduler TargetErrorCount {\"ScheduleGroup\":\"internal-reporting-use1-daily-report\"} Maximum GreaterThanThreshold 6 240 5 notBreaching"
      dropped = "AWS/Scheduler InvocationDroppedCount {\"ScheduleGroup\":\"internal-reporting-use1-daily-report\"} Sum GreaterThanThreshold 0 300 1 notBreaching"
    }
    error_message = "Every alarm must watch its metric with the threshold, period, count and statistic that it was given."
  }

  assert {
    condition     = aws_sqs_queue.dlq.message_retention_seconds == 86400
    error_message = "The queue must keep messages as long as dlq_message_retention_seconds says."
  }
}

run "has_alarms_by_default" {
  command = plan

  assert {
    condition = {
      for name, alarm in {
        visible = aws_cloudwatch_metric_alarm.dlq_messages_visible[0]
        oldest  = aws_cloudwatch_metric_alarm.dlq_oldest_message[0]
      } : name => "${alarm.threshold} ${alarm.period} ${alarm.evaluation_periods}"
    } == { visible = "0 300 1", oldest = "3600 300 1" }
    error_message = "The defaults are any message at all, and an age of an hour."
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.scheduler)) == toset(["InvocationDroppedCount", "InvocationsFailedToBeSentToDeadLetterCount"])
    error_message = "By default there are alarms on what the dead-letter queue never hears of."
  }
}

run "encrypts_the_schedules_and_the_queue" {
  command = plan

  variables {
    additional_schedules = [{ name = "evening", schedule_expression = "rate(1 day)" }]
  }

  assert {
    condition     = alltrue([for schedule in values(aws_scheduler_schedule.ecs) : schedule.kms_key_arn == var.kms_key_arn])
    error_message = "Every schedule must be encrypted with kms_key_arn."
  }

  assert {
    condition     = aws_sqs_queue.dlq.kms_master_key_id == var.kms_key_arn
    error_message = "The dead-letter queue must be encrypted with kms_key_arn."
  }
}

run "accepts_every_kind_of_action" {
  command = plan

  variables {
    dlq_alarm_actions = [
      "arn:aws:sns:us-east-1:123456789012:alerts",
      "arn:aws:lambda:us-east-1:123456789012:function:alerts",
      "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1234abcd-12ab-34cd-56ef-1234567890ab:autoScalingGroupName/group:policyName/grow",
      "arn:aws:ssm:us-east-1:123456789012:opsitem:2#CATEGORY=Availability",
      "arn:aws:ssm-incidents::123456789012:response-plan/missed-runs",
    ]
    dlq_ok_actions = [
      "arn:aws:automate:us-east-1:ec2:reboot",
      "arn:aws:aiops:us-east-1:123456789012:investigation-group:group",
    ]
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.dlq_messages_visible[0].alarm_actions) + length(aws_cloudwatch_metric_alarm.dlq_messages_visible[0].ok_actions) == 7
    error_message = "Every kind of action that CloudWatch takes must be accepted."
  }
}

run "goes_back_to_the_newest_revision" {
  command = plan

  variables {
    task_definition_revision = 7
    additional_schedules     = [{ name = "newest", schedule_expression = "rate(1 day)", task_definition_revision = 0 }]
  }

  assert {
    condition     = aws_scheduler_schedule.ecs["newest"].target[0].ecs_parameters[0].task_definition_arn == "arn:aws:ecs:us-east-1:123456789012:task-definition/daily-report"
    error_message = "Revision 0 of an additional schedule must be the newest one."
  }
}

run "accepts_raw_overrides" {
  command = plan

  variables {
    overrides = jsonencode({
      containerOverrides = [
        {
          name              = "main"
          command           = ["report", ""]
          cpu               = 0
          memory            = 1000000
          memoryReservation = 4
          environment       = [{ name = "EMPTY", value = "" }, { name = "NUMBER", value = "1" }]
        },
        { name = "sidecar", command = [], environment = [] },
      ]
      cpu              = "1 vCPU"
      memory           = "2048"
      ephemeralStorage = { sizeInGiB = 200 }
    })
    additional_schedules = [
      { name = "empty", schedule_expression = "rate(1 day)", overrides = "{\"containerOverrides\":[]}" },
      { name = "pair", schedule_expression = "rate(1 day)", task_overrides = { cpu = 16384, memory = 122880 } },
      { name = "not-on-fargate", schedule_expression = "rate(1 day)", launch_type = "EC2", task_overrides = { cpu = 256, memory = 8192 } },
    ]
  }

  assert {
    condition     = length(aws_scheduler_schedule.ecs) == 4
    error_message = "Overrides that AWS takes must be accepted."
  }
}
