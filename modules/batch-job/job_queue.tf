# A queue of the job's own, with Fargate behind it. Without `queue` the job definition is all there is, and who submits it
# names a queue that is made elsewhere.

# Terraform names the compute environment: a queue's cannot be deleted, so the next one must have another name.
# Batch manages it with its service-linked role, which it makes when an account has none.
resource "aws_batch_compute_environment" "fargate" {
  count = var.queue == null ? 0 : 1

  type  = "MANAGED"
  state = "ENABLED"
  tags  = merge({ Name = local.base_name }, local.tags)

  compute_resources {
    type               = "FARGATE"
    max_vcpus          = var.queue.max_vcpus
    subnets            = var.queue.subnets
    security_group_ids = var.queue.security_group_ids
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_batch_job_queue" "job" {
  count = var.queue == null ? 0 : 1

  name     = local.names.job_queue
  state    = "ENABLED"
  priority = 1 # it has its compute environment for itself
  tags     = local.tags

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.fargate[0].arn
  }

  lifecycle {
    precondition {
      condition     = length(local.names.job_queue) <= 128
      error_message = "The job queue's name \"${local.names.job_queue}\" has ${length(local.names.job_queue)} characters: Batch takes at most 128. Set names.job_queue."
    }
  }
}
