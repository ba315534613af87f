# What AWS takes is not refused: every operator of event patterns, and the first and last value of each range.

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

run "every_operator" {
  command = plan

  variables {
    rules = {
      for key, pattern in {
        literals           = { a = ["x", 1, -1.5, true, null, "10.0.0.1", ""] }
        prefix             = { a = [{ prefix = "x" }, { prefix = "" }, { prefix = { equals-ignore-case = "x" } }] }
        suffix             = { a = [{ suffix = ".csv" }, { suffix = { equals-ignore-case = ".csv" } }] }
        equals-ignore-case = { a = [{ equals-ignore-case = "X" }] }
        wildcard           = { a = [{ wildcard = "*a*b*" }, { wildcard = "a\\*\\\\*" }, { wildcard = "<*>" }] }
        exists             = { a = [{ exists = true }], b = [{ exists = false }] }
        cidr               = { a = [{ cidr = "10.0.0.0/0" }, { cidr = "10.1.2.3/31" }, { cidr = "2001:db8::/127" }] }
        numeric            = { a = [{ numeric = ["=", 301.8] }, { numeric = ["<", -5000000000] }, { numeric = ["<=", 0.123456] }, { numeric = [">", 5000000000] }, { numeric = [">=", 1] }, { numeric = [">", 0, "<=", 5] }, { numeric = [">=", 0, "<", 5] }] }
        anything-but       = { a = [{ anything-but = "x" }, { anything-but = 5 }, { anything-but = ["x", "y"] }, { anything-but = [1, 2.5] }] }
        anything-but-of    = { a = [{ anything-but = { prefix = "x" } }, { anything-but = { suffix = ["x", "y"] } }, { anything-but = { equals-ignore-case = ["x"] } }, { anything-but = { wildcard = "*x" } }, { anything-but = { wildcard = ["*x", "y*"] } }] }
        or                 = { "$or" = [{ source = ["x"] }, { detail = { a = ["y"], "$or" = [{ b = ["z"] }, { c = [{ exists = false }] }] } }] }
        # Fields that no event has are taken, and never match.
        unknown-field = { detail_type = ["x"], anything = { at = { all = ["y"] } } }
        named-prefix  = { detail = { prefix = ["x"], numeric = { cidr = [1] } } }
        deep          = { a = { b = { c = { d = { e = { f = { g = { h = { i = { j = ["x"] } } } } } } } } } }
        long          = { a = [format("%02038d", 0)] }
        unlike-html   = { a = [replace(format("%02038d", 0), "0", "&")] }
        } : key => {
        event_pattern_json = "  ${replace(jsonencode(pattern), "{", "{\n  ")}\n"
        targets            = { work = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work" } } }
      }
    }
  }
}

run "first_values" {
  command = plan

  variables {
    archive                              = { retention_days = 0 }
    create_key                           = { deletion_window_in_days = 7 }
    dlq_message_retention_seconds        = 60
    dlq_messages_visible_threshold       = 0
    dlq_oldest_message_threshold_seconds = 0
    log_retention_days                   = 0
    rule_alarms                          = { FailedInvocations = { evaluation_periods = 1, period_seconds = 60 } }

    rules = {
      a = {
        event_pattern = { source = ["x"] }
        targets = {
          a = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/c", family = "f", pass_role_arns = [], revision = 1, task_count = 1, subnets = ["subnet-1"] } }
          b = { run_task = { cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/c", family = "f", pass_role_arns = [], launch_type = "EC2" } }
          c = { submit_job = { job_queue_arn = "arn:aws:batch:us-east-1:123456789012:job-queue/q", job_definition = "d", revision = 1, array_size = 2, attempts = 1, job_name = "j", synced = false } }
          d = { notify = { topic_arn = "arn:aws:sns:us-east-1:123456789012:t" }, maximum_retry_attempts = 0, maximum_event_age_in_seconds = 60, input = "\"x\"" }
          e = { log = { log_group_name = "/aws/events/l" }, input_transformer = { input_paths = { time = "$.time" }, input_template = "{\"timestamp\":<time>,\"message\":<aws.events.event.json>}" } }
        }
      }
    }
  }
}

run "last_values" {
  command = plan

  variables {
    archive                       = { retention_days = 3650, event_pattern_json = "{\"source\":[\"x\"]}", description = join("", [for n in range(512) : "d"]) }
    bus_name                      = join("", [for n in range(256) : "b"])
    names                         = { archive = "cleanup" }
    create_key                    = { alias = "cleanup", deletion_window_in_days = 30 }
    dlq_message_retention_seconds = 1209600
    log_retention_days            = 3653
    rule_alarms                   = { FailedInvocations = { evaluation_periods = 7, period_seconds = 86400 } }
    publishers = {
      backfill = { principal_arns = ["arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:role/a/b"], sources = ["x"], detail_types = ["Backfill Completed"] }
    }

    rules = {
      last = {
        name          = join("", [for n in range(64) : "r"])
        description   = join("", [for n in range(512) : "d"])
        event_pattern = { account = ["123456789012"], detail_type = ["x"], region = ["us-east-1"], resources = ["r"], source = ["x"], detail = { status = ["success"], other = ["a", "b"] } }
        targets = {
          a = {
            role = { arn = "arn:aws:iam::123456789012:role/events" }
            run_task = {
              cluster_arn                  = "arn:aws:ecs:us-east-1:123456789012:cluster/c"
              family                       = join("", [for n in range(255) : "f"])
              pass_role_arns               = ["arn:aws:iam::123456789012:role/service/task"]
              task_count                   = 10
              capacity_provider_strategies = [{ capacity_provider = "FARGATE", base = 100000, weight = 1000 }, { capacity_provider = "FARGATE_SPOT", weight = 0 }]
              platform_version             = "1.4.0"
              subnets                      = [for n in range(16) : "subnet-${n}"]
              security_group_ids           = [for n in range(5) : "sg-${n}"]
              assign_public_ip             = true
              container_name               = "main"
              environment                  = { EMPTY = "" }
              environment_from_event       = { for n in range(99) : "V${n}" => "$.detail['a'].b-c[0].*" }
              propagate_tags               = "TASK_DEFINITION"
              group                        = join("", [for n in range(255) : "g"])
              tags                         = { for n in range(50) : "t${n}" => "" }
            }
          }
          b = {
            submit_job = {
              job_queue_arn         = "arn:aws:batch:us-east-1:123456789012:job-queue/q"
              job_definition        = join("", [for n in range(128) : "d"])
              array_size            = 10000
              attempts              = 10
              parameters            = { a = "b" }
              parameters_from_event = { c = "$.detail.c" }
              revision              = 2147483647
              synced                = true
            }
          }
          c = {
            notify                       = { topic_arn = "arn:aws:sns:us-east-1:123456789012:t" }
            maximum_retry_attempts       = 185
            maximum_event_age_in_seconds = 86400
            input_transformer            = { input_paths = { s = "$.detail.status" }, input_template = "\"It is <s>\"\n\"by <aws.events.rule-name>\"" }
          }
          d = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:work.fifo", message_group_id = "all" }, input_path = "$.detail" }
          e = { bus = { bus_arn = "arn:aws:events:eu-west-1:123456789012:event-bus/other" } }
        }
      }
    }
  }
}

run "an_archive_and_a_key_for_a_bus_that_exists" {
  command = plan

  variables {
    existing_bus_name = "aws.partner/example.com/events"
    archive           = { retention_days = 1 }
    key               = { arn = "arn:aws:kms:us-east-1:123456789012:key/0d1c2b3a-0000-4000-8000-000000000001" }
    names             = { archive = "partner" }
  }
}
