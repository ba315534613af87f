# From version 1. A move changes an address in state, not a name in AWS: to keep the names too, give version 1's in
# `names` (README, "Migration"). The attachment `ra` of version 1 (AmazonECS_FullAccess) has no successor and is destroyed.

# Version 1 had one schedule; its later releases had for_each and this key already, and are not moved.
moved {
  from = aws_scheduler_schedule.ecs
  to   = aws_scheduler_schedule.ecs[""]
}

moved {
  from = aws_iam_role.ecs
  to   = aws_iam_role.scheduler
}

moved {
  from = aws_iam_role_policy.ecs
  to   = aws_iam_role_policy.scheduler
}

moved {
  from = aws_sqs_queue.sqs_test_dlq
  to   = aws_sqs_queue.dlq
}
