# What the targets are given: literals that could be taken for placeholders, nothing at all, and each kind's own settings;
# and settings of the workflow that are not the module's defaults.

module "orders" {
  source = "../../modules/workflow-bus"

  name = "orders"

  archive       = { retention_days = 7, event_pattern_json = "{ \"source\": [ \"example.orders\" ] }" }
  alarm_actions = ["arn:aws:sns:us-east-1:123456789012:alarms"]
  ok_actions    = ["arn:aws:sns:us-east-1:123456789012:over"]
  names         = { log_resource_policy = "orders-to-logs" }

  dlq_messages_visible_threshold       = 5
  dlq_oldest_message_threshold_seconds = 600
  rule_alarms = {
    FailedInvocations    = { threshold = 2, period_seconds = 120, evaluation_periods = 3 }
    InvocationsSentToDlq = {}
  }

  rules = {
    ended = {
      event_pattern = { source = ["example.orders"] }
      targets = {
        part = { queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:audit" }, input_path = "$.detail" }
        fargate = {
          run_task = {
            cluster_arn             = "arn:aws:ecs:us-east-1:123456789012:cluster/production"
            family                  = "pack"
            pass_role_arns          = []
            subnets                 = ["subnet-0123456789abcdef0"]
            security_group_ids      = ["sg-0123456789abcdef0"]
            assign_public_ip        = true
            enable_ecs_managed_tags = true
            platform_version        = "1.4.0"
            propagate_tags          = "TASK_DEFINITION"
          }
        }
      }
    }
    placed = {
      enabled       = false
      event_pattern = { source = ["example.orders"], resources = ["arn:aws:s3:::orders"], region = ["us-east-1"], account = ["123456789012"] }
      targets = {
        template = {
          run_task = {
            cluster_arn            = "arn:aws:ecs:us-east-1:123456789012:cluster/production"
            family                 = "pack"
            pass_role_arns         = []
            subnets                = ["subnet-0123456789abcdef0"]
            security_group_ids     = ["sg-0123456789abcdef0"]
            container_name         = "main"
            command                = ["pack", "<environment_ORDER>", "say \"hello\" & \\ <b>"]
            environment            = { LITERAL = "<environment_ORDER> \"quoted\" \\ $${ORDER}\n", EMPTY = "" }
            environment_from_event = { ORDER = "$.detail.order" }
          }
        }
        constant = {
          run_task = {
            cluster_arn        = "arn:aws:ecs:us-east-1:123456789012:cluster/production"
            family             = "pack"
            pass_role_arns     = []
            subnets            = ["subnet-0123456789abcdef0"]
            security_group_ids = ["sg-0123456789abcdef0"]
            container_name     = "main"
            environment        = { MODE = "<fast>" }

            capacity_provider_strategies = [
              { capacity_provider = "FARGATE", base = 1, weight = 0 },
              { capacity_provider = "FARGATE_SPOT", weight = 4 },
            ]
          }
        }
        instances = {
          run_task = {
            cluster_arn            = "arn:aws:ecs:us-east-1:123456789012:cluster/production"
            family                 = "index"
            revision               = 3
            pass_role_arns         = []
            launch_type            = "EC2"
            task_count             = 2
            group                  = "orders"
            enable_execute_command = true
            tags                   = { Workload = "orders" }
          }
        }
        job = {
          submit_job = {
            job_queue_arn  = "arn:aws:batch:us-east-1:123456789012:job-queue/reports"
            job_definition = "report"
            revision       = 9
            parameters     = { format = "<csv>" }
            command        = ["report", "Ref::format"]
          }
        }
        plain-job = {
          submit_job = {
            job_queue_arn  = "arn:aws:batch:us-east-1:123456789012:job-queue/reports"
            job_definition = "report"
          }
        }
      }
    }

    synced = {
      event_pattern = { source = ["example.orders"] }
      targets = {
        job = {
          submit_job = {
            job_queue_arn         = "arn:aws:batch:us-east-1:123456789012:job-queue/reports"
            job_definition        = "report"
            revision              = 9
            synced                = true
            job_name              = "daily"
            array_size            = 2
            attempts              = 3
            parameters_from_event = { order = "$.detail.order" }
          }
          maximum_retry_attempts       = 10
          maximum_event_age_in_seconds = 3600
        }
        plain-job = {
          submit_job = {
            job_queue_arn  = "arn:aws:batch:us-east-1:123456789012:job-queue/reports"
            job_definition = "report"
            revision       = 9
            synced         = true
            parameters     = { format = "<csv>" }
          }
        }
      }
    }

    told = {
      event_pattern_json = <<-EOT
        { "source": [ "example.orders" ],
          "detail": { "total": [ { "numeric": [ ">", 100 ] } ], "note": [ { "prefix": "<b>" } ] } }
      EOT
      targets = {
        alerts = { notify = { topic_arn = "arn:aws:sns:us-east-1:123456789012:alerts" }, input = jsonencode("An order was placed.") }
        audit = {
          queue = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:audit.fifo", message_group_id = "orders" }
          input_transformer = {
            input_paths    = { order = "$.detail.order" }
            input_template = "{\"order\": <order>}"
          }
        }
        log    = { log = {} }
        shared = { log = { log_group_name = "/aws/events/shared", existing = true } }
        same   = { log = { log_group_name = "/aws/events/told" } }
      }
    }
  }

  resource_owner        = "data-team"
  billing_entity        = "analytics"
  billing_domain        = "reporting"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}
