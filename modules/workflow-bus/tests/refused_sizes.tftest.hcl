# One more than AWS allows. A run breaks one rule; what is longer than a table of words can show is not in
# tests/modules/workflow-bus/refusals.yaml.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name  = "cleanup"
  rules = {}

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}

run "three_hundred_and_one_rules" {
  command = plan

  variables {
    rules = {
      for n in range(301) : "rule${n}" => {
        event_pattern = { source = ["x"] }
        targets       = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "description_of_513_characters" {
  command = plan

  variables {
    rules = {
      success = {
        description   = format("%0513d", 0)
        event_pattern = { source = ["x"] }
        targets       = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "pattern_of_2049_characters" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = jsonencode({ a = [format("%02039d", 0)] })
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "typed_pattern_of_2049_characters" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern = { source = [format("%02034d", 0)] }
        targets       = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "input_of_8193_characters" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern = { source = ["x"] }
        targets       = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, input = jsonencode(format("%08191d", 0)) } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "input_path_of_257_characters" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern = { source = ["x"] }
        targets       = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, input_path = "$.${format("%0255d", 0)}" } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "template_of_8193_characters" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern = { source = ["x"] }
        targets       = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }, input_transformer = { input_template = jsonencode(format("%08191d", 0)) } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "one_hundred_and_one_paths" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern = { source = ["x"] }
        targets = {
          work = {
            queue             = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" }
            input_transformer = { input_paths = { for n in range(101) : "p${n}" => "$.detail.p${n}" }, input_template = "\"<p0>\"" }
          }
        }
      }
    }
  }

  expect_failures = [var.rules]
}

run "one_hundred_and_one_values_from_the_event" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern = { source = ["x"] }
        targets = {
          cleanup = {
            submit_job = {
              job_queue_arn          = "arn:aws:batch:us-east-1:123456789012:job-queue/production"
              job_definition         = "cleanup"
              environment_from_event = { for n in range(50) : "p${n}" => "$.detail.p${n}" }
              parameters_from_event  = { for n in range(51) : "p${n}" => "$.detail.p${n}" }
            }
          }
        }
      }
    }
  }

  expect_failures = [var.rules]
}

run "fifty_one_tags_of_a_task" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern = { source = ["x"] }
        targets = {
          cleanup = {
            run_task = {
              cluster_arn    = "arn:aws:ecs:us-east-1:123456789012:cluster/production"
              family         = "cleanup"
              pass_role_arns = []
              subnets        = ["subnet-0123456789abcdef0"]
              tags           = { for n in range(51) : "t${n}" => "x" }
            }
          }
        }
      }
    }
  }

  expect_failures = [var.rules]
}

run "group_of_256_characters" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern = { source = ["x"] }
        targets = {
          cleanup = {
            run_task = {
              cluster_arn    = "arn:aws:ecs:us-east-1:123456789012:cluster/production"
              family         = "cleanup"
              pass_role_arns = []
              subnets        = ["subnet-0123456789abcdef0"]
              group          = format("%0256d", 0)
            }
          }
        }
      }
    }
  }

  expect_failures = [var.rules]
}

run "log_group_of_513_characters_and_archive_description_of_513_and_46_tags" {
  command = plan

  variables {
    archive = { retention_days = 1, description = format("%0513d", 0) }
    names   = { archive = "cleanup" }
    rules = {
      failure = {
        event_pattern = { source = ["x"] }
        targets       = { log = { log = { log_group_name = "/aws/events/${format("%0501d", 0)}" } } }
      }
    }
    tags = { for n in range(46) : "tag${n}" => "x" }
  }

  expect_failures = [var.archive, var.rules, var.tags]
}
