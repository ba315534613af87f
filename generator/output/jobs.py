"""What the call of a job's module gets from its task, and what a target gets that submits a job of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.output import tasks
from generator.output.addresses import label
from generator.output.hcl import Reference

if TYPE_CHECKING:
    from generator.models.jobs import Job
    from generator.models.spec import Environment
    from generator.models.workflows import SubmitJob
    from generator.models.workloads import Task
    from generator.output.hcl import Value

# What a job has of its task: what it can say itself, and what it cannot.
ITS_OWN: Final = ("command", "cpu", "environment", "ephemeral_storage_gib", "memory")
OF_THE_TASK: Final = (
    "cpu_architecture",
    "image",
    "init_process",
    "read_only_root_filesystem",
    "repository_credentials",
    "secrets",
    "user",
    "writable_paths",
)
# The outputs of the task's module, by the arguments of the job's.
OUTPUTS: Final = {
    "task_role_arn": "task_role_arn",
    "execution_role_arn": "execution_role_arn",
    "log_group_name": "log_group_name",
}


def container(task: Task, job: Job) -> dict[str, Value]:
    """Return the arguments that make the container: the job's, laid over those of its task."""
    found: dict[str, Value] = task.model_dump(exclude_none=True, include={*ITS_OWN, *OF_THE_TASK})
    own: dict[str, Value] = job.model_dump(exclude_none=True, include={*ITS_OWN})
    merged = {**tasks.environment(task), **(job.environment or {})}
    return found | own | ({"environment": merged} if merged else {})


def wired(job: Job) -> dict[str, Value]:
    """Return the arguments that are outputs of the task's call."""
    return {
        argument: Reference(f"module.task_{label(job.task)}.{output}") for argument, output in sorted(OUTPUTS.items())
    }


def queue(spec: Environment, job: Job) -> dict[str, Value]:
    """Return the module's `queue` for a job that has one; what it does not say of its network is the environment's."""
    if job.queue is None:
        return {}
    network: dict[str, Value] = {
        "security_group_ids": Reference("local.network.security_group_ids"),
        "subnets": Reference("local.network.trusted_compute_subnets"),
    }
    own: dict[str, Value] = job.queue.model_dump(exclude_none=True)
    return {"queue": (network if spec.network is not None else {}) | own}


def definition_name(spec: Environment, submitted: SubmitJob) -> str:
    """Return the name of the job definition that a target submits; "" where the spec does not say one."""
    job = _job(spec, submitted)
    if job is None or submitted.job is None:
        return submitted.job_definition or ""
    return named(submitted.job, job)


def named(key: str, job: Job) -> str:
    """Return the name of a job's definition, with the default of modules/batch-job/locals.tf."""
    return (job.names and job.names.job_definition) or key


def submission(spec: Environment, submitted: SubmitJob) -> dict[str, Value]:
    """Return what a target says of queue and definition.

    The name of the definition is written out: one that waits for the definition would wait for the key of its log
    group, whose policy has the statements of the workflow in it.
    """
    job = _job(spec, submitted)
    found: dict[str, Value] = {"job_definition": definition_name(spec, submitted)}
    if job is None or submitted.job is None:
        return found | {"job_queue_arn": submitted.job_queue_arn}
    made = Reference(f"module.job_{label(submitted.job)}.job_queue_arn")
    return found | {"job_queue_arn": job.job_queue_arn if job.queue is None else made}


def _job(spec: Environment, submitted: SubmitJob) -> Job | None:
    return (spec.jobs or {}).get(submitted.job or "")
