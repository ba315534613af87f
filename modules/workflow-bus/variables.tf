# ---------------------------------------------------------------------------------------------------------------------
# Required
# ---------------------------------------------------------------------------------------------------------------------

variable "name" {
  description = "Name of the workflow: letters, digits, hyphens and underscores. It is the last part of every name that `names` and `rules` do not give."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex(local.patterns.name_part, var.name))
    error_message = "name is \"${var.name}\"; it is part of every name, and the naming standard allows letters, digits, - and _."
  }
}

variable "rules" {
  description = <<-EOT
    Rules of the bus, by a short key that becomes part of the names of roles and alarms: what each matches and where a matching
    event goes.
    - `name`: name of the rule, unique on its bus, up to 64 characters; the key unless given.
    - `description`: what the rule is for, up to 512 characters.
    - `enabled`: false keeps the rule and matches nothing.
    - `event_pattern`: what an event must be, each field a list of the values it may have: `source`, `detail_type`, `account`,
      `region`, `resources`, and `detail`, whose keys are fields of the event's detail. This or `event_pattern_json`.
    - `event_pattern_json`: an event pattern as EventBridge has it, with its operators and deeper fields, up to 2048 characters.
    - `role_names`: names of the roles that the rule's targets need, up to 64 characters: `run_task`, `submit_job`, `put_events`;
      by default the naming standard's with the rule's key and `-run-task`, `-submit-job` or `-put-events`.
    - `targets`: up to five, by a key that becomes the target's id. Each is one of:
      - `run_task`: runs a task on ECS. `cluster_arn`, `family`, `revision` (the newest ACTIVE one unless given),
        `pass_role_arns` (the roles of the task definition: `role_arns` of ecs-task), `task_count` (1 to 10), `launch_type`
        (`FARGATE` unless given or `capacity_provider_strategies`), `platform_version`, `subnets`, `security_group_ids`,
        `assign_public_ip`, `container_name` with what is overridden in that container: `environment` (literal),
        `environment_from_event` (variables whose value is at a JSON path of the event, such as `$.detail.status`) and
        `command`; `enable_ecs_managed_tags`, `enable_execute_command`, `group`, `propagate_tags` (`TASK_DEFINITION`), `tags`.
      - `submit_job`: submits a job to AWS Batch. `job_queue_arn`, `job_definition` (its name), `revision` (Batch takes the newest
        ACTIVE one unless given), `job_name` (the target's key unless given), `array_size` (2 to 10000), `attempts` (1 to 10),
        `parameters`, `parameters_from_event`, `environment`, `environment_from_event`, `command`. `synced`: true where the
        revision is kept by batch-target-sync: Terraform pins `revision` when it makes the target, and leaves the revision alone
        afterwards.
      - `notify`: publishes to an SNS topic. `topic_arn`. The topic's owner adds output `topic_policy_statements`.
      - `log`: writes to a CloudWatch log group. `log_group_name` begins with `/aws/events/`; by default that and the name of the
        rule. `existing`: true for a group that is made elsewhere.
      - `queue`: sends to an SQS queue. `queue_arn`, and `message_group_id`, which a FIFO queue needs. The queue's owner adds
        output `queue_policy_statements`.
      - `bus`: puts the event on another bus. `bus_arn`.

      And each may have:
      - `maximum_retry_attempts`: 0 to 185, and `maximum_event_age_in_seconds`: 60 to 86400; then the event goes to the
        dead-letter queue. The defaults are EventBridge's, the longest.
      - `input` (JSON instead of the event), `input_path` (a part of it) or `input_transformer` (`input_paths` and
        `input_template`): for `notify` and `queue`. `log` takes `input_transformer` only, whose template is an object with
        `timestamp` and `message`.
      - `role`: a role that exists, by its `arn`, instead of the one that is made here; for `run_task`, `submit_job` and `bus`. An
        object, so that a role of the same plan can be given.
  EOT
  type = map(object({
    name        = optional(string)
    description = optional(string)
    enabled     = optional(bool, true)
    event_pattern = optional(object({
      account     = optional(list(string))
      detail      = optional(map(list(string)))
      detail_type = optional(list(string))
      detail-type = optional(list(string))
      region      = optional(list(string))
      resources   = optional(list(string))
      source      = optional(list(string))
    }))
    event_pattern_json = optional(string)
    role_names = optional(object({
      put_events = optional(string)
      run_task   = optional(string)
      submit_job = optional(string)
    }), {})
    targets = map(object({
      run_task = optional(object({
        cluster_arn      = string
        family           = string
        pass_role_arns   = list(string)
        assign_public_ip = optional(bool, false)
        capacity_provider_strategies = optional(list(object({
          capacity_provider = string
          base              = optional(number, 0)
          weight            = optional(number, 1)
        })), [])
        command                 = optional(list(string), [])
        container_name          = optional(string)
        enable_ecs_managed_tags = optional(bool, false)
        enable_execute_command  = optional(bool, false)
        environment             = optional(map(string), {})
        environment_from_event  = optional(map(string), {})
        group                   = optional(string)
        launch_type             = optional(string)
        platform_version        = optional(string)
        propagate_tags          = optional(string)
        revision                = optional(number)
        security_group_ids      = optional(list(string), [])
        subnets                 = optional(list(string), [])
        tags                    = optional(map(string), {})
        task_count              = optional(number, 1)
      }))
      submit_job = optional(object({
        job_definition         = string
        job_queue_arn          = string
        array_size             = optional(number)
        attempts               = optional(number)
        command                = optional(list(string), [])
        environment            = optional(map(string), {})
        environment_from_event = optional(map(string), {})
        job_name               = optional(string)
        parameters             = optional(map(string), {})
        parameters_from_event  = optional(map(string), {})
        revision               = optional(number)
        synced                 = optional(bool, false)
      }))
      notify = optional(object({
        topic_arn = string
      }))
      log = optional(object({
        existing       = optional(bool, false)
        log_group_name = optional(string)
      }))
      queue = optional(object({
        queue_arn        = string
        message_group_id = optional(string)
      }))
      bus = optional(object({
        bus_arn = string
      }))
      input      = optional(string)
      input_path = optional(string)
      input_transformer = optional(object({
        input_template = string
        input_paths    = optional(map(string), {})
      }))
      maximum_event_age_in_seconds = optional(number, 86400)
      maximum_retry_attempts       = optional(number, 185)
      role                         = optional(object({ arn = string }))
    }))
  }))
  nullable = false

  # A validation cannot use a local that comes from its own variable, and a precondition would not name the caller's line. A
  # template is the function that both a condition and its message can call: each says what is wrong, and nothing when all is well.
  # There are several because a value that only the apply knows makes its own validation wait, and should not make others wait.
  validation {
    condition     = templatefile("${path.module}/refusals/rules.tftpl", { rules = var.rules, patterns = local.patterns }) == ""
    error_message = templatefile("${path.module}/refusals/rules.tftpl", { rules = var.rules, patterns = local.patterns })
  }

  validation {
    condition     = templatefile("${path.module}/refusals/targets.tftpl", { rules = var.rules, patterns = local.patterns }) == ""
    error_message = templatefile("${path.module}/refusals/targets.tftpl", { rules = var.rules, patterns = local.patterns })
  }

  validation {
    condition     = templatefile("${path.module}/refusals/inputs.tftpl", { rules = var.rules, patterns = local.patterns, predefined = local.predefined_template_variables }) == ""
    error_message = templatefile("${path.module}/refusals/inputs.tftpl", { rules = var.rules, patterns = local.patterns, predefined = local.predefined_template_variables })
  }

  validation {
    condition     = templatefile("${path.module}/refusals/run_task.tftpl", { rules = var.rules, patterns = local.patterns }) == ""
    error_message = templatefile("${path.module}/refusals/run_task.tftpl", { rules = var.rules, patterns = local.patterns })
  }

  validation {
    condition     = templatefile("${path.module}/refusals/networks.tftpl", { rules = var.rules }) == ""
    error_message = templatefile("${path.module}/refusals/networks.tftpl", { rules = var.rules })
  }

  validation {
    condition     = templatefile("${path.module}/refusals/submit_job.tftpl", { rules = var.rules, patterns = local.patterns }) == ""
    error_message = templatefile("${path.module}/refusals/submit_job.tftpl", { rules = var.rules, patterns = local.patterns })
  }

  validation {
    condition     = templatefile("${path.module}/refusals/overrides.tftpl", { rules = var.rules, patterns = local.patterns }) == ""
    error_message = templatefile("${path.module}/refusals/overrides.tftpl", { rules = var.rules, patterns = local.patterns })
  }

  validation {
    condition     = templatefile("${path.module}/refusals/arns.tftpl", { rules = var.rules, patterns = local.patterns }) == ""
    error_message = templatefile("${path.module}/refusals/arns.tftpl", { rules = var.rules, patterns = local.patterns })
  }

  validation {
    condition = alltrue([for rule in values(var.rules) : (rule.event_pattern == null) != (rule.event_pattern_json == null) if rule != null])
    error_message = join("\n", [
      for key, rule in var.rules : "rules.${key} has ${rule.event_pattern == null ? "neither event_pattern nor" : "both event_pattern and"} event_pattern_json; a rule needs one of them."
      if rule == null ? false : (rule.event_pattern == null) == (rule.event_pattern_json == null)
    ])
  }

  validation {
    condition = templatefile("${path.module}/refusals/event_pattern.tftpl", merge(local.event_pattern_rules, {
      patterns = { for key, rule in var.rules : "rules.${key}.event_pattern_json" => rule.event_pattern_json if try(rule.event_pattern_json != null, false) }
    })) == ""
    error_message = templatefile("${path.module}/refusals/event_pattern.tftpl", merge(local.event_pattern_rules, {
      patterns = { for key, rule in var.rules : "rules.${key}.event_pattern_json" => rule.event_pattern_json if try(rule.event_pattern_json != null, false) }
    }))
  }

  # EventBridge's own name is in the type to be refused: Terraform drops what a type does not have without a word, and the rule
  # would match events of every type.
  validation {
    condition = alltrue([for rule in values(var.rules) : try(rule.event_pattern.detail-type == null, true)])
    error_message = join("\n", [
      for key, rule in var.rules : "rules.${key}.event_pattern has detail-type; it is detail_type here, and detail-type in event_pattern_json."
      if !try(rule.event_pattern.detail-type == null, true)
    ])
  }

  # The typed pattern as EventBridge has it: what is not given is left out, and detail_type is detail-type.
  validation {
    condition = templatefile("${path.module}/refusals/event_pattern.tftpl", merge(local.event_pattern_rules, {
      patterns = {
        for key, rule in var.rules : "rules.${key}.event_pattern" => jsonencode({
          for field, values in rule.event_pattern : replace(field, "_", "-") => values if values != null && field != "detail-type"
        }) if try(rule.event_pattern != null && rule.event_pattern.detail-type == null, false)
      }
    })) == ""
    error_message = templatefile("${path.module}/refusals/event_pattern.tftpl", merge(local.event_pattern_rules, {
      patterns = {
        for key, rule in var.rules : "rules.${key}.event_pattern" => jsonencode({
          for field, values in rule.event_pattern : replace(field, "_", "-") => values if values != null && field != "detail-type"
        }) if try(rule.event_pattern != null && rule.event_pattern.detail-type == null, false)
      }
    }))
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

variable "archive" {
  description = <<-EOT
    Keeps the events of the bus, so that they can be replayed; null for no archive.
    - `retention_days`: days that an event is kept; 0 for ever.
    - `event_pattern_json`: which events are kept, as an event pattern; all unless given.
    - `description`: what it is for.
  EOT
  type = object({
    retention_days     = number
    description        = optional(string)
    event_pattern_json = optional(string)
  })
  default = null

  validation {
    condition     = var.archive == null ? true : try(var.archive.retention_days >= 0 && floor(var.archive.retention_days) == var.archive.retention_days, false)
    error_message = "archive.retention_days is ${try(jsonencode(var.archive.retention_days), "null")}; AWS allows whole numbers of days, and 0 for ever."
  }

  validation {
    condition     = try(length(var.archive.description) <= 512, true)
    error_message = "archive.description has ${try(length(var.archive.description), 0)} characters; AWS allows 512."
  }

  validation {
    condition = templatefile("${path.module}/refusals/event_pattern.tftpl", merge(local.event_pattern_rules, {
      patterns = { for pattern in [try(var.archive.event_pattern_json, null)] : "archive.event_pattern_json" => pattern if pattern != null }
    })) == ""
    error_message = templatefile("${path.module}/refusals/event_pattern.tftpl", merge(local.event_pattern_rules, {
      patterns = { for pattern in [try(var.archive.event_pattern_json, null)] : "archive.event_pattern_json" => pattern if pattern != null }
    }))
  }
}

variable "bus_name" {
  description = "Name of the bus that is made; the naming standard's with the workflow's name unless given. Up to 256 letters, digits and . _ -, and not `default`."
  type        = string
  default     = null

  validation {
    condition     = var.bus_name == null ? true : can(regex(local.patterns.bus_name, var.bus_name)) && var.bus_name != "default" && !startswith(lower(var.bus_name), "aws.")
    error_message = "bus_name is ${jsonencode(var.bus_name)}; AWS allows 1 to 256 letters, digits and . _ -, but not default, and not aws. at the beginning. A bus that exists goes into existing_bus_name."
  }
}

variable "create_key" {
  description = <<-EOT
    Makes a KMS key for the bus, the dead-letter queue and the log groups, whose policy lets EventBridge, CloudWatch Logs and the
    account's administrators use it; null for none, or for `key`.
    - `alias`: alias of the key without `alias/`; none unless given.
    - `deletion_window_in_days`: days in which a deletion can be taken back, 7 to 30.
  EOT
  type = object({
    alias                   = optional(string)
    deletion_window_in_days = optional(number, 30)
  })
  default = null

  validation {
    condition     = var.create_key == null || var.key == null
    error_message = "create_key and key are both given; the key is made here, or exists."
  }

  validation {
    condition     = try(var.create_key.alias, null) == null ? true : can(regex("^[A-Za-z0-9/_-]{1,250}$", var.create_key.alias)) && !startswith(var.create_key.alias, "aws/") && !startswith(var.create_key.alias, "alias/")
    error_message = "create_key.alias is ${try(jsonencode(var.create_key.alias), "null")}; AWS allows 1 to 250 letters, digits and / _ -, without alias/ at the beginning, and keeps aws/ for itself."
  }

  validation {
    condition     = var.create_key == null ? true : var.create_key.deletion_window_in_days >= 7 && var.create_key.deletion_window_in_days <= 30 && floor(var.create_key.deletion_window_in_days) == var.create_key.deletion_window_in_days
    error_message = "create_key.deletion_window_in_days is ${try(var.create_key.deletion_window_in_days, 0)}; AWS allows whole numbers of days from 7 to 30."
  }
}

variable "dlq_message_retention_seconds" {
  description = "How long the dead-letter queue keeps a message, in seconds: 60 to 1209600. The default is the longest, 14 days."
  type        = number
  default     = 1209600
  nullable    = false

  validation {
    condition     = var.dlq_message_retention_seconds >= 60 && var.dlq_message_retention_seconds <= 1209600 && floor(var.dlq_message_retention_seconds) == var.dlq_message_retention_seconds
    error_message = "dlq_message_retention_seconds is ${var.dlq_message_retention_seconds}; AWS allows whole numbers from 60 to 1209600 (14 days)."
  }
}

variable "dlq_messages_visible_threshold" {
  description = "The alarm on the depth of the dead-letter queue goes off above this number of messages."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.dlq_messages_visible_threshold >= 0
    error_message = "dlq_messages_visible_threshold is ${var.dlq_messages_visible_threshold}; a number of messages is 0 or more."
  }
}

variable "dlq_oldest_message_threshold_seconds" {
  description = "The alarm on the age of the dead-letter queue goes off when its oldest message is older than this, in seconds."
  type        = number
  default     = 3600
  nullable    = false

  validation {
    condition     = var.dlq_oldest_message_threshold_seconds >= 0
    error_message = "dlq_oldest_message_threshold_seconds is ${var.dlq_oldest_message_threshold_seconds}; an age is 0 s or more."
  }
}

variable "enable_alarms" {
  description = "false makes no alarms: neither on the rules nor on the dead-letter queue."
  type        = bool
  default     = true
  nullable    = false
}

variable "existing_bus_name" {
  description = "Name of a bus that exists, whose rules these become; then no bus, no bus policy and no encryption of it is made here. `default` is the account's own bus."
  type        = string
  default     = null

  validation {
    condition     = var.existing_bus_name == null ? true : can(regex("^[A-Za-z0-9._/-]{1,256}$", var.existing_bus_name))
    error_message = "existing_bus_name is ${jsonencode(var.existing_bus_name)}; AWS needs the name of a bus, not its ARN: 1 to 256 letters, digits and . _ / -."
  }

  validation {
    condition     = var.existing_bus_name == null || var.bus_name == null
    error_message = "existing_bus_name is ${jsonencode(var.existing_bus_name)} and bus_name is ${jsonencode(var.bus_name)}; a bus exists, or is made here."
  }
}

variable "keep_log_groups" {
  description = "Whether the log groups and what is in them stay in the account when their rules are removed or the groups renamed: Terraform then only forgets them. It takes effect with the apply that sets it, so set it before a removal. false deletes them."
  type        = bool
  default     = false
  nullable    = false
}

variable "key" {
  description = <<-EOT
    A KMS key that exists, of this region, for the bus, the dead-letter queue and the log groups; null for AWS's own keys. Its owner
    merges output `key_policy_statements` into its policy. An object, so that a key of the same plan can be given.
    - `arn`: ARN of the key.
  EOT
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.key == null ? true : can(regex(local.patterns.kms_key, var.key.arn))
    error_message = "key.arn is ${try(jsonencode(var.key.arn), "null")}; AWS needs the ARN of a key, arn:aws:kms:<region>:<12-digit account>:key/<id>, not of an alias: under alias/aws/sqs the messages for the dead-letter queue are lost."
  }
}

variable "log_resource_policy" {
  description = "true makes the account's CloudWatch Logs resource policy that lets the rules write their log groups; a region has room for ten such policies. false: output `log_resource_policy_document` is in one that is made elsewhere."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that the log groups keep events: one of the numbers that CloudWatch Logs offers; 0 for ever."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days
    )
    error_message = "log_retention_days is ${var.log_retention_days}; AWS allows 0 (for ever), 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653."
  }
}

variable "names" {
  description = <<-EOT
    Names to use instead of the naming standard's, `<security_domain>-<billing_domain>-<aws_region_short_code>-<name>` with an
    ending; to adopt what exists, or to shorten a name that is too long:
    - `dlq` (80) - `-dlq`
    - `archive` (48) - no ending
    - `dlq_messages_visible_alarm` (255) - `-dlq-messages-visible`
    - `dlq_oldest_message_alarm` (255) - `-dlq-oldest-message`
    - `log_resource_policy` (255) - `-events-to-logs`

    The names of the bus, the rules and their roles are in `bus_name` and `rules`; those of alarms on rules end in the rule's key and
    the metric.
  EOT
  type = object({
    archive                    = optional(string)
    dlq                        = optional(string)
    dlq_messages_visible_alarm = optional(string)
    dlq_oldest_message_alarm   = optional(string)
    log_resource_policy        = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.names.dlq == null ? true : can(regex("^[A-Za-z0-9_-]{1,80}$", var.names.dlq))
    error_message = "names.dlq is ${jsonencode(var.names.dlq)}; AWS allows 1 to 80 letters, digits, - and _, and EventBridge no FIFO queue."
  }

  validation {
    condition     = var.names.archive == null ? true : can(regex("^[A-Za-z0-9._-]{1,48}$", var.names.archive))
    error_message = "names.archive is ${jsonencode(var.names.archive)}; AWS allows 1 to 48 letters, digits and . _ -."
  }

  validation {
    condition = alltrue([
      for name in [var.names.dlq_messages_visible_alarm, var.names.dlq_oldest_message_alarm] : name == null ? true : can(regex("^[ -~]{1,255}$", name))
    ])
    error_message = "names.dlq_messages_visible_alarm is ${jsonencode(var.names.dlq_messages_visible_alarm)}, names.dlq_oldest_message_alarm is ${jsonencode(var.names.dlq_oldest_message_alarm)}; AWS allows 1 to 255 ASCII characters."
  }

  validation {
    condition     = var.names.dlq_messages_visible_alarm == null ? true : var.names.dlq_messages_visible_alarm != var.names.dlq_oldest_message_alarm
    error_message = "names.dlq_messages_visible_alarm and names.dlq_oldest_message_alarm are both ${jsonencode(var.names.dlq_oldest_message_alarm)}; they are two alarms."
  }

  validation {
    condition     = var.names.log_resource_policy == null ? true : can(regex("^[^:*]{1,255}$", var.names.log_resource_policy))
    error_message = "names.log_resource_policy is ${jsonencode(var.names.log_resource_policy)}; AWS allows 1 to 255 characters, without * and :."
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

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds what the targets' roles can do; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:aws[a-z-]*:iam::(\\d{12}|aws):policy/[\\w+=,.@/-]+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${var.permissions_boundary_arn == null ? "" : var.permissions_boundary_arn}\"; AWS needs the ARN of a policy, arn:aws:iam::<12-digit account>:policy/<name>."
  }
}

variable "publishers" {
  description = <<-EOT
    Who may put which events on the bus that is made, by a name for each: a statement of the bus's policy.
    - `principal_arns`: ARNs of roles or users, or of whole accounts (`arn:aws:iam::123456789012:root`). A principal of another
      account needs the same permission there.
    - `sources`: what `source` its events may have.
    - `detail_types`: what `detail-type` they may have; any unless given.
  EOT
  type = map(object({
    principal_arns = list(string)
    sources        = list(string)
    detail_types   = optional(list(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(var.publishers) == 0 || var.existing_bus_name == null
    error_message = "publishers has ${join(", ", keys(var.publishers))} and existing_bus_name is ${jsonencode(var.existing_bus_name)}; who may put events on a bus that exists is said where that bus is made."
  }

  validation {
    condition     = alltrue([for publisher in values(var.publishers) : publisher != null])
    error_message = "publishers has null for ${join(" and ", [for name, publisher in var.publishers : name if publisher == null])}; leave it out."
  }

  validation {
    condition     = alltrue([for name in keys(var.publishers) : can(regex("^[A-Za-z0-9_-]{1,64}$", name))])
    error_message = "publishers has the name ${join(" and ", [for name in keys(var.publishers) : jsonencode(name) if !can(regex("^[A-Za-z0-9_-]{1,64}$", name))])}; it is part of the id of a statement, and AWS allows 1 to 64 letters, digits, - and _."
  }

  validation {
    condition     = alltrue([for publisher in values(var.publishers) : try(length(publisher.principal_arns) > 0, false) if publisher != null])
    error_message = "publishers: principal_arns of ${join(" and ", [for name, publisher in var.publishers : name if publisher == null ? false : try(length(publisher.principal_arns), 0) == 0])} is empty; a statement of a policy needs a principal."
  }

  validation {
    condition = alltrue(flatten([
      for publisher in values(var.publishers) : [for arn in coalesce(publisher.principal_arns, []) : can(regex(local.patterns.principal, arn))] if publisher != null
    ]))
    error_message = "publishers has the principal ${join(" and ", flatten([
      for name, publisher in var.publishers : [for arn in coalesce(publisher.principal_arns, []) : "${jsonencode(arn)} (${name})" if !can(regex(local.patterns.principal, arn))] if publisher != null
    ]))}; AWS needs the ARN of a role, a user or an account (arn:aws:iam::<12-digit account>:root), without wildcards."
  }

  validation {
    condition     = alltrue([for publisher in values(var.publishers) : try(length(publisher.sources) > 0, false) if publisher != null])
    error_message = "publishers: sources of ${join(" and ", [for name, publisher in var.publishers : name if publisher == null ? false : try(length(publisher.sources), 0) == 0])} is empty; say which source its events may have."
  }

  validation {
    condition = alltrue(flatten([
      for publisher in values(var.publishers) : [
        for text in concat(coalesce(publisher.sources, []), coalesce(publisher.detail_types, [])) : can(regex("^[^*?]+$", text)) && !can(regex("\\$\\{", text))
      ] if publisher != null
    ]))
    error_message = "publishers has the source or detail type ${join(" and ", flatten([
      for name, publisher in var.publishers : [
        for text in concat(coalesce(publisher.sources, []), coalesce(publisher.detail_types, [])) : "${jsonencode(text)} (${name})" if !can(regex("^[^*?]+$", text)) || can(regex("\\$\\{", text))
      ] if publisher != null
    ]))}; it is compared as it is, so it is not empty and has no wildcard and no policy variable."
  }

  validation {
    condition = alltrue(flatten([
      for publisher in values(var.publishers) : [for source in coalesce(publisher.sources, []) : !can(regex("^aws\\.", source))] if publisher != null
    ]))
    error_message = "publishers has the source ${join(" and ", flatten([
      for name, publisher in var.publishers : [for source in coalesce(publisher.sources, []) : "${jsonencode(source)} (${name})" if can(regex("^aws\\.", source))] if publisher != null
    ]))}; AWS takes no event from anybody whose source begins with aws."
  }
}

variable "rule_alarms" {
  description = <<-EOT
    Alarms on each rule, by EventBridge's metric: what no target heard of. Metrics: FailedInvocations (a target refused for good),
    InvocationsSentToDlq, InvocationsFailedToBeSentToDlq (the event is lost).
    - `threshold`: the alarm goes off above it.
    - `period_seconds`: a multiple of 60.
    - `evaluation_periods`: how many periods in a row.
  EOT
  type = map(object({
    evaluation_periods = optional(number, 1)
    period_seconds     = optional(number, 300)
    threshold          = optional(number, 0)
  }))
  default = {
    FailedInvocations              = {}
    InvocationsFailedToBeSentToDlq = {}
    InvocationsSentToDlq           = {}
  }
  nullable = false

  validation {
    condition     = alltrue([for alarm in values(var.rule_alarms) : alarm != null])
    error_message = "rule_alarms has null for ${join(" and ", [for metric, alarm in var.rule_alarms : metric if alarm == null])}; leave a metric out for no alarm, or say {} for the defaults."
  }

  validation {
    condition     = length(setsubtract(keys(var.rule_alarms), local.rule_metrics)) == 0
    error_message = "rule_alarms has ${join(" and ", setsubtract(keys(var.rule_alarms), local.rule_metrics))}; an alarm here is on ${join(", ", local.rule_metrics)}."
  }

  validation {
    condition     = alltrue([for alarm in values(var.rule_alarms) : alarm.period_seconds >= 60 && alarm.period_seconds % 60 == 0 if alarm != null])
    error_message = "rule_alarms: period_seconds is ${join(" and ", [for metric, alarm in var.rule_alarms : "${alarm.period_seconds} (${metric})" if alarm == null ? false : alarm.period_seconds < 60 || alarm.period_seconds % 60 != 0])}; AWS allows multiples of 60 for the metrics of a service."
  }

  validation {
    condition     = alltrue([for alarm in values(var.rule_alarms) : alarm.evaluation_periods >= 1 && floor(alarm.evaluation_periods) == alarm.evaluation_periods if alarm != null])
    error_message = "rule_alarms: evaluation_periods is ${join(" and ", [for metric, alarm in var.rule_alarms : "${alarm.evaluation_periods} (${metric})" if alarm == null ? false : alarm.evaluation_periods < 1 || floor(alarm.evaluation_periods) != alarm.evaluation_periods])}; AWS allows whole numbers of 1 or more."
  }

  validation {
    condition     = alltrue([for alarm in values(var.rule_alarms) : alarm.evaluation_periods * alarm.period_seconds <= (alarm.period_seconds < 3600 ? 86400 : 604800) if alarm != null])
    error_message = "rule_alarms: evaluation_periods is ${join(" and ", [for metric, alarm in var.rule_alarms : "${alarm.evaluation_periods} of ${alarm.period_seconds} s (${metric})" if alarm == null ? false : alarm.evaluation_periods * alarm.period_seconds > (alarm.period_seconds < 3600 ? 86400 : 604800)])}; AWS allows one day in all, or seven days with periods of an hour or more."
  }

  validation {
    condition     = alltrue([for alarm in values(var.rule_alarms) : alarm.threshold >= 0 if alarm != null])
    error_message = "rule_alarms: threshold is ${join(" and ", [for metric, alarm in var.rule_alarms : "${alarm.threshold} (${metric})" if alarm == null ? false : alarm.threshold < 0])}; a number of events is 0 or more."
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
