# The forms that several variables share, each once.
locals {
  patterns = {
    ecs_name = "^[A-Za-z0-9_-]{1,255}$"
    # Batch's names of jobs and of job definitions.
    job_name      = "^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"
    name_part     = "^[A-Za-z0-9_-]+$" # also in ecs-scheduler and ecs-task, which are given the same values
    rule_name     = "^[A-Za-z0-9._-]{1,64}$"
    role_name     = "^[A-Za-z0-9_+=,.@-]{1,64}$"
    bus_name      = "^[A-Za-z0-9._-]{1,256}$"
    log_group     = "^/aws/events/[A-Za-z0-9._/#-]+$"
    variable_name = "^[^=\\s]+$"
    tag_key       = "^[\\p{L}\\p{N} _.:/=+@-]{1,128}$"
    tag_value     = "^[\\p{L}\\p{N} _.:/=+@-]{0,256}$"
    tag_text      = "^[\\p{L}\\p{N} _.:/=+@-]{1,256}$"

    # What EventBridge takes of JSONPath: names, indices and wildcards.
    event_path = "^\\$(?:\\.[A-Za-z0-9_/-]+|\\.\\*|\\[(?:[0-9]+|\\*|'[^']*'|\"[^\"]*\")\\])*$"
    # A variable of an input template, between < and >.
    template_variable = "<([A-Za-z0-9._-]+)>"

    # What CloudWatch can call when an alarm goes off; also in ecs-scheduler.
    alarm_action = "^arn:aws[a-z-]*:(?:(?:aiops|automate|autoscaling|lambda|sns|ssm):[a-z0-9-]+|ssm-incidents:):[^:]+:.+$"

    bus        = "^arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9._-]{1,256}$"
    cluster    = "^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9_-]{1,255}$"
    job_queue  = "^arn:aws[a-z-]*:batch:[a-z0-9-]+:[0-9]{12}:job-queue/[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"
    kms_key    = "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"
    queue      = "^arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}$"
    fifo_queue = "^arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,75}\\.fifo$"
    role       = "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$"
    principal  = "^arn:aws[a-z-]*:iam::[0-9]{12}:(?:root|(?:role|user)/[\\w+=,.@/-]+)$"
    topic      = "^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$"
  }

  # Variables of input templates that EventBridge fills in itself.
  predefined_template_variables = [
    "aws.events.event", "aws.events.event.ingestion-time", "aws.events.event.json", "aws.events.rule-arn", "aws.events.rule-name",
  ]

  # The metrics of AWS/Events that say that a target did not hear of an event.
  rule_metrics = ["FailedInvocations", "InvocationsFailedToBeSentToDlq", "InvocationsSentToDlq"]
}
