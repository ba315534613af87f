"""Every physical name that follows from a spec, with the defaults of modules/*/locals.tf.

Two resources of one name are found by it, and the dashboard names what no output of a module says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from generator.errors import Path
from generator.models.schedules import SchedulerAlarm
from generator.models.target_syncs import NEVER
from generator.output import jobs, standard, target_syncs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.models.jobs import Job
    from generator.models.spec import Environment
    from generator.models.target_syncs import TargetSync
    from generator.models.workflows import Rule, Workflow

BUS: Final = "event bus"
ROLE: Final = "IAM role"
DASHBOARD: Final = "dashboard"
GLOBAL: Final = frozenset({DASHBOARD, ROLE})  # an account has one of a name, and not one in each region
JOB_QUEUE: Final = "job queue"
PARAMETERS: Final = "parameter path"
DEFAULT_BUS: Final = "default"
_METRICS: Final = ("InvocationDroppedCount", "InvocationsFailedToBeSentToDeadLetterCount")
RULE_METRICS: Final = ("FailedInvocations", "InvocationsFailedToBeSentToDlq", "InvocationsSentToDlq")  # likewise
SCHEDULER_ALARMS: Final = dict.fromkeys(_METRICS, SchedulerAlarm.model_validate({}))  # the module's default


class Name(NamedTuple):
    """A name that a resource will have, and the field of the spec that sets it or could set it.

    A rule is called what it is on its bus, and another bus may have a rule of that name.
    """

    kind: str
    name: str
    holder: Path
    field: Path
    bus: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """What no two resources may have in common; IAM does not tell capitals from small letters."""
        return self.kind, self.bus, self.name.lower() if self.kind == ROLE else self.name


def names(spec: Environment) -> Iterator[Name]:
    """Return every physical name that follows from a spec, with the defaults of modules/*/locals.tf."""
    prefix = standard.prefix(spec)
    yield from _of_root(spec)
    families = {}
    for key, task in spec.tasks.items():
        given = task.names.model_dump(exclude_none=True) if task.names else {}
        families[key] = given.get("family") or key
        defaults = [
            ("family", "family", key),
            ("log group", "log_group", f"/ecs/{key}"),
            (ROLE, "execution_role", f"{prefix}-{key}-execution"),
            (ROLE, "task_role", f"{prefix}-{key}-task"),
        ]
        for kind, field, default in defaults:
            yield Name(kind, given.get(field) or default, ("tasks", key), ("names", field))
        if task.failure_topic_arns or (task.failure_topic_arns is None and spec.alerts is not None):
            name = given.get("failure_rule") or f"{prefix}-{key}-failed"
            yield Name("rule", name, ("tasks", key), ("names", "failure_rule"), DEFAULT_BUS)
    for key, job in (spec.jobs or {}).items():
        yield from _of_job(spec, ("jobs", key), job, f"{prefix}-{key}")
    for key, schedule in spec.schedules.items():
        given = schedule.names.model_dump(exclude_none=True) if schedule.names else {}
        base = f"{prefix}-{families.get(schedule.task, schedule.task)}"
        defaults = [
            ("schedule group", "schedule_group", base),
            (ROLE, "role", f"{base}-scheduler"),
            ("dead-letter queue", "dlq", f"{base}-dlq"),
        ]
        if schedule.enable_dlq_alarm is not False:
            defaults += [
                ("alarm", "dlq_messages_visible_alarm", f"{base}-dlq-messages-visible"),
                ("alarm", "dlq_oldest_message_alarm", f"{base}-dlq-oldest-message"),
            ]
        for kind, field, default in defaults:
            yield Name(kind, given.get(field) or default, ("schedules", key), ("names", field))
        alarms = SCHEDULER_ALARMS if schedule.scheduler_alarms is None else schedule.scheduler_alarms
        for metric, alarm in alarms.items():
            field_path = ("scheduler_alarms", metric, "alarm_name")
            yield Name("alarm", alarm.alarm_name or f"{base}-{metric}", ("schedules", key), field_path)
    for key, workflow in (spec.workflows or {}).items():
        yield from _of_workflow(("workflows", key), workflow, f"{prefix}-{key}", standard.bus_name(spec, key))
    for key, sync in (spec.target_syncs or {}).items():
        yield from _of_target_sync(spec, key, sync, f"{prefix}-{key}")


def _of_root(spec: Environment) -> Iterator[Name]:
    """Return the names of what a root makes itself; a dashboard's own name has the environment's in it."""
    for key, made in spec.keys.items():
        if made.alias:
            yield Name("KMS alias", made.alias, ("keys", key), ("alias",))
    for label, topic in (("alerts", spec.alerts), ("pager", spec.pager)):
        if topic is not None and topic.topic_name:
            yield Name("topic", topic.topic_name, (label,), ("topic_name",))
    if spec.dashboard is not None and spec.dashboard.name:
        yield Name(DASHBOARD, spec.dashboard.name, ("dashboard",), ("name",))


def _of_job(spec: Environment, holder: Path, job: Job, base: str) -> Iterator[Name]:
    """Return the names of one job, with the defaults of modules/batch-job/locals.tf."""
    given = job.names.model_dump(exclude_none=True) if job.names else {}
    yield Name("job definition", jobs.named(str(holder[1]), job), holder, ("names", "job_definition"))
    if job.queue is not None:
        yield Name(JOB_QUEUE, given.get("job_queue") or base, holder, ("names", "job_queue"))
    if job.failure_topic_arns or (job.failure_topic_arns is None and spec.alerts is not None):
        name = given.get("failure_rule") or f"{base}-job-failed"
        yield Name("rule", name, holder, ("names", "failure_rule"), DEFAULT_BUS)


def _of_workflow(holder: Path, workflow: Workflow, base: str, bus: str) -> Iterator[Name]:
    """Return the names of one workflow, with the defaults of modules/workflow-bus/locals.tf."""
    given = workflow.names.model_dump(exclude_none=True) if workflow.names else {}
    if workflow.existing_bus_name is None:
        yield Name(BUS, bus, holder, ("bus_name",))
    alarms = workflow.enable_alarms is not False
    logs = any(target.log is not None for rule in workflow.rules.values() for target in rule.targets.values())
    for made, kind, field, default in (
        (True, "dead-letter queue", "dlq", f"{base}-dlq"),
        (workflow.archive is not None, "archive", "archive", base),
        (alarms, "alarm", "dlq_messages_visible_alarm", f"{base}-dlq-messages-visible"),
        (alarms, "alarm", "dlq_oldest_message_alarm", f"{base}-dlq-oldest-message"),
        (
            logs and workflow.log_resource_policy is not False,
            "CloudWatch Logs resource policy",
            "log_resource_policy",
            f"{base}-events-to-logs",
        ),
    ):
        if made:
            yield Name(kind, given.get(field) or default, holder, ("names", field))
    groups: dict[str, Name] = {}  # several targets may write to one group of their workflow
    for key, rule in workflow.rules.items():
        field_path: Path = ("rules", key)
        rule_name = standard.rule_name(key, rule)
        yield Name("rule", rule_name, holder, (*field_path, "name"), bus)
        roles = rule.role_names.model_dump(exclude_none=True) if rule.role_names else {}
        for purpose in sorted(_purposes(rule)):
            name = roles.get(purpose) or f"{base}-{key}-{purpose.replace('_', '-')}"
            yield Name(ROLE, name, holder, (*field_path, "role_names", purpose))
        for metric in (RULE_METRICS if workflow.rule_alarms is None else workflow.rule_alarms) if alarms else ():
            yield Name("alarm", f"{base}-{key}-{metric}", holder, field_path)
        for target_key, target in rule.targets.items():
            if target.log is not None and not target.log.existing:
                group = target.log.log_group_name or f"/aws/events/{rule_name}"
                group_path = (*field_path, "targets", target_key, "log", "log_group_name")
                groups.setdefault(group, Name("log group", group, holder, group_path))
    yield from groups.values()


def _of_target_sync(spec: Environment, key: str, sync: TargetSync, base: str) -> Iterator[Name]:
    """Return the names of one target sync, with the defaults of modules/batch-target-sync/locals.tf."""
    given = sync.names.model_dump(exclude_none=True) if sync.names else {}
    holder = ("target_syncs", key)
    alarms, on_change = sync.enable_alarms is not False, sync.on_change is not False
    on_schedule = sync.interval_minutes != NEVER
    yield Name(PARAMETERS, sync.state_path or f"/batch-target-sync/{base}", holder, ("state_path",))
    for made, kind, field, default in (
        (True, "automation document", "document", base),
        (True, ROLE, "role", f"{base}-sync"),
        (on_change or on_schedule, ROLE, "start_role", f"{base}-start"),
        (alarms, "alarm", "failing_alarm", f"{base}-failing"),
        (alarms, "alarm", "mismatch_alarm", f"{base}-mismatch"),
        (alarms and on_schedule, "alarm", "not_run_alarm", f"{base}-not-run"),
    ):
        if made:
            yield Name(kind, given.get(field) or default, holder, ("names", field))
    rules = [("schedule", 1)] if on_schedule else []
    if on_change:
        several = target_syncs.rules_on_change(target_syncs.selections(spec, sync))
        rules += [("registered", several), ("deregistered", several)]
    for purpose, several in rules:
        field = f"{purpose}_rule"
        first = given.get(field) or f"{base}-{purpose}"
        for number in range(1, several + 1):
            name = first if number == 1 else f"{first}-{number}"
            yield Name("rule", name, holder, ("names", field), DEFAULT_BUS)
            if alarms:
                yield Name("alarm", f"{name}-FailedInvocations", holder, ("names", field))


def _purposes(rule: Rule) -> set[str]:
    """Return what a rule's own roles are for: a target that brings its role needs none."""
    kinds = {"put_events": "bus", "run_task": "run_task", "submit_job": "submit_job"}
    return {
        purpose
        for purpose, kind in kinds.items()
        for target in rule.targets.values()
        if getattr(target, kind) is not None and target.role_arn is None
    }
