# What the module refuses of the jobs that targets submit, and of overrides. A run for each entry of tests/modules/workflow-bus/refusals.yaml of this repository, by
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

run "job_queue_that_is_a_name" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup", job_queue_arn = "production" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "job_definition_with_a_revision" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup:3", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "job_revision_that_is_no_whole_number" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production", revision = 1.5 } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "synced_without_a_revision" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production", synced = true } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "job_name_with_a_space" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production", job_name = "clean up" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "target_key_that_is_no_job_name" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { "clean.up" = { submit_job = { job_definition = "cleanup", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "array_of_one" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production", array_size = 1 } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "array_over_ten_thousand" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production", array_size = 10001 } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "variable_that_batch_keeps" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production", environment_from_event = { AWS_BATCH_ID = "$.id" } } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "empty_word_for_batch" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production", command = ["run", ""] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "eleven_attempts" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production", attempts = 11 } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "override_without_a_container" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], environment = { LEVEL = "debug" } } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "command_with_null" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], container_name = "main", command = ["run", null] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "environment_name_with_an_equals_sign" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], container_name = "main", environment = { "A=B" = "1" } } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "environment_value_that_is_null" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production", environment = { LEVEL = null } } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "environment_both_literal_and_from_the_event" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], container_name = "main", environment = { STATUS = "x" }, environment_from_event = { STATUS = "$.detail.status" } } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "environment_from_no_path" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], container_name = "main", environment_from_event = { STATUS = "detail.status" } } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "parameters_from_the_whole_event" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { submit_job = { job_definition = "cleanup", job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/production", parameters_from_event = { event = "$" } } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "task_tag_of_aws" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], tags = { "aws:x" = "y" } } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "task_tag_value_with_a_semicolon" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], tags = { Note = "a;b" } } } }
      }
    }
  }

  expect_failures = [var.rules]
}
