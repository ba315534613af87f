"""Finds two resources of one name in an environment: they are one in AWS, and an apply notices half-way, or never."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.errors import Path, Problem, Source, dotted, shown
from generator.models.forms import has_placeholder
from generator.models.schedules import SchedulerAlarm
from generator.specs.tree import Mapping, find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.models.spec import Environment

ROLE: Final = "IAM role"
_METRICS: Final = ("InvocationDroppedCount", "InvocationsFailedToBeSentToDeadLetterCount")
SCHEDULER_ALARMS: Final = dict.fromkeys(_METRICS, SchedulerAlarm.model_validate({}))  # the module's default


class Name(NamedTuple):
    """A name that a resource will have, and the field of the spec that sets it or could set it."""

    kind: str
    name: str
    holder: Path
    field: Path

    @property
    def identity(self) -> tuple[str, str]:
        """What no two resources may have in common; IAM does not tell capitals from small letters."""
        return self.kind, self.name.lower() if self.kind == ROLE else self.name


def names(spec: Environment) -> Iterator[Name]:
    """Return every physical name that follows from a spec, with the defaults of modules/*/locals.tf."""
    prefix = f"{spec.naming.security_domain}-{spec.naming.billing_domain}-{spec.aws_region_short_code}"
    for key, made in spec.keys.items():
        if made.alias:
            yield Name("KMS alias", made.alias, ("keys", key), ("alias",))
    for label, topic in (("alerts", spec.alerts), ("pager", spec.pager)):
        if topic is not None and topic.topic_name:
            yield Name("topic", topic.topic_name, (label,), ("topic_name",))
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
        if task.failure_topic_arns or (task.failure_topic_arns is None and spec.alerts is not None):
            defaults.append(("failure rule", "failure_rule", f"{prefix}-{key}-failed"))
        for kind, field, default in defaults:
            yield Name(kind, given.get(field) or default, ("tasks", key), ("names", field))
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


def collisions(tree: Mapping, spec: Environment) -> Iterator[Problem]:
    """Compare all names; what two workloads have in common by their defaults is one problem, not one for each name."""
    first: dict[tuple[str, str], tuple[Source, Name]] = {}
    common: dict[tuple[Source, Path, Source, Path], list[Name]] = defaultdict(list)
    for source, name in sorted((place(tree, name), name) for name in names(spec) if not has_placeholder(name.name)):
        if name.identity in first:
            other_source, other = first[name.identity]
            common[source, name.holder, other_source, other.holder].append(name)
        first.setdefault(name.identity, (source, name))
    for (source, holder, other_source, other_holder), same in common.items():
        things = ", ".join(f"the {name.kind} {shown(name.name)}" for name in same)
        fields = ", ".join(dotted(name.field) for name in same)
        who = f"{dotted(holder)} and {dotted(other_holder)} ({other_source}) both have"
        if holder == other_holder:
            who = f"{dotted(holder)} has a second time ({other_source})"
        yield Problem(
            source,
            f"{who} {things}; two of one name are one in AWS: {_instead(spec, holder, other_holder)}set {fields}",
        )


def place(tree: Mapping, name: Name) -> Source:
    """Return the line that sets the name, or the one where the workload begins."""
    path = (*name.holder, *name.field)
    node, steps = find(tree, path)
    return node.source if steps == len(path) else find(tree, name.holder)[0].source


def _instead(spec: Environment, holder: Path, other: Path) -> str:
    if holder == other or {holder[0], other[0]} != {"schedules"}:
        return ""
    if spec.schedules[str(holder[1])].task != spec.schedules[str(other[1])].task:
        return ""
    return "make it one of the other's additional_schedules, or "
