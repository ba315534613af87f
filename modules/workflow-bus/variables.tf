# ---------------------------------------------------------------------------------------------------------------------
# Required
# ---------------------------------------------------------------------------------------------------------------------

variable "name" {
  description = "Name of the workflow: letters, digits, hyphens and underscores. It is the last part of every name that `names` and `rules` do not give."
  type        = string
  nullable    = false
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
        `parameters`, `parameters_from_event`, `environment`, `environment_from_event`, `command`.
      - `notify`: publishes to an SNS topic. `topic_arn`. The topic's owner adds output `topic_policy_statements`.
      - `log`: writes to a CloudWatch log group. `log_group_name` begins with `/aws/events/`; by default that and the name of the
        rule. `existing`: true for a group that is made elsewhere.
      - `queue`: sends to an SQS queue. `queue_arn`, and `message_group_id` for a FIFO queue. The queue's owner adds output
        `queue_policy_statements`.
      - `bus`: puts the event on another bus. `bus_arn`.

      And each may have:
      - `maximum_retry_attempts`: 0 to 185, and `maximum_event_age_in_seconds`: 60 to 86400; then the event goes to the
        dead-letter queue. The defaults are EventBridge's, the longest.
      - `input` (JSON instead of the event), `input_path` (a part of it) or `input_transformer` (`input_paths` and
        `input_template`): for `notify`, `queue` and `log`.
      - `role_arn`: a role that exists, instead of the one that is made here; for `run_task`, `submit_job` and `bus`.
  EOT
  type = map(object({
    name        = optional(string)
    description = optional(string)
    enabled     = optional(bool, true)
    event_pattern = optional(object({
      account     = optional(list(string))
      detail      = optional(map(list(string)))
      detail_type = optional(list(string))
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
      role_arn                     = optional(string)
    }))
  }))
  nullable = false
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
}

variable "bus_name" {
  description = "Name of the bus that is made; the naming standard's with the workflow's name unless given. Up to 256 letters, digits and . _ -, and not `default`."
  type        = string
  default     = null
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
}

variable "dlq_message_retention_seconds" {
  description = "How long the dead-letter queue keeps a message, in seconds: 60 to 1209600. The default is the longest, 14 days."
  type        = number
  default     = 1209600
  nullable    = false
}

variable "dlq_messages_visible_threshold" {
  description = "The alarm on the depth of the dead-letter queue goes off above this number of messages."
  type        = number
  default     = 0
  nullable    = false
}

variable "dlq_oldest_message_threshold_seconds" {
  description = "The alarm on the age of the dead-letter queue goes off when its oldest message is older than this, in seconds."
  type        = number
  default     = 3600
  nullable    = false
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
}

variable "key" {
  description = <<-EOT
    A KMS key that exists, of this region, for the bus, the dead-letter queue and the log groups; null for AWS's own keys. Its owner
    merges output `key_policy_statements` into its policy. An object, so that a key of the same plan can be given.
    - `arn`: ARN of the key.
  EOT
  type        = object({ arn = string })
  default     = null
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
}

variable "ok_actions" {
  description = "ARNs told when an alarm is over; as `alarm_actions`."
  type        = list(string)
  default     = []
  nullable    = false
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
