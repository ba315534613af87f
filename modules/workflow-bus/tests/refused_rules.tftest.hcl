# What the module refuses of rules. A run for each entry of tests/modules/workflow-bus/refusals.yaml of this repository, by
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

run "rule_that_is_null" {
  command = plan

  variables {
    rules = {
      success = null
    }
  }

  expect_failures = [var.rules]
}

run "rule_key_with_a_space" {
  command = plan

  variables {
    rules = {
      "on success" = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "rule_keys_that_differ_in_case" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
      Success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "rule_name_with_a_slash" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
        name               = "cleanup/success"
      }
    }
  }

  expect_failures = [var.rules]
}

run "rule_name_too_long" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
        name               = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      }
    }
  }

  expect_failures = [var.rules]
}

run "rule_names_that_are_the_same" {
  command = plan

  variables {
    rules = {
      one = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
        name               = "cleanup"
      }
      two = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
        name               = "cleanup"
      }
    }
  }

  expect_failures = [var.rules]
}

run "rule_name_that_is_the_key_of_another" {
  command = plan

  variables {
    rules = {
      one = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
      two = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
        name               = "one"
      }
    }
  }

  expect_failures = [var.rules]
}

run "role_name_with_a_slash" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
        role_names         = { run_task = "service/run" }
      }
    }
  }

  expect_failures = [var.rules]
}

run "role_names_that_are_the_same" {
  command = plan

  variables {
    rules = {
      one = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
        role_names         = { run_task = "runs" }
      }
      two = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
        role_names         = { submit_job = "Runs" }
      }
    }
  }

  expect_failures = [var.rules]
}
