# The forms that several variables share, each once.
locals {
  patterns = {
    bus_name  = "^[A-Za-z0-9._/-]{1,256}$"
    job_name  = "^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"
    name_part = "^[A-Za-z0-9_-]+$" # also in ecs-scheduler, ecs-task and workflow-bus, which are given the same values
    region    = "^[a-z]{2,}(?:-[a-z]+)+-[0-9]+$"
    role_name = "^[A-Za-z0-9_+=,.@-]{1,64}$"
    rule_name = "^[A-Za-z0-9._-]{1,64}$" # EventBridge's form of a target's id, too
    tag_text  = "^[\\p{L}\\p{N} _.:/=+@-]{1,256}$"

    # "You can't use the following strings as document name prefixes" (CreateDocument).
    reserved_document = "^(?i:aws|amazon|amzn)"

    # What CloudWatch can call when an alarm goes off; also in ecs-scheduler and workflow-bus.
    alarm_action = "^arn:aws[a-z-]*:(?:(?:aiops|automate|autoscaling|lambda|sns|ssm):[a-z0-9-]+|ssm-incidents:):[^:]+:.+$"

    kms_key = "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"
    role    = "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$"
    topic   = "^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$"
  }
}
