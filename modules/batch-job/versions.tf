terraform {
  # 1.9: a validation may look at other variables, which the rules of Fargate need.
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.98, < 7.0"
    }
  }
}
