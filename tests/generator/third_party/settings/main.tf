# A module of another repository, as a spec sees it: variables of every type, one resource, two outputs.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.98"
    }
  }
}

resource "aws_ssm_parameter" "setting" {
  for_each = var.settings

  name   = "${var.prefix}${each.key}"
  type   = var.key_arn == null ? "String" : "SecureString"
  key_id = var.key_arn
  value  = jsonencode([each.value, var.limits, var.paused, var.extra])
}

output "prefix" {
  value = var.prefix
}

output "names" {
  value = { for name, setting in aws_ssm_parameter.setting : name => setting.name }
}
