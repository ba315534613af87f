"""What an environment can say about a task and a schedule.

A field that a module takes has the module's name for it and goes there as it is; what AWS allows is the module's to
judge, at plan. Fields that name another part of the spec (`task`, `cluster`, `key`) have their own section here.
"""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from generator.errors import nearest, shown
from generator.forms import Strict, form, is_placeholder


@cache
def time_zones() -> frozenset[str]:
    """Return every IANA time zone there is."""
    return frozenset(zoneinfo.available_timezones()) - {"localtime", "Factory"}


def _time_zone(name: str, info: ValidationInfo) -> str:
    if is_placeholder(name, info, "an IANA time zone, such as Europe/Berlin"):
        return name
    if name not in time_zones():
        raise ValueError(f"{shown(name)} is not an IANA time zone{nearest(name, time_zones())}")
    return name


def _schedule_expression(expression: str, info: ValidationInfo) -> str:
    rule = "rate(7 days), cron(0 6 * * ? *) or at(2030-01-31T06:00:00)"
    if is_placeholder(expression, info, rule):
        return expression
    if not (expression.startswith(("cron(", "rate(", "at(")) and expression.endswith(")")):
        raise ValueError(f"{shown(expression)} is not a schedule expression; give {rule}")
    return expression


TimeZone = Annotated[str, AfterValidator(_time_zone)]
ScheduleExpression = Annotated[str, AfterValidator(_schedule_expression)]
SubnetId = Annotated[str, form(r"subnet-[0-9a-f]{8,17}", "the id of a subnet, such as subnet-0123456789abcdef0")]
SecurityGroupId = Annotated[str, form(r"sg-[0-9a-f]{8,17}", "the id of a security group, such as sg-0123456789abcdef0")]

Keys = Annotated[list[str] | None, Field(description="ARNs of the KMS keys that the resource is encrypted with.")]


class Bucket(Strict):
    """Objects of one S3 bucket."""

    bucket: str = Field(description="Name of the bucket.")
    prefix: str | None = Field(None, description="Everything under this prefix, which ends with /.")
    keys: list[str] | None = Field(None, description="Single objects.")
    whole_bucket: bool | None = Field(None, description="Every object; instead of prefix and keys.")
    kms_key_arns: Keys = None


class PutEvents(Strict):
    """Events on one bus."""

    event_bus: str | None = Field(None, description="Name or ARN of the bus; the account's default bus unless given.")
    sources: list[str] = Field(description="The sources that the events may carry.")
    detail_types: list[str] | None = Field(
        None, description="The detail types that the events may carry; any unless given."
    )


class Parameter(Strict):
    """One SSM parameter."""

    parameter: str = Field(description="Name or ARN of the parameter.")
    kms_key_arns: Keys = None


class Secret(Strict):
    """One secret in Secrets Manager."""

    secret_arn: str = Field(description="ARN of the secret.")
    kms_key_arns: Keys = None


class Topic(Strict):
    """One SNS topic."""

    topic_arn: str = Field(description="ARN of the topic.")
    kms_key_arns: Keys = None


class Queue(Strict):
    """One SQS queue."""

    queue_arn: str = Field(description="ARN of the queue.")
    kms_key_arns: Keys = None


class GraphqlApi(Strict):
    """Fields of one AppSync API."""

    api_id: str = Field(description="Id of the API.")
    fields: list[str] = Field(description="Fields as Type.field, such as Query.listChannels.")


class Permissions(Strict):
    """What the code in the container may do; nothing unless it is said here."""

    s3_read: list[Bucket] | None = Field(None, description="Read objects.")
    s3_write: list[Bucket] | None = Field(None, description="Write objects.")
    put_events: list[PutEvents] | None = Field(None, description="Put events on a bus.")
    ssm_read: list[Parameter] | None = Field(None, description="Read SSM parameters.")
    secrets_read: list[Secret] | None = Field(None, description="Read secrets.")
    sns_publish: list[Topic] | None = Field(None, description="Publish to SNS topics.")
    sqs_send: list[Queue] | None = Field(None, description="Send to SQS queues.")
    appsync_graphql: list[GraphqlApi] | None = Field(None, description="Use fields of AppSync APIs.")


class TaskNames(Strict):
    """Names of a task's resources where they differ from the naming standard."""

    family: str | None = Field(None, description="Family of the task definition.")
    log_group: str | None = Field(None, description="Log group.")
    execution_role: str | None = Field(None, description="Role with which ECS starts the task.")
    execution_policy: str | None = Field(None, description="Policy of that role.")
    execution_secrets_policy: str | None = Field(None, description="Policy of that role for secrets.")
    task_role: str | None = Field(None, description="Role that the container works with.")
    task_policy: str | None = Field(None, description="Policy of that role.")
    failure_rule: str | None = Field(None, description="Rule that notices a failed task.")


class HealthCheck(Strict):
    """Health check of a container."""

    command: list[str] = Field(description="Starts with CMD or CMD-SHELL.")
    interval: int | None = Field(None, description="Seconds between checks.")
    timeout: int | None = Field(None, description="Seconds until a check counts as failed.")
    retries: int | None = Field(None, description="Failed checks until the container is unhealthy.")
    start_period: int | None = Field(None, description="Seconds in which failed checks do not count yet.")


class Ulimit(Strict):
    """One limit of a container."""

    name: str = Field(description="Name of the limit, such as nofile.")
    soft_limit: int = Field(description="Soft limit.")
    hard_limit: int = Field(description="Hard limit.")


class RepositoryCredentials(Strict):
    """Credentials of a private registry."""

    secret_arn: str = Field(description="ARN of the secret with username and password.")


class FailureRetryPolicy(Strict):
    """How long EventBridge tries to deliver a failure notice."""

    maximum_event_age_in_seconds: int | None = Field(None, description="Seconds, 60 to 86400.")
    maximum_retry_attempts: int | None = Field(None, description="0 to 185.")


class FailureDeadLetterQueue(Strict):
    """Where undeliverable failure notices go."""

    queue_arn: str = Field(description="ARN of a standard queue.")


class Task(Strict):
    """One task definition, with its roles, its log group and its failure alarm (module ecs-task)."""

    image: str = Field(description="Image of the container.")
    cpu: int = Field(description="CPU units; 1024 is one vCPU.")
    memory: int = Field(description="Memory in MiB.")
    cpu_architecture: str | None = Field(None, description="X86_64 or ARM64.")
    operating_system_family: str | None = Field(None, description="LINUX or a Windows family.")
    ephemeral_storage_gib: int | None = Field(None, description="Ephemeral storage of a Fargate task in GiB.")
    launch_types: list[str] | None = Field(None, description="FARGATE, EC2 or EXTERNAL.")
    network_mode: str | None = Field(None, description="awsvpc, bridge, host or none.")
    container_name: str | None = Field(None, description="Name of the container; the task's name unless given.")
    entry_point: list[str] | None = Field(None, description="Entry point; the image's own unless given.")
    command: list[str] | None = Field(None, description="Command; the image's own unless given.")
    working_directory: str | None = Field(None, description="Directory in which the command runs.")
    user: str | None = Field(None, description="User of the container.")
    environment: dict[str, str] | None = Field(None, description="Environment variables, in clear text.")
    secrets: dict[str, str] | None = Field(
        None, description="Environment variables from secrets or parameters: their ARNs."
    )
    secrets_kms_key_arns: list[str] | None = Field(None, description="ARNs of the customer keys of those secrets.")
    repository_credentials: RepositoryCredentials | None = Field(
        None, description="For a private registry other than ECR."
    )
    read_only_root_filesystem: bool | None = Field(None, description="false lets the container write anywhere.")
    writable_paths: list[str] | None = Field(None, description="Paths beside /tmp that the container can write to.")
    init_process: bool | None = Field(None, description="false leaves out the small init process.")
    stop_timeout: int | None = Field(None, description="Seconds between SIGTERM and SIGKILL.")
    health_check: HealthCheck | None = Field(None, description="Health check of the container.")
    ulimits: list[Ulimit] | None = Field(None, description="Limits of the container.")
    permissions: Permissions | None = Field(None, description="What the code in the container may do.")
    permissions_boundary_arn: str | None = Field(None, description="ARN of the policy that bounds both roles.")
    log_retention_days: int | None = Field(None, description="Days that logs are kept; 0 keeps them for ever.")
    keep_log_group: bool | None = Field(
        None, description="true leaves the log group and its logs in the account when the task is removed."
    )
    keep_old_revisions: bool | None = Field(None, description="true keeps a replaced revision ACTIVE.")
    failure_topic_arns: dict[str, str] | None = Field(
        None, description="Topics told when the task fails, by a name for each; instead of the environment's alerts."
    )
    failure_retry_policy: FailureRetryPolicy | None = Field(
        None, description="How long to try to deliver a failure notice."
    )
    failure_dead_letter_queue: FailureDeadLetterQueue | None = Field(
        None, description="Where undeliverable notices go."
    )
    names: TaskNames | None = Field(None, description="Names that differ from the naming standard.")
    tags: dict[str, str] | None = Field(None, description="Tags beside those of the naming standard.")

    log_key: str | None = Field(None, description="Which of `keys` encrypts the log group.")


class ResourceRequirement(Strict):
    """A GPU or an inference accelerator."""

    type: str = Field(description="GPU or InferenceAccelerator.")
    value: str = Field(description="How many, or which.")


class ContainerOverride(Strict):
    """What the runs of a schedule change in one container."""

    name: str = Field(description="Name of the container.")
    command: list[str] | None = Field(None, description="Command.")
    cpu: int | None = Field(None, description="CPU units.")
    environment: dict[str, str] | None = Field(None, description="Environment variables to add or change.")
    environment_files: list[str] | None = Field(None, description="ARNs of S3 objects that end in .env.")
    memory: int | None = Field(None, description="Hard limit in MiB.")
    memory_reservation: int | None = Field(None, description="Soft limit in MiB.")
    resource_requirements: list[ResourceRequirement] | None = Field(None, description="GPUs and accelerators.")


class TaskOverrides(Strict):
    """What the runs of a schedule change in the task as a whole."""

    cpu: int | None = Field(None, description="CPU units.")
    ephemeral_storage_gib: int | None = Field(None, description="Ephemeral storage in GiB.")
    execution_role_arn: str | None = Field(None, description="Another execution role.")
    memory: int | None = Field(None, description="Memory in MiB.")
    task_role_arn: str | None = Field(None, description="Another task role.")


class CapacityProvider(Strict):
    """One capacity provider of a strategy."""

    capacity_provider: str = Field(description="FARGATE, FARGATE_SPOT, or one of the cluster's own.")
    base: int | None = Field(None, description="How many tasks at least run on it.")
    weight: int | None = Field(None, description="Its share of the tasks beyond the base.")


class PlacementConstraint(Strict):
    """Which container instances may take a task."""

    type: str = Field(description="distinctInstance or memberOf.")
    expression: str | None = Field(None, description="In the cluster query language, for memberOf.")


class PlacementStrategy(Strict):
    """Which container instances to prefer."""

    type: str = Field(description="random, spread or binpack.")
    field: str | None = Field(None, description="What to spread over or to pack by.")


class Run(Strict):
    """When and how a task is run: what a schedule and an additional schedule have in common."""

    schedule_expression: ScheduleExpression = Field(description="rate(...), cron(...) or at(...).")
    timezone: TimeZone | None = Field(None, description="IANA time zone of cron and at; UTC unless given.")
    description: str | None = Field(None, description="What the schedule is for.")
    enabled: bool | None = Field(None, description="false keeps the schedule and stops it from running.")
    start_date: str | None = Field(None, description="First moment it may run, RFC 3339 in UTC.")
    end_date: str | None = Field(None, description="Last moment it may run, RFC 3339 in UTC.")
    flexible_time_window_minutes: int | None = Field(None, description="Minutes within which a run may start.")
    task_count: int | None = Field(None, description="How many tasks each run starts.")
    task_definition_revision: int | None = Field(None, description="Pins a revision; the newest unless given.")
    launch_type: str | None = Field(None, description="FARGATE, EC2 or EXTERNAL.")
    capacity_provider_strategies: list[CapacityProvider] | None = Field(None, description="Instead of a launch type.")
    platform_version: str | None = Field(None, description="Fargate platform version.")
    placement_constraints: list[PlacementConstraint] | None = Field(None, description="Instances that may take a task.")
    placement_strategies: list[PlacementStrategy] | None = Field(None, description="Instances to prefer.")
    trusted_compute_subnets: list[SubnetId] | None = Field(None, description="Subnets; the environment's unless given.")
    security_group_ids: list[SecurityGroupId] | None = Field(None, description="Security groups; likewise.")
    assign_public_ip: bool | None = Field(None, description="Public IP address of each task; likewise.")
    overrides: str | None = Field(None, description="What the runs change, as the JSON of an ECS TaskOverride.")
    container_overrides: list[ContainerOverride] | None = Field(
        None, description="The typed form of the same: containers."
    )
    task_overrides: TaskOverrides | None = Field(None, description="The typed form of the same: the task.")
    enable_ecs_managed_tags: bool | None = Field(None, description="Let ECS tag each task with its cluster.")
    propagate_tags: str | None = Field(None, description="TASK_DEFINITION copies its tags to each task.")
    task_tags: dict[str, str] | None = Field(None, description="Tags of each task.")
    enable_execute_command: bool | None = Field(None, description="Allow ECS Exec into the containers.")
    group: str | None = Field(None, description="ECS task group.")
    reference_id: str | None = Field(None, description="Reference id of the tasks.")
    maximum_retry_attempts: int | None = Field(None, description="How often Scheduler tries again, 0 to 185.")
    maximum_event_age_in_seconds: int | None = Field(None, description="How long Scheduler tries, 60 to 86400 seconds.")


class AdditionalSchedule(Run):
    """One more schedule for the same task; what it does not say is the primary schedule's."""

    name: str = Field(description="Its key, and the end of its name in AWS.")
    schedule_name: str | None = Field(None, description="Its whole name in AWS.")


class SchedulerAlarm(Strict):
    """An alarm on one of Scheduler's own metrics."""

    alarm_actions: list[str] | None = Field(None, description="ARNs told when it goes off.")
    alarm_name: str | None = Field(None, description="Name of the alarm.")
    evaluation_periods: int | None = Field(None, description="How many periods in a row.")
    ok_actions: list[str] | None = Field(None, description="ARNs told when it is over.")
    period_seconds: int | None = Field(None, description="A multiple of 60.")
    statistic: str | None = Field(None, description="Sum, Average, Maximum, Minimum or SampleCount.")
    threshold: int | float | None = Field(None, description="The alarm goes off above it.")


class ScheduleNames(Strict):
    """Names of a schedule's resources where they differ from the naming standard."""

    schedule: str | None = Field(None, description="The schedule; its key in the spec unless given.")
    schedule_group: str | None = Field(None, description="Its schedule group.")
    role: str | None = Field(None, description="The role that Scheduler takes on.")
    role_policy: str | None = Field(None, description="Policy of that role.")
    dlq: str | None = Field(None, description="Dead-letter queue.")
    dlq_messages_visible_alarm: str | None = Field(None, description="Alarm on messages in that queue.")
    dlq_oldest_message_alarm: str | None = Field(None, description="Alarm on the age of the oldest message there.")


class Schedule(Run):
    """A schedule of a task, with its role, its dead-letter queue and its alarms (module ecs-scheduler)."""

    task: str = Field(description="Which of `tasks` it runs.")
    cluster: str = Field(description="Which of `clusters` it runs on.")
    key: str = Field(description="Which of `keys` encrypts the schedule and its dead-letter queue.")

    additional_schedules: list[AdditionalSchedule] | None = Field(None, description="More schedules for the same task.")
    dlq_message_retention_seconds: int | None = Field(None, description="How long the queue keeps a message.")
    enable_dlq_alarm: bool | None = Field(None, description="false leaves out the two alarms on the queue.")
    dlq_alarm_actions: list[str] | None = Field(
        None, description="ARNs told when an alarm goes off; instead of the environment's alerts."
    )
    dlq_ok_actions: list[str] | None = Field(
        None, description="ARNs told when an alarm is over; instead of the environment's alerts."
    )
    dlq_messages_visible_threshold: int | None = Field(None, description="Alarm above this many messages.")
    dlq_messages_visible_period_seconds: int | None = Field(None, description="A multiple of 60.")
    dlq_messages_visible_evaluation_periods: int | None = Field(None, description="How many periods in a row.")
    dlq_oldest_message_threshold_seconds: int | None = Field(None, description="Alarm when a message is older.")
    dlq_oldest_message_period_seconds: int | None = Field(None, description="A multiple of 60.")
    dlq_oldest_message_evaluation_periods: int | None = Field(None, description="How many periods in a row.")
    scheduler_alarms: dict[str, SchedulerAlarm] | None = Field(None, description="Alarms by AWS/Scheduler metric.")
    permissions_boundary_arn: str | None = Field(None, description="ARN of the policy that bounds the role.")
    names: ScheduleNames | None = Field(None, description="Names that differ from the naming standard.")
    tags: dict[str, str] | None = Field(None, description="Tags beside those of the naming standard.")
