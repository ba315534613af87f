# What the module refuses of the tasks that targets run. A run for each entry of tests/modules/workflow-bus/refusals.yaml of this repository, by
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

run "cluster_that_is_a_name" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "family_with_a_revision" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup:2", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "task_revision_of_zero" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], revision = 0 } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "pass_role_with_a_wildcard" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = ["arn:aws:iam::123456789012:role/*"], subnets = ["subnet-0123456789abcdef0"] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "pass_roles_that_are_null" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = null, subnets = ["subnet-0123456789abcdef0"] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "eleven_tasks" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], task_count = 11 } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "launch_type_that_does_not_exist" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], launch_type = "LAMBDA" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "launch_type_and_capacity_providers" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], launch_type = "FARGATE", capacity_provider_strategies = [{ capacity_provider = "FARGATE_SPOT" }] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "seven_capacity_providers" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], capacity_provider_strategies = [{ capacity_provider = "a" }, { capacity_provider = "b" }, { capacity_provider = "c" }, { capacity_provider = "d" }, { capacity_provider = "e" }, { capacity_provider = "f" }, { capacity_provider = "g" }] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "capacity_provider_that_is_null" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], capacity_provider_strategies = [null, { capacity_provider = "a" }] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "capacity_provider_with_a_space" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], capacity_provider_strategies = [{ capacity_provider = "on demand" }] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "weight_over_a_thousand" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], capacity_provider_strategies = [{ capacity_provider = "a", weight = 1001 }] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "base_on_two_capacity_providers" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], capacity_provider_strategies = [{ capacity_provider = "a", base = 1 }, { capacity_provider = "b", base = 1 }] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "weight_zero_everywhere" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], capacity_provider_strategies = [{ capacity_provider = "a", weight = 0 }, { capacity_provider = "b", weight = 0 }] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "fargate_among_other_capacity_providers" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], capacity_provider_strategies = [{ capacity_provider = "FARGATE" }, { capacity_provider = "b" }] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "platform_version_in_words" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], platform_version = "newest" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "platform_version_on_ec2" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], launch_type = "EC2", platform_version = "LATEST" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "public_ip_on_ec2" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], launch_type = "EC2", assign_public_ip = true } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "propagate_tags_of_a_service" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], propagate_tags = "SERVICE" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "container_name_with_a_slash" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], container_name = "a/b" } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "no_subnets_on_fargate" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = [] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "seventeen_subnets" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-01", "subnet-02", "subnet-03", "subnet-04", "subnet-05", "subnet-06", "subnet-07", "subnet-08", "subnet-09", "subnet-10", "subnet-11", "subnet-12", "subnet-13", "subnet-14", "subnet-15", "subnet-16", "subnet-17"] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "subnet_that_is_a_name" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["private"] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "six_security_groups" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-01", "sg-02", "sg-03", "sg-04", "sg-05", "sg-06"] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "security_group_that_is_a_name" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], security_group_ids = ["default"] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "security_groups_without_subnets" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = [], launch_type = "EC2", security_group_ids = ["sg-01"] } } }
      }
    }
  }

  expect_failures = [var.rules]
}

run "network_on_external" {
  command = plan

  variables {
    rules = {
      success = {
        event_pattern_json = "{\"source\":[\"example.backfill\"]}"
        targets            = { cleanup = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production", family = "cleanup", pass_role_arns = [], subnets = ["subnet-0123456789abcdef0"], launch_type = "EXTERNAL" } } }
      }
    }
  }

  expect_failures = [var.rules]
}
