# A small stand-in for version 1 of the module: its addresses, its inline policies, its full access and its fixed retries.
# Only what a migration has to deal with.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "cluster_arn" {
  type = string
}

variable "name" {
  type = string
}

variable "schedule_expression" {
  type = string
}

variable "security_group_id" {
  type = string
}

variable "subnets" {
  type = list(string)
}

variable "task_definition_arn" {
  type = string
}

resource "aws_scheduler_schedule_group" "ecs" {
  name = "${var.name}-group"
}

resource "aws_iam_role" "ecs" {
  name = "${var.name}-scheduler"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "ecs" {
  name = "${var.name}-scheduler"
  role = aws_iam_role.ecs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["ecs:RunTask", "iam:PassRole", "sqs:SendMessage"]
      Resource = "*"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "ra" {
  role       = aws_iam_role.ecs.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonECS_FullAccess"
}

resource "aws_sqs_queue" "sqs_test_dlq" {
  name = "${var.name}-dlq"
}
