"""What an environment can say about a workflow: a bus, its rules, and what an event that matches one sets going.

As with tasks, a field that the module takes goes there as it is. Fields that name another part of the spec (`key`,
`cluster`, `task`, `job`, `topic`, `tasks`) have their own section here. `event_pattern` takes any pattern that
EventBridge takes, as YAML. Limits that are no more than a range are here too: an editor shows them, and no plan is
needed to know.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from generator.models.alerts import TopicLabel
from generator.models.forms import Strict, form
from generator.models.schedules import CapacityProvider, SecurityGroupId, SubnetId
from generator.models.workloads import LaunchType
from generator.specs.loading import NAME, NAME_RULE

Key = Annotated[str, form(NAME.pattern, f"a key of a rule or a publisher: {NAME_RULE.removeprefix('a name has ')}")]
TargetId = Annotated[
    str,
    form(r"[A-Za-z0-9._-]{1,64}", "the id of a target: 1 to 64 letters, digits and . _ -"),
]
Pattern = Annotated[
    dict[str, Any] | None,
    Field(
        description="Which events match, as an event pattern in YAML: fields, and for each a list of values or "
        "operators; `detail_type` may be written so. This or event_pattern_json.",
        examples=[{"source": ["example.report"], "detail": {"count": [{"numeric": [">", 0]}]}}],
    ),
]


class RoleNames(Strict):
    """Names of the roles that a rule's targets need, where they differ from the naming standard."""

    put_events: str | None = Field(
        None, description="Role for other buses, up to 64 characters; the standard's with the rule and -put-events."
    )
    run_task: str | None = Field(
        None, description="Role for tasks, up to 64 characters; the standard's with the rule and -run-task."
    )
    submit_job: str | None = Field(
        None, description="Role for Batch jobs, up to 64 characters; the standard's with the rule and -submit-job."
    )


class RunTask(Strict):
    """Runs one of the environment's tasks."""

    task: str = Field(description="Which of `tasks` it runs.")
    cluster: str | None = Field(
        None, description="Which of `clusters` it runs on; the cluster of the workflow unless given."
    )
    assign_public_ip: bool | None = Field(
        None,
        description="true gives each task a public IP address, on Fargate only; as the environment's network unless "
        "given.",
    )
    capacity_provider_strategies: list[CapacityProvider] | None = Field(
        None, description="Capacity providers to run on instead of a launch type, up to 6."
    )
    command: list[str] | None = Field(
        None, description="Another command for the container, word by word; the task's own unless given."
    )
    enable_ecs_managed_tags: bool | None = Field(
        None, description="true lets ECS tag each task with its cluster, for cost allocation."
    )
    enable_execute_command: bool | None = Field(
        None, description="true allows ECS Exec into the container; the task role then needs the ssmmessages actions."
    )
    environment: dict[str, str] | None = Field(
        None, description="Environment variables to add or change. Never a secret: plan and rule show it."
    )
    environment_from_event: dict[str, str] | None = Field(
        None,
        description="Environment variables whose value is in the event, each with its path, such as $.detail.status.",
    )
    group: str | None = Field(None, description="ECS task group, up to 255 characters; family:<family> unless given.")
    launch_type: LaunchType | None = Field(
        None, description="What the tasks run on; FARGATE unless given. Not together with capacity_provider_strategies."
    )
    platform_version: str | None = Field(
        None, description="Fargate platform version, LATEST or one such as 1.4.0; the latest unless given."
    )
    propagate_tags: str | None = Field(
        None,
        description="TASK_DEFINITION copies the task definition's tags to each task; none are copied unless given.",
        examples=["TASK_DEFINITION"],
    )
    revision: int | None = Field(
        None,
        description="Pins a revision of the task definition; the newest ACTIVE one at each run unless given.",
        ge=1,
    )
    security_group_ids: list[SecurityGroupId] | None = Field(
        None, description="Security groups of the tasks, 1 to 5 on Fargate; the environment's network unless given."
    )
    subnets: list[SubnetId] | None = Field(
        None, description="Subnets of the tasks, 1 to 16 on Fargate; the environment's network unless given."
    )
    tags: dict[str, str] | None = Field(
        None, description="Tags of each task, up to 50; they win over those that propagate_tags copies."
    )
    task_count: int | None = Field(
        None, description="How many tasks each event starts, 1 to 10; 1 unless given.", ge=1, le=10
    )


class SubmitJob(Strict):
    """Submits a job to AWS Batch."""

    job: str | None = Field(
        None, description="Which of `jobs` it submits. This, or job_queue_arn and job_definition, which exist."
    )
    job_queue_arn: str | None = Field(None, description="ARN of the job queue; of a job of the environment its own.")
    job_definition: str | None = Field(
        None, description="Name of the job definition, without a revision; of a job of the environment its own."
    )
    revision: int | None = Field(
        None,
        description="Pins a revision of the job definition; the newest ACTIVE one at each event unless given.",
        ge=1,
    )
    synced: bool | None = Field(
        None,
        description="true: the target is made with `revision`, and then one of `target_syncs` moves it to newer ones. "
        "false unless given.",
    )
    job_name: str | None = Field(
        None, description="Name of each job, up to 128 characters; the target's id unless given."
    )
    array_size: int | None = Field(
        None, description="How many children an array job has, 2 to 10000; one job that is no array unless given.",
        ge=2, le=10000,
    )  # fmt: skip
    attempts: int | None = Field(
        None, description="How often Batch tries a job, 1 to 10; as the job definition says unless given.", ge=1, le=10
    )
    parameters: dict[str, str] | None = Field(
        None, description="Parameters of the job definition that are replaced, by name."
    )
    parameters_from_event: dict[str, str] | None = Field(
        None, description="Parameters whose value is in the event, each with its path, such as $.detail.id."
    )
    command: list[str] | None = Field(
        None, description="Another command for the container, word by word; the job definition's own unless given."
    )
    environment: dict[str, str] | None = Field(
        None, description="Environment variables to add or change. Never a secret: plan and rule show it."
    )
    environment_from_event: dict[str, str] | None = Field(
        None,
        description="Environment variables whose value is in the event, each with its path, such as $.detail.status.",
    )


class Notify(Strict):
    """Publishes to an SNS topic: one of the environment's, or one that exists."""

    topic: TopicLabel | None = Field(
        None, description="`alerts` or `pager` of this environment; who may publish there is then filled in."
    )
    topic_arn: str | None = Field(
        None,
        description="ARN of a topic that exists; its owner lets the rule publish "
        "(output workflow_topic_policy_statements).",
    )


class LogTarget(Strict):
    """Writes events to a CloudWatch log group."""

    log_group_name: str | None = Field(
        None,
        description="Name of the log group, which begins with /aws/events/; that and the rule's name unless given.",
    )
    existing: bool | None = Field(
        None, description="true for a log group that is made elsewhere; made here unless given."
    )


class QueueTarget(Strict):
    """Sends to an SQS queue."""

    queue_arn: str = Field(
        description="ARN of the queue; its owner lets the rule send (output workflow_queue_policy_statements)."
    )
    message_group_id: str | None = Field(
        None, description="Message group of each event in a FIFO queue; none unless given."
    )


class BusTarget(Strict):
    """Puts the event on another bus."""

    bus_arn: str = Field(description="ARN of the bus, in any account and region.")


class InputTransformer(Strict):
    """What a target is given instead of the event, made from parts of it."""

    input_paths: dict[str, str] | None = Field(
        None, description="Parts of the event by a name for each, up to 100, such as $.detail.status."
    )
    input_template: str = Field(
        description="The text or JSON that the target is given, up to 8192 characters; <name> stands for a part."
    )


class Target(Strict):
    """One target of a rule: exactly one of run_task, submit_job, notify, log, queue and bus."""

    run_task: RunTask | None = Field(None, description="Runs a task of this environment.")
    submit_job: SubmitJob | None = Field(None, description="Submits a job to AWS Batch.")
    notify: Notify | None = Field(None, description="Publishes to an SNS topic.")
    log: LogTarget | None = Field(
        None, description="Writes to a CloudWatch log group; {} for one with the rule's name."
    )
    queue: QueueTarget | None = Field(None, description="Sends to an SQS queue.")
    bus: BusTarget | None = Field(None, description="Puts the event on another bus.")
    input: str | None = Field(
        None, description="JSON that the target is given instead of the event; for notify and queue."
    )
    input_path: str | None = Field(
        None, description="Part of the event that the target is given, such as $.detail; for notify and queue."
    )
    input_transformer: InputTransformer | None = Field(
        None, description="What the target is given, made from parts of the event; for notify, queue and log."
    )
    maximum_event_age_in_seconds: int | None = Field(
        None,
        description="How long EventBridge tries to deliver, 60 to 86400 seconds; 86400 unless given. Then the "
        "dead-letter queue has the event.",
        ge=60,
        le=86400,
    )
    maximum_retry_attempts: int | None = Field(
        None, description="How often EventBridge tries again to deliver, 0 to 185; 185 unless given.", ge=0, le=185
    )
    role_arn: str | None = Field(
        None,
        description="ARN of a role that exists, instead of one made for the rule; for run_task, submit_job and bus.",
    )


class Rule(Strict):
    """Which events of the bus go where."""

    name: str | None = Field(
        None, description="Name of the rule in AWS, up to 64 characters; its key in the spec unless given."
    )
    description: str | None = Field(
        None, description="What the rule is for, up to 512 characters; nothing unless given."
    )
    enabled: bool | None = Field(None, description="false keeps the rule and lets it match nothing.")
    event_pattern: Pattern = None
    event_pattern_json: str | None = Field(
        None, description="Which events match, as the JSON of an event pattern, up to 2048 characters."
    )
    role_names: RoleNames | None = Field(
        None, description="Names of its targets' roles that differ from the naming standard."
    )
    targets: dict[TargetId, Target] = Field(
        description="Where a matching event goes, one to five targets by an id for each."
    )


class Archive(Strict):
    """Keeps the events of the bus, so that they can be replayed."""

    retention_days: int = Field(description="Days that an event is kept; 0 is for ever.", ge=0)
    description: str | None = Field(None, description="What the archive is for, up to 512 characters.")
    event_pattern: Pattern = None
    event_pattern_json: str | None = Field(
        None, description="Which events are kept, as the JSON of an event pattern; all unless given."
    )


class Publisher(Strict):
    """Who may put which events on the bus."""

    tasks: list[str] | None = Field(None, description="Which of `tasks` may, with their task roles.")
    principal_arns: list[str] | None = Field(
        None, description="ARNs of other roles, users or whole accounts that may; of another account, if it agrees."
    )
    sources: list[str] = Field(description="What `source` the events may have.", min_length=1)
    detail_types: list[str] | None = Field(
        None, description="What `detail-type` the events may have; any unless given."
    )


class RuleAlarm(Strict):
    """An alarm on each rule, on one of EventBridge's metrics."""

    evaluation_periods: int | None = Field(
        None, description="How many periods in a row the metric must be above the threshold; 1 unless given."
    )
    period_seconds: int | None = Field(None, description="Seconds of one period, a multiple of 60; 300 unless given.")
    threshold: int | float | None = Field(None, description="The alarm goes off above it; 0 unless given.")


class WorkflowNames(Strict):
    """Names of a workflow's resources where they differ from the naming standard."""

    archive: str | None = Field(None, description="Archive, up to 48 characters; the standard's unless given.")
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
    log_resource_policy: str | None = Field(
        None, description="CloudWatch Logs resource policy; the standard's with -events-to-logs unless given."
    )


class Workflow(Strict):
    """A bus with its rules, their targets and roles, its dead-letter queue and its alarms (module workflow-bus)."""

    key: str | None = Field(
        None,
        description="Which of `keys` encrypts the bus, the dead-letter queue and the log groups; AWS's own keys unless "
        "given.",
    )
    cluster: str | None = Field(
        None, description="Which of `clusters` its tasks run on; each target must say it unless given."
    )
    bus_name: str | None = Field(
        None, description="Name of the bus that is made, up to 256 characters; the naming standard's unless given."
    )
    existing_bus_name: str | None = Field(
        None,
        description="Name of a bus that exists, or that another workflow makes (which has another key then), instead "
        "of one that is made; default is the account's own.",
    )
    archive: Archive | None = Field(None, description="Keeps the events of the bus; no archive unless given.")
    publishers: dict[Key, Publisher] | None = Field(
        None, description="Who may put which events on the bus that is made, by a name for each."
    )
    rules: dict[Key, Rule] = Field(
        description="Rules of the bus, by a key that is part of the names of roles and alarms."
    )
    dlq_message_retention_seconds: int | None = Field(
        None,
        description="How long the dead-letter queue keeps a message, 60 to 1209600 seconds; 1209600 (14 days) unless "
        "given.",
    )
    dlq_messages_visible_threshold: int | None = Field(
        None, description="The alarm goes off when the queue holds more messages than this; 0 unless given."
    )
    dlq_oldest_message_threshold_seconds: int | None = Field(
        None, description="The alarm goes off when the oldest message is older, in seconds; 3600 unless given."
    )
    enable_alarms: bool | None = Field(
        None, description="false leaves out all alarms, on the rules and on the dead-letter queue."
    )
    alarm_actions: list[str] | None = Field(
        None,
        description="ARNs told when an alarm goes off, up to 5; the environment's alerts unless given, [] is nobody.",
    )
    ok_actions: list[str] | None = Field(
        None,
        description="ARNs told when an alarm is over, up to 5; the environment's alerts unless given, [] is nobody.",
    )
    rule_alarms: dict[str, RuleAlarm] | None = Field(
        None,
        description="Alarms on each rule, by EventBridge's metric; {} is none. Unless given three: FailedInvocations, "
        "InvocationsSentToDlq, InvocationsFailedToBeSentToDlq.",
    )
    log_resource_policy: bool | None = Field(
        None,
        description="false leaves out the policy that lets the rules write their log groups: the account has one that "
        "does, of the ten that a region has room for.",
    )
    keep_log_groups: bool | None = Field(
        None,
        description="true leaves the log groups and what is in them in the account when their rules are removed. false "
        "unless given, or unless the environment has `deletion_protection`.",
    )
    log_retention_days: int | None = Field(
        None,
        description="Days that the log groups keep events, of those that CloudWatch Logs offers, from 1 to 3653; 0 is "
        "for ever. 30 unless given.",
        examples=[30, 90, 400],
    )
    permissions_boundary_arn: str | None = Field(
        None, description="ARN of the policy that bounds the targets' roles; none unless given."
    )
    names: WorkflowNames | None = Field(
        None, description="Names that differ from the naming standard, for example of what exists."
    )
    tags: dict[str, str] | None = Field(
        None, description="Tags of all that the workflow has, beside those of the naming standard."
    )
