# ---------------------------------------------------------------------------------------------------------------------
# Required
# ---------------------------------------------------------------------------------------------------------------------

variable "name" {
  description = "Name of the task: letters, digits, hyphens and underscores. It becomes the family, the container's name, the log group `/ecs/<name>` and the last part of every other name, unless `names` says otherwise."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex(local.patterns.ecs_name, var.name))
    error_message = "name is \"${var.name}\": ECS takes 1 to 255 letters, digits, hyphens and underscores."
  }
}

variable "image" {
  description = "Image of the container: `repository[:tag][@sha256:digest]`. An image in a private ECR registry (any account or region) adds the permission to pull exactly that repository; prefer a digest or an immutable tag over `latest`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,254}(@sha256:[A-Fa-f0-9]{64})?$", var.image)) && can(regex(local.patterns.image, var.image))
    error_message = "image is \"${var.image}\": ECS takes up to 255 letters, digits and . _ : / # - , as [registry[:port]/]repository[:tag], and then at most @sha256: with 64 hexadecimal digits."
  }
}

variable "cpu" {
  description = "CPU units of the task; 1024 is one vCPU. On Fargate 256, 512, 1024, 2048, 4096, 8192 or 16384 (Windows: 1024, 2048 or 4096); elsewhere 128 to 196608."
  type        = number
  nullable    = false

  validation {
    condition     = contains(var.launch_types, "FARGATE") ? contains(keys(local.fargate_memory), tostring(var.cpu)) : true
    error_message = "cpu is ${var.cpu}: Fargate offers 256, 512, 1024, 2048, 4096, 8192 or 16384 CPU units."
  }

  validation {
    condition     = contains(var.launch_types, "FARGATE") ? true : var.cpu >= 128 && var.cpu <= 196608 && floor(var.cpu) == var.cpu
    error_message = "cpu is ${var.cpu}: ECS takes a whole number of CPU units from 128 to 196608."
  }

  validation {
    condition     = local.fargate && local.windows ? var.cpu >= 1024 && var.cpu <= 4096 : true
    error_message = "cpu is ${var.cpu} with ${coalesce(var.operating_system_family, "LINUX")}: Windows on Fargate takes 1024, 2048 or 4096 CPU units; less and more are for Linux."
  }
}

variable "memory" {
  description = "Memory of the task in MiB. On Fargate what goes with `cpu`: 256: 512, 1024 or 2048; 512: 1024-4096; 1024: 2048-8192; 2048: 4096-16384; 4096: 8192-30720 (steps of 1024); 8192: 16384-61440 (steps of 4096); 16384: 32768-122880 (steps of 8192). Elsewhere from 6."
  type        = number
  nullable    = false

  validation {
    # A wrong cpu has its own message.
    condition = contains(var.launch_types, "FARGATE") ? contains(
      try(local.fargate_memory[tostring(var.cpu)].allowed, [var.memory]), var.memory
    ) : true
    error_message = "memory is ${var.memory} with cpu ${var.cpu}: Fargate offers ${try(local.fargate_memory[tostring(var.cpu)].text, "nothing")} MiB with ${var.cpu} CPU units."
  }

  validation {
    condition     = contains(var.launch_types, "FARGATE") ? true : var.memory >= 6 && floor(var.memory) == var.memory
    error_message = "memory is ${var.memory}: ECS takes a whole number of MiB, at least the 6 that Docker needs."
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

variable "command" {
  description = "Command of the container; empty means the image's own."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for word in var.command : word != null])
    error_message = "command is [${join(", ", [for word in var.command : word == null ? "null" : word])}]: ECS takes strings."
  }
}

variable "container_name" {
  description = "Name of the container, which overrides refer to. null means `name`."
  type        = string
  default     = null

  validation {
    condition     = var.container_name == null ? true : can(regex(local.patterns.ecs_name, var.container_name))
    error_message = "container_name is \"${var.container_name == null ? "null" : var.container_name}\": ECS takes 1 to 255 letters, digits, hyphens and underscores."
  }
}

variable "cpu_architecture" {
  description = "`X86_64` or `ARM64`. null means X86_64 on Fargate, and whatever the instance has elsewhere."
  type        = string
  default     = null

  validation {
    condition     = var.cpu_architecture == null ? true : contains(["ARM64", "X86_64"], var.cpu_architecture)
    error_message = "cpu_architecture is \"${var.cpu_architecture == null ? "null" : var.cpu_architecture}\": ECS knows X86_64 and ARM64."
  }

  validation {
    condition     = local.windows ? coalesce(var.cpu_architecture, "X86_64") == "X86_64" : true
    error_message = "cpu_architecture is \"${var.cpu_architecture == null ? "null" : var.cpu_architecture}\" with ${coalesce(var.operating_system_family, "LINUX")}: Windows runs on X86_64 only."
  }
}

variable "entry_point" {
  description = "Entry point of the container; empty means the image's own."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for word in var.entry_point : word != null])
    error_message = "entry_point is [${join(", ", [for word in var.entry_point : word == null ? "null" : word])}]: ECS takes strings."
  }
}

variable "environment" {
  description = "Environment of the container, in clear text to everybody who may read task definitions: what is secret belongs in `secrets`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.environment) : can(regex(local.patterns.variable_name, name))])
    error_message = "environment has ${join(", ", [for name in keys(var.environment) : "\"${name}\"" if !can(regex(local.patterns.variable_name, name))])}: the name of a variable is not empty and has no = and no white space."
  }

  validation {
    condition     = alltrue([for value in values(var.environment) : value != null])
    error_message = "environment: ${join(", ", [for name, value in var.environment : "\"${name}\"" if value == null])} is null: ECS takes strings. Leave the variable out, or give it \"\"."
  }
}

variable "ephemeral_storage_gib" {
  description = "Ephemeral storage of a Fargate task in GiB, 21 to 200. null means the 20 that Fargate gives anyway."
  type        = number
  default     = null

  validation {
    condition = var.ephemeral_storage_gib == null ? true : (
      var.ephemeral_storage_gib >= 21 && var.ephemeral_storage_gib <= 200 && floor(var.ephemeral_storage_gib) == var.ephemeral_storage_gib
    )
    error_message = "ephemeral_storage_gib is ${coalesce(var.ephemeral_storage_gib, 0)}: Fargate takes a whole number of GiB from 21 to 200."
  }

  validation {
    condition     = var.ephemeral_storage_gib == null ? true : local.fargate
    error_message = "ephemeral_storage_gib is ${coalesce(var.ephemeral_storage_gib, 0)} with launch_types ${join(", ", [for type in var.launch_types : type == null ? "null" : type])}: only Fargate has it."
  }
}

variable "failure_dead_letter_queue" {
  description = <<-EOT
    Where EventBridge puts failure notices that it could not deliver to a topic: a standard queue of this region. Its owner
    adds the policy of output `failure_dead_letter_queue_policy_statement`. An object, so that a queue of the same plan can be given.
    - `queue_arn`: ARN of the queue.
  EOT
  type        = object({ queue_arn = string })
  default     = null

  validation {
    condition = var.failure_dead_letter_queue == null ? true : can(
      regex("^arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}$", var.failure_dead_letter_queue.queue_arn)
    )
    error_message = "failure_dead_letter_queue.queue_arn is \"${try(var.failure_dead_letter_queue.queue_arn, "null")}\": EventBridge takes the ARN of a standard SQS queue (not .fifo)."
  }

  validation {
    condition     = var.failure_dead_letter_queue == null ? true : length(var.failure_topic_arns) > 0
    error_message = "failure_dead_letter_queue is given and failure_topic_arns is empty: without topics there is no rule whose notices it could keep."
  }
}

variable "failure_retry_policy" {
  description = <<-EOT
    How long EventBridge tries to deliver a failure notice.
    - `maximum_event_age_in_seconds`: 60 to 86400.
    - `maximum_retry_attempts`: 0 to 185.
  EOT
  type = object({
    maximum_event_age_in_seconds = optional(number, 86400)
    maximum_retry_attempts       = optional(number, 185)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.failure_retry_policy.maximum_event_age_in_seconds >= 60 && var.failure_retry_policy.maximum_event_age_in_seconds <= 86400 && floor(var.failure_retry_policy.maximum_event_age_in_seconds) == var.failure_retry_policy.maximum_event_age_in_seconds
    error_message = "failure_retry_policy.maximum_event_age_in_seconds is ${var.failure_retry_policy.maximum_event_age_in_seconds}: EventBridge takes a whole number from 60 to 86400."
  }

  validation {
    condition     = var.failure_retry_policy.maximum_retry_attempts >= 0 && var.failure_retry_policy.maximum_retry_attempts <= 185 && floor(var.failure_retry_policy.maximum_retry_attempts) == var.failure_retry_policy.maximum_retry_attempts
    error_message = "failure_retry_policy.maximum_retry_attempts is ${var.failure_retry_policy.maximum_retry_attempts}: EventBridge takes a whole number from 0 to 185."
  }
}

variable "failure_topic_arns" {
  description = "SNS topics that are told when a task of this family fails: a name for each (the target's id) and its ARN, at most five. Empty means that nobody is told, and no rule is made. The topic's owner adds the policy of output `topic_policy_statements`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.failure_topic_arns) <= 5
    error_message = "failure_topic_arns has ${length(var.failure_topic_arns)} topics: a rule has at most five targets."
  }

  validation {
    condition     = alltrue([for name in keys(var.failure_topic_arns) : can(regex("^[A-Za-z0-9._-]{1,64}$", name))])
    error_message = "failure_topic_arns has ${join(", ", [for name in keys(var.failure_topic_arns) : "\"${name}\"" if !can(regex("^[A-Za-z0-9._-]{1,64}$", name))])}: the id of a target takes 1 to 64 letters, digits and . _ -."
  }

  validation {
    condition     = alltrue([for arn in values(var.failure_topic_arns) : can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", arn))])
    error_message = "failure_topic_arns has ${join(", ", [for arn in values(var.failure_topic_arns) : jsonencode(arn) if !can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", arn))])}: EventBridge takes the ARN of a standard SNS topic (not .fifo)."
  }
}

variable "health_check" {
  description = <<-EOT
    Health check of the container. null means none.
    - `command`: starts with `CMD` (run as it is) or `CMD-SHELL` (run by the shell).
    - `interval`: seconds between checks, 5 to 300.
    - `timeout`: seconds until a check counts as failed, 2 to 60.
    - `retries`: failed checks until the container is unhealthy, 1 to 10.
    - `start_period`: seconds in which failed checks do not count yet, 0 to 300.
  EOT
  type = object({
    command      = list(string)
    interval     = optional(number, 30)
    timeout      = optional(number, 5)
    retries      = optional(number, 3)
    start_period = optional(number, 0)
  })
  default = null

  validation {
    condition     = var.health_check == null ? true : try(length(var.health_check.command) >= 2 && contains(["CMD", "CMD-SHELL"], var.health_check.command[0]) && alltrue([for word in var.health_check.command : word != null]), false)
    error_message = "health_check.command is [${try(join(", ", [for word in var.health_check.command : word == null ? "null" : word]), "")}]: ECS takes CMD or CMD-SHELL and then the command."
  }

  validation {
    condition     = var.health_check == null ? true : var.health_check.interval >= 5 && var.health_check.interval <= 300 && floor(var.health_check.interval) == var.health_check.interval
    error_message = "health_check.interval is ${try(var.health_check.interval, 0)}: ECS takes a whole number of seconds from 5 to 300."
  }

  validation {
    condition     = var.health_check == null ? true : var.health_check.timeout >= 2 && var.health_check.timeout <= 60 && floor(var.health_check.timeout) == var.health_check.timeout
    error_message = "health_check.timeout is ${try(var.health_check.timeout, 0)}: ECS takes a whole number of seconds from 2 to 60."
  }

  validation {
    condition     = var.health_check == null ? true : var.health_check.retries >= 1 && var.health_check.retries <= 10 && floor(var.health_check.retries) == var.health_check.retries
    error_message = "health_check.retries is ${try(var.health_check.retries, 0)}: ECS takes a whole number from 1 to 10."
  }

  validation {
    condition     = var.health_check == null ? true : var.health_check.start_period >= 0 && var.health_check.start_period <= 300 && floor(var.health_check.start_period) == var.health_check.start_period
    error_message = "health_check.start_period is ${try(var.health_check.start_period, 0)}: ECS takes a whole number of seconds from 0 to 300."
  }
}

variable "init_process" {
  description = "Whether a small init process is the container's first: it hands signals such as SIGTERM on to the command and collects its dead children. Linux only."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = local.windows ? !var.init_process : true
    error_message = "init_process is true with ${coalesce(var.operating_system_family, "LINUX")}: Windows containers have none. Set init_process = false."
  }
}

variable "keep_log_group" {
  description = "Whether the log group and its logs stay in the account when the task is removed or its log group renamed: Terraform then only forgets the group. It takes effect with the apply that sets it, so set it before a removal. false deletes the logs with the group."
  type        = bool
  default     = false
  nullable    = false
}

variable "keep_old_revisions" {
  description = "Whether the revision that a change replaces stays ACTIVE, so that one can go back to it, or a schedule can stay pinned to it. false deregisters it."
  type        = bool
  default     = false
  nullable    = false
}

variable "launch_types" {
  description = "Where the task can run: `FARGATE`, `EC2`, `EXTERNAL` (servers outside AWS). FARGATE and EXTERNAL exclude each other, because the one needs the network mode that the other cannot have."
  type        = set(string)
  default     = ["FARGATE"]
  nullable    = false

  validation {
    condition     = length(var.launch_types) > 0 && alltrue([for type in var.launch_types : type == null ? false : contains(["EC2", "EXTERNAL", "FARGATE"], type)])
    error_message = "launch_types is [${join(", ", [for type in var.launch_types : type == null ? "null" : type])}]: give one or more of FARGATE, EC2, EXTERNAL."
  }

  validation {
    condition     = !(contains(var.launch_types, "EXTERNAL") && contains(var.launch_types, "FARGATE"))
    error_message = "launch_types is [${join(", ", [for type in var.launch_types : type == null ? "null" : type])}]: FARGATE needs the network mode awsvpc, which EXTERNAL cannot have. Make two task definitions."
  }
}

variable "log_kms_key_arn" {
  description = "ARN of the KMS key that encrypts the log group; its policy must let `logs.<region>.amazonaws.com` use it (see the README). null means CloudWatch Logs' own encryption."
  type        = string
  default     = null

  validation {
    condition     = var.log_kms_key_arn == null ? true : can(regex(local.patterns.kms_key, var.log_kms_key_arn))
    error_message = "log_kms_key_arn is \"${var.log_kms_key_arn == null ? "null" : var.log_kms_key_arn}\": CloudWatch Logs takes the ARN of a key (arn:…:key/…), not of an alias."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653; 0 keeps them for ever."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days
    )
    error_message = "log_retention_days is ${var.log_retention_days}: CloudWatch Logs takes 0 (for ever), 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "names" {
  description = <<-EOT
    Names of the resources where they differ from the standard, for example to adopt what exists.
    - `family`: family of the task definition; `<name>`.
    - `log_group`: `/ecs/<name>`.
    - `execution_role`, `task_role`: `<security_domain>-<billing_domain>-<region short code>-<name>-execution`, `…-task`; at most 64 characters.
    - `execution_policy`, `execution_secrets_policy`, `task_policy`: inline policies; `execution`, `execution-secrets`, `task`.
    - `failure_rule`: `<security_domain>-<billing_domain>-<region short code>-<name>-failed`; at most 64 characters.
  EOT
  type = object({
    family                   = optional(string)
    log_group                = optional(string)
    execution_role           = optional(string)
    execution_policy         = optional(string)
    execution_secrets_policy = optional(string)
    task_role                = optional(string)
    task_policy              = optional(string)
    failure_rule             = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.names.family == null ? true : can(regex(local.patterns.ecs_name, var.names.family))
    error_message = "names.family is \"${var.names.family == null ? "null" : var.names.family}\": ECS takes 1 to 255 letters, digits, hyphens and underscores, without a revision."
  }

  validation {
    condition     = var.names.log_group == null ? true : can(regex("^[A-Za-z0-9._/#-]{1,512}$", var.names.log_group)) && !startswith(var.names.log_group, "aws/")
    error_message = "names.log_group is \"${var.names.log_group == null ? "null" : var.names.log_group}\": CloudWatch Logs takes 1 to 512 letters, digits and . _ / # -, not starting with aws/."
  }

  validation {
    condition = alltrue([
      for name in [var.names.execution_role, var.names.task_role] : name == null ? true : can(regex("^[A-Za-z0-9_+=,.@-]{1,64}$", name))
    ])
    error_message = "names.execution_role is \"${var.names.execution_role == null ? "null" : var.names.execution_role}\", names.task_role is \"${var.names.task_role == null ? "null" : var.names.task_role}\": IAM takes 1 to 64 letters, digits and + = , . @ _ -, without a path."
  }

  validation {
    condition = alltrue([
      for name in [var.names.execution_policy, var.names.execution_secrets_policy, var.names.task_policy] :
      name == null ? true : can(regex("^[A-Za-z0-9_+=,.@-]{1,128}$", name))
    ])
    error_message = "names.execution_policy is \"${var.names.execution_policy == null ? "null" : var.names.execution_policy}\", names.execution_secrets_policy is \"${var.names.execution_secrets_policy == null ? "null" : var.names.execution_secrets_policy}\", names.task_policy is \"${var.names.task_policy == null ? "null" : var.names.task_policy}\": IAM takes 1 to 128 letters, digits and + = , . @ _ -."
  }

  validation {
    condition     = coalesce(var.names.execution_policy, "execution") != coalesce(var.names.execution_secrets_policy, "execution-secrets")
    error_message = "names.execution_policy and names.execution_secrets_policy are both \"${coalesce(var.names.execution_policy, "execution")}\": they are two policies of one role."
  }

  validation {
    condition     = var.names.failure_rule == null ? true : can(regex("^[A-Za-z0-9._-]{1,64}$", var.names.failure_rule))
    error_message = "names.failure_rule is \"${var.names.failure_rule == null ? "null" : var.names.failure_rule}\": EventBridge takes 1 to 64 letters, digits and . _ -."
  }
}

variable "network_mode" {
  description = "`awsvpc`, `bridge`, `host` or `none`. null means awsvpc, and bridge with EXTERNAL. Fargate needs awsvpc, EXTERNAL cannot have it."
  type        = string
  default     = null

  validation {
    condition     = var.network_mode == null ? true : contains(["awsvpc", "bridge", "host", "none"], var.network_mode)
    error_message = "network_mode is \"${var.network_mode == null ? "null" : var.network_mode}\": ECS knows awsvpc, bridge, host and none."
  }

  validation {
    condition     = contains(var.launch_types, "FARGATE") ? coalesce(var.network_mode, "awsvpc") == "awsvpc" : true
    error_message = "network_mode is \"${var.network_mode == null ? "null" : var.network_mode}\" with launch type FARGATE: Fargate needs awsvpc."
  }

  validation {
    condition     = contains(var.launch_types, "EXTERNAL") ? coalesce(var.network_mode, "bridge") != "awsvpc" : true
    error_message = "network_mode is \"${var.network_mode == null ? "null" : var.network_mode}\" with launch type EXTERNAL: external instances take bridge, host or none."
  }
}

variable "operating_system_family" {
  description = "`LINUX` or a Windows family such as `WINDOWS_SERVER_2022_CORE`. null means LINUX on Fargate, and whatever the instance has elsewhere. Windows needs `read_only_root_filesystem = false` and `init_process = false`."
  type        = string
  default     = null

  validation {
    condition = var.operating_system_family == null ? true : contains([
      "LINUX", "WINDOWS_SERVER_2004_CORE", "WINDOWS_SERVER_2016_FULL", "WINDOWS_SERVER_2019_CORE", "WINDOWS_SERVER_2019_FULL",
      "WINDOWS_SERVER_2022_CORE", "WINDOWS_SERVER_2022_FULL", "WINDOWS_SERVER_2025_CORE", "WINDOWS_SERVER_2025_FULL", "WINDOWS_SERVER_20H2_CORE",
    ], var.operating_system_family)
    error_message = "operating_system_family is \"${var.operating_system_family == null ? "null" : var.operating_system_family}\": ECS knows LINUX and WINDOWS_SERVER_<2004_CORE, 2016_FULL, 20H2_CORE, or 2019, 2022, 2025 with _CORE or _FULL>."
  }

  validation {
    condition     = contains(var.launch_types, "FARGATE") ? !can(regex("_(2004|2016|20H2)_", coalesce(var.operating_system_family, "LINUX"))) : true
    error_message = "operating_system_family is \"${var.operating_system_family == null ? "null" : var.operating_system_family}\": Fargate has no Windows Server older than 2019, and no 2004 or 20H2."
  }
}

variable "permissions" {
  description = <<-EOT
    What the code in the container may do. Each grant names its resource; `*`, `?` and policy variables are refused. Resources given by
    name are of this account and region. `kms_key_arns` are the keys of this region with which the resource is encrypted (a list, so that a
    key of the same plan can be given, and because objects of a bucket can have several).
    - `s3_read`: GetObject and, for a prefix or a whole bucket, ListBucket of it.
      - `bucket`: its name.
      - `prefix`: everything under it; ends with `/`.
      - `keys`: single objects.
      - `whole_bucket`: true for everything; then without `prefix` and `keys`.
      - `kms_key_arns`
    - `s3_write`: PutObject (also in parts), with the same attributes.
      - `multipart`: false for a program that writes objects whole, which has no parts to take back (AbortMultipartUpload).
    - `put_events`: PutEvents.
      - `event_bus`: name or ARN of the bus; `default` unless given.
      - `sources`: the `source`s that the events may carry.
      - `detail_types`: the `detail-type`s; empty means any.
    - `ssm_read`: GetParameter and GetParameters of `parameter` (name or ARN, also of a public parameter of AWS, `/aws/service/…`); `kms_key_arns` for SecureString.
      - `operation`: GetParameter or GetParameters, for a program that calls one of the two only.
    - `secrets_read`: GetSecretValue of `secret_arn`; `kms_key_arns`.
    - `sns_publish`: Publish to `topic_arn`; `kms_key_arns`.
    - `sqs_send`: SendMessage to `queue_arn`; `kms_key_arns`.
    - `appsync_graphql`: the `fields` (such as `Query.listChannels`) of the API `api_id`.
  EOT
  type = object({
    s3_read = optional(list(object({
      bucket       = string
      prefix       = optional(string)
      keys         = optional(list(string), [])
      whole_bucket = optional(bool, false)
      kms_key_arns = optional(list(string), [])
    })), [])
    s3_write = optional(list(object({
      bucket       = string
      prefix       = optional(string)
      keys         = optional(list(string), [])
      whole_bucket = optional(bool, false)
      multipart    = optional(bool, true)
      kms_key_arns = optional(list(string), [])
    })), [])
    put_events = optional(list(object({
      event_bus    = optional(string, "default")
      sources      = list(string)
      detail_types = optional(list(string), [])
    })), [])
    ssm_read = optional(list(object({
      parameter    = string
      operation    = optional(string)
      kms_key_arns = optional(list(string), [])
    })), [])
    secrets_read = optional(list(object({
      secret_arn   = string
      kms_key_arns = optional(list(string), [])
    })), [])
    sns_publish = optional(list(object({
      topic_arn    = string
      kms_key_arns = optional(list(string), [])
    })), [])
    sqs_send = optional(list(object({
      queue_arn    = string
      kms_key_arns = optional(list(string), [])
    })), [])
    appsync_graphql = optional(list(object({
      api_id = string
      fields = list(string)
    })), [])
  })
  default  = {}
  nullable = false

  # The rules below leave these out: asking null for an attribute is an error of Terraform's own.
  validation {
    condition     = alltrue(flatten([for grants in var.permissions : [for grant in grants : grant != null]]))
    error_message = "permissions: ${join(", ", [for kind, grants in var.permissions : kind if length([for grant in grants : grant if grant == null]) > 0])} has null among its grants: leave it out."
  }

  validation {
    condition = alltrue([
      for grant in [for grant in concat(var.permissions.s3_read, var.permissions.s3_write) : grant if grant != null] : can(regex(local.patterns.bucket, grant.bucket))
    ])
    error_message = "permissions.s3_read, s3_write: bucket is ${join(", ", [
      for grant in [for grant in concat(var.permissions.s3_read, var.permissions.s3_write) : grant if grant != null] : jsonencode(grant.bucket) if !can(regex(local.patterns.bucket, grant.bucket))
    ])}: give a bucket's name (not its ARN): 3 to 63 lower-case letters, digits, dots and hyphens, no wildcard."
  }

  validation {
    condition = alltrue([
      for grant in [for grant in concat(var.permissions.s3_read, var.permissions.s3_write) : grant if grant != null] :
      grant.whole_bucket ? grant.prefix == null && length(grant.keys) == 0 : grant.prefix != null || length(grant.keys) > 0
    ])
    error_message = "permissions.s3_read, s3_write: ${join(", ", [
      for grant in [for grant in concat(var.permissions.s3_read, var.permissions.s3_write) : grant if grant != null] : jsonencode(grant.bucket)
      if !(grant.whole_bucket ? grant.prefix == null && length(grant.keys) == 0 : grant.prefix != null || length(grant.keys) > 0)
    ])}: give a prefix, keys, or whole_bucket = true (and then neither of the others)."
  }

  validation {
    condition = alltrue([
      for grant in [for grant in concat(var.permissions.s3_read, var.permissions.s3_write) : grant if grant != null] :
      grant.prefix == null ? true : can(regex("^[^/*?].*/$", grant.prefix)) && !can(regex(local.patterns.wildcard, grant.prefix))
    ])
    error_message = "permissions.s3_read, s3_write: prefix is ${join(", ", [
      for grant in [for grant in concat(var.permissions.s3_read, var.permissions.s3_write) : grant if grant != null] : jsonencode(grant.prefix) if grant.prefix != null
    ])}: a prefix ends with / (\"reports\" would also reach \"reports-private/\"), does not start with one, and has no *, ? or policy variable. For everything say whole_bucket = true."
  }

  validation {
    condition = alltrue([
      for key in flatten([for grant in concat(var.permissions.s3_read, var.permissions.s3_write) : grant.keys if grant != null]) : can(regex("^[^/]", key)) && !can(regex(local.patterns.wildcard, key))
    ])
    error_message = "permissions.s3_read, s3_write: keys has ${join(", ", [
      for key in flatten([for grant in concat(var.permissions.s3_read, var.permissions.s3_write) : grant.keys if grant != null]) : jsonencode(key) if !can(regex("^[^/]", key)) || can(regex(local.patterns.wildcard, key))
    ])}: a key is one object: not empty, not starting with /, no *, ? or policy variable."
  }

  validation {
    condition = alltrue([
      for grant in var.permissions.put_events : can(
        regex("^(arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/)?[A-Za-z0-9._/-]{1,256}$", grant.event_bus)
      ) if grant != null
    ])
    error_message = "permissions.put_events: event_bus is ${join(", ", [for grant in var.permissions.put_events : jsonencode(grant.event_bus) if grant != null])}: give a bus's name (letters, digits and . _ / -, no wildcard) or its ARN."
  }

  validation {
    condition = alltrue([
      for grant in var.permissions.put_events : try(length(grant.sources) > 0 && alltrue([
        for source in grant.sources : can(regex("^[A-Za-z0-9._/-]{1,256}$", source)) && !startswith(source, "aws.")
      ]), false) if grant != null
    ])
    error_message = "permissions.put_events: sources is [${join("], [", [for grant in var.permissions.put_events : join(", ", [for source in coalesce(grant.sources, []) : source == null ? "null" : source]) if grant != null])}]: give at least one; letters, digits and . _ / -, no wildcard, not starting with aws. (which EventBridge keeps for AWS)."
  }

  validation {
    condition = alltrue([
      for type in flatten([for grant in var.permissions.put_events : grant.detail_types if grant != null]) : can(regex("^.{1,128}$", type)) && !can(regex(local.patterns.wildcard, type))
    ])
    error_message = "permissions.put_events: detail_types has ${join(", ", [for type in flatten([for grant in var.permissions.put_events : grant.detail_types if grant != null]) : jsonencode(type)])}: each has 1 to 128 characters and no *, ? or policy variable."
  }

  validation {
    condition = alltrue([
      for grant in var.permissions.ssm_read :
      can(regex(local.patterns.parameter, grant.parameter)) && !can(regex(":[0-9]{12}:parameter/aws/service/", grant.parameter))
      if grant != null
    ])
    error_message = "permissions.ssm_read: parameter is ${join(", ", [for grant in var.permissions.ssm_read : jsonencode(grant.parameter) if grant != null])}: give one parameter's name (letters, digits and _ . / -, no wildcard) or its ARN, which has no account for a public parameter of AWS (aws/service/)."
  }

  validation {
    condition = alltrue([
      for grant in var.permissions.ssm_read : contains(["GetParameter", "GetParameters"], coalesce(grant.operation, "GetParameter"))
      if grant != null
    ])
    error_message = "permissions.ssm_read: operation is ${join(", ", [for grant in var.permissions.ssm_read : jsonencode(grant.operation) if grant != null])}: GetParameter or GetParameters, or neither for both."
  }

  validation {
    condition = alltrue([
      for grant in var.permissions.secrets_read : can(
        regex(local.patterns.secret, grant.secret_arn)
      ) if grant != null
    ])
    error_message = "permissions.secrets_read: secret_arn is ${join(", ", [for grant in var.permissions.secrets_read : jsonencode(grant.secret_arn) if grant != null])}: give a secret's whole ARN with the six characters that Secrets Manager adds to the name; no wildcard."
  }

  validation {
    condition = alltrue([
      for grant in var.permissions.sns_publish : can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\\.fifo)?$", grant.topic_arn)) if grant != null
    ])
    error_message = "permissions.sns_publish: topic_arn is ${join(", ", [for grant in var.permissions.sns_publish : jsonencode(grant.topic_arn) if grant != null])}: give a topic's ARN; no wildcard."
  }

  validation {
    condition = alltrue([
      for grant in var.permissions.sqs_send : can(regex("^arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}(\\.fifo)?$", grant.queue_arn)) if grant != null
    ])
    error_message = "permissions.sqs_send: queue_arn is ${join(", ", [for grant in var.permissions.sqs_send : jsonencode(grant.queue_arn) if grant != null])}: give a queue's ARN; no wildcard."
  }

  validation {
    condition     = alltrue([for grant in var.permissions.appsync_graphql : can(regex("^[A-Za-z0-9]+$", grant.api_id)) if grant != null])
    error_message = "permissions.appsync_graphql: api_id is ${join(", ", [for grant in var.permissions.appsync_graphql : jsonencode(grant.api_id) if grant != null])}: give an API's id (letters and digits), not its ARN; no wildcard."
  }

  validation {
    condition = alltrue([
      for grant in var.permissions.appsync_graphql : try(length(grant.fields) > 0 && alltrue([
        for field in grant.fields : can(regex("^[_A-Za-z][_0-9A-Za-z]*\\.[_A-Za-z][_0-9A-Za-z]*$", field))
      ]), false) if grant != null
    ])
    error_message = "permissions.appsync_graphql: fields is [${join("], [", [for grant in var.permissions.appsync_graphql : join(", ", [for field in coalesce(grant.fields, []) : field == null ? "null" : field]) if grant != null])}]: give at least one as Type.field, such as Query.listChannels; no wildcard."
  }

  validation {
    condition = alltrue([
      for arn in flatten([
        for grants in [
          var.permissions.s3_read, var.permissions.s3_write, var.permissions.ssm_read,
          var.permissions.secrets_read, var.permissions.sns_publish, var.permissions.sqs_send,
        ] : [for grant in grants : grant.kms_key_arns if grant != null]
      ]) : can(regex(local.patterns.kms_key, arn))
    ])
    error_message = "permissions: kms_key_arns has ${join(", ", [
      for arn in flatten([
        for grants in [
          var.permissions.s3_read, var.permissions.s3_write, var.permissions.ssm_read,
          var.permissions.secrets_read, var.permissions.sns_publish, var.permissions.sqs_send,
        ] : [for grant in grants : grant.kms_key_arns if grant != null]
      ]) : jsonencode(arn) if !can(regex(local.patterns.kms_key, arn))
    ])}: a policy takes the ARN of a key (arn:…:key/…), not of an alias; no wildcard."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the IAM policy that bounds both roles. null means none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=,.@/-]+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${var.permissions_boundary_arn == null ? "null" : var.permissions_boundary_arn}\": IAM takes the ARN of a managed policy (arn:…:iam::…:policy/…)."
  }
}

variable "read_only_root_filesystem" {
  description = "Whether the container's root file system is read-only; `/tmp` and `writable_paths` are then volumes that it can write to. Linux only."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = local.windows ? !var.read_only_root_filesystem : true
    error_message = "read_only_root_filesystem is true with ${coalesce(var.operating_system_family, "LINUX")}: Windows containers cannot have it. Set read_only_root_filesystem = false."
  }
}

variable "repository_credentials" {
  description = <<-EOT
    Credentials for a private registry that is not ECR. null means none. An object, so that a secret of the same plan can be given.
    - `secret_arn`: ARN of the Secrets Manager secret with `username` and `password`.
  EOT
  type        = object({ secret_arn = string })
  default     = null

  validation {
    condition = var.repository_credentials == null ? true : can(
      regex(local.patterns.secret, var.repository_credentials.secret_arn)
    )
    error_message = "repository_credentials.secret_arn is \"${try(var.repository_credentials.secret_arn, "null")}\": give a secret's whole ARN with the six characters that Secrets Manager adds to the name."
  }
}

variable "secrets" {
  description = "Environment variables that ECS fills from secrets when the task starts: name, and the ARN of an SSM parameter or of a Secrets Manager secret, which may carry `:json-key:version-stage:version-id`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for arn in values(var.secrets) : can(regex(local.patterns.secret_value, arn)) || can(regex(local.patterns.parameter_value, arn))
    ])
    error_message = "secrets has ${join(", ", [for name, arn in var.secrets : "${name} = ${jsonencode(arn)}"])}: give the ARN of an SSM parameter, or the whole ARN of a secret with the six characters that Secrets Manager adds to the name and, if need be, :json-key:version-stage:version-id."
  }

  validation {
    condition     = alltrue([for name in keys(var.secrets) : can(regex(local.patterns.variable_name, name))])
    error_message = "secrets has ${join(", ", [for name in keys(var.secrets) : "\"${name}\"" if !can(regex(local.patterns.variable_name, name))])}: the name of a variable is not empty and has no = and no white space."
  }

  validation {
    condition     = length(setintersection(keys(var.secrets), keys(var.environment))) == 0
    error_message = "secrets and environment both have ${join(", ", setintersection(keys(var.secrets), keys(var.environment)))}: ECS takes each variable once."
  }
}

variable "secrets_kms_key_arns" {
  description = "ARNs of the customer keys of this region with which `secrets` and `repository_credentials` are encrypted. Empty means the AWS-managed keys, which need no permission."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.secrets_kms_key_arns : can(regex(local.patterns.kms_key, arn))])
    error_message = "secrets_kms_key_arns has ${join(", ", [for arn in var.secrets_kms_key_arns : arn == null ? "null" : arn])}: a policy takes the ARN of a key (arn:…:key/…), not of an alias; no wildcard."
  }

  validation {
    condition     = length(var.secrets_kms_key_arns) == 0 ? true : length(var.secrets) > 0 || var.repository_credentials != null
    error_message = "secrets_kms_key_arns has ${join(", ", [for arn in var.secrets_kms_key_arns : arn == null ? "null" : arn])}, and there are no secrets and no repository_credentials: the role would get a permission that nothing needs."
  }
}

variable "stop_timeout" {
  description = "Seconds between SIGTERM and SIGKILL when the task is stopped; at most 120 on Fargate. null means ECS's 30."
  type        = number
  default     = null

  validation {
    condition     = var.stop_timeout == null ? true : var.stop_timeout >= 0 && floor(var.stop_timeout) == var.stop_timeout
    error_message = "stop_timeout is ${coalesce(var.stop_timeout, 0)}: ECS takes a whole number of seconds from 0."
  }

  validation {
    condition     = contains(var.launch_types, "FARGATE") && var.stop_timeout != null ? coalesce(var.stop_timeout, 0) <= 120 : true
    error_message = "stop_timeout is ${coalesce(var.stop_timeout, 0)}: Fargate takes at most 120 seconds."
  }
}

variable "tags" {
  description = "Tags on every resource, beside those of the naming standard (`ResourceOwner`, `BillingEntity`, `BillingDomain`, `SecurityDomain`, `Region`); the same key here wins."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for key, value in var.tags :
      can(regex("^[\\p{L}\\p{N} _.:/=+@-]{1,128}$", key)) && can(regex("^[\\p{L}\\p{N} _.:/=+@-]{0,256}$", value)) && !startswith(lower(key), "aws:")
    ])
    error_message = "tags has ${join(", ", [for key, value in var.tags : "${key} = ${jsonencode(value)}"])}: keys have 1 to 128 and values up to 256 letters, digits, spaces and _ . : / = + - @, and a key does not start with aws:."
  }

  validation {
    condition     = length(merge(local.standard_tags, var.tags)) <= 50
    error_message = "tags has ${length(var.tags)} entries, with those of the naming standard ${length(merge(local.standard_tags, var.tags))}: AWS takes at most 50 on a resource."
  }

  validation {
    condition     = length(distinct([for key in keys(merge(local.standard_tags, var.tags)) : lower(key)])) == length(merge(local.standard_tags, var.tags))
    error_message = "tags has ${join(", ", keys(var.tags))}: two keys differ only in case, also from those of the naming standard, and IAM takes them for one."
  }
}

variable "ulimits" {
  description = <<-EOT
    Limits of the container. On Fargate only `nofile` can be set (65535 there unless given). Linux only.
    - `name`: core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending or stack.
    - `soft_limit`, `hard_limit`: whole numbers; -1 means no limit.
  EOT
  type = list(object({
    name       = string
    soft_limit = number
    hard_limit = number
  }))
  default  = []
  nullable = false

  validation {
    condition = alltrue([
      for limit in var.ulimits : contains([
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack",
      ], limit.name)
    ])
    error_message = "ulimits has ${join(", ", var.ulimits[*].name)}: ECS knows core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending and stack."
  }

  validation {
    condition = alltrue(flatten([
      for limit in var.ulimits : [for number in [limit.soft_limit, limit.hard_limit] : number >= -1 && floor(number) == number]
    ]))
    error_message = "ulimits has ${join(", ", [for limit in var.ulimits : "${limit.name} ${limit.soft_limit} of ${limit.hard_limit}"])}: limits are whole numbers, from 0, or -1 for none."
  }

  validation {
    condition     = alltrue([for limit in var.ulimits : limit.hard_limit == -1 || limit.soft_limit != -1 && limit.soft_limit <= limit.hard_limit])
    error_message = "ulimits has ${join(", ", [for limit in var.ulimits : "${limit.name} ${limit.soft_limit} of ${limit.hard_limit}"])}: the soft limit is at most the hard limit."
  }

  validation {
    condition     = length(distinct(var.ulimits[*].name)) == length(var.ulimits)
    error_message = "ulimits has ${join(", ", var.ulimits[*].name)}: each name once."
  }

  validation {
    condition     = contains(var.launch_types, "FARGATE") ? alltrue([for limit in var.ulimits : limit.name == "nofile"]) : true
    error_message = "ulimits has ${join(", ", var.ulimits[*].name)}: on Fargate only nofile can be set."
  }

  validation {
    condition     = local.windows ? length(var.ulimits) == 0 : true
    error_message = "ulimits has ${join(", ", var.ulimits[*].name)} with ${coalesce(var.operating_system_family, "LINUX")}: Windows containers have none."
  }
}

variable "user" {
  description = "User of the container: `user`, `uid`, and `:group` or `:gid` after either. null means the image's own. Linux only."
  type        = string
  default     = null

  validation {
    condition     = var.user == null ? true : can(regex("^([A-Za-z_][A-Za-z0-9_.-]*|[0-9]+)(:([A-Za-z_][A-Za-z0-9_.-]*|[0-9]+))?$", var.user))
    error_message = "user is \"${var.user == null ? "null" : var.user}\": ECS takes user, uid, user:group, uid:gid, user:gid or uid:group."
  }

  validation {
    condition     = local.windows ? var.user == null : true
    error_message = "user is \"${var.user == null ? "null" : var.user}\" with ${coalesce(var.operating_system_family, "LINUX")}: Windows containers take none."
  }
}

variable "working_directory" {
  description = "Directory in which the command runs. null means the image's own."
  type        = string
  default     = null

  validation {
    condition     = var.working_directory == null || local.windows ? true : can(regex("^/", var.working_directory))
    error_message = "working_directory is \"${var.working_directory == null ? "null" : var.working_directory}\": give an absolute path."
  }
}

variable "writable_paths" {
  description = "Paths beside `/tmp` that the container can write to: each is an empty volume that goes with the task. ECS makes it root's unless the image declares the path as a VOLUME with another owner. Linux only."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for path in var.writable_paths : can(regex("^(/[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*)+$", path))
    ])
    error_message = "writable_paths has ${join(", ", [for path in var.writable_paths : jsonencode(path)])}: give absolute paths of letters, digits and . _ -, without / at the end, and not / itself."
  }

  validation {
    condition = length(distinct([
      for path in setunion(["/tmp"], var.writable_paths) : path == null ? "" : trim(replace(path, "/[^A-Za-z0-9_-]+/", "-"), "-")
    ])) == length(setunion(["/tmp"], var.writable_paths))
    error_message = "writable_paths has ${join(", ", [for path in var.writable_paths : jsonencode(path)])}: two of them (or one and \"/tmp\") make the same volume name."
  }

  validation {
    condition     = local.windows ? length(var.writable_paths) == 0 : true
    error_message = "writable_paths has ${join(", ", [for path in var.writable_paths : jsonencode(path)])} with ${coalesce(var.operating_system_family, "LINUX")}: they are for Linux containers."
  }
}
