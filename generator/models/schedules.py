"""What an environment can say about a schedule.

As with tasks, a field that the module takes goes there as it is. Fields that name another part of the spec (`task`,
`cluster`, `key`) have their own section here.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, ValidationInfo
from typing_extensions import TypeAliasType

from generator.errors import nearest, shown
from generator.models.expressions import mistakes
from generator.models.forms import PLACEHOLDER, Checked, Strict, choice, form, is_placeholder, keywords
from generator.models.workloads import LaunchType
from generator.places import REPOSITORY

# The module refuses what is not in this file, so it is the list for the generator and for editors too.
TIME_ZONES: Final = REPOSITORY / "modules" / "ecs-scheduler" / "timezones.txt"


@cache
def time_zones() -> frozenset[str]:
    """Return every IANA time zone that Scheduler knows."""
    return frozenset(TIME_ZONES.read_text(encoding="utf-8").split())


def _time_zone(name: str, info: ValidationInfo) -> str:
    if not is_placeholder(name, info, "an IANA time zone, such as Europe/Berlin") and name not in time_zones():
        raise ValueError(f"{shown(name)} is not an IANA time zone{nearest(name, time_zones())}")
    return name


def _time_zone_keywords(schema: dict[str, Any]) -> None:
    schema |= {"enum": [*sorted(time_zones()), PLACEHOLDER], "errorMessage": "Not an IANA time zone."}


# An alias, so that the schema has the long list once.
TimeZone = TypeAliasType(
    "TimeZone",
    Annotated[
        str,
        AfterValidator(_time_zone),
        Field(description="An IANA time zone, such as Europe/Berlin.", json_schema_extra=_time_zone_keywords),
    ],
)
_EXPRESSION_RULE: Final = "a schedule expression, such as rate(7 days), cron(0 6 * * ? *) or at(2030-01-31T06:00:00)"


def _schedule_expression(expression: str, info: ValidationInfo) -> str:
    if not is_placeholder(expression, info, _EXPRESSION_RULE) and (found := mistakes(expression)):
        raise ValueError("; and ".join(found))
    return expression


ScheduleExpression = Annotated[
    str, Checked(_schedule_expression, keywords(rf"{PLACEHOLDER}|(cron|rate|at)\((.|\n)*\)", _EXPRESSION_RULE))
]
SubnetId = Annotated[str, form(r"subnet-[0-9a-f]{8,17}", "the id of a subnet, such as subnet-0123456789abcdef0")]
SecurityGroupId = Annotated[str, form(r"sg-[0-9a-f]{8,17}", "the id of a security group, such as sg-0123456789abcdef0")]
Resource = Annotated[str, choice("a kind of resource", "GPU", "InferenceAccelerator")]
Constraint = Annotated[str, choice("a placement constraint", "distinctInstance", "memberOf")]
Strategy = Annotated[str, choice("a placement strategy", "random", "spread", "binpack")]
Statistic = Annotated[str, choice("a statistic", "Average", "Maximum", "Minimum", "SampleCount", "Sum")]


class ResourceRequirement(Strict):
    """A GPU or an inference accelerator."""

    type: Resource = Field(description="What is reserved.")
    value: str = Field(description="How many GPUs, or the name of the accelerator.")


class ContainerOverride(Strict):
    """What the runs of a schedule change in one container."""

    name: str = Field(description="Name of the container that is changed.")
    command: list[str] | None = Field(None, description="Another command, word by word.")
    cpu: int | None = Field(None, description="Other CPU units of the container.")
    environment: dict[str, str] | None = Field(
        None, description="Environment variables to add or change. Never a secret: plan and schedule show it."
    )
    environment_files: list[str] | None = Field(
        None, description="ARNs of S3 objects that end in .env, with more variables."
    )
    memory: int | None = Field(None, description="Another hard limit of the container in MiB.")
    memory_reservation: int | None = Field(None, description="Another soft limit in MiB, below the hard one.")
    resource_requirements: list[ResourceRequirement] | None = Field(
        None, description="GPUs and inference accelerators instead of the definition's."
    )


class TaskOverrides(Strict):
    """What the runs of a schedule change in the task as a whole."""

    cpu: int | None = Field(None, description="Other CPU units of the task.")
    ephemeral_storage_gib: int | None = Field(
        None, description="Other ephemeral storage in GiB, 21 to 200; Fargate only."
    )
    execution_role_arn: str | None = Field(
        None, description="ARN of another execution role; the schedule is allowed to pass it."
    )
    memory: int | None = Field(None, description="Other memory of the task in MiB.")
    task_role_arn: str | None = Field(None, description="ARN of another task role; the schedule is allowed to pass it.")


class CapacityProvider(Strict):
    """One capacity provider of a strategy."""

    capacity_provider: str = Field(
        description="FARGATE, FARGATE_SPOT, or the name of one that the cluster has; Fargate does not mix with others."
    )
    base: int | None = Field(
        None, description="How many tasks at least run on it, 0 to 100000, on one provider only; 0 unless given."
    )
    weight: int | None = Field(None, description="Its share of the tasks beyond the base, 0 to 1000; 1 unless given.")


class PlacementConstraint(Strict):
    """Which container instances may take a task."""

    type: Constraint = Field(
        description="distinctInstance puts each task on an instance of its own, memberOf only on those of the "
        "expression."
    )
    expression: str | None = Field(
        None, description="Which instances, in the cluster query language, up to 2000 characters; with memberOf only."
    )


class PlacementStrategy(Strict):
    """Which container instances to prefer."""

    type: Strategy = Field(description="random, spread over a field, or binpack by one.")
    field: str | None = Field(
        None, description="For spread instanceId, host or attribute:<name>; for binpack cpu or memory."
    )


class Run(Strict):
    """When and how a task is run: what a schedule and an additional schedule have in common."""

    schedule_expression: ScheduleExpression = Field(
        description="When it runs. A rate counts from start_date, or from when the schedule was made; at is once.",
        examples=["rate(7 days)", "cron(0 6 * * ? *)", "at(2030-01-31T06:00:00)"],
    )
    timezone: TimeZone | None = Field(
        None,
        description="IANA time zone in which cron and at are read, daylight saving time included; UTC unless given.",
    )
    description: str | None = Field(
        None, description="What the schedule is for, up to 512 characters; nothing unless given."
    )
    enabled: bool | None = Field(None, description="false keeps the schedule and stops it from running.")
    start_date: str | None = Field(
        None,
        description="First moment it may run, RFC 3339 in UTC, such as 2030-01-01T00:00:00Z; at once unless given.",
    )
    end_date: str | None = Field(
        None, description="Last moment it may run, RFC 3339 in UTC, after start_date; for ever unless given."
    )
    flexible_time_window_minutes: int | None = Field(
        None, description="Minutes after its time within which a run may start, 1 to 1440; at its time unless given."
    )
    task_count: int | None = Field(None, description="How many tasks each run starts, 1 to 10; 1 unless given.")
    task_definition_revision: int | None = Field(
        None, description="Pins a revision of the task definition; the newest at each run unless given."
    )
    launch_type: LaunchType | None = Field(
        None, description="What the tasks run on; FARGATE unless given. Not together with capacity_provider_strategies."
    )
    capacity_provider_strategies: list[CapacityProvider] | None = Field(
        None, description="Capacity providers to run on instead of a launch type, up to 6."
    )
    platform_version: str | None = Field(
        None, description="Fargate platform version, LATEST or one such as 1.4.0; the latest unless given."
    )
    placement_constraints: list[PlacementConstraint] | None = Field(
        None, description="Which container instances may take a task, up to 10; any unless given. Not on Fargate."
    )
    placement_strategies: list[PlacementStrategy] | None = Field(
        None, description="Which of those instances to prefer, up to 5; none unless given. Not on Fargate."
    )
    trusted_compute_subnets: list[SubnetId] | None = Field(
        None, description="Subnets of the tasks, 1 to 16 on Fargate; the environment's network unless given."
    )
    security_group_ids: list[SecurityGroupId] | None = Field(
        None, description="Security groups of the tasks, 1 to 5 on Fargate; the environment's network unless given."
    )
    assign_public_ip: bool | None = Field(
        None,
        description="true gives each task a public IP address, on Fargate only; as the environment's network unless "
        "given.",
    )
    overrides: str | None = Field(
        None,
        description="What the runs change, as the JSON of an ECS TaskOverride, up to 8192 characters; or the two typed "
        "forms below.",
    )
    container_overrides: list[ContainerOverride] | None = Field(
        None, description="What the runs change in the containers; instead of overrides."
    )
    task_overrides: TaskOverrides | None = Field(
        None, description="What the runs change in the task as a whole; instead of overrides."
    )
    enable_ecs_managed_tags: bool | None = Field(
        None, description="true lets ECS tag each task with its cluster, for cost allocation."
    )
    propagate_tags: str | None = Field(
        None,
        description="TASK_DEFINITION copies the task definition's tags to each task; none are copied unless given.",
        examples=["TASK_DEFINITION"],
    )
    task_tags: dict[str, str] | None = Field(
        None, description="Tags of each task, up to 50; they win over those that propagate_tags copies."
    )
    enable_execute_command: bool | None = Field(
        None, description="true allows ECS Exec into the containers; the task role then needs the ssmmessages actions."
    )
    group: str | None = Field(None, description="ECS task group, up to 255 characters; family:<family> unless given.")
    reference_id: str | None = Field(
        None, description="Reference id of the tasks, up to 1024 characters; none unless given."
    )
    maximum_retry_attempts: int | None = Field(
        None,
        description="How often Scheduler tries again to start a task, 0 to 185; 5 unless given. Then the dead-letter "
        "queue has the run.",
    )
    maximum_event_age_in_seconds: int | None = Field(
        None, description="How long Scheduler tries to start a task, 60 to 86400 seconds; 86400 unless given."
    )


class AdditionalSchedule(Run):
    """One more schedule for the same task; what it does not say is the primary schedule's."""

    name: str = Field(description="Its key in Terraform, unique in this list, and the end of its name in AWS.")
    schedule_name: str | None = Field(
        None, description="Its whole name in AWS; <name of the schedule>-<name> unless given."
    )


class SchedulerAlarm(Strict):
    """An alarm on one of Scheduler's own metrics."""

    alarm_actions: list[str] | None = Field(
        None, description="ARNs told when it goes off, up to 5; dlq_alarm_actions unless given."
    )
    alarm_name: str | None = Field(
        None, description="Name of the alarm; the standard's with the metric at the end unless given."
    )
    evaluation_periods: int | None = Field(
        None, description="How many periods in a row the metric must be above the threshold; 1 unless given."
    )
    ok_actions: list[str] | None = Field(
        None, description="ARNs told when it is over, up to 5; dlq_ok_actions unless given."
    )
    period_seconds: int | None = Field(None, description="Seconds of one period, a multiple of 60; 300 unless given.")
    statistic: Statistic | None = Field(
        None, description="What is made of the metric's values in a period; Sum unless given."
    )
    threshold: int | float | None = Field(None, description="The alarm goes off above it; 0 unless given.")


class ScheduleNames(Strict):
    """Names of a schedule's resources where they differ from the naming standard."""

    schedule: str | None = Field(
        None, description="The schedule, up to 64 characters; its name in the spec unless given."
    )
    schedule_group: str | None = Field(
        None, description="Its schedule group, up to 64 characters; the standard's unless given."
    )
    role: str | None = Field(
        None,
        description="Role that Scheduler takes on, up to 64 characters; the standard's with -scheduler unless given.",
    )
    role_policy: str | None = Field(
        None, description="Policy of that role, up to 128 characters; the standard's with -scheduler unless given."
    )
    dlq: str | None = Field(
        None, description="Dead-letter queue, up to 80 characters; the standard's with -dlq unless given."
    )
    dlq_messages_visible_alarm: str | None = Field(
        None, description="Alarm on messages in that queue; the standard's with -dlq-messages-visible unless given."
    )
    dlq_oldest_message_alarm: str | None = Field(
        None,
        description="Alarm on the age of its oldest message; the standard's with -dlq-oldest-message unless given.",
    )


class Schedule(Run):
    """A schedule of a task, with its role, its dead-letter queue and its alarms (module ecs-scheduler)."""

    task: str = Field(description="Which of `tasks` it runs.")
    cluster: str = Field(description="Which of `clusters` it runs on.")
    key: str = Field(description="Which of `keys` encrypts the schedule and its dead-letter queue.")

    additional_schedules: list[AdditionalSchedule] | None = Field(
        None, description="More schedules for the same task, with this one's role and dead-letter queue."
    )
    dlq_message_retention_seconds: int | None = Field(
        None,
        description="How long the dead-letter queue keeps a message, 60 to 1209600 seconds; 1209600 (14 days) unless "
        "given.",
    )
    enable_dlq_alarm: bool | None = Field(None, description="false leaves out the two alarms on the dead-letter queue.")
    dlq_alarm_actions: list[str] | None = Field(
        None,
        description="ARNs told when an alarm goes off, up to 5; the environment's alerts unless given, [] is nobody.",
    )
    dlq_ok_actions: list[str] | None = Field(
        None,
        description="ARNs told when an alarm is over, up to 5; the environment's alerts unless given, [] is nobody.",
    )
    dlq_messages_visible_threshold: int | None = Field(
        None, description="The alarm goes off when the queue holds more messages than this; 0 unless given."
    )
    dlq_messages_visible_period_seconds: int | None = Field(
        None, description="Seconds of one period of that alarm, a multiple of 60; 300 unless given."
    )
    dlq_messages_visible_evaluation_periods: int | None = Field(
        None, description="How many periods in a row the queue must hold too many; 1 unless given."
    )
    dlq_oldest_message_threshold_seconds: int | None = Field(
        None, description="The alarm goes off when the oldest message is older, in seconds; 3600 unless given."
    )
    dlq_oldest_message_period_seconds: int | None = Field(
        None, description="Seconds of one period of that alarm, a multiple of 60; 300 unless given."
    )
    dlq_oldest_message_evaluation_periods: int | None = Field(
        None, description="How many periods in a row the message must be too old; 1 unless given."
    )
    scheduler_alarms: dict[str, SchedulerAlarm] | None = Field(
        None,
        description="Alarms on Scheduler's own metrics, by metric; {} is none. Unless given two: on runs dropped, and "
        "on runs that the dead-letter queue did not take.",
    )
    permissions_boundary_arn: str | None = Field(
        None, description="ARN of the policy that bounds the role; none unless given."
    )
    names: ScheduleNames | None = Field(
        None, description="Names that differ from the naming standard, for example of what exists."
    )
    tags: dict[str, str] | None = Field(
        None, description="Tags of all that the schedule has, beside those of the naming standard."
    )
