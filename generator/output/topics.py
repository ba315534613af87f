"""The topics of a root: who is told of what, and who must be allowed to publish there.

Failure rules tell `alerts`. Alarms tell `pager`, or `alerts` when there is no pager. A task, a job, a schedule, a
workflow or a target sync that names other topics itself tells those instead, and one of them may be a topic that the
root makes. The rules of a workflow tell what their targets say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.output.hcl import Reference
from generator.output.subscriptions import subscriptions

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf

    from generator.models.alerts import Alerts
    from generator.models.jobs import Job
    from generator.models.spec import Environment
    from generator.models.workloads import Task
    from generator.output.hcl import Value

ALARMS = "cloudwatch.amazonaws.com"
RULES = "events.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that a root makes, or uses.

    Attributes:
        label: the spec's field, and its label in the root.
        title: its heading in the file.
        told: what its output says of it.
        settings: what the spec says.
        failing_tasks: the tasks, by their names in the spec, whose failure rules publish to it.
        failing_jobs: likewise the jobs.
        notifying_rules: the workflows' rules that publish to it, each as (workflow, rule), by their names in the spec.
        alarms: whether alarms publish to it.
    """

    label: str
    title: str
    told: str
    settings: Alerts
    failing_tasks: tuple[str, ...]
    failing_jobs: tuple[str, ...]
    notifying_rules: tuple[tuple[str, str], ...]
    alarms: bool

    @property
    def arn(self) -> Reference:
        """The ARN where the topic is used: of the resource, so that what uses it waits for it."""
        return arn(self.label, self.settings)

    @property
    def local(self) -> str:
        """The ARN in the topic's own policy, built from its name."""
        return built_arn(self.label).expression

    @property
    def subscriptions(self) -> dict[str, dict[str, Value]]:
        """What subscribes to it, by the keys of its `for_each`."""
        return subscriptions(self.settings)

    @property
    def subscribed_with(self) -> frozenset[str]:
        """What some of these say."""
        return frozenset(name for entry in self.subscriptions.values() for name in entry)

    @property
    def failing(self) -> tuple[str, ...]:
        """Whatever has a failure rule that publishes to it."""
        return (*self.failing_tasks, *self.failing_jobs)

    @property
    def publishers(self) -> tuple[str, ...]:
        """The services that publish to it, which its key must let in."""
        return (*((ALARMS,) if self.alarms else ()), *((RULES,) if self.failing or self.notifying_rules else ()))


def topics(spec: Environment) -> list[Topic]:
    """Return the topics of an environment."""
    found = []
    if spec.alerts is not None:
        told = "a task fails" if spec.pager is not None else "a task fails or a run is lost"
        found.append(_topic(spec, "alerts", told, spec.alerts))
    if spec.pager is not None:
        found.append(_topic(spec, "pager", "an alarm goes off and when it is over", spec.pager))
    return found


def told_of_failures(spec: Environment) -> Reference | None:
    """Return the topic that a task's failure rule tells unless the task says otherwise."""
    return arn("alerts", spec.alerts) if spec.alerts is not None else None


def told_of_alarms(spec: Environment) -> Reference | None:
    """Return the topic that a schedule's alarms tell unless the schedule says otherwise."""
    return arn("pager", spec.pager) if spec.pager is not None else told_of_failures(spec)


def settings_of(spec: Environment, label: str | None) -> Alerts | None:
    """Return the settings of a topic of the environment by its label; None if it has none, or no label is given."""
    return {"alerts": spec.alerts, "pager": spec.pager}.get(label or "")


def arn(label: str, settings: Alerts) -> Reference:
    """Return the ARN of a topic where it is used; each task asks, so this looks at no other task."""
    return Reference(f"aws_sns_topic.{label}.arn") if settings.topic_name else built_arn(label)


def built_arn(label: str) -> Reference:
    """Return the ARN of a topic as it follows from its name: nothing waits for the topic then, nor for its key."""
    return Reference(f"local.{label}_topic_arn")


def _topic(spec: Environment, label: str, told: str, settings: Alerts) -> Topic:
    tasks, jobs = _failing(spec, label, settings, spec.tasks), _failing(spec, label, settings, spec.jobs or {})
    by_default = label == "pager" or spec.pager is None
    alarms = by_default or any(_names(spec, settings, arn) for arn in _alarm_actions(spec))
    notifying = tuple(sorted(_notifying(spec, label, settings)))
    return Topic(
        label, label.capitalize(), f"Topic that is told when {told}.", settings, tasks, jobs, notifying, alarms
    )


def _failing(spec: Environment, label: str, settings: Alerts, workloads: MappingOf[str, Task | Job]) -> tuple[str, ...]:
    """Return the tasks or jobs whose failure rules tell a topic: `alerts`, or what they name themselves."""
    return tuple(
        name
        for name, each in sorted(workloads.items())
        if (
            label == "alerts"
            if each.failure_topic_arns is None
            else any(_names(spec, settings, arn) for arn in each.failure_topic_arns.values())
        )
    )


def _notifying(spec: Environment, label: str, settings: Alerts) -> set[tuple[str, str]]:
    """Return the rules with a target that publishes to a topic, by its label or by its ARN."""
    return {
        (name, key)
        for name, workflow in (spec.workflows or {}).items()
        for key, rule in workflow.rules.items()
        for target in rule.targets.values()
        if target.notify is not None
        and (target.notify.topic == label or _names(spec, settings, target.notify.topic_arn or ""))
    }


def _alarm_actions(spec: Environment) -> list[str]:
    """Return the actions that schedules, workflows and target syncs give their alarms themselves."""
    lists: list[list[str] | None] = []
    for schedule in spec.schedules.values():
        lists += [schedule.dlq_alarm_actions, schedule.dlq_ok_actions]
        for alarm in (schedule.scheduler_alarms or {}).values():
            lists += [alarm.alarm_actions, alarm.ok_actions]
    for workflow in (spec.workflows or {}).values():
        lists += [workflow.alarm_actions, workflow.ok_actions]
    for sync in (spec.target_syncs or {}).values():
        lists += [sync.alarm_actions, sync.ok_actions]
    return [arn for actions in lists for arn in actions or ()]


def _names(spec: Environment, settings: Alerts, arn: str) -> bool:
    """Say whether an ARN that a spec writes out is that of a topic which the root makes."""
    return arn.split(":")[3:] == [spec.region, spec.account, settings.topic_name]
