# The execution role: what ECS does before and around the container. It pulls this image, writes this log group and
# reads these secrets; the container itself never has it.

locals {
  # <account>.dkr.ecr[-fips].<region>.<suffix>/<repository>[:tag][@digest], or dkr-ecr for dual-stack endpoints.
  # null for an image that is not in a private ECR registry.
  ecr = try(
    regex("^(?P<account>[0-9]{12})\\.dkr[.-]ecr(?:-fips)?\\.(?P<region>[a-z0-9-]+)\\.[a-z.]+/(?P<repository>[^:@]+)", var.image),
    null,
  )
  ecr_repository_arns = local.ecr == null ? [] : [
    "arn:${local.partition}:ecr:${local.ecr.region}:${local.ecr.account}:repository/${local.ecr.repository}"
  ]

  # A secret may be given with the suffix ":json-key:version-stage:version-id"; a policy names the secret alone.
  secret_arns    = [for arn in values(var.secrets) : join(":", slice(split(":", arn), 0, 7)) if strcontains(arn, ":secretsmanager:")]
  parameter_arns = [for arn in values(var.secrets) : arn if strcontains(arn, ":ssm:")]
  registry_secret_arns = var.repository_credentials == null ? [] : [
    var.repository_credentials.secret_arn
  ]

  execution_reads_secrets = length(var.secrets) > 0 || var.repository_credentials != null
}

resource "aws_iam_role" "execution" {
  name                 = local.names.execution_role
  description          = "ECS starts tasks of family ${local.names.family} with this role: image, logs, secrets"
  assume_role_policy   = data.aws_iam_policy_document.ecs_tasks_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags

  lifecycle {
    precondition {
      condition     = length(local.names.execution_role) <= 64
      error_message = "The execution role's name \"${local.names.execution_role}\" has ${length(local.names.execution_role)} characters: IAM takes at most 64. Set names.execution_role."
    }
  }
}

resource "aws_iam_role_policy" "execution" {
  name   = local.names.execution_policy
  role   = aws_iam_role.execution.name
  policy = data.aws_iam_policy_document.execution.json
}

# Apart from the other, so that a secret created by the same plan hides only this policy until it exists.
resource "aws_iam_role_policy" "execution_secrets" {
  count = local.execution_reads_secrets ? 1 : 0

  name   = local.names.execution_secrets_policy
  role   = aws_iam_role.execution.name
  policy = data.aws_iam_policy_document.execution_secrets[0].json

  lifecycle {
    precondition {
      condition     = alltrue([for arn in var.secrets_kms_key_arns : split(":", arn)[3] == local.region])
      error_message = "secrets_kms_key_arns has ${join(", ", var.secrets_kms_key_arns)}: the role may use keys of this region, ${local.region}, only."
    }

    # IAM counts the characters of all inline policies of a role together, without white space.
    precondition {
      condition     = length(data.aws_iam_policy_document.execution.minified_json) + length(data.aws_iam_policy_document.execution_secrets[0].minified_json) <= 10240
      error_message = "The policies of role \"${local.names.execution_role}\" have ${length(data.aws_iam_policy_document.execution.minified_json) + length(data.aws_iam_policy_document.execution_secrets[0].minified_json)} characters: IAM takes at most 10240. Give fewer secrets, or keep several values in one as JSON keys."
    }
  }
}

data "aws_iam_policy_document" "execution" {
  #checkov:skip=CKV_AWS_356:ecr:GetAuthorizationToken takes no resource but "*"; every other statement names its own.
  dynamic "statement" {
    for_each = local.ecr_repository_arns

    content {
      sid       = "EcrLogin"
      actions   = ["ecr:GetAuthorizationToken"]
      resources = ["*"]
    }
  }

  dynamic "statement" {
    for_each = local.ecr_repository_arns

    content {
      sid       = "PullImage"
      actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      resources = [statement.value]
    }
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arn}:*"] # the streams of this group
  }
}

data "aws_iam_policy_document" "execution_secrets" {
  count = local.execution_reads_secrets ? 1 : 0

  dynamic "statement" {
    for_each = length(concat(local.secret_arns, local.registry_secret_arns)) > 0 ? [1] : []

    content {
      sid       = "ReadSecrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = concat(local.secret_arns, local.registry_secret_arns)
    }
  }

  dynamic "statement" {
    for_each = length(local.parameter_arns) > 0 ? [1] : []

    content {
      sid       = "ReadParameters"
      actions   = ["ssm:GetParameters"]
      resources = local.parameter_arns
    }
  }

  dynamic "statement" {
    for_each = length(var.secrets_kms_key_arns) > 0 ? [1] : []

    content {
      sid       = "DecryptSecrets"
      actions   = ["kms:Decrypt"]
      resources = var.secrets_kms_key_arns

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values = concat(
          length(concat(local.secret_arns, local.registry_secret_arns)) > 0 ? ["secretsmanager.${local.region}.${local.dns_suffix}"] : [],
          length(local.parameter_arns) > 0 ? ["ssm.${local.region}.${local.dns_suffix}"] : [],
        )
      }
    }
  }
}
