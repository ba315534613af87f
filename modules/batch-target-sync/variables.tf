# ---------------------------------------------------------------------------------------------------------------------
# Required
# ---------------------------------------------------------------------------------------------------------------------

variable "name" {
  description = "Name of the sync: letters, digits, hyphens and underscores. It is the last part of every name that `names` does not give."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex(local.patterns.name_part, var.name))
    error_message = "name is \"${var.name}\"; it is part of every name, and the naming standard allows letters, digits, - and _."
  }
}

variable "selections" {
  description = <<-EOT
    Which targets are kept on the highest ACTIVE revision of their job definition. They may overlap.
    - `bus`: name of the bus, in this account.
    - `rule`: name of the rule; every rule of the bus unless given.
    - `target`: id of the target, with its `rule`; every Batch target of the rule unless given.
    - `job_definition`: name of the job definition, without a revision; what each target says unless given. A target of another one
      is left alone.
    - `region`: the region of the module's provider unless given.
  EOT
  type = list(object({
    bus            = optional(string, "default")
    job_definition = optional(string)
    region         = optional(string)
    rule           = optional(string)
    target         = optional(string)
  }))
  nullable = false

  # A template is the function that both a condition and its message can call; see `rules` of workflow-bus.
  validation {
    condition     = templatefile("${path.module}/refusals/selections.tftpl", { selections = var.selections, patterns = local.patterns }) == ""
    error_message = templatefile("${path.module}/refusals/selections.tftpl", { selections = var.selections, patterns = local.patterns })
  }
}

variable "target_role_arns" {
  description = "ARNs of the roles that the targets have. PutTargets passes a target's role on to EventBridge again, so the sync may pass these, and no others."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.target_role_arns) > 0
    error_message = "target_role_arns is empty; a target that submits jobs has a role, and without the right to pass it the sync cannot put the target."
  }

  validation {
    condition     = alltrue([for arn in var.target_role_arns : can(regex(local.patterns.role, arn))])
    error_message = "target_role_arns has ${join(" and ", [for arn in var.target_role_arns : jsonencode(arn) if !can(regex(local.patterns.role, arn))])}; AWS needs the ARN of a role, arn:aws:iam::<12-digit account>:role/<name>, and here without wildcards."
  }
}

variable "resource_owner" {
  description = "Naming standard: the team that answers for the resources. Becomes the tag `ResourceOwner`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex(local.patterns.tag_text, var.resource_owner))
    error_message = "resource_owner is \"${var.resource_owner}\"; it is a tag, and AWS allows 1 to 256 letters, digits, spaces and _.:/=+@-."
  }
}

variable "billing_entity" {
  description = "Naming standard: who pays. Becomes the tag `BillingEntity`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex(local.patterns.tag_text, var.billing_entity))
    error_message = "billing_entity is \"${var.billing_entity}\"; it is a tag, and AWS allows 1 to 256 letters, digits, spaces and _.:/=+@-."
  }
}

variable "billing_domain" {
  description = "Naming standard: the domain that is billed. Second part of the names, and the tag `BillingDomain`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex(local.patterns.name_part, var.billing_domain))
    error_message = "billing_domain is \"${var.billing_domain}\"; it is part of every name, and the naming standard allows letters, digits, - and _."
  }
}

variable "security_domain" {
  description = "Naming standard: the security domain. First part of the names, and the tag `SecurityDomain`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex(local.patterns.name_part, var.security_domain))
    error_message = "security_domain is \"${var.security_domain}\"; it is part of every name, and the naming standard allows letters, digits, - and _."
  }
}

variable "aws_region_short_code" {
  description = "Naming standard: short code of the region, such as `use1`. Third part of the names, and the tag `Region`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.aws_region_short_code))
    error_message = "aws_region_short_code is \"${var.aws_region_short_code}\"; the naming standard allows 2 to 16 lower-case letters, digits and -, beginning with a letter, for example use1."
  }
}

# ---------------------------------------------------------------------------------------------------------------------
# Optional
# ---------------------------------------------------------------------------------------------------------------------

variable "alarm_actions" {
  description = "ARNs told when an alarm goes off, usually SNS topics, of the provider's region; up to 5. An encrypted topic's key must let `cloudwatch.amazonaws.com` use it."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.alarm_actions : can(regex(local.patterns.alarm_action, arn))])
    error_message = "alarm_actions has ${join(" and ", [for arn in var.alarm_actions : jsonencode(arn) if !can(regex(local.patterns.alarm_action, arn))])}; CloudWatch takes ARNs of SNS topics, Lambda functions, Auto Scaling policies, EC2 actions (automate), OpsItems (ssm), response plans (ssm-incidents) and investigation groups (aiops)."
  }

  validation {
    condition     = length(var.alarm_actions) <= 5
    error_message = "alarm_actions has ${length(var.alarm_actions)} entries; AWS allows 5 actions for each state of an alarm."
  }
}

variable "enable_alarms" {
  description = "false makes no alarms: neither on the sync nor on its rules."
  type        = bool
  default     = true
  nullable    = false
}

variable "event_bus_name" {
  description = "Name of a bus of this account and region that gets an event for each change and each failure, with source `dn.eventbridge.targetsync`; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.event_bus_name == null ? true : can(regex(local.patterns.bus_name, var.event_bus_name))
    error_message = "event_bus_name is ${jsonencode(var.event_bus_name)}; AWS needs the name of a bus, not its ARN: 1 to 256 letters, digits and . _ / -."
  }
}

variable "interval_minutes" {
  description = "How often the sync runs as a safety net, in minutes: whole numbers from 5 to 1440. null never: then nothing repairs what an event missed, and no alarm says that the sync does not run."
  type        = number
  default     = 60

  validation {
    condition     = var.interval_minutes == null ? true : var.interval_minutes >= 5 && var.interval_minutes <= 1440 && floor(var.interval_minutes) == var.interval_minutes
    error_message = "interval_minutes is ${var.interval_minutes == null ? 0 : var.interval_minutes}; it takes whole numbers from 5 to 1440: a run may wait two minutes for another, and an alarm looks at a day at most at once."
  }
}

variable "log_group_name" {
  description = "Name of the log group to which this account sends the output of `aws:executeScript`, an account-wide setting of Systems Manager (`/aws/ssm/automation/executeScript` is its default); lets the sync's role write there. null when the account does not: the log is then in the output of each execution."
  type        = string
  default     = null

  validation {
    condition     = var.log_group_name == null ? true : can(regex("^[A-Za-z0-9._/#-]{1,512}$", var.log_group_name))
    error_message = "log_group_name is ${jsonencode(var.log_group_name)}; AWS allows 1 to 512 letters, digits and . _ / # -, and it is not an ARN."
  }
}

variable "mismatch_minutes" {
  description = "The alarm goes off when a target has been behind for longer than this, in minutes: whole numbers from 1 to 10080 (a week), and at least `interval_minutes`, since only a run can tell."
  type        = number
  default     = 120
  nullable    = false

  validation {
    condition     = var.mismatch_minutes >= 1 && var.mismatch_minutes <= 10080 && floor(var.mismatch_minutes) == var.mismatch_minutes
    error_message = "mismatch_minutes is ${var.mismatch_minutes}; it takes whole numbers from 1 to 10080 (a week)."
  }

  validation {
    condition     = var.interval_minutes == null ? true : var.mismatch_minutes >= var.interval_minutes
    error_message = "mismatch_minutes is ${var.mismatch_minutes} and interval_minutes is ${var.interval_minutes == null ? 0 : var.interval_minutes}; only a run can tell that a target is still behind, so the alarm cannot be quicker than the schedule."
  }
}

variable "names" {
  description = <<-EOT
    Names to use instead of the naming standard's, `<security_domain>-<billing_domain>-<aws_region_short_code>-<name>` with an
    ending; to adopt what exists, or to shorten a name that is too long:
    - `document` (3 to 128) - no ending
    - `role` (64), what the automation may do - `-sync`
    - `start_role` (64), with which EventBridge starts it - `-start`
    - `registered_rule` (64) - `-registered`
    - `deregistered_rule` (64) - `-deregistered`
    - `schedule_rule` (64) - `-schedule`
    - `failing_alarm` (255) - `-failing`
    - `mismatch_alarm` (255) - `-mismatch`
    - `not_run_alarm` (255) - `-not-run`

    Where a pattern has no room for all job definitions there are several rules of a kind: the second ends in `-2`. The alarm on a
    rule is called as the rule, with `-FailedInvocations`.
  EOT
  type = object({
    deregistered_rule = optional(string)
    document          = optional(string)
    failing_alarm     = optional(string)
    mismatch_alarm    = optional(string)
    not_run_alarm     = optional(string)
    registered_rule   = optional(string)
    role              = optional(string)
    schedule_rule     = optional(string)
    start_role        = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.names.document == null ? true : can(regex("^[A-Za-z0-9_.-]{3,128}$", var.names.document)) && !can(regex(local.patterns.reserved_document, var.names.document))
    error_message = "names.document is ${jsonencode(var.names.document)}; AWS allows 3 to 128 letters, digits and _ - ., and keeps names that begin with aws, amazon or amzn for itself."
  }

  validation {
    condition = alltrue([
      for name in [var.names.role, var.names.start_role] : name == null ? true : can(regex(local.patterns.role_name, name))
    ])
    error_message = "names.role is ${jsonencode(var.names.role)}, names.start_role is ${jsonencode(var.names.start_role)}; AWS allows 1 to 64 letters, digits and + = , . @ _ -."
  }

  validation {
    condition = alltrue([
      for name in [var.names.registered_rule, var.names.deregistered_rule, var.names.schedule_rule] : name == null ? true : can(regex(local.patterns.rule_name, name))
    ])
    error_message = "names.registered_rule is ${jsonencode(var.names.registered_rule)}, names.deregistered_rule is ${jsonencode(var.names.deregistered_rule)}, names.schedule_rule is ${jsonencode(var.names.schedule_rule)}; AWS allows 1 to 64 letters, digits and . _ -."
  }

  validation {
    condition = alltrue([
      for name in [var.names.failing_alarm, var.names.mismatch_alarm, var.names.not_run_alarm] : name == null ? true : can(regex("^[ -~]{1,255}$", name))
    ])
    error_message = "names.failing_alarm is ${jsonencode(var.names.failing_alarm)}, names.mismatch_alarm is ${jsonencode(var.names.mismatch_alarm)}, names.not_run_alarm is ${jsonencode(var.names.not_run_alarm)}; AWS allows 1 to 255 ASCII characters."
  }
}

variable "ok_actions" {
  description = "ARNs told when an alarm is over; as `alarm_actions`."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.ok_actions : can(regex(local.patterns.alarm_action, arn))])
    error_message = "ok_actions has ${join(" and ", [for arn in var.ok_actions : jsonencode(arn) if !can(regex(local.patterns.alarm_action, arn))])}; CloudWatch takes ARNs of SNS topics, Lambda functions, Auto Scaling policies, EC2 actions (automate), OpsItems (ssm), response plans (ssm-incidents) and investigation groups (aiops)."
  }

  validation {
    condition     = length(var.ok_actions) <= 5
    error_message = "ok_actions has ${length(var.ok_actions)} entries; AWS allows 5 actions for each state of an alarm."
  }
}

variable "on_change" {
  description = "Whether the sync runs when CloudTrail reports RegisterJobDefinition or DeregisterJobDefinition for one of the selections' job definitions (for any, if a selection names none), in the module's region. It needs a trail that records management events."
  type        = bool
  default     = true
  nullable    = false
}

variable "operation" {
  description = "What the rules run: `sync` moves targets, `check` only measures and sets off the alarms, so that a person syncs."
  type        = string
  default     = "sync"
  nullable    = false

  validation {
    condition     = contains(["check", "sync"], var.operation)
    error_message = "operation is \"${var.operation}\"; the rules run sync or check. The other operations are a person's to start."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds what the two roles can do; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:aws[a-z-]*:iam::(\\d{12}|aws):policy/[\\w+=,.@/-]+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${var.permissions_boundary_arn == null ? "" : var.permissions_boundary_arn}\"; AWS needs the ARN of a policy, arn:aws:iam::<12-digit account>:policy/<name>."
  }
}

variable "state_path" {
  description = "Path in Parameter Store under which the sync keeps its lock, the last ten updates and what rollbacks hold; `/batch-target-sync/` with the naming standard's name unless given. No other sync's: who shares it, shares the lock and the rollback."
  type        = string
  default     = null

  # Parameter Store has 15 levels, and below the path there are two.
  validation {
    condition     = var.state_path == null ? true : can(regex("^(/[A-Za-z0-9_.-]+){1,13}$", var.state_path)) && length(var.state_path) <= 900
    error_message = "state_path is ${jsonencode(var.state_path)}; AWS needs / and names of letters, digits and . _ - between slashes, without one at the end: here up to 13 levels and 900 characters, since parameters are below it."
  }

  validation {
    condition     = var.state_path == null ? true : !can(regex("^/(?i:aws|ssm)", var.state_path))
    error_message = "state_path is ${jsonencode(var.state_path)}; AWS keeps paths that begin with aws or ssm, in capitals too, for itself."
  }
}

variable "sync_after_apply" {
  description = <<-EOT
    Runs the sync as a command on the machine that applies, after each apply that changed the selections, the code or `triggers`; null
    for no such step. It works with that machine's AWS credentials, not with the role that is made here, and needs boto3.
    - `python`: the Python (3.11 or later) that has boto3; found on PATH unless it is a path.
    - `triggers`: what else makes it run, by a name for each: the revision of a job definition of the same configuration, for example.
  EOT
  type = object({
    python   = optional(string, "python3")
    triggers = optional(map(string), {})
  })
  default = null

  validation {
    condition     = var.sync_after_apply == null ? true : can(regex("\\S", var.sync_after_apply.python))
    error_message = "sync_after_apply.python is ${try(jsonencode(var.sync_after_apply.python), "null")}; give the command or the path of a Python that has boto3."
  }
}

variable "tags" {
  description = "Tags for everything the module makes, over those of the naming standard (BillingDomain, BillingEntity, Region, ResourceOwner, SecurityDomain)."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.tags) : can(regex("^[\\p{L}\\p{N} _.:/=+@-]{1,128}$", name)) && !startswith(lower(name), "aws:")])
    error_message = "tags has the key ${join(" and ", [for name in keys(var.tags) : "\"${name}\"" if !can(regex("^[\\p{L}\\p{N} _.:/=+@-]{1,128}$", name)) || startswith(lower(name), "aws:")])}; AWS allows 1 to 128 letters, digits, spaces and _.:/=+@-, and keeps aws: for itself."
  }

  validation {
    condition     = alltrue([for value in values(var.tags) : can(regex("^[\\p{L}\\p{N} _.:/=+@-]{0,256}$", value))])
    error_message = "tags has the value ${join(" and ", [for name, value in var.tags : value == null ? "null (${name})" : "\"${value}\" (${name})" if !can(regex("^[\\p{L}\\p{N} _.:/=+@-]{0,256}$", value))])}; AWS allows up to 256 letters, digits, spaces and _.:/=+@-."
  }

  validation {
    condition     = length(distinct([for name in concat(keys(var.tags), ["BillingDomain", "BillingEntity", "Region", "ResourceOwner", "SecurityDomain"]) : lower(name)])) == length(distinct(concat(keys(var.tags), ["BillingDomain", "BillingEntity", "Region", "ResourceOwner", "SecurityDomain"])))
    error_message = "tags has the keys ${join(", ", keys(var.tags))}; IAM takes two keys that differ only in case, among these and those of the naming standard, for the same key."
  }

  validation {
    condition     = length(distinct(concat(keys(var.tags), ["BillingDomain", "BillingEntity", "Region", "ResourceOwner", "SecurityDomain"]))) <= 50
    error_message = "tags has ${length(var.tags)} tags; AWS allows 50, and the naming standard has 5."
  }
}

variable "topic" {
  description = <<-EOT
    SNS topic of this region that gets a message for each change and each failure; null tells nobody. An object, so that a topic of the
    same plan can be given.
    - `arn`: ARN of the topic, which is not FIFO.
    - `key_arns`: ARN of the topic's KMS key, if it has one of the customer (a list, so that a key of the same plan can be given): the sync's
      role may then use it through SNS. The key's policy must leave that to IAM, or name the role.
  EOT
  type = object({
    arn      = string
    key_arns = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.topic == null ? true : can(regex(local.patterns.topic, var.topic.arn))
    error_message = "topic.arn is ${try(jsonencode(var.topic.arn), "null")}; AWS needs the ARN of a standard SNS topic (not .fifo), arn:aws:sns:<region>:<12-digit account>:<name>."
  }

  validation {
    condition     = var.topic == null ? true : alltrue([for arn in var.topic.key_arns : can(regex(local.patterns.kms_key, arn))])
    error_message = "topic.key_arns has ${try(join(" and ", [for arn in var.topic.key_arns : jsonencode(arn) if !can(regex(local.patterns.kms_key, arn))]), "null")}; AWS needs the ARN of a key, arn:aws:kms:<region>:<12-digit account>:key/<id>, not of an alias."
  }
}
