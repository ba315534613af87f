# ---------------------------------------------------------------------------------------------------------------------
# Required
# ---------------------------------------------------------------------------------------------------------------------

variable "name" {
  description = "Name of the job: letters, digits, hyphens and underscores. It becomes the job definition's name and the last part of the queue's, unless `names` says otherwise."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex(local.patterns.job_name, var.name))
    error_message = "name is \"${var.name}\": Batch takes 1 to 128 letters, digits, hyphens and underscores, beginning with a letter or digit."
  }
}

variable "image" {
  description = "Image of the container: `repository[:tag][@sha256:digest]`. The execution role must be allowed to pull it; prefer a digest or an immutable tag over `latest`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,254}(@sha256:[A-Fa-f0-9]{64})?$", var.image)) && can(regex(local.patterns.image, var.image))
    error_message = "image is \"${var.image}\": Batch takes up to 255 letters, digits and . _ : / # - , as [registry[:port]/]repository[:tag], and then at most @sha256: with 64 hexadecimal digits."
  }
}

variable "cpu" {
  description = "CPU units of each job; 1024 is one vCPU. Fargate offers 256, 512, 1024, 2048, 4096, 8192 or 16384."
  type        = number
  nullable    = false

  validation {
    condition     = contains(keys(local.fargate_memory), tostring(var.cpu))
    error_message = "cpu is ${var.cpu}: Fargate offers 256, 512, 1024, 2048, 4096, 8192 or 16384 CPU units."
  }
}

variable "memory" {
  description = "Memory of each job in MiB, what goes with `cpu`: 256: 512, 1024 or 2048; 512: 1024-4096; 1024: 2048-8192; 2048: 4096-16384; 4096: 8192-30720 (steps of 1024); 8192: 16384-61440 (steps of 4096); 16384: 32768-122880 (steps of 8192)."
  type        = number
  nullable    = false

  validation {
    # A wrong cpu has its own message.
    condition = contains(
      try(local.fargate_memory[tostring(var.cpu)].allowed, [var.memory]), var.memory
    )
    error_message = "memory is ${var.memory} with cpu ${var.cpu}: Fargate offers ${try(local.fargate_memory[tostring(var.cpu)].text, "nothing")} MiB with ${var.cpu} CPU units."
  }
}

variable "task_role_arn" {
  description = "ARN of the role that the container works with: `task_role_arn` of ecs-task. Its trust is ECS's, `ecs-tasks.amazonaws.com` (see the README)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex(local.patterns.role, var.task_role_arn))
    error_message = "task_role_arn is \"${var.task_role_arn}\": give the ARN of a role (arn:…:iam::…:role/…)."
  }
}

variable "execution_role_arn" {
  description = "ARN of the role with which ECS starts the container, which Fargate needs: `execution_role_arn` of ecs-task. It pulls the image, writes the log group and reads the secrets."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex(local.patterns.role, var.execution_role_arn))
    error_message = "execution_role_arn is \"${var.execution_role_arn}\": give the ARN of a role (arn:…:iam::…:role/…)."
  }
}

variable "log_group_name" {
  description = "Name of the log group that jobs write to: `log_group_name` of ecs-task. A stream is `<job definition>/default/<id of the ECS task>`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/#-]{1,512}$", var.log_group_name))
    error_message = "log_group_name is \"${var.log_group_name}\": CloudWatch Logs takes 1 to 512 letters, digits and . _ / # -."
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

variable "assign_public_ip" {
  description = "Whether each job has a public IP address. In a private subnet it needs none: a NAT gateway or endpoints lead out."
  type        = bool
  default     = false
  nullable    = false
}

variable "command" {
  description = "Command of the container; empty means the image's own. Batch cannot change the entry point."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for word in var.command : word != null])
    error_message = "command is [${join(", ", [for word in var.command : word == null ? "null" : word])}]: Batch takes strings."
  }
}

variable "cpu_architecture" {
  description = "Processor that the image is for: `X86_64` or `ARM64`."
  type        = string
  default     = "X86_64"
  nullable    = false

  validation {
    condition     = contains(["ARM64", "X86_64"], var.cpu_architecture)
    error_message = "cpu_architecture is \"${var.cpu_architecture}\": Fargate knows X86_64 and ARM64."
  }
}

variable "environment" {
  description = "Environment of the container, in clear text to everybody who may read job definitions: what is secret belongs in `secrets`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.environment) : can(regex(local.patterns.variable_name, name))])
    error_message = "environment has ${join(", ", [for name in keys(var.environment) : "\"${name}\"" if !can(regex(local.patterns.variable_name, name))])}: the name of a variable is not empty and has no = and no white space."
  }

  validation {
    condition     = alltrue([for value in values(var.environment) : value == null ? false : value != ""])
    error_message = "environment: ${join(", ", [for name, value in var.environment : "\"${name}\"" if value == null ? true : value == ""])} is empty: Batch drops a variable without a value. Leave it out."
  }

  validation {
    condition     = alltrue([for name in keys(var.environment) : !startswith(name, "AWS_BATCH")])
    error_message = "environment has ${join(", ", [for name in keys(var.environment) : "\"${name}\"" if startswith(name, "AWS_BATCH")])}: Batch keeps names that begin with AWS_BATCH for itself."
  }
}

variable "ephemeral_storage_gib" {
  description = "Ephemeral storage of each job in GiB, 21 to 200. null means the 20 that Fargate gives anyway."
  type        = number
  default     = null

  validation {
    condition = var.ephemeral_storage_gib == null ? true : (
      var.ephemeral_storage_gib >= 21 && var.ephemeral_storage_gib <= 200 && floor(var.ephemeral_storage_gib) == var.ephemeral_storage_gib
    )
    error_message = "ephemeral_storage_gib is ${coalesce(var.ephemeral_storage_gib, 0)}: Fargate takes a whole number of GiB from 21 to 200."
  }
}

variable "failure_topic_arns" {
  description = "SNS topics that are told when a job fails for good, and when a child of an array does: a name for each (the target's id) and its ARN, at most five. Empty means that nobody is told, and no rule is made. The topic's owner adds the policy of output `topic_policy_statements`."
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

variable "init_process" {
  description = "Whether a small init process is the container's first: it hands signals such as SIGTERM on to the command and collects its dead children."
  type        = bool
  default     = true
  nullable    = false
}

variable "keep_old_revisions" {
  description = "Whether the revision that a change replaces stays ACTIVE, so that one can go back to it, or a target can stay pinned to it. false deregisters it."
  type        = bool
  default     = false
  nullable    = false
}

variable "names" {
  description = <<-EOT
    Names of the resources where they differ from the standard, for example to adopt what exists.
    - `job_definition`: `<name>`.
    - `job_queue`: `<security_domain>-<billing_domain>-<region short code>-<name>`.
    - `failure_rule`: that with `-job-failed`; at most 64 characters.
  EOT
  type = object({
    job_definition = optional(string)
    job_queue      = optional(string)
    failure_rule   = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for name in [var.names.job_definition, var.names.job_queue] : name == null ? true : can(regex(local.patterns.job_name, name))
    ])
    error_message = "names.job_definition is \"${var.names.job_definition == null ? "null" : var.names.job_definition}\", names.job_queue is \"${var.names.job_queue == null ? "null" : var.names.job_queue}\": Batch takes 1 to 128 letters, digits, hyphens and underscores, beginning with a letter or digit."
  }

  validation {
    condition     = var.names.failure_rule == null ? true : can(regex("^[A-Za-z0-9._-]{1,64}$", var.names.failure_rule))
    error_message = "names.failure_rule is \"${var.names.failure_rule == null ? "null" : var.names.failure_rule}\": EventBridge takes 1 to 64 letters, digits and . _ -."
  }
}

variable "platform_version" {
  description = "Version of the Fargate platform: `LATEST`, or one such as `1.4.0`."
  type        = string
  default     = "LATEST"
  nullable    = false

  validation {
    condition     = can(regex("^(LATEST|[0-9]+\\.[0-9]+\\.[0-9]+)$", var.platform_version))
    error_message = "platform_version is \"${var.platform_version}\": Fargate takes LATEST or a version such as 1.4.0."
  }
}

variable "propagate_tags" {
  description = "Whether the ECS task of each job has the job definition's tags, as cost allocation needs."
  type        = bool
  default     = true
  nullable    = false
}

variable "queue" {
  description = <<-EOT
    A queue of the job's own and a managed compute environment on Fargate behind it. null makes none: jobs then go to a queue
    that is made elsewhere.
    - `max_vcpus`: vCPUs that all jobs of the queue have together at most; more jobs wait. A whole number.
    - `security_group_ids`: security groups of the jobs, 1 to 5.
    - `subnets`: subnets that jobs run in, 1 to 16.
  EOT
  type = object({
    max_vcpus          = number
    security_group_ids = list(string)
    subnets            = list(string)
  })
  default = null

  validation {
    condition     = var.queue == null ? true : try(var.queue.max_vcpus >= 1 && floor(var.queue.max_vcpus) == var.queue.max_vcpus, false)
    error_message = "queue.max_vcpus is ${try(coalesce(var.queue.max_vcpus, "null"), "null")}: Batch takes a whole number from 1."
  }

  validation {
    condition     = var.queue == null ? true : try(var.queue.max_vcpus * 1024 >= var.cpu, true)
    error_message = "queue.max_vcpus is ${try(coalesce(var.queue.max_vcpus, "null"), "null")} with cpu ${var.cpu}: a job takes ${var.cpu / 1024} vCPUs, so none would ever start."
  }

  validation {
    condition     = var.queue == null ? true : try(length(var.queue.subnets) >= 1 && length(var.queue.subnets) <= 16 && alltrue([for id in var.queue.subnets : can(regex("^subnet-[0-9a-f]{8,17}$", id))]), false)
    error_message = "queue.subnets is [${try(join(", ", [for id in var.queue.subnets : id == null ? "null" : id]), "")}]: Fargate takes 1 to 16 ids of subnets, such as subnet-0123456789abcdef0."
  }

  validation {
    condition     = var.queue == null ? true : try(length(var.queue.security_group_ids) >= 1 && length(var.queue.security_group_ids) <= 5 && alltrue([for id in var.queue.security_group_ids : can(regex("^sg-[0-9a-f]{8,17}$", id))]), false)
    error_message = "queue.security_group_ids is [${try(join(", ", [for id in var.queue.security_group_ids : id == null ? "null" : id]), "")}]: Fargate takes 1 to 5 ids of security groups, such as sg-0123456789abcdef0."
  }
}

variable "read_only_root_filesystem" {
  description = "Whether the container's root file system is read-only; `/tmp` and `writable_paths` are then volumes that it can write to."
  type        = bool
  default     = true
  nullable    = false
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

variable "retry" {
  description = <<-EOT
    How often Batch tries a job, of an array each of its children.
    - `attempts`: all tries together, 1 to 10; 1 tries nothing again.
    - `exit_codes`: what a container exits with to be tried again, up to four whole numbers from 0 to 255; 75 means that it
      stopped and resumes where it was (`EX_TEMPFAIL` of sysexits.h). Whatever else it exits with ends the job, and so does a
      container that could not start. [] tries again whatever failed.
  EOT
  type = object({
    attempts   = optional(number, 1)
    exit_codes = optional(list(number), [75])
  })
  default  = {}
  nullable = false

  validation {
    condition     = try(var.retry.attempts >= 1 && var.retry.attempts <= 10 && floor(var.retry.attempts) == var.retry.attempts, false)
    error_message = "retry.attempts is ${try(coalesce(var.retry.attempts, "null"), "null")}: Batch takes a whole number from 1 to 10."
  }

  validation {
    condition = try(length(var.retry.exit_codes) <= 4 && length(distinct(var.retry.exit_codes)) == length(var.retry.exit_codes) && alltrue([
      for code in var.retry.exit_codes : code >= 0 && code <= 255 && floor(code) == code
    ]), false)
    error_message = "retry.exit_codes is [${try(join(", ", [for code in var.retry.exit_codes : code == null ? "null" : tostring(code)]), "")}]: give up to four whole numbers from 0 to 255, each once. Batch takes five conditions, and the last one ends the job."
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
    error_message = "secrets and environment both have ${join(", ", setintersection(keys(var.secrets), keys(var.environment)))}: Batch takes each variable once."
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

variable "timeout_seconds" {
  description = "Seconds after which Batch ends a try: SIGTERM, and SIGKILL 30 seconds later. At least 60; an array has them for each child. null means none, and Fargate may end a job after 14 days."
  type        = number
  default     = null

  validation {
    condition     = var.timeout_seconds == null ? true : var.timeout_seconds >= 60 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds is ${coalesce(var.timeout_seconds, 0)}: Batch takes a whole number of seconds from 60."
  }
}

variable "user" {
  description = "User of the container: `user`, `uid`, and `:group` or `:gid` after either. null means the image's own."
  type        = string
  default     = null

  validation {
    condition     = var.user == null ? true : can(regex("^([A-Za-z_][A-Za-z0-9_.-]*|[0-9]+)(:([A-Za-z_][A-Za-z0-9_.-]*|[0-9]+))?$", var.user))
    error_message = "user is \"${var.user == null ? "null" : var.user}\": Batch takes user, uid, user:group, uid:gid, user:gid or uid:group."
  }
}

variable "writable_paths" {
  description = "Paths beside `/tmp` that the container can write to: each is an empty volume that goes with the job. ECS makes it root's unless the image declares the path as a VOLUME with another owner."
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
}
