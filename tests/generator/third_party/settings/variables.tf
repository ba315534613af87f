variable "prefix" {
  description = "What every name begins with. It ends with /."
  type        = string
  nullable    = false
}

variable "key_arn" {
  description = "ARN of the KMS key that encrypts the settings; AWS's own unless given."
  type        = string
  default     = null
}

variable "limits" {
  type    = tuple([number, number])
  default = [1, 10]
}

variable "paused" {
  type     = bool
  default  = false
  nullable = false
}

variable "settings" {
  description = "Settings by name."
  type = map(object({
    value    = string
    priority = optional(number, 1)
    # For people, not for programs.
    notes = optional(object({
      author = optional(string)
      topics = optional(set(string), [])
    }), {})
  }))
  default  = {}
  nullable = false
}

variable "extra" {
  description = "Whatever else; it is kept as JSON."
  default     = null
}
