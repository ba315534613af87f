# The code is the package's own file, byte for byte. It runs on Systems Manager's machines, so there is nothing to package and
# nothing that runs out of support unnoticed but the runtime named here.

locals {
  script = file("${path.module}/batch_target_sync/sync.py")

  # What is not given is left out: the code takes what is missing for anything.
  selections = [
    for selection in var.selections : { for field, value in selection : field => value if value != null }
  ]

  # As they are while they can be read at a glance. The code leaves little room in the document, and packed they take a tenth.
  selections_json   = jsonencode(local.selections)
  packed_selections = length(local.selections_json) <= 1000 ? local.selections_json : base64gzip(local.selections_json)

  document = {
    schemaVersion = "0.3"
    description   = "Keeps EventBridge targets on the highest ACTIVE revision of their AWS Batch job definition (${local.base_name})"
    assumeRole    = local.arns.role

    parameters = {
      Operation = {
        type          = "String"
        description   = "sync moves targets that are behind; check only measures; dry-run shows what sync would do; rollback goes back to what stood before the last update; resume lets go of what rollbacks hold"
        default       = "sync"
        allowedValues = ["sync", "check", "dry-run", "rollback", "resume"]
      }
      JobDefinition = {
        type           = "String"
        description    = "Only targets of this job definition, by name or ARN; empty is all; not for rollback"
        default        = ""
        allowedPattern = "^[A-Za-z0-9_:/-]*$"
      }
      # A value that is passed has 512 characters at most (StartAutomationExecution), so the module's selections are not its default.
      Selections = {
        type        = "String"
        description = "Other targets, as JSON of at most 512 characters; empty is this sync's own"
        default     = ""
      }
      Trigger = {
        type          = "String"
        description   = "What started it, for the log"
        default       = "hand"
        allowedValues = ["hand", "event", "schedule"]
      }
    }

    mainSteps = [{
      name           = "Sync"
      action         = "aws:executeScript"
      timeoutSeconds = 600 # Systems Manager's longest
      isEnd          = true

      inputs = {
        Runtime = "python3.11"
        Handler = "handler"
        InputPayload = {
          Operation     = "{{ Operation }}"
          JobDefinition = "{{ JobDefinition }}"
          Selections    = "{{ Selections }}"
          Trigger       = "{{ Trigger }}"
          Execution     = "{{ automation:EXECUTION_ID }}"
          Settings = {
            EventBus   = var.event_bus_name == null ? "" : var.event_bus_name
            Name       = local.base_name
            Region     = local.region
            Selections = local.packed_selections
            State      = local.state_path
            Topic      = var.topic == null ? "" : var.topic.arn
          }
        }
        Script = local.script
      }
    }]
  }

  # jsonencode writes these three as escapes of six bytes each, which the code has many of and JSON does not need.
  document_json = replace(replace(replace(jsonencode(local.document), "\\u003c", "<"), "\\u003e", ">"), "\\u0026", "&")
  # length() counts characters; base64 has four for three bytes.
  document_bytes = floor(length(replace(base64encode(local.document_json), "=", "")) * 3 / 4)
}

resource "aws_ssm_document" "main" {
  name            = local.names.document
  document_type   = "Automation"
  document_format = "JSON"
  content         = local.document_json
  tags            = local.tags

  lifecycle {
    precondition {
      condition     = length(local.document_name_errors) == 0
      error_message = join("\n", local.document_name_errors)
    }

    precondition {
      condition     = local.document_bytes <= 65536
      error_message = "The document \"${local.names.document}\" has ${local.document_bytes} bytes with ${length(var.selections)} selections; AWS allows 65536: select whole buses, or split the selections over several calls of the module, each with a name of its own."
    }

    precondition {
      condition     = var.topic == null ? true : split(":", var.topic.arn)[3] == local.region
      error_message = "topic.arn is \"${try(var.topic.arn, "null")}\", of region ${try(split(":", var.topic.arn)[3], "null")}; the sync needs a topic of its own region, ${local.region}."
    }

    precondition {
      condition     = alltrue([for arn in local.topic_key_arns : split(":", arn)[3] == local.region])
      error_message = "topic.key_arns has ${join(" and ", [for arn in local.topic_key_arns : "${jsonencode(arn)} of region ${split(":", arn)[3]}" if split(":", arn)[3] != local.region])}; SNS encrypts with a key of the topic's region, ${local.region}."
    }
  }

  # Whoever sees the document may start it.
  depends_on = [aws_iam_role_policy.notify, aws_iam_role_policy.sync]
}
