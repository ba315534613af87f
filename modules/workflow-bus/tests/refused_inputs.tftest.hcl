# What the module refuses of what targets are given. A run for each entry of tests/modules/workflow-bus/refusals.yaml of this repository, by
# its name; the words of the refusals are there.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "cleanup"

  rules = {
    success = {
      event_pattern_json = "{\"source\":[\"example.backfill\"]}"
      targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
    }
  }

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}

run "input_and_input_path" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, input = "{}", input_path = "$.detail" } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "input_on_a_task" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"] }, input = "{}" } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "input_path_on_a_job" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production" }, input_path = "$.detail" } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "input_transformer_on_a_bus" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { other = { bus = { bus_arn = "arn:aws:events:us-east-1:123456789012:event-bus/other" }, input_transformer = { input_template = "\"x\"" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "input_path_on_a_log_target" {
  command = plan

  variables {
    rules = {
      failure = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { log = { log = {}, input_path = "$.detail" } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "input_that_is_no_json" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, input = "it failed" } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "input_path_that_is_none" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, input_path = "detail.status" } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "input_path_with_a_filter" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, input_path = "$.detail[?(@.a)]" } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "template_with_an_unknown_variable" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, input_transformer = { input_paths = { status = "$.detail.status" }, input_template = "\"<state>\"" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "template_that_is_empty" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, input_transformer = { input_template = "" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "template_without_quotes" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, input_transformer = { input_template = "it failed" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "template_for_logs_without_a_timestamp" {
  command = plan

  variables {
    rules = {
      failure = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { log = { log = {}, input_transformer = { input_paths = { status = "$.detail.status" }, input_template = "{\"message\":<status>}" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "input_path_name_that_is_reserved" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, input_transformer = { input_paths = { "aws.events.event" = "$.detail" }, input_template = "\"x\"" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "input_path_of_a_transformer_that_is_none" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, input_transformer = { input_paths = { status = "detail" }, input_template = "\"<status>\"" } } }
      }
    }
  }

  expect_failures = [var.rules]
}
