# The custom ID cleanup workflow of Distro Nation's "EventBridge Scheduled Tasks" and "Maintenance Operations": its bus and its two
# rules under their own names, and what it did not have yet: somebody hears of a failure, every target has a dead-letter queue, and
# separate roles replace the one that both ECS and EventBridge were trusted with. A third rule has the other kinds of targets.

provider "aws" {
  region = "us-east-1"
}

locals {
  cluster_name = "amplify-dnbackendfunctions-dev-57767-NetworkStack-1WQ2JX5JBEL8C-Cluster-o2oPTAWsP4AL"
  cluster_arn  = "arn:aws:ecs:us-east-1:${local.account_id}:cluster/${local.cluster_name}"
}

module "custom_id_cleanup" {
  source = "../.."

  name     = "custom-id-cleanup"
  bus_name = "dn-backend-workflow-bus-dev"

  create_key      = { alias = "custom-id-cleanup" }
  keep_log_groups = true
  archive         = { retention_days = 30, description = "Events of the custom ID cleanup, to be replayed" }

  publishers = {
    channelbackfill = {
      principal_arns = ["arn:aws:iam::${local.account_id}:role/channelbackfill-task"]
      sources        = ["dn.backend.channelbackfill"]
      detail_types   = ["Channel Backfill Completed", "Channel Backfill Failed"]
    }
  }

  rules = {
    success = {
      name        = "channelbackfill-success-trigger-dev"
      description = "Triggers CMS cleanup when channelbackfill completes successfully"
      event_pattern = {
        source      = ["dn.backend.channelbackfill"]
        detail_type = ["Channel Backfill Completed"]
        detail      = { status = ["success"] }
      }

      targets = {
        cmscustomidcleanup = {
          run_task = {
            cluster_arn = local.cluster_arn
            family      = "cmscustomidcleanup-task"
            revision    = 2
            launch_type = "FARGATE"
            task_count  = 1
            pass_role_arns = [
              "arn:aws:iam::${local.account_id}:role/cmscustomidcleanup-execution",
              "arn:aws:iam::${local.account_id}:role/cmscustomidcleanup-task",
            ]

            subnets            = ["subnet-0614f6234c8532909", "subnet-07af64e6a2897f64c", "subnet-05e6b470667a77016"]
            security_group_ids = ["sg-0e95bc87b1582a935"]
            assign_public_ip   = true

            container_name = "cmscustomidcleanup"
            environment    = { TRIGGER = "channelbackfill" }
            environment_from_event = {
              STATUS          = "$.detail.status"
              PROCESSED_COUNT = "$.detail.processedCount"
              ERROR_COUNT     = "$.detail.errorCount"
              TOTAL_COUNT     = "$.detail.totalCount"
            }

            propagate_tags = "TASK_DEFINITION"
          }
        }
      }
    }

    failure = {
      name        = "channelbackfill-failure-alert-dev"
      description = "Captures channelbackfill failures for alerting"
      event_pattern = {
        source      = ["dn.backend.channelbackfill"]
        detail_type = ["Channel Backfill Failed"]
        detail      = { status = ["failed"] }
      }

      targets = {
        alerts = {
          notify = { topic_arn = aws_sns_topic.alerts.arn }
          input_transformer = {
            input_paths    = { time = "$.time", errors = "$.detail.errorCount" }
            input_template = "\"The channel backfill failed at <time> with <errors> errors.\""
          }
        }
        log = { log = {} }
      }
    }

    # Every event of the backfill, whatever became of it.
    ended = {
      event_pattern_json = jsonencode({
        source = ["dn.backend.channelbackfill"]
        detail = { status = [{ exists = true }], processedCount = [{ numeric = [">", 0] }] }
      })

      targets = {
        statistics = {
          submit_job = {
            job_queue_arn          = "arn:aws:batch:us-east-1:${local.account_id}:job-queue/reports"
            job_definition         = "backfill-statistics"
            job_name               = "backfill-statistics"
            array_size             = 2
            attempts               = 3
            parameters             = { format = "csv" }
            parameters_from_event  = { processed = "$.detail.processedCount" }
            environment            = { LOG_LEVEL = "info" }
            environment_from_event = { STATUS = "$.detail.status" }
            command                = ["statistics", "Ref::processed", "Ref::format"]
          }
          maximum_retry_attempts       = 10
          maximum_event_age_in_seconds = 3600
        }
        # What is accounted for runs with a revision that is on record: the sync moves it, and keeps what was there before.
        accounts = {
          submit_job = {
            job_queue_arn  = "arn:aws:batch:us-east-1:${local.account_id}:job-queue/reports"
            job_definition = "backfill-accounts"
            revision       = 3
            synced         = true
          }
        }
        audit   = { queue = { queue_arn = aws_sqs_queue.audit.arn }, input_path = "$.detail" }
        company = { bus = { bus_arn = "arn:aws:events:us-east-1:${local.account_id}:event-bus/company" } }
      }
    }
  }

  alarm_actions = [aws_sns_topic.alerts.arn]
  ok_actions    = [aws_sns_topic.alerts.arn]

  permissions_boundary_arn = "arn:aws:iam::${local.account_id}:policy/workload-boundary"

  tags = { Repository = "workloads" }

  resource_owner        = "backend-team"
  billing_entity        = "distro-nation"
  billing_domain        = "backend"
  security_domain       = "internal"
  aws_region_short_code = "use1"
}
