data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# The roles a task definition names are the roles the scheduler must be allowed to pass. One lookup for each
# revision in use: a pinned revision can name other roles than the newest one. The keys are revisions, not ARNs,
# so that they are known even when the family comes from a resource of the same plan.
data "aws_ecs_task_definition" "scheduled" {
  for_each = var.pass_role_arns == null ? local.task_definition_references : {}

  task_definition = each.value
}
