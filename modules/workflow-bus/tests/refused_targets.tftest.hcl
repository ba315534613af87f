# What the module refuses of targets and where they lead. A run for each entry of tests/modules/workflow-bus/refusals.yaml of this repository, by
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

run "no_target" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = {}
      }
    }
  }

  expect_failures = [var.rules]
}

run "targets_that_are_null" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = null
      }
    }
  }

  expect_failures = [var.rules]
}

run "sixth_target" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { a = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } }, b = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } }, c = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } }, d = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } }, e = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } }, f = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "target_that_is_null" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = null }
      }
    }
  }

  expect_failures = [var.rules]
}

run "target_key_with_a_space" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { "the work" = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "target_without_a_kind" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = {} }
      }
    }
  }

  expect_failures = [var.rules]
}

run "target_of_two_kinds" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, log = {} } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "retries_over_185" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, maximum_retry_attempts = 186 } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "retries_that_are_no_whole_number" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, maximum_retry_attempts = 1.5 } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "age_under_a_minute" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, maximum_event_age_in_seconds = 59 } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "age_over_a_day" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, maximum_event_age_in_seconds = 86401 } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "role_on_a_log_target" {
  command = plan

  variables {
    rules = {
      failure = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { log = { log = {}, role = { arn = "arn:aws:iam::123456789012:role/events" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "role_on_a_notify_target" {
  command = plan

  variables {
    rules = {
      failure = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { alerts = { notify = { topic_arn = "arn:aws:sns:us-east-1:123456789012:alerts" }, role = { arn = "arn:aws:iam::123456789012:role/events" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "role_on_a_queue_target" {
  command = plan

  variables {
    rules = {
      failure = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, role = { arn = "arn:aws:iam::123456789012:role/events" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "role_that_is_a_name" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"] }, role = { arn = "events" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "topic_that_is_fifo" {
  command = plan

  variables {
    rules = {
      failure = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { alerts = { notify = { topic_arn = "arn:aws:sns:us-east-1:123456789012:alerts.fifo" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "log_group_elsewhere" {
  command = plan

  variables {
    rules = {
      failure = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { log = { log = { log_group_name = "/ecs/cleanup" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "queue_that_is_a_topic" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sns:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "fifo_queue_without_a_message_group" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work.fifo" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "message_group_with_a_space" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work.fifo", message_group_id = "all of it" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "bus_that_is_a_name" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { other = { bus = { bus_arn = "other" } } }
      }
    }
  }

  expect_failures = [var.rules]
}
