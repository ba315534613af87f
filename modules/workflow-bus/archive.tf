# With AWS's own key: the provider's version 5 cannot give an archive a key of ours.
resource "aws_cloudwatch_event_archive" "main" {
  count = var.archive == null ? 0 : 1

  name             = local.names.archive
  description      = var.archive.description
  event_source_arn = local.arns.bus
  event_pattern    = var.archive.event_pattern_json == null ? null : jsonencode(jsondecode(var.archive.event_pattern_json))
  retention_days   = var.archive.retention_days

  lifecycle {
    precondition {
      condition     = length(local.name_errors["archive"]) == 0
      error_message = join("\n", local.name_errors["archive"])
    }
  }

  # The ARN above is built from names; the order is kept here.
  depends_on = [aws_cloudwatch_event_bus.main]
}
