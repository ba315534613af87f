resource "aws_cloudwatch_event_bus" "main" {
  count = local.makes_bus ? 1 : 0

  name               = local.names.bus
  description        = "Events of the workflow ${var.name}"
  kms_key_identifier = local.key_arn
  tags               = local.tags

  # Here go the events that the bus itself cannot keep: those that its key does not let it encrypt or decrypt. What a
  # target does not take goes to the queue through the target.
  dead_letter_config {
    arn = local.arns.dlq
  }

  lifecycle {
    precondition {
      condition     = length(local.name_errors["bus"]) == 0
      error_message = join("\n", local.name_errors["bus"])
    }
  }

  # The ARN above is built from names; the order is kept here.
  depends_on = [aws_sqs_queue_policy.dlq]
}

# A bus lets its own account's principals put events when their own policies do; with a policy it says which of them may
# put which source, also to another account. PutEvents is all that is ever let.
data "aws_iam_policy_document" "bus" {
  count = local.makes_bus && length(var.publishers) > 0 ? 1 : 0

  dynamic "statement" {
    for_each = var.publishers

    content {
      sid       = statement.key
      actions   = ["events:PutEvents"]
      resources = [local.arns.bus]

      principals {
        type        = "AWS"
        identifiers = statement.value.principal_arns
      }

      condition {
        test     = "StringEquals"
        variable = "events:source"
        values   = statement.value.sources
      }

      dynamic "condition" {
        for_each = length(statement.value.detail_types) > 0 ? [statement.value.detail_types] : []

        content {
          test     = "StringEquals"
          variable = "events:detail-type"
          values   = condition.value
        }
      }
    }
  }
}

resource "aws_cloudwatch_event_bus_policy" "main" {
  count = length(data.aws_iam_policy_document.bus)

  event_bus_name = aws_cloudwatch_event_bus.main[0].name
  policy         = data.aws_iam_policy_document.bus[0].json

  lifecycle {
    precondition {
      condition     = length(data.aws_iam_policy_document.bus[0].minified_json) <= 10240
      error_message = "The policy of bus \"${local.names.bus}\" has ${length(data.aws_iam_policy_document.bus[0].minified_json)} characters; AWS allows 10240. Give whole accounts in principal_arns, or fewer publishers."
    }
  }
}
