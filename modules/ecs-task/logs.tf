resource "aws_cloudwatch_log_group" "task" {
  #checkov:skip=CKV_AWS_158:The key is the caller's choice (log_kms_key_arn); without one CloudWatch Logs encrypts with its own.
  #checkov:skip=CKV_AWS_338:30 days is the standard for task logs; log_retention_days sets another.
  name              = local.names.log_group
  kms_key_id        = var.log_kms_key_arn
  retention_in_days = var.log_retention_days
  skip_destroy      = var.keep_log_group
  tags              = local.tags

  lifecycle {
    precondition {
      condition     = var.log_kms_key_arn == null ? true : split(":", var.log_kms_key_arn)[3] == local.region
      error_message = "log_kms_key_arn is \"${coalesce(var.log_kms_key_arn, "null")}\": CloudWatch Logs takes a key of the log group's own region, ${local.region}."
    }
  }
}
