"""What an environment can say about a task.

A field that a module takes has the module's name for it and goes there as it is; what AWS allows is the module's to
judge, at plan, but for texts of which AWS knows a few only. Fields that no module takes have their own section here:
they name another part of the spec (`log_key`, `environment_topics`), or are for a review of the plan
(`typical_minutes`).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.models.alerts import TopicLabel
from generator.models.forms import Strict, choice
from generator.models.permissions import Permissions

LaunchType = Annotated[str, choice("a launch type", "FARGATE", "EC2", "EXTERNAL")]
Architecture = Annotated[str, choice("a CPU architecture", "X86_64", "ARM64")]
NetworkMode = Annotated[str, choice("a network mode", "awsvpc", "bridge", "host", "none")]
OperatingSystem = Annotated[
    str,
    choice(
        "an operating system family",
        "LINUX",
        "WINDOWS_SERVER_2004_CORE",
        "WINDOWS_SERVER_2016_FULL",
        "WINDOWS_SERVER_2019_CORE",
        "WINDOWS_SERVER_2019_FULL",
        "WINDOWS_SERVER_2022_CORE",
        "WINDOWS_SERVER_2022_FULL",
        "WINDOWS_SERVER_2025_CORE",
        "WINDOWS_SERVER_2025_FULL",
        "WINDOWS_SERVER_20H2_CORE",
    ),
]


class TaskNames(Strict):
    """Names of a task's resources where they differ from the naming standard."""

    family: str | None = Field(
        None, description="Family of the task definition; the task's name in the spec unless given."
    )
    log_group: str | None = Field(None, description="Log group; /ecs/<name> unless given.")
    execution_role: str | None = Field(
        None,
        description="Role with which ECS starts the task, at most 64 characters; the standard's with -execution unless "
        "given.",
    )
    execution_policy: str | None = Field(
        None, description="Inline policy of the execution role; execution unless given."
    )
    execution_secrets_policy: str | None = Field(
        None, description="Inline policy of the execution role for secrets; execution-secrets unless given."
    )
    task_role: str | None = Field(
        None,
        description="Role of the code in the container, at most 64 characters; the standard's with -task unless given.",
    )
    task_policy: str | None = Field(None, description="Inline policy of the task role; task unless given.")
    failure_rule: str | None = Field(
        None,
        description="EventBridge rule that notices a failed task, at most 64 characters; the standard's with -failed "
        "unless given.",
    )


class HealthCheck(Strict):
    """Health check of a container."""

    command: list[str] = Field(description="CMD (run as it is) or CMD-SHELL (run by the shell), and then the command.")
    interval: int | None = Field(None, description="Seconds between checks, 5 to 300; 30 unless given.")
    timeout: int | None = Field(None, description="Seconds until a check counts as failed, 2 to 60; 5 unless given.")
    retries: int | None = Field(
        None, description="Failed checks until the container is unhealthy, 1 to 10; 3 unless given."
    )
    start_period: int | None = Field(
        None, description="Seconds in which failed checks do not count yet, 0 to 300; 0 unless given."
    )


class Ulimit(Strict):
    """One limit of a container."""

    name: str = Field(description="Which limit. On Fargate only nofile.")
    soft_limit: int = Field(description="The limit at the start; -1 is none.")
    hard_limit: int = Field(description="How far the container may raise it; -1 is none.")


class RepositoryCredentials(Strict):
    """Credentials of a private registry."""

    secret_arn: str = Field(description="ARN of the Secrets Manager secret with `username` and `password`.")


class FailureRetryPolicy(Strict):
    """How long EventBridge tries to deliver a failure notice."""

    maximum_event_age_in_seconds: int | None = Field(
        None, description="How long it tries, 60 to 86400 seconds; 86400 unless given."
    )
    maximum_retry_attempts: int | None = Field(
        None, description="How often it tries again, 0 to 185; 185 unless given."
    )


class FailureDeadLetterQueue(Strict):
    """Where undeliverable failure notices go."""

    queue_arn: str = Field(description="ARN of a standard queue of this region. Its owner lets EventBridge send to it.")


class Task(Strict):
    """One task definition, with its roles, its log group and its failure alarm (module ecs-task)."""

    image: str = Field(
        description="Image of the container. Written repository[:tag][@sha256:digest]; one in a private ECR repository "
        "adds the permission to pull it.",
        examples=["123456789012.dkr.ecr.us-east-1.amazonaws.com/report:1.4.0"],
    )
    cpu: int = Field(
        description="CPU units; 1024 is one vCPU. On Fargate 256, 512, 1024, 2048, 4096, 8192 or 16384; elsewhere 128 "
        "to 196608.",
        examples=[256, 512, 1024, 2048, 4096, 8192, 16384],
    )
    memory: int = Field(
        description="Memory in MiB. On Fargate what goes with cpu, such as 512 to 2048 with 256 and 2048 to 8192 with "
        "1024."
    )
    cpu_architecture: Architecture | None = Field(
        None,
        description="Processor that the image is for; X86_64 on Fargate unless given, elsewhere what the instance has.",
    )
    operating_system_family: OperatingSystem | None = Field(
        None, description="LINUX or a Windows family; LINUX on Fargate unless given, elsewhere what the instance has."
    )
    ephemeral_storage_gib: int | None = Field(
        None, description="Ephemeral storage of a Fargate task in GiB, 21 to 200; the 20 of Fargate unless given."
    )
    launch_types: list[LaunchType] | None = Field(
        None,
        description="Where the task can run; FARGATE unless given. EXTERNAL is servers outside AWS, and never with "
        "FARGATE.",
    )
    network_mode: NetworkMode | None = Field(
        None,
        description="How the container is on the network; awsvpc unless given (what Fargate needs), bridge with "
        "EXTERNAL.",
    )
    container_name: str | None = Field(
        None, description="Name of the container, which overrides refer to; the task's name unless given."
    )
    entry_point: list[str] | None = Field(None, description="Entry point, word by word; the image's own unless given.")
    command: list[str] | None = Field(None, description="Command, word by word; the image's own unless given.")
    working_directory: str | None = Field(
        None, description="Directory in which the command runs; the image's own unless given."
    )
    user: str | None = Field(
        None,
        description="User of the container: user or uid, and :group or :gid after it; the image's own unless given. "
        "Linux only.",
    )
    environment: dict[str, str] | None = Field(
        None,
        description="Environment variables, in clear text to all who may read task definitions: what is secret belongs "
        "in secrets.",
    )
    environment_topics: dict[str, TopicLabel] | None = Field(
        None,
        description="Environment variables that hold the ARN of a topic of this environment, `alerts` or `pager`, by "
        "their names. Whether the task may publish there is said under permissions.",
        examples=[{"ALERTS_TOPIC": "alerts"}],
    )
    secrets: dict[str, str] | None = Field(
        None,
        description="Environment variables that ECS fills when the task starts: the ARN of an SSM parameter or of a "
        "secret for each.",
    )
    secrets_kms_key_arns: list[str] | None = Field(
        None,
        description="ARNs of the customer keys that secrets and repository_credentials are encrypted with; none for "
        "AWS's own.",
    )
    repository_credentials: RepositoryCredentials | None = Field(
        None, description="Credentials of a private registry other than ECR; none unless given."
    )
    read_only_root_filesystem: bool | None = Field(
        None, description="false lets the container write anywhere; unless given only to /tmp and writable_paths."
    )
    writable_paths: list[str] | None = Field(
        None, description="Paths beside /tmp that the container can write to: empty volumes that go with the task."
    )
    init_process: bool | None = Field(
        None, description="false leaves out the small init process that hands on signals and collects dead children."
    )
    stop_timeout: int | None = Field(
        None, description="Seconds between SIGTERM and SIGKILL, at most 120 on Fargate; ECS's 30 unless given."
    )
    health_check: HealthCheck | None = Field(None, description="Health check of the container; none unless given.")
    ulimits: list[Ulimit] | None = Field(
        None, description="Limits of the container; ECS's own unless given. Linux only."
    )
    permissions: Permissions | None = Field(
        None, description="What the code in the container may do; nothing unless given."
    )
    permissions_boundary_arn: str | None = Field(
        None, description="ARN of the policy that bounds both roles; none unless given."
    )
    log_retention_days: int | None = Field(
        None,
        description="Days that logs are kept, of those that CloudWatch Logs offers, from 1 to 3653; 0 is for ever. 30 "
        "unless given.",
        examples=[30, 90, 400],
    )
    keep_log_group: bool | None = Field(
        None,
        description="true leaves the log group and its logs in the account when the task is removed. false unless "
        "given, or unless the environment has `deletion_protection`.",
    )
    keep_old_revisions: bool | None = Field(
        None,
        description="true leaves a replaced revision ACTIVE, to go back to or to stay pinned to; deregistered unless "
        "given.",
    )
    failure_topic_arns: dict[str, str] | None = Field(
        None,
        description="Topics told when the task fails, at most five, by a name for each; {} is nobody. "
        "The environment's alerts unless given.",
    )
    failure_retry_policy: FailureRetryPolicy | None = Field(
        None, description="How long EventBridge tries to deliver a failure notice; a day and 185 times unless given."
    )
    failure_dead_letter_queue: FailureDeadLetterQueue | None = Field(
        None, description="Where failure notices go that reached no topic; nowhere unless given."
    )
    names: TaskNames | None = Field(
        None, description="Names that differ from the naming standard, for example of what exists."
    )
    tags: dict[str, str] | None = Field(
        None, description="Tags of all that the task has, beside those of the naming standard."
    )

    log_key: str | None = Field(
        None, description="Which of `keys` encrypts the log group; CloudWatch Logs' own encryption unless given."
    )
    typical_minutes: int | None = Field(
        None,
        description="Minutes that a run typically takes, 1 to 43200 (30 days); of a span the upper end. Nothing stops "
        "a longer run: a review of the plan sees by it which runs overlap. Not known unless given.",
        examples=[15, 240],
        ge=1,
        le=43200,
    )
