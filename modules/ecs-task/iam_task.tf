# The task role: what the code in the container may do. Every grant is typed, names its resource and becomes one or two
# statements here; without grants the role has no policy at all.

locals {
  s3_arn = "arn:${local.partition}:s3:::"

  # The objects of each grant: a prefix, keys, or the whole bucket. The star after a prefix is what makes it a prefix.
  s3_object_arns = {
    for kind, grants in {
      read        = var.permissions.s3_read
      write       = [for grant in var.permissions.s3_write : grant if grant.multipart]
      write_whole = [for grant in var.permissions.s3_write : grant if !grant.multipart]
      } : kind => flatten([
        for grant in grants : concat(
          grant.whole_bucket ? ["${local.s3_arn}${grant.bucket}/*"] : [],
          grant.prefix == null ? [] : ["${local.s3_arn}${grant.bucket}/${grant.prefix}*"],
          [for key in grant.keys : "${local.s3_arn}${grant.bucket}/${key}"],
        )
    ])
  }

  # By the Sid of the statement: what a program calls to read parameters.
  ssm_operations = {
    SsmRead        = ["GetParameter", "GetParameters"]
    SsmReadOne     = ["GetParameter"]
    SsmReadSeveral = ["GetParameters"]
  }

  # Keys by what they protect: a key may be used through that service alone, and only for what the grant does with it.
  decrypt            = ["kms:Decrypt"]
  decrypt_and_derive = ["kms:Decrypt", "kms:GenerateDataKey"]
  kms_grants = [
    { sid = "S3Read", service = "s3", actions = local.decrypt, keys = flatten(var.permissions.s3_read[*].kms_key_arns) },
    # Decrypt as well: S3 reads the parts of a multipart upload back to join them.
    { sid = "S3Write", service = "s3", actions = local.decrypt_and_derive, keys = flatten(var.permissions.s3_write[*].kms_key_arns) },
    { sid = "SsmRead", service = "ssm", actions = local.decrypt, keys = flatten(var.permissions.ssm_read[*].kms_key_arns) },
    { sid = "SecretsRead", service = "secretsmanager", actions = local.decrypt, keys = flatten(var.permissions.secrets_read[*].kms_key_arns) },
    { sid = "SnsPublish", service = "sns", actions = local.decrypt_and_derive, keys = flatten(var.permissions.sns_publish[*].kms_key_arns) },
    { sid = "SqsSend", service = "sqs", actions = local.decrypt_and_derive, keys = flatten(var.permissions.sqs_send[*].kms_key_arns) },
  ]
  task_kms_key_arns = flatten(local.kms_grants[*].keys)

  # Every grant makes a statement, so what was asked for says whether there is a policy. The statements cannot say it:
  # a list of keys, a prefix, or a name may be known only after the apply.
  task_has_policy = length(flatten([for grants in var.permissions : [for grant in grants : true]])) > 0

  task_statements = [
    for statement in concat(
      [{ sid = "S3Read", actions = ["s3:GetObject"], resources = local.s3_object_arns.read, conditions = [] }],
      [
        for index, grant in var.permissions.s3_read : {
          sid       = "S3List${index}"
          actions   = ["s3:ListBucket"]
          resources = ["${local.s3_arn}${grant.bucket}"]
          conditions = grant.whole_bucket ? [] : [
            { test = "StringLike", variable = "s3:prefix", values = ["${grant.prefix}*"] }
          ]
        } if grant.whole_bucket || grant.prefix != null # who reads single keys does not list
      ],
      [{
        sid        = "S3Write"
        actions    = ["s3:AbortMultipartUpload", "s3:PutObject"]
        resources  = local.s3_object_arns.write
        conditions = []
        }, {
        sid        = "S3WriteWhole"
        actions    = ["s3:PutObject"]
        resources  = local.s3_object_arns.write_whole
        conditions = []
      }],
      [
        for index, grant in var.permissions.put_events : {
          sid     = "PutEvents${index}"
          actions = ["events:PutEvents"]
          resources = [
            startswith(grant.event_bus, "arn:") ? grant.event_bus
            : "arn:${local.partition}:events:${local.region}:${local.account_id}:event-bus/${grant.event_bus}"
          ]
          conditions = concat(
            [{ test = "StringEquals", variable = "events:source", values = grant.sources }],
            length(grant.detail_types) == 0 ? [] : [
              { test = "StringEquals", variable = "events:detail-type", values = grant.detail_types }
            ],
          )
        }
      ],
      [
        for sid, operations in local.ssm_operations : {
          sid     = sid
          actions = [for operation in operations : "ssm:${operation}"]
          resources = [
            for grant in var.permissions.ssm_read : startswith(grant.parameter, "arn:") ? grant.parameter
            : join("", [
              "arn:${local.partition}:ssm:${local.region}:",
              # AWS's public parameters belong to no account.
              startswith(trimprefix(grant.parameter, "/"), "aws/service/") ? "" : local.account_id,
              ":parameter/${trimprefix(grant.parameter, "/")}",
            ]) if join(" ", operations) == coalesce(grant.operation, join(" ", local.ssm_operations.SsmRead))
          ]
          conditions = []
        }
      ],
      [
        {
          sid        = "SecretsRead"
          actions    = ["secretsmanager:GetSecretValue"]
          resources  = var.permissions.secrets_read[*].secret_arn
          conditions = []
        },
        {
          sid        = "SnsPublish"
          actions    = ["sns:Publish"]
          resources  = var.permissions.sns_publish[*].topic_arn
          conditions = []
        },
        {
          sid        = "SqsSend"
          actions    = ["sqs:SendMessage"]
          resources  = var.permissions.sqs_send[*].queue_arn
          conditions = []
        },
        {
          sid     = "AppSyncGraphql"
          actions = ["appsync:GraphQL"]
          resources = flatten([
            for grant in var.permissions.appsync_graphql : [
              for field in grant.fields : join("", [
                "arn:${local.partition}:appsync:${local.region}:${local.account_id}:",
                "apis/${grant.api_id}/types/${split(".", field)[0]}/fields/${split(".", field)[1]}",
              ])
            ]
          ])
          conditions = []
        },
      ],
      [
        for grant in local.kms_grants : {
          sid       = "Kms${grant.sid}"
          actions   = grant.actions
          resources = grant.keys
          conditions = [
            { test = "StringEquals", variable = "kms:ViaService", values = ["${grant.service}.${local.region}.${local.dns_suffix}"] }
          ]
        }
      ],
    ) : statement if length(statement.resources) > 0
  ]
}

resource "aws_iam_role" "task" {
  name                 = local.names.task_role
  description          = "The container of family ${local.names.family} works with this role"
  assume_role_policy   = data.aws_iam_policy_document.ecs_tasks_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags

  lifecycle {
    precondition {
      condition     = length(local.names.task_role) <= 64
      error_message = "The task role's name \"${local.names.task_role}\" has ${length(local.names.task_role)} characters: IAM takes at most 64. Set names.task_role."
    }

    precondition {
      condition     = local.names.task_role != local.names.execution_role
      error_message = "names.task_role and names.execution_role are both \"${local.names.task_role}\": the two roles are separate, so that the container never has the permissions ECS needs to start it."
    }
  }
}

resource "aws_iam_role_policy" "task" {
  count = local.task_has_policy ? 1 : 0

  name   = local.names.task_policy
  role   = aws_iam_role.task.name
  policy = data.aws_iam_policy_document.task[0].json

  lifecycle {
    precondition {
      condition     = alltrue([for arn in local.task_kms_key_arns : split(":", arn)[3] == local.region])
      error_message = "permissions: kms_key_arns has ${join(", ", local.task_kms_key_arns)}: the role may use keys of this region, ${local.region}, only."
    }

    precondition {
      condition     = length(data.aws_iam_policy_document.task[0].minified_json) <= 10240
      error_message = "The policy of role \"${local.names.task_role}\" has ${length(data.aws_iam_policy_document.task[0].minified_json)} characters: IAM takes at most 10240. Give fewer grants, or attach a managed policy to the role named by output task_role_name."
    }
  }
}

data "aws_iam_policy_document" "task" {
  count = local.task_has_policy ? 1 : 0

  dynamic "statement" {
    for_each = local.task_statements

    content {
      sid       = statement.value.sid
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = statement.value.conditions

        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}
