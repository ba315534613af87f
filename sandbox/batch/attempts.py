"""One attempt at a job: the ECS task that Batch starts for it, and how its end is told.

AWS Batch User Guide, "Job environment variables", "Using the awslogs log driver" (the group and the stream's name),
"Automated job retries" (`Task failed to start`); Amazon ECS developer guide, "Amazon ECS stopped task error messages".
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from moto.utilities.utils import get_partition

from sandbox.batch.jobs import Attempt
from sandbox.batch.submissions import requirement
from sandbox.clock import CLOCK
from sandbox.containers.plans import ContainerPlan, LogStream
from sandbox.containers.runner import FAILED_TO_START
from sandbox.containers.tasks import Container, Task
from sandbox.delivery import clients

if TYPE_CHECKING:
    from sandbox.batch.jobs import Job

CONTAINER = "default"  # what Batch calls the only container of a job's task
LOG_GROUP = "/aws/batch/job"  # where a job logs whose definition does not say
OF_THE_CONTAINER = "Cannot"  # how ECS's errors of one container begin
LONGEST_REASON = 255  # characters
CPU_UNITS = 1024  # of a vCPU


def task_of(job: Job) -> Task:
    """Return the task of a job's next attempt, with its one container."""
    region, partition = job.region, get_partition(job.region)
    ecs = f"arn:{partition}:ecs:{region}:{job.account}"
    cluster = f"AWSBatch-{job.compute_environment}"
    identifier = uuid.uuid4().hex
    vcpus = requirement(job.container, "VCPU", "vcpus")
    task = Task(
        task_arn=f"{ecs}:task/{cluster}/{identifier}",
        cluster_arn=f"{ecs}:cluster/{cluster}",
        task_definition_arn=f"{ecs}:task-definition/{job.definition_arn.rpartition('/')[2]}",
        family=job.definition_name,
        revision=int(job.definition_arn.rpartition(":")[2]),
        group=f"family:{job.definition_name}",
        created_at=CLOCK.now(),
        region=region,
        account=job.account,
        launch_type="FARGATE" if "FARGATE" in job.platform_capabilities else "EC2",
        cpu=None if vcpus is None else str(int(float(vcpus) * CPU_UNITS)),
        memory=requirement(job.container, "MEMORY", "memory"),
        execution_role_arn=job.container.get("executionRoleArn"),
        task_role_arn=job.container.get("jobRoleArn"),
        started_by=job.id,
        availability_zone=f"{region}a",
    )
    task.containers = [
        Container(
            container_arn=f"{ecs}:container/{cluster}/{identifier}/{uuid.uuid4()}",
            task_arn=task.task_arn,
            name=CONTAINER,
            image=job.container["image"],
            cpu=task.cpu or "0",
        )
    ]
    return task


def plan_of(job: Job, task: Task, number: int) -> ContainerPlan:
    """Return what the container of an attempt is to be; `number` is the attempt's, from 1."""
    container = job.container
    return ContainerPlan(
        name=CONTAINER,
        image=container["image"],
        command=tuple(container["command"]) or None,
        environment={each["name"]: each.get("value", "") for each in container["environment"]} | own(job, number),
        secrets={each["name"]: each["valueFrom"] for each in container["secrets"]},
        log=log_stream(job, task.id),
        cpu=task.cpu or "0",
    )


def own(job: Job, number: int) -> dict[str, str]:
    """Return the variables that Batch itself sets in a container."""
    variables = {
        "AWS_BATCH_JOB_ID": job.id,
        "AWS_BATCH_JOB_ATTEMPT": str(number),
        "AWS_BATCH_JQ_NAME": job.queue_arn.rpartition("/")[2],
        "AWS_BATCH_CE_NAME": job.compute_environment,
    }
    if job.parent is not None:
        variables["AWS_BATCH_JOB_ARRAY_INDEX"] = str(job.index)
        variables["AWS_BATCH_JOB_ARRAY_SIZE"] = str(len(job.parent.children))
    return variables


def log_stream(job: Job, task_id: str) -> LogStream | None:
    """Return where a job's container logs: its definition's awslogs options, else the group that Batch makes."""
    configuration: dict[str, Any] = job.container.get("logConfiguration") or {"logDriver": "awslogs"}
    if configuration["logDriver"] != "awslogs":
        return None
    options = configuration.get("options") or {}
    prefix = options.get("awslogs-stream-prefix") or job.definition_name
    return LogStream(
        group=options.get("awslogs-group", LOG_GROUP),
        region=options.get("awslogs-region", job.region),
        stream=f"{prefix}/{CONTAINER}/{task_id}",
    )


def make_log_group(stream: LogStream | None) -> None:
    """Make the group of jobs that name none, as Batch does; any other has to be there."""
    if stream is None or stream.group != LOG_GROUP:
        return
    logs = clients.logs(stream.region)
    try:
        logs.create_log_group(logGroupName=LOG_GROUP)
    except logs.exceptions.ResourceAlreadyExistsException:
        return


def ended(attempt: Attempt, task: Task) -> None:
    """Say how an attempt ended, from its task that has stopped.

    Whether an error belongs to the container or to the whole task decides where Batch tells it: in the container's
    `reason` under the status reason `Task failed to start`, or as the status reason itself.
    """
    (container,) = task.containers
    said = task.stopped_reason or ""
    attempt.exit_code, attempt.reason = container.exit_code, container.reason
    attempt.started_at, attempt.stopped_at = task.started_at, task.stopped_at
    attempt.status_reason = said
    if task.stop_code == FAILED_TO_START:
        attempt.exit_code = None
        if said.startswith(OF_THE_CONTAINER):
            attempt.reason, attempt.status_reason = said, "Task failed to start"
    if attempt.reason is not None:
        attempt.reason = attempt.reason[:LONGEST_REASON]
