# What the module refuses of its variables. A run takes about as long for one wrong variable as for ten, so each has several: every
# one of them is expected to fail. The words of the refusals are in
# tests/modules/batch-target-sync/refusals.yaml of this repository.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name             = "mvp"
  selections       = [{ bus = "mvp-development", rule = "request" }]
  target_role_arns = ["arn:aws:iam::123456789012:role/submit-job"]

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}

run "round_01" {
  command = plan

  variables {
    name                     = "m.v.p"                                                      # name with a dot
    resource_owner           = "a;b"                                                        # resource owner with a semicolon
    billing_entity           = ""                                                           # billing entity that is empty
    billing_domain           = "a b"                                                        # billing domain with a space
    security_domain          = "a.b"                                                        # security domain with a dot
    aws_region_short_code    = "USE1"                                                       # region short code in capitals
    selections               = []                                                           # no selections
    target_role_arns         = []                                                           # no roles
    alarm_actions            = ["arn:aws:iam::123456789012:role/alerts"]                    # alarm action that is a role
    ok_actions               = ["alerts"]                                                   # ok action that is a name
    event_bus_name           = "arn:aws:events:us-east-1:123456789012:event-bus/operations" # bus by its arn
    log_group_name           = "arn:aws:logs:us-east-1:123456789012:log-group:l"            # log group by its arn
    mismatch_minutes         = 0                                                            # mismatch of no time
    names                    = { document = "aws-document" }                                # document name of aws
    operation                = "rollback"                                                   # operation for people
    permissions_boundary_arn = "boundary"                                                   # permissions boundary that is a name
    state_path               = "/a//b"                                                      # path with an empty level
    sync_after_apply         = { python = " " }                                             # python that is blank
    tags                     = { "aws:x" = "y" }                                            # tag of aws
    topic                    = { arn = "arn:aws:sns:us-east-1:123456789012:t.fifo" }        # topic that is fifo
  }

  expect_failures = [
    var.alarm_actions,
    var.aws_region_short_code,
    var.billing_domain,
    var.billing_entity,
    var.event_bus_name,
    var.log_group_name,
    var.mismatch_minutes,
    var.name,
    var.names,
    var.ok_actions,
    var.operation,
    var.permissions_boundary_arn,
    var.resource_owner,
    var.security_domain,
    var.selections,
    var.state_path,
    var.sync_after_apply,
    var.tags,
    var.target_role_arns,
    var.topic,
  ]
}

run "round_02" {
  command = plan

  variables {
    selections       = [{ rule = "a" }, null]                                                   # selection that is null
    target_role_arns = ["arn:aws:iam::123456789012:role/*"]                                     # role with a wildcard
    alarm_actions    = [for n in range(6) : "arn:aws:sns:us-east-1:123456789012:t${n}"]         # six alarm actions
    ok_actions       = [for n in range(6) : "arn:aws:sns:us-east-1:123456789012:t${n}"]         # six ok actions
    mismatch_minutes = 10081                                                                    # mismatch over a week
    names            = { role = "a/b" }                                                         # role name with a slash
    state_path       = "/AWS/targets"                                                           # path of aws
    tags             = { "Team" = "a;b" }                                                       # tag value with a semicolon
    topic            = { arn = "arn:aws:sns:us-east-1:123456789012:t", key_arns = ["alias/t"] } # key that is an alias
  }

  expect_failures = [
    var.alarm_actions,
    var.mismatch_minutes,
    var.names,
    var.ok_actions,
    var.selections,
    var.state_path,
    var.tags,
    var.target_role_arns,
    var.topic,
  ]
}

run "round_03" {
  command = plan

  variables {
    selections       = [{ bus = "arn:aws:events:us-east-1:123456789012:event-bus/b" }] # bus by its arn
    names            = { start_role = "" }                                             # start role without a name
    mismatch_minutes = 59                                                              # mismatch sooner than the schedule
    state_path       = "targets"                                                       # path without a slash
    tags             = { "resourceowner" = "x" }                                       # tag like one of the naming standard
  }

  expect_failures = [
    var.mismatch_minutes,
    var.names,
    var.selections,
    var.state_path,
    var.tags,
  ]
}

run "round_04" {
  command = plan

  variables {
    selections       = [{ rule = "a b" }]                       # rule with a space
    names            = { schedule_rule = "a/b" }                # rule name with a slash
    mismatch_minutes = 90.5                                     # mismatch of half a minute more
    state_path       = "/a/b/c/d/e/f/g/h/i/j/k/l/m/n"           # path with fourteen levels
    tags             = { for n in range(46) : "tag${n}" => "" } # too many tags
  }

  expect_failures = [
    var.mismatch_minutes,
    var.names,
    var.selections,
    var.state_path,
    var.tags,
  ]
}

run "round_05" {
  command = plan

  variables {
    selections       = [{ rule = "a", target = "t#1" }] # target with a number sign
    names            = { mismatch_alarm = "ä" }         # alarm name that is not ascii
    state_path       = "/ssm-targets"                   # path of systems manager
    interval_minutes = 4                                # interval under five minutes
  }

  expect_failures = [
    var.interval_minutes,
    var.names,
    var.selections,
    var.state_path,
  ]
}

run "round_06" {
  command = plan

  variables {
    selections       = [{ target = "job" }] # target without its rule
    names            = { document = "ab" }  # document name of two characters
    interval_minutes = 1441                 # interval over a day
  }

  expect_failures = [
    var.interval_minutes,
    var.names,
    var.selections,
  ]
}

run "round_07" {
  command = plan

  variables {
    selections       = [{ job_definition = "job:12" }] # definition with a revision
    interval_minutes = 7.5                             # interval with half a minute
  }

  expect_failures = [
    var.interval_minutes,
    var.selections,
  ]
}

run "round_08" {
  command = plan

  variables {
    selections = [{ region = "us-east" }] # region that is none
  }

  expect_failures = [
    var.selections,
  ]
}

run "round_09" {
  command = plan

  variables {
    selections = [{ rule = "a" }, { rule = "b" }, { bus = "default", rule = "a" }] # selection that is there twice
  }

  expect_failures = [
    var.selections,
  ]
}

run "round_10" {
  command = plan

  variables {
    selections = [{ rule = "a", target = "t", job_definition = "one" }, { rule = "a", target = "t", job_definition = "two" }] # target of two definitions
  }

  expect_failures = [
    var.selections,
  ]
}
