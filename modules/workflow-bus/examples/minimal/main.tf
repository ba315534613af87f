# The required variables and nothing else: a bus, and a rule that runs a task on Fargate when a backfill has succeeded.

provider "aws" {
  region = "us-east-1"
}

module "cleanup" {
  source = "../.."

  name = "cleanup"

  rules = {
    success = {
      event_pattern = {
        source = ["example.backfill"]
        detail = { status = ["success"] }
      }
      targets = {
        cleanup = {
          run_task = {
            cluster_arn = "arn:aws:ecs:us-east-1:123456789012:cluster/production"
            family      = "cleanup"
            pass_role_arns = [
              "arn:aws:iam::123456789012:role/cleanup-execution",
              "arn:aws:iam::123456789012:role/cleanup-task",
            ]
            subnets            = ["subnet-0123456789abcdef0"]
            security_group_ids = ["sg-0123456789abcdef0"]
          }
        }
      }
    }
  }

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}
