variable "aws_region_short_code" {
  description = "Short code of the region in the naming standard, for example `use1`. Part of every name, and the tag `Region`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.aws_region_short_code))
    error_message = "aws_region_short_code is \"${var.aws_region_short_code}\"; the naming standard allows 2 to 16 lower-case letters, digits and -, beginning with a letter, for example use1."
  }
}

variable "billing_domain" {
  description = "Billing domain in the naming standard, for example `reporting`. Part of every name, and the tag `BillingDomain`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]+$", var.billing_domain))
    error_message = "billing_domain is \"${var.billing_domain}\"; it is part of every name, and the naming standard allows letters, digits, - and _."
  }
}

variable "billing_entity" {
  description = "Billing entity in the naming standard, for example `analytics`. The tag `BillingEntity`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[\\p{L}\\p{N} _.:/=+@-]{1,256}$", var.billing_entity))
    error_message = "billing_entity is \"${var.billing_entity}\"; it is a tag, and AWS allows 1 to 256 letters, digits, spaces and _.:/=+@-."
  }
}

variable "cluster_name" {
  description = "Name of the ECS cluster that the tasks run on. It must be the cluster of `ecs_cluster_arn`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,255}$", var.cluster_name))
    error_message = "cluster_name is \"${var.cluster_name}\"; AWS allows 1 to 255 letters, digits, - and _."
  }
}

variable "ecs_cluster_arn" {
  description = "ARN of the ECS cluster that the tasks run on: the target of every schedule, and the only cluster the role may use. Of the provider's region, and of this account."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\\d{12}:cluster/", var.ecs_cluster_arn))
    error_message = "ecs_cluster_arn is \"${var.ecs_cluster_arn}\"; AWS needs the ARN of a cluster, arn:aws:ecs:<region>:<12-digit account>:cluster/<name>."
  }

  validation {
    condition     = endswith(var.ecs_cluster_arn, "/${var.cluster_name}")
    error_message = "ecs_cluster_arn is \"${var.ecs_cluster_arn}\" and cluster_name is \"${var.cluster_name}\"; the ARN must end in cluster/${var.cluster_name}."
  }
}

variable "kms_key_arn" {
  description = <<-EOT
    ARN of the customer-managed KMS key (symmetric, of this region) that encrypts the schedules and the dead-letter queue.

    An alias will not do: an IAM policy cannot name a key by alias, and a queue under `alias/aws/sqs` loses the messages
    of a service. The key policy must let this account's roles use the key through IAM (README, "Security").
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/[0-9A-Za-z-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is \"${var.kms_key_arn}\"; it must be the ARN of a key, arn:aws:kms:<region>:<12-digit account>:key/<id>. An alias cannot stand in an IAM policy, and under alias/aws/sqs the messages for the dead-letter queue are lost."
  }
}

variable "resource_owner" {
  description = "Owner in the naming standard, for example `data-team`. The tag `ResourceOwner`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[\\p{L}\\p{N} _.:/=+@-]{1,256}$", var.resource_owner))
    error_message = "resource_owner is \"${var.resource_owner}\"; it is a tag, and AWS allows 1 to 256 letters, digits, spaces and _.:/=+@-."
  }
}

variable "schedule_expression" {
  description = <<-EOT
    When the primary schedule runs:
    - `cron(minutes hours day-of-month month day-of-week year)`, for example `cron(0 6 * * ? *)`; one of the two day fields is `?`
    - `rate(number unit)`, for example `rate(7 days)`; from `start_date`, or else from the moment the schedule is made
    - `at(yyyy-mm-ddThh:mm:ss)`: once. AWS ignores `start_date` and `end_date` then, and the schedule stays after its run

    `cron` and `at` are read in `timezone`.
  EOT
  type        = string
  nullable    = false
}

variable "security_domain" {
  description = "Security domain in the naming standard, for example `internal`. Part of every name, and the tag `SecurityDomain`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]+$", var.security_domain))
    error_message = "security_domain is \"${var.security_domain}\"; it is part of every name, and the naming standard allows letters, digits, - and _."
  }
}

variable "task_name" {
  description = "Family of the task definition to run, in this account and region. Also part of every name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,255}$", var.task_name))
    error_message = "task_name is \"${var.task_name}\"; it is the family of a task definition, without revision, and AWS allows 1 to 255 letters, digits, - and _."
  }
}

variable "trusted_compute_subnets" {
  description = "Ids of the subnets that tasks run in: 1 to 16 on Fargate; `[]` for a task without `awsvpc` network, and for EXTERNAL."
  type        = list(string)
  nullable    = false
}

variable "additional_schedules" {
  description = <<-EOT
    More schedules for the same task. Each needs a `name`, unique here, and a `schedule_expression`; any other attribute
    means what the variable of that name means, and what is not given is the primary schedule's:
    - `name` - the key of the schedule in Terraform, and the end of its name in AWS
    - `schedule_expression` - when it runs
    - `schedule_name` - its whole name in AWS; by default `<name of the primary schedule>-<name>`
    - `description`, `enabled`, `timezone`, `start_date`, `end_date`, `flexible_time_window_minutes`
    - `task_definition_revision`, `task_count`, `task_tags`, `group`, `reference_id`, `enable_ecs_managed_tags`,
      `enable_execute_command`, `propagate_tags`
    - `launch_type` or `capacity_provider_strategies` (giving one drops the other), `platform_version`,
      `placement_constraints`, `placement_strategies`
    - `trusted_compute_subnets`, `security_group_ids`, `assign_public_ip`
    - `overrides`, or `container_overrides` and `task_overrides` (giving one form drops the other)
    - `maximum_retry_attempts`, `maximum_event_age_in_seconds`

    To drop what the primary schedule has instead of inheriting it, say `""` for a string, `[]` or `{}` for a collection,
    and 0 for `flexible_time_window_minutes`; 0 for `task_definition_revision` is the newest revision. `timezone` is never
    without a value: say `UTC`. `launch_type` is dropped by `capacity_provider_strategies`, and `[]` there leaves the choice
    to the cluster's default strategy.
  EOT
  type = list(object({
    name                = string
    schedule_expression = string

    assign_public_ip = optional(bool)
    capacity_provider_strategies = optional(list(object({
      capacity_provider = string
      base              = optional(number, 0)
      weight            = optional(number, 1)
    })))
    container_overrides = optional(list(object({
      name               = string
      command            = optional(list(string))
      cpu                = optional(number)
      environment        = optional(map(string), {})
      environment_files  = optional(list(string), [])
      memory             = optional(number)
      memory_reservation = optional(number)
      resource_requirements = optional(list(object({
        type  = string
        value = string
      })), [])
    })))
    description                  = optional(string)
    enable_ecs_managed_tags      = optional(bool)
    enable_execute_command       = optional(bool)
    enabled                      = optional(bool)
    end_date                     = optional(string)
    flexible_time_window_minutes = optional(number)
    group                        = optional(string)
    launch_type                  = optional(string)
    maximum_event_age_in_seconds = optional(number)
    maximum_retry_attempts       = optional(number)
    overrides                    = optional(string)
    placement_constraints = optional(list(object({
      type       = string
      expression = optional(string)
    })))
    placement_strategies = optional(list(object({
      type  = string
      field = optional(string)
    })))
    platform_version         = optional(string)
    propagate_tags           = optional(string)
    reference_id             = optional(string)
    schedule_name            = optional(string)
    security_group_ids       = optional(list(string))
    start_date               = optional(string)
    task_count               = optional(number)
    task_definition_revision = optional(number)
    task_overrides = optional(object({
      cpu                   = optional(number)
      ephemeral_storage_gib = optional(number)
      execution_role_arn    = optional(string)
      memory                = optional(number)
      task_role_arn         = optional(string)
    }))
    task_tags               = optional(map(string))
    timezone                = optional(string)
    trusted_compute_subnets = optional(list(string))
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for schedule in var.additional_schedules : schedule != null])
    error_message = "additional_schedules has null at ${join(" and ", [for position, schedule in var.additional_schedules : position if schedule == null])}, counted from 0; each schedule needs a name and a schedule_expression."
  }

  validation {
    condition = alltrue([
      for schedule in var.additional_schedules : can(regex("^[0-9A-Za-z_.-]{1,64}$", schedule.name)) if schedule != null
    ])
    error_message = "additional_schedules has the name ${join(" and ", [
      for schedule in var.additional_schedules : schedule.name == null ? "null" : "\"${schedule.name}\""
      if schedule == null ? false : !can(regex("^[0-9A-Za-z_.-]{1,64}$", schedule.name))
    ])}; AWS allows 1 to 64 letters, digits, -, _ and . in a name."
  }

  validation {
    condition = length(distinct([for schedule in var.additional_schedules : schedule.name if schedule != null])) == length([for schedule in var.additional_schedules : schedule if schedule != null])
    error_message = "additional_schedules has the name ${join(" and ", distinct([
      for schedule in var.additional_schedules : schedule.name == null ? "null" : "\"${schedule.name}\""
      if schedule == null ? false : length([for other in var.additional_schedules : other if try(other.name == schedule.name, false)]) > 1
    ]))} more than once; each schedule needs a name of its own."
  }

  validation {
    condition = alltrue([for schedule in var.additional_schedules : schedule.schedule_expression != null if schedule != null])
    error_message = "additional_schedules: ${join(" and ", [
      for schedule in var.additional_schedules : coalesce(schedule.name, "null") if schedule == null ? false : schedule.schedule_expression == null
    ])} has no schedule_expression; each schedule needs one."
  }
}

variable "assign_public_ip" {
  description = "Give each task's network interface a public IP address. On Fargate only."
  type        = bool
  default     = false
  nullable    = false
}

variable "capacity_provider_strategies" {
  description = <<-EOT
    Capacity providers to run on instead of a launch type, up to 6; `launch_type` must be null then.
    - `capacity_provider` - `FARGATE`, `FARGATE_SPOT`, or the name of a provider that the cluster has; Fargate and Auto
      Scaling group providers do not mix
    - `base` - how many tasks at least run on it, 0-100000; on one provider at most
    - `weight` - its share of the tasks beyond the base, 0-1000; not 0 on all of them
  EOT
  type = list(object({
    capacity_provider = string
    base              = optional(number, 0)
    weight            = optional(number, 1)
  }))
  default  = []
  nullable = false
}

variable "container_overrides" {
  description = <<-EOT
    What the runs change in the containers of the task definition. ECS adds environment variables to those of the
    definition; everything else replaces what the definition says. Never a secret: a plan and the schedule show it.
    - `name` - the container
    - `command` - its command
    - `cpu` - CPU units; `memory`, `memory_reservation` - MiB, memory the larger of the two
    - `environment` - variables by name
    - `environment_files` - ARNs of S3 objects that end in `.env`
    - `resource_requirements` - `type` (`GPU` or `InferenceAccelerator`) and `value`

    With `task_overrides` at most 8192 characters as JSON. Not together with `overrides`.
  EOT
  type = list(object({
    name               = string
    command            = optional(list(string))
    cpu                = optional(number)
    environment        = optional(map(string), {})
    environment_files  = optional(list(string), [])
    memory             = optional(number)
    memory_reservation = optional(number)
    resource_requirements = optional(list(object({
      type  = string
      value = string
    })), [])
  }))
  default  = []
  nullable = false
}

variable "description" {
  description = "Description of the schedule, up to 512 characters."
  type        = string
  default     = null
}

variable "dlq_alarm_actions" {
  description = "ARNs told when an alarm goes off, usually SNS topics, of the provider's region; up to 5. An encrypted topic's key must let `cloudwatch.amazonaws.com` use it."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.dlq_alarm_actions : can(regex(local.alarm_action_pattern, arn))])
    error_message = "dlq_alarm_actions has ${join(" and ", [for arn in var.dlq_alarm_actions : "\"${arn == null ? "null" : arn}\"" if !can(regex(local.alarm_action_pattern, arn))])}; CloudWatch takes ARNs of SNS topics, Lambda functions, Auto Scaling policies, EC2 actions (automate), OpsItems (ssm), response plans (ssm-incidents) and investigation groups (aiops)."
  }

  validation {
    condition     = length(var.dlq_alarm_actions) <= 5
    error_message = "dlq_alarm_actions has ${length(var.dlq_alarm_actions)} entries; AWS allows 5 actions for each state of an alarm."
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

variable "dlq_messages_visible_evaluation_periods" {
  description = "How many periods in a row the dead-letter queue must hold too many messages before the alarm goes off."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.dlq_messages_visible_evaluation_periods >= 1 && floor(var.dlq_messages_visible_evaluation_periods) == var.dlq_messages_visible_evaluation_periods
    error_message = "dlq_messages_visible_evaluation_periods is ${var.dlq_messages_visible_evaluation_periods}; AWS allows whole numbers of 1 or more."
  }

  validation {
    condition     = var.dlq_messages_visible_evaluation_periods * var.dlq_messages_visible_period_seconds <= (var.dlq_messages_visible_period_seconds < 3600 ? 86400 : 604800)
    error_message = "dlq_messages_visible_evaluation_periods is ${var.dlq_messages_visible_evaluation_periods} of ${var.dlq_messages_visible_period_seconds} s; AWS allows one day in all, or seven days with periods of an hour or more."
  }
}

variable "dlq_messages_visible_period_seconds" {
  description = "Period of the alarm on messages in the dead-letter queue, in seconds: a multiple of 60."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.dlq_messages_visible_period_seconds >= 60 && var.dlq_messages_visible_period_seconds % 60 == 0
    error_message = "dlq_messages_visible_period_seconds is ${var.dlq_messages_visible_period_seconds}; AWS allows multiples of 60 for the metrics of a service."
  }
}

variable "dlq_messages_visible_threshold" {
  description = "The alarm goes off when the dead-letter queue holds more messages than this. The default is any message at all."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.dlq_messages_visible_threshold >= 0
    error_message = "dlq_messages_visible_threshold is ${var.dlq_messages_visible_threshold}; a number of messages is 0 or more."
  }
}

variable "dlq_ok_actions" {
  description = "ARNs told when an alarm is over, usually SNS topics, of the provider's region; up to 5."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.dlq_ok_actions : can(regex(local.alarm_action_pattern, arn))])
    error_message = "dlq_ok_actions has ${join(" and ", [for arn in var.dlq_ok_actions : "\"${arn == null ? "null" : arn}\"" if !can(regex(local.alarm_action_pattern, arn))])}; CloudWatch takes ARNs of SNS topics, Lambda functions, Auto Scaling policies, EC2 actions (automate), OpsItems (ssm), response plans (ssm-incidents) and investigation groups (aiops)."
  }

  validation {
    condition     = length(var.dlq_ok_actions) <= 5
    error_message = "dlq_ok_actions has ${length(var.dlq_ok_actions)} entries; AWS allows 5 actions for each state of an alarm."
  }
}

variable "dlq_oldest_message_evaluation_periods" {
  description = "How many periods in a row the oldest message must be too old before the alarm goes off."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.dlq_oldest_message_evaluation_periods >= 1 && floor(var.dlq_oldest_message_evaluation_periods) == var.dlq_oldest_message_evaluation_periods
    error_message = "dlq_oldest_message_evaluation_periods is ${var.dlq_oldest_message_evaluation_periods}; AWS allows whole numbers of 1 or more."
  }

  validation {
    condition     = var.dlq_oldest_message_evaluation_periods * var.dlq_oldest_message_period_seconds <= (var.dlq_oldest_message_period_seconds < 3600 ? 86400 : 604800)
    error_message = "dlq_oldest_message_evaluation_periods is ${var.dlq_oldest_message_evaluation_periods} of ${var.dlq_oldest_message_period_seconds} s; AWS allows one day in all, or seven days with periods of an hour or more."
  }
}

variable "dlq_oldest_message_period_seconds" {
  description = "Period of the alarm on the age of the oldest message, in seconds: a multiple of 60."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.dlq_oldest_message_period_seconds >= 60 && var.dlq_oldest_message_period_seconds % 60 == 0
    error_message = "dlq_oldest_message_period_seconds is ${var.dlq_oldest_message_period_seconds}; AWS allows multiples of 60 for the metrics of a service."
  }
}

variable "dlq_oldest_message_threshold_seconds" {
  description = "The alarm goes off when the oldest message in the dead-letter queue is older than this, in seconds. The default is an hour."
  type        = number
  default     = 3600
  nullable    = false

  validation {
    condition     = var.dlq_oldest_message_threshold_seconds >= 0
    error_message = "dlq_oldest_message_threshold_seconds is ${var.dlq_oldest_message_threshold_seconds}; an age is 0 s or more."
  }
}

variable "enable_dlq_alarm" {
  description = "Make the two alarms on the dead-letter queue. The alarms on Scheduler's own metrics are in `scheduler_alarms`."
  type        = bool
  default     = true
  nullable    = false
}

variable "enable_ecs_managed_tags" {
  description = "Let ECS tag each task with its cluster, for cost allocation."
  type        = bool
  default     = false
  nullable    = false
}

variable "enable_execute_command" {
  description = "Allow ECS Exec into the containers. The task role then needs the `ssmmessages` actions."
  type        = bool
  default     = false
  nullable    = false
}

variable "enabled" {
  description = "false keeps the schedule and stops it from running. Additional schedules inherit it."
  type        = bool
  default     = true
  nullable    = false
}

variable "end_date" {
  description = "The last moment the schedule may run: RFC 3339 in UTC, for example `2030-12-31T23:59:59Z`. After `start_date`."
  type        = string
  default     = null
}

variable "flexible_time_window_minutes" {
  description = "Scheduler may start the task at any moment of this many minutes after its time: 1 to 1440; null for the exact time."
  type        = number
  default     = null
}

variable "group" {
  description = "ECS task group of the tasks, up to 255 characters; null for `family:<family>`."
  type        = string
  default     = null
}

variable "launch_type" {
  description = "`FARGATE`, `EC2` or `EXTERNAL`; null with `capacity_provider_strategies`, or for the cluster's default strategy."
  type        = string
  default     = "FARGATE"
}

variable "maximum_event_age_in_seconds" {
  description = "How long Scheduler tries to start a task before the run goes to the dead-letter queue, in seconds: 60 to 86400."
  type        = number
  default     = 86400
  nullable    = false
}

variable "maximum_retry_attempts" {
  description = "How many times Scheduler tries again when ECS is busy or failing before the run goes to the dead-letter queue: 0 to 185."
  type        = number
  default     = 5
  nullable    = false
}

variable "names" {
  description = <<-EOT
    Names to use instead of the naming standard's, `<security_domain>-<billing_domain>-<aws_region_short_code>-<task_name>`
    with an ending; to keep what an older version made, or to shorten a name that is too long:
    - `schedule_group`, `schedule` - up to 64 characters, no ending
    - `role` (64), `role_policy` (128) - `-scheduler`
    - `dlq` (80) - `-dlq`
    - `dlq_messages_visible_alarm` (255) - `-dlq-messages-visible`
    - `dlq_oldest_message_alarm` (255) - `-dlq-oldest-message`

    The names of other alarms and schedules are in `scheduler_alarms` and `additional_schedules`.
  EOT
  type = object({
    dlq                        = optional(string)
    dlq_messages_visible_alarm = optional(string)
    dlq_oldest_message_alarm   = optional(string)
    role                       = optional(string)
    role_policy                = optional(string)
    schedule                   = optional(string)
    schedule_group             = optional(string)
  })
  default  = {}
  nullable = false
}

variable "overrides" {
  description = <<-EOT
    What the runs change in the task definition, as the JSON of an ECS TaskOverride (`jsonencode({ containerOverrides = [...] })`),
    up to 8192 characters; null for nothing. `container_overrides` and `task_overrides` are the typed form of the same; give
    one form. Never a secret: a plan and the schedule show it.
  EOT
  type        = string
  default     = null
}

variable "pass_role_arns" {
  description = <<-EOT
    ARNs of the roles that the task definition names (task role and execution role), which the scheduler must be allowed to
    pass; `[]` for a definition without roles. null looks them up in the task definition, which must exist then. Roles that
    overrides name are added in any case.
  EOT
  type        = list(string)
  default     = null

  validation {
    condition     = alltrue([for arn in coalesce(var.pass_role_arns, []) : can(regex("^arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]+$", arn))])
    error_message = "pass_role_arns has ${join(" and ", [for arn in coalesce(var.pass_role_arns, []) : "\"${arn}\"" if !can(regex("^arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]+$", arn))])}; AWS needs role ARNs, arn:aws:iam::<12-digit account>:role/<name>, without wildcards."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds what the scheduler's role can do; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:aws[a-z-]*:iam::(\\d{12}|aws):policy/[\\w+=,.@/-]+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${var.permissions_boundary_arn == null ? "" : var.permissions_boundary_arn}\"; AWS needs the ARN of a policy, arn:aws:iam::<12-digit account>:policy/<name>."
  }
}

variable "placement_constraints" {
  description = <<-EOT
    Which container instances may take a task, up to 10; not on Fargate.
    - `type` - `distinctInstance` (no expression) or `memberOf`
    - `expression` - for `memberOf`, in the cluster query language, up to 2000 characters
  EOT
  type = list(object({
    type       = string
    expression = optional(string)
  }))
  default  = []
  nullable = false
}

variable "placement_strategies" {
  description = <<-EOT
    Which of those container instances to prefer, up to 5; not on Fargate. AWS does not keep the order through Terraform.
    - `type` - `random`, `spread` or `binpack`
    - `field` - for `spread`: `instanceId`, `host` or `attribute:<name>`; for `binpack`: `cpu` or `memory`
  EOT
  type = list(object({
    type  = string
    field = optional(string)
  }))
  default  = []
  nullable = false
}

variable "platform_version" {
  description = "Fargate platform version: `LATEST` or one such as `1.4.0`; null for the latest. On Fargate only."
  type        = string
  default     = null
}

variable "propagate_tags" {
  description = "`TASK_DEFINITION` copies the tags of the task definition to each task; null copies none."
  type        = string
  default     = null
}

variable "reference_id" {
  description = "Reference id of the tasks, up to 1024 characters; null for none."
  type        = string
  default     = null
}

variable "scheduler_alarms" {
  description = <<-EOT
    Alarms on Scheduler's own metrics, by metric name; `{}` for none. The default hears of what the dead-letter queue never
    hears of: runs that are dropped, and runs that the queue would not take. Metrics: InvocationAttemptCount,
    InvocationDroppedCount, InvocationThrottleCount, InvocationsFailedToBeSentToDeadLetterCount,
    InvocationsSentToDeadLetterCount, TargetErrorCount, TargetErrorThrottledCount.
    - `alarm_name` - by default the naming standard's, with the metric at the end
    - `alarm_actions`, `ok_actions` - by default `dlq_alarm_actions` and `dlq_ok_actions`; up to 5
    - `threshold` - the alarm goes off above it
    - `period_seconds` - a multiple of 60
    - `evaluation_periods` - how many periods in a row
    - `statistic` - `Sum`, `Average`, `Maximum`, `Minimum` or `SampleCount`
  EOT
  type = map(object({
    alarm_actions      = optional(list(string))
    alarm_name         = optional(string)
    evaluation_periods = optional(number, 1)
    ok_actions         = optional(list(string))
    period_seconds     = optional(number, 300)
    statistic          = optional(string, "Sum")
    threshold          = optional(number, 0)
  }))
  default = {
    InvocationDroppedCount                     = {}
    InvocationsFailedToBeSentToDeadLetterCount = {}
  }
  nullable = false

  validation {
    condition     = alltrue([for alarm in values(var.scheduler_alarms) : alarm != null])
    error_message = "scheduler_alarms has null for ${join(" and ", [for metric, alarm in var.scheduler_alarms : metric if alarm == null])}; leave a metric out for no alarm, or say {} for the defaults."
  }

  validation {
    condition     = length(setsubtract(keys(var.scheduler_alarms), local.scheduler_metrics)) == 0
    error_message = "scheduler_alarms has ${join(" and ", setsubtract(keys(var.scheduler_alarms), local.scheduler_metrics))}; AWS/Scheduler has the metrics ${join(", ", local.scheduler_metrics)}."
  }

  validation {
    condition     = alltrue([for alarm in values(var.scheduler_alarms) : alarm.period_seconds >= 60 && alarm.period_seconds % 60 == 0 if alarm != null])
    error_message = "scheduler_alarms: period_seconds is ${join(" and ", [for metric, alarm in var.scheduler_alarms : "${alarm.period_seconds} (${metric})" if alarm == null ? false : alarm.period_seconds < 60 || alarm.period_seconds % 60 != 0])}; AWS allows multiples of 60 for the metrics of a service."
  }

  validation {
    condition     = alltrue([for alarm in values(var.scheduler_alarms) : alarm.evaluation_periods >= 1 && floor(alarm.evaluation_periods) == alarm.evaluation_periods if alarm != null])
    error_message = "scheduler_alarms: evaluation_periods is ${join(" and ", [for metric, alarm in var.scheduler_alarms : "${alarm.evaluation_periods} (${metric})" if alarm == null ? false : alarm.evaluation_periods < 1 || floor(alarm.evaluation_periods) != alarm.evaluation_periods])}; AWS allows whole numbers of 1 or more."
  }

  validation {
    condition     = alltrue([for alarm in values(var.scheduler_alarms) : alarm.evaluation_periods * alarm.period_seconds <= (alarm.period_seconds < 3600 ? 86400 : 604800) if alarm != null])
    error_message = "scheduler_alarms: evaluation_periods is ${join(" and ", [for metric, alarm in var.scheduler_alarms : "${alarm.evaluation_periods} of ${alarm.period_seconds} s (${metric})" if alarm == null ? false : alarm.evaluation_periods * alarm.period_seconds > (alarm.period_seconds < 3600 ? 86400 : 604800)])}; AWS allows one day in all, or seven days with periods of an hour or more."
  }

  validation {
    condition     = alltrue([for alarm in values(var.scheduler_alarms) : contains(["Average", "Maximum", "Minimum", "SampleCount", "Sum"], alarm.statistic) if alarm != null])
    error_message = "scheduler_alarms: statistic is ${join(" and ", [for metric, alarm in var.scheduler_alarms : "\"${alarm.statistic}\" (${metric})" if alarm == null ? false : !contains(["Average", "Maximum", "Minimum", "SampleCount", "Sum"], alarm.statistic)])}; AWS allows Average, Maximum, Minimum, SampleCount and Sum."
  }

  validation {
    condition = alltrue(flatten([
      for alarm in values(var.scheduler_alarms) : [
        for arn in concat(coalesce(alarm.alarm_actions, []), coalesce(alarm.ok_actions, [])) : can(regex(local.alarm_action_pattern, arn))
      ] if alarm != null
    ]))
    error_message = "scheduler_alarms has the action ${join(" and ", flatten([
      for alarm in values(var.scheduler_alarms) : [
        for arn in concat(coalesce(alarm.alarm_actions, []), coalesce(alarm.ok_actions, [])) : "\"${arn == null ? "null" : arn}\"" if !can(regex(local.alarm_action_pattern, arn))
      ] if alarm != null
    ]))}; CloudWatch takes ARNs of SNS topics, Lambda functions, Auto Scaling policies, EC2 actions (automate), OpsItems (ssm), response plans (ssm-incidents) and investigation groups (aiops)."
  }

  validation {
    condition     = alltrue([for alarm in values(var.scheduler_alarms) : length(coalesce(alarm.alarm_actions, [])) <= 5 && length(coalesce(alarm.ok_actions, [])) <= 5 if alarm != null])
    error_message = "scheduler_alarms has more than 5 actions for ${join(" and ", [for metric, alarm in var.scheduler_alarms : metric if alarm == null ? false : length(coalesce(alarm.alarm_actions, [])) > 5 || length(coalesce(alarm.ok_actions, [])) > 5])}; AWS allows 5 actions for each state of an alarm."
  }
}

variable "security_group_id" {
  description = "Deprecated: use `security_group_ids`. The one security group that version 1 took; not together with `security_group_ids`."
  type        = string
  default     = null

  validation {
    condition     = var.security_group_id == null ? true : length(var.security_group_ids) == 0
    error_message = "security_group_id is \"${var.security_group_id == null ? "" : var.security_group_id}\" and security_group_ids has ${length(var.security_group_ids)}; give security_group_ids only (security_group_id is deprecated)."
  }
}

variable "security_group_ids" {
  description = "Ids of the security groups of the tasks: 1 to 5 on Fargate; `[]` for a task without `awsvpc` network, and for EXTERNAL."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "start_date" {
  description = "The first moment the schedule may run: RFC 3339 in UTC, for example `2030-01-01T00:00:00Z`. A `rate` counts from here."
  type        = string
  default     = null
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

variable "task_count" {
  description = "How many tasks each run starts, all at once: 1 to 10."
  type        = number
  default     = 1
  nullable    = false
}

variable "task_definition_revision" {
  description = "Revision of the task definition to run; null for the newest one at the time of each run."
  type        = number
  default     = null
}

variable "task_overrides" {
  description = <<-EOT
    What the runs change in the task as a whole.
    - `cpu` - CPU units; `memory` - MiB
    - `ephemeral_storage_gib` - 21 to 200, on Fargate only
    - `task_role_arn`, `execution_role_arn` - other roles; the scheduler is then allowed to pass them

    Not together with `overrides`.
  EOT
  type = object({
    cpu                   = optional(number)
    ephemeral_storage_gib = optional(number)
    execution_role_arn    = optional(string)
    memory                = optional(number)
    task_role_arn         = optional(string)
  })
  default  = {}
  nullable = false
}

variable "task_tags" {
  description = "Tags of each task, up to 50. A tag here wins over one of `propagate_tags`."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "timezone" {
  description = "IANA time zone that `cron` and `at` are read in, for example `America/New_York`; daylight saving time is followed."
  type        = string
  default     = "UTC"
  nullable    = false
}
