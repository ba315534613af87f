# What the module refuses of event patterns. A run for each entry of tests/modules/workflow-bus/refusals.yaml of this repository, by
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

run "pattern_missing" {
  command = plan

  variables {
    rules = {
      success = {
        targets = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "pattern_in_both_forms" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
        event_pattern      = { source = ["example.backfill"] }
      }
    }
  }

  expect_failures = [var.rules]
}

run "typed_pattern_that_is_empty" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern = {}
        targets       = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "typed_pattern_with_an_empty_detail" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern = { detail = {} }
        targets       = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "typed_pattern_with_an_empty_list" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern = { detail_type = [] }
        targets       = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "typed_pattern_with_the_name_that_json_has" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern = { source = ["example.backfill"], detail-type = ["Done"] }
        targets       = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "pattern_that_is_empty" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "pattern_that_is_no_json" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "source: example"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "pattern_that_is_no_object" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "[\"example.backfill\"]"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "scalar_at_a_leaf" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"detail\":{\"status\":\"success\"}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "empty_array_at_a_leaf" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "empty_object_within_a_pattern" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"detail\":{\"status\":{}}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "array_in_an_array" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[[\"a\"]]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "or_of_one_branch" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"$or\":[{\"source\":[\"a\"]}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "or_that_is_no_array" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"$or\":{\"source\":[\"a\"]}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "or_of_strings" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"detail\":{\"$or\":[\"a\",\"b\"]}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "or_with_a_scalar_at_a_leaf" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"$or\":[{\"source\":[\"a\"]},{\"detail\":{\"status\":\"b\"}}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "or_with_the_name_of_an_operator" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"$or\":[{\"source\":[\"a\"]},{\"detail\":{\"prefix\":[\"b\"]}}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "pattern_too_deep" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{\"i\":{\"j\":{\"k\":[\"x\"]}}}}}}}}}}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}
