# What the module refuses of the operators of event patterns. A run for each entry of tests/modules/workflow-bus/refusals.yaml of this repository, by
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

run "unknown_operator" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[{\"starts-with\":\"a\"}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "two_operators_in_one_object" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[{\"prefix\":\"a\",\"suffix\":\"b\"}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "prefix_of_a_number" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[{\"prefix\":5}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "suffix_of_a_wildcard" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[{\"suffix\":{\"wildcard\":\"a*\"}}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "equals_ignore_case_of_a_list" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[{\"equals-ignore-case\":[\"a\"]}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "exists_of_a_string" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[{\"exists\":\"true\"}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "wildcards_in_a_row" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[{\"wildcard\":\"a**\"}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "anything_but_of_strings_and_numbers" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[{\"anything-but\":[\"a\",1]}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "anything_but_of_an_unknown_operator" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[{\"anything-but\":{\"cidr\":\"10.0.0.0/8\"}}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "anything_but_of_an_empty_prefix" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[{\"anything-but\":{\"prefix\":\"\"}}]}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "numeric_of_a_number" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"detail\":{\"count\":[{\"numeric\":5}]}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "numeric_with_a_string_as_bound" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"detail\":{\"count\":[{\"numeric\":[\">\",\"0\"]}]}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "numeric_with_bounds_the_wrong_way_round" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"detail\":{\"count\":[{\"numeric\":[\">\",5,\"<\",5]}]}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "numeric_beyond_what_is_compared" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"detail\":{\"count\":[{\"numeric\":[\"=\",5000000001]}]}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "numeric_with_seven_digits_after_the_point" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"detail\":{\"count\":[{\"anything-but\":[0.1234567]}]}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "cidr_without_a_mask" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"detail\":{\"ip\":[{\"cidr\":\"10.0.0.1\"}]}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "cidr_of_a_single_address" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"detail\":{\"ip\":[{\"cidr\":\"10.0.0.1/32\"}]}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "cidr_of_no_address" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"detail\":{\"ip\":[{\"cidr\":\"10.0.0.300/24\"}]}}"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}
