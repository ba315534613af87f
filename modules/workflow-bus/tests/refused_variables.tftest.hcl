# What the module refuses of its other variables. A run takes about as long for one wrong variable as for ten, so each has
# several: every one of them breaks exactly one rule, and every one is expected to fail. The words of the refusals are in
# tests/modules/workflow-bus/refusals.yaml of this repository.

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

run "round_01" {
  command = plan

  variables {
    name                                 = "clean.up"                                # name with a dot
    resource_owner                       = "a;b"                                     # resource owner with a semicolon
    billing_entity                       = ""                                        # billing entity that is empty
    billing_domain                       = "a b"                                     # billing domain with a space
    security_domain                      = "a.b"                                     # security domain with a dot
    aws_region_short_code                = "USE1"                                    # region short code in capitals
    permissions_boundary_arn             = "boundary"                                # permissions boundary that is a name
    alarm_actions                        = ["arn:aws:iam::123456789012:role/alerts"] # alarm action that is a role
    ok_actions                           = ["alerts"]                                # ok action that is a name
    archive                              = { retention_days = -1 }                   # archive of less than a day
    bus_name                             = "default"                                 # bus called default
    create_key                           = {}                                        # key that exists and is made
    key                                  = { arn = "arn:aws:kms:us-east-1:123456789012:key/0d1c2b3a-0000-4000-8000-000000000001" }
    dlq_message_retention_seconds        = 59                           # dlq retention under a minute
    dlq_messages_visible_threshold       = -1                           # dlq depth below zero
    dlq_oldest_message_threshold_seconds = -1                           # dlq age below zero
    log_retention_days                   = 31                           # log retention that cloudwatch does not have
    names                                = { dlq = "lost.fifo" }        # dlq name that is fifo
    rule_alarms                          = { FailedInvocations = null } # alarm that is null
    tags                                 = { "aws:x" = "y" }            # tag of aws
  }

  expect_failures = [
    var.alarm_actions,
    var.archive,
    var.aws_region_short_code,
    var.billing_domain,
    var.billing_entity,
    var.bus_name,
    var.create_key,
    var.dlq_message_retention_seconds,
    var.dlq_messages_visible_threshold,
    var.dlq_oldest_message_threshold_seconds,
    var.log_retention_days,
    var.name,
    var.names,
    var.ok_actions,
    var.permissions_boundary_arn,
    var.resource_owner,
    var.rule_alarms,
    var.security_domain,
    var.tags,
  ]
}

run "round_02" {
  command = plan

  variables {
    alarm_actions = ["arn:aws:sns:us-east-1:123456789012:a", "arn:aws:sns:us-east-1:123456789012:b", "arn:aws:sns:us-east-1:123456789012:c", "arn:aws:sns:us-east-1:123456789012:d", "arn:aws:sns:us-east-1:123456789012:e", "arn:aws:sns:us-east-1:123456789012:f"] # six alarm actions
    ok_actions    = ["arn:aws:sns:us-east-1:123456789012:a", "arn:aws:sns:us-east-1:123456789012:b", "arn:aws:sns:us-east-1:123456789012:c", "arn:aws:sns:us-east-1:123456789012:d", "arn:aws:sns:us-east-1:123456789012:e", "arn:aws:sns:us-east-1:123456789012:f"] # six ok actions
    archive       = { retention_days = null }                                                                                                                                                                                                                        # archive without retention
    bus_name      = "aws.partner"                                                                                                                                                                                                                                    # bus of aws
    create_key    = { alias = "alias/cleanup" }                                                                                                                                                                                                                      # key alias with its prefix
    names         = { archive = "clean/up" }                                                                                                                                                                                                                         # archive name with a slash
    rule_alarms   = { Failures = {} }                                                                                                                                                                                                                                # alarm on a metric that does not exist
    tags          = { Note = "a;b" }                                                                                                                                                                                                                                 # tag value with a semicolon
  }

  expect_failures = [
    var.alarm_actions,
    var.archive,
    var.bus_name,
    var.create_key,
    var.names,
    var.ok_actions,
    var.rule_alarms,
    var.tags,
  ]
}

run "round_03" {
  command = plan

  variables {
    archive           = { retention_days = 30, event_pattern_json = "{\"source\":\"example\"}" } # archive with a scalar at a leaf
    existing_bus_name = "arn:aws:events:us-east-1:123456789012:event-bus/default"                # existing bus that is an arn
    create_key        = { deletion_window_in_days = 6 }                                          # key deleted within a week
    names             = { dlq_oldest_message_alarm = "" }                                        # alarm name that is empty
    rule_alarms       = { FailedInvocations = { period_seconds = 90 } }                          # alarm with a period of 90 seconds
    tags              = { region = "use1" }                                                      # tags that differ in case
  }

  expect_failures = [
    var.archive,
    var.create_key,
    var.existing_bus_name,
    var.names,
    var.rule_alarms,
    var.tags,
  ]
}

run "round_04" {
  command = plan

  variables {
    existing_bus_name = "default" # bus that exists and is made
    bus_name          = "cleanup"
    key               = { arn = "arn:aws:kms:us-east-1:123456789012:alias/aws/sqs" }             # key that is an alias
    names             = { dlq_messages_visible_alarm = "dlq", dlq_oldest_message_alarm = "dlq" } # alarm names that are the same
    rule_alarms       = { FailedInvocations = { evaluation_periods = 0 } }                       # alarm without periods
  }

  expect_failures = [
    var.existing_bus_name,
    var.key,
    var.names,
    var.rule_alarms,
  ]
}

run "round_05" {
  command = plan

  variables {
    names             = { log_resource_policy = "events:logs" } # log resource policy with a colon
    existing_bus_name = "default"                               # publishers of a bus that exists
    publishers        = { backfill = { principal_arns = ["arn:aws:iam::123456789012:root"], sources = ["example"] } }
    rule_alarms       = { FailedInvocations = { evaluation_periods = 289 } } # alarm over more than a day
  }

  expect_failures = [
    var.names,
    var.publishers,
    var.rule_alarms,
  ]
}

run "round_06" {
  command = plan

  variables {
    publishers  = { backfill = null }                        # publisher that is null
    rule_alarms = { FailedInvocations = { threshold = -1 } } # alarm threshold below zero
  }

  expect_failures = [
    var.publishers,
    var.rule_alarms,
  ]
}

run "round_07" {
  command = plan

  variables {
    publishers = { "back fill" = { principal_arns = ["arn:aws:iam::123456789012:root"], sources = ["example"] } } # publisher name with a space
  }

  expect_failures = [
    var.publishers,
  ]
}

run "round_08" {
  command = plan

  variables {
    publishers = { backfill = { principal_arns = [], sources = ["example"] } } # publisher without a principal
  }

  expect_failures = [
    var.publishers,
  ]
}

run "round_09" {
  command = plan

  variables {
    publishers = { backfill = { principal_arns = ["*"], sources = ["example"] } } # publisher that is anybody
  }

  expect_failures = [
    var.publishers,
  ]
}

run "round_10" {
  command = plan

  variables {
    publishers = { backfill = { principal_arns = ["arn:aws:iam::123456789012:root"], sources = [] } } # publisher without a source
  }

  expect_failures = [
    var.publishers,
  ]
}

run "round_11" {
  command = plan

  variables {
    publishers = { backfill = { principal_arns = ["arn:aws:iam::123456789012:root"], sources = ["example.*"] } } # publisher with a wildcard in its source
  }

  expect_failures = [
    var.publishers,
  ]
}

run "round_12" {
  command = plan

  variables {
    publishers = { backfill = { principal_arns = ["arn:aws:iam::123456789012:root"], sources = ["aws.ec2"] } } # publisher with a source of aws
  }

  expect_failures = [
    var.publishers,
  ]
}
