"""What an environment can say about a job: a task's container, run by AWS Batch on Fargate.

As with tasks, a field that the module takes goes there as it is. What a job does not say itself is its task's: the
image, the roles, the log group, the secrets. `task` and `job_queue_arn` are no fields of the module.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.models.forms import Strict, form
from generator.models.schedules import SecurityGroupId, SubnetId

JobQueueArn = Annotated[
    str,
    form(
        r"arn:aws(?:-[a-z]+)*:batch:[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:job-queue/[A-Za-z0-9][A-Za-z0-9_-]{0,127}",
        "the ARN of a job queue",
    ),
]


class JobQueue(Strict):
    """A queue that is made for one job, with Fargate behind it."""

    max_vcpus: int = Field(
        description="vCPUs that all jobs of the queue have together at most; more of them wait.", ge=1
    )
    security_group_ids: list[SecurityGroupId] | None = Field(
        None, description="Security groups of the jobs, 1 to 5; the environment's network unless given."
    )
    subnets: list[SubnetId] | None = Field(
        None, description="Subnets that jobs run in, 1 to 16; the environment's network unless given."
    )


class Retry(Strict):
    """How often Batch tries a job, and after what."""

    attempts: int | None = Field(
        None, description="All tries together, 1 to 10; 1 unless given, which tries nothing again.", ge=1, le=10
    )
    exit_codes: list[int] | None = Field(
        None,
        description="What a container exits with to be tried again, up to four; [75] unless given (it stopped and "
        "resumes). Whatever else it exits with ends the job. [] tries again whatever failed.",
    )


class JobNames(Strict):
    """Names of a job's resources where they differ from the naming standard."""

    job_definition: str | None = Field(
        None, description="Job definition, up to 128 characters; the job's name in the spec unless given."
    )
    job_queue: str | None = Field(
        None, description="Job queue, up to 128 characters; the standard's unless given. For a job with `queue`."
    )
    failure_rule: str | None = Field(
        None,
        description="EventBridge rule that notices a failed job, at most 64 characters; the standard's with "
        "-job-failed unless given.",
    )


class Job(Strict):
    """A task of the environment as a job of AWS Batch, also as an array of many (module batch-job)."""

    task: str = Field(
        description="Which of `tasks` it runs: with its image, its roles, its log group and all that the job does not "
        "say itself."
    )
    cpu: int | None = Field(
        None,
        description="CPU units of each job; the task's unless given. Those of Fargate: 256 to 16384.",
        examples=[256, 512, 1024, 2048, 4096, 8192, 16384],
    )
    memory: int | None = Field(
        None, description="Memory of each job in MiB, what goes with cpu; the task's unless given."
    )
    command: list[str] | None = Field(
        None, description="Another command for the container, word by word; the task's unless given."
    )
    environment: dict[str, str] | None = Field(
        None,
        description="Environment variables to add to the task's or to change, in clear text; what is secret is the "
        "task's.",
    )
    ephemeral_storage_gib: int | None = Field(
        None, description="Ephemeral storage of each job in GiB, 21 to 200; the task's unless given."
    )
    assign_public_ip: bool | None = Field(
        None, description="true gives each job a public IP address; as the environment's network unless given."
    )
    platform_version: str | None = Field(
        None, description="Fargate platform version, LATEST or one such as 1.4.0; LATEST unless given."
    )
    queue: JobQueue | None = Field(
        None, description="A queue that is made for the job, with Fargate behind it. This or job_queue_arn."
    )
    job_queue_arn: JobQueueArn | None = Field(
        None, description="ARN of a queue that exists, on Fargate. This or queue."
    )
    retry: Retry | None = Field(None, description="How often Batch tries a job; once unless given.")
    timeout_seconds: int | None = Field(
        None,
        description="Seconds after which Batch ends a try, 60 or more; no limit unless given. An array has them for "
        "each child.",
        ge=60,
    )
    propagate_tags: bool | None = Field(
        None, description="false leaves the job definition's tags off the ECS task of each job."
    )
    keep_old_revisions: bool | None = Field(
        None,
        description="true leaves a replaced revision ACTIVE, to go back to or to stay pinned to; deregistered unless "
        "given.",
    )
    failure_topic_arns: dict[str, str] | None = Field(
        None,
        description="Topics told when a job fails for good, at most five, by a name for each; {} is nobody. The "
        "environment's alerts unless given.",
    )
    names: JobNames | None = Field(
        None, description="Names that differ from the naming standard, for example of what exists."
    )
    tags: dict[str, str] | None = Field(
        None, description="Tags of all that the job has, beside those of the naming standard."
    )
