# What AWS takes is not refused: the first and last value of each range; and what comes of it.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name             = "mvp"
  selections       = [{ bus = "mvp-development", rule = "request", job_definition = "job" }]
  target_role_arns = ["arn:aws:iam::123456789012:role/submit-job"]

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}

run "as_it_is_called_most_often" {
  command = plan

  assert {
    condition     = jsondecode(aws_ssm_document.main.content).mainSteps[0].inputs.Script == file("./batch_target_sync/sync.py")
    error_message = "The document must carry the tested file itself."
  }

  assert {
    condition     = output.script_sha256 == filesha256("./batch_target_sync/sync.py")
    error_message = "The output must tell which code the document carries."
  }

  assert {
    condition     = jsondecode(aws_ssm_document.main.content).assumeRole == "arn:aws:iam::867653852961:role/internal-reporting-use1-mvp-sync"
    error_message = "The automation must work with its own role, whoever starts it."
  }

  assert {
    condition = jsondecode(jsondecode(aws_ssm_document.main.content).mainSteps[0].inputs.InputPayload.Settings.Selections) == [
      { bus = "mvp-development", job_definition = "job", rule = "request" }
    ]
    error_message = "The handler must get the selections, without what is not given."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.change["registered"].event_pattern).detail.requestParameters == { jobDefinitionName = ["job"] }
    error_message = "A registered definition is a bare name."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.change["deregistered"].event_pattern).detail.requestParameters.jobDefinition == [
      { prefix = "job:" },
      { prefix = "arn:aws:batch:us-east-1:867653852961:job-definition/job:" },
    ]
    error_message = "A deregistered definition has its revision, by name or by ARN."
  }

  assert {
    condition     = alltrue([for rule in values(aws_cloudwatch_event_rule.change) : jsondecode(rule.event_pattern).detail.errorCode == [{ exists = false }]])
    error_message = "A refused call changes nothing and must start nothing."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.schedule["schedule"].schedule_expression == "rate(60 minutes)"
    error_message = "The safety net runs every hour unless said otherwise."
  }

  assert {
    condition = { for key, alarm in aws_cloudwatch_metric_alarm.sync : key => [alarm.metric_name, alarm.threshold, alarm.period, alarm.evaluation_periods, alarm.treat_missing_data] if key != "not_run" } == {
      failing  = ["Failures", 0, 3600, 1, "ignore"]
      mismatch = ["MismatchAge", 7200, 3600, 1, "ignore"]
    }
    error_message = "An alarm each: failing, and behind for too long."
  }

  assert {
    condition     = [for alarm in [aws_cloudwatch_metric_alarm.sync["not_run"]] : [alarm.threshold, alarm.evaluation_periods, alarm.treat_missing_data]] == [[1, 2, "breaching"]]
    error_message = "An alarm on no run for twice the interval."
  }

  assert {
    condition     = alltrue([for key in ["failing", "mismatch"] : aws_cloudwatch_metric_alarm.sync[key].namespace == "BatchTargetSync" && aws_cloudwatch_metric_alarm.sync[key].dimensions == tomap({ Sync = "internal-reporting-use1-mvp" })])
    error_message = "The alarms must look at this sync's metrics."
  }

  assert {
    condition     = { for query in aws_cloudwatch_metric_alarm.sync["not_run"].metric_query : query.id => query.expression if query.return_data == true } == { filled = "FILL(runs, 0)" }
    error_message = "An interval without a run must be none, and not a missing one that CloudWatch passes over."
  }

  assert {
    condition = { for query in aws_cloudwatch_metric_alarm.sync["not_run"].metric_query : query.id => [query.metric[0].namespace, query.metric[0].metric_name, query.metric[0].stat, query.metric[0].period, query.metric[0].dimensions] if query.return_data != true } == {
      runs = ["BatchTargetSync", "Runs", "Sum", 3600, tomap({ Sync = "internal-reporting-use1-mvp" })]
    }
    error_message = "The runs that are filled must be this sync's, one interval a point."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.sync["not_run"].comparison_operator == "LessThanThreshold" && aws_cloudwatch_metric_alarm.sync["mismatch"].comparison_operator == "GreaterThanThreshold"
    error_message = "No run is too few; an age beyond the threshold is too long."
  }

  assert {
    condition     = { for key, alarm in aws_cloudwatch_metric_alarm.rule : key => alarm.dimensions } == { for key, name in output.rule_names : key => tomap({ RuleName = name }) }
    error_message = "Each rule must have an alarm; on the default bus the rule is the one dimension."
  }

  assert {
    condition     = length(output.alarm_names) == 6 && length(terraform_data.sync_after_apply) == 0
    error_message = "Three alarms on the sync and one a rule, and no step after an apply unless asked for."
  }

  assert {
    condition     = output.state_path == "/batch-target-sync/internal-reporting-use1-mvp"
    error_message = "Each sync must have a state of its own."
  }
}

run "first_values" {
  command = plan

  variables {
    interval_minutes = 5
    mismatch_minutes = 5
    selections       = [{}]
    state_path       = "/a"
    names            = { document = "doc", role = "r", start_role = "s", registered_rule = "a", deregistered_rule = "b", schedule_rule = "c", failing_alarm = "f", mismatch_alarm = "m", not_run_alarm = "n" }
    event_bus_name   = "default"
    log_group_name   = "l"
    operation        = "check"
    topic            = { arn = "arn:aws:sns:us-east-1:123456789012:t" }
    sync_after_apply = {}
  }

  assert {
    condition     = one(flatten([for query in aws_cloudwatch_metric_alarm.sync["not_run"].metric_query : query.metric[*].period])) == 300 && aws_cloudwatch_event_rule.schedule["schedule"].name == "c"
    error_message = "The names and the interval must be as given."
  }

  assert {
    condition     = !contains(keys(jsondecode(aws_cloudwatch_event_rule.change["registered"].event_pattern).detail), "requestParameters")
    error_message = "A selection that names no definition means any."
  }

  assert {
    condition     = aws_cloudwatch_event_target.schedule["schedule"].input == "{\"Operation\":[\"check\"],\"Trigger\":[\"schedule\"]}"
    error_message = "With operation check the rules must only measure."
  }

  assert {
    condition     = output.command_arguments[length(output.command_arguments) - 1] == "[{\"bus\":\"default\"}]"
    error_message = "An empty selection is every Batch target of the default bus."
  }
}

run "last_values" {
  command = plan

  variables {
    interval_minutes = 1440
    mismatch_minutes = 10080
    selections = [
      { bus = join("", [for n in range(256) : "b"]), rule = join("", [for n in range(64) : "r"]), target = join("", [for n in range(64) : "t"]), job_definition = join("", [for n in range(128) : "d"]), region = "us-gov-west-1" },
      # Each of these selects something that another does, too: that is allowed.
      { rule = "nightly" },
      { rule = "nightly", job_definition = "job" },
      { rule = "nightly", job_definition = "job-2" },
      { rule = "nightly", target = "job" },
      { rule = "nightly", target = "job", region = "eu-west-1" },
      { bus = "partner/example.com/orders" },
    ]
    state_path     = "/a/b/c/d/e/f/g/h/i/j/k/l/m"
    names          = { document = join("", [for n in range(128) : "d"]), role = join("", [for n in range(64) : "r"]), registered_rule = join("", [for n in range(64) : "r"]), failing_alarm = join("", [for n in range(255) : "f"]) }
    log_group_name = join("", [for n in range(512) : "l"])
    topic          = { arn = "arn:aws:sns:us-east-1:123456789012:t", key_arns = ["arn:aws:kms:us-east-1:123456789012:key/mrk-1"] }
    alarm_actions  = [for n in range(5) : "arn:aws:sns:us-east-1:123456789012:t${n}"]
    # A response plan has no region in its ARN.
    ok_actions = ["arn:aws:ssm-incidents::123456789012:response-plan/on-call"]
    tags       = { for n in range(45) : "tag${n}" => "" }
  }
}

run "only_by_hand" {
  command = plan

  variables {
    on_change        = false
    interval_minutes = null
    mismatch_minutes = 1
  }

  assert {
    condition     = length(output.rule_names) == 0 && output.start_role_arn == null && length(aws_iam_role.start) == 0
    error_message = "Nothing starts it, so nothing may."
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.sync)) == toset(["failing", "mismatch"]) && aws_cloudwatch_metric_alarm.sync["mismatch"].period == 3600
    error_message = "A sync without a schedule cannot be late."
  }
}

run "without_alarms" {
  command = plan

  variables {
    enable_alarms = false
  }

  assert {
    condition     = length(output.alarm_names) == 0 && length(aws_cloudwatch_metric_alarm.sync) + length(aws_cloudwatch_metric_alarm.rule) == 0
    error_message = "No alarms were asked for."
  }
}

run "after_an_apply" {
  command = plan

  variables {
    sync_after_apply = { python = "/usr/bin/python3.11", triggers = { revision = "12" } }
  }

  assert {
    condition     = terraform_data.sync_after_apply[0].triggers_replace.triggers == tomap({ revision = "12" })
    error_message = "What was given must make it run again."
  }

  assert {
    condition     = terraform_data.sync_after_apply[0].triggers_replace.script == output.script_sha256
    error_message = "Other code must make it run again."
  }
}
