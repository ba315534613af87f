"""A plan in a few lines: what is destroyed or replaced first, then counts by module, then what will run when or why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

VERBS = {
    ("no-op",): None,
    ("read",): None,
    ("create",): "create",
    ("update",): "update",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("forget",): "forget",
}
ORDER = ("destroy", "replace", "forget", "update", "create")


@dataclass(frozen=True)
class Change:
    """One resource that the plan touches.

    Attributes:
        address: where it is in the configuration.
        module: the module call it belongs to, "" for the root itself.
        verb: one of ``ORDER``.
        because: the attributes that force a replacement, such as ``name``.
    """

    address: str
    module: str
    verb: str
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """A schedule as it will be: its expression and what it runs."""

    name: str
    expression: str
    timezone: str
    task: str
    enabled: bool


@dataclass(frozen=True)
class Reaction:
    """What an event runs: a rule of a bus as it will be, and the task or the job that one of its targets starts."""

    rule: str
    bus: str
    runs: str
    enabled: bool


@dataclass(frozen=True)
class Summary:
    """What a plan does.

    Attributes:
        changes: every touched resource, most dangerous first.
        moves: (old address, new address) of resources that only change their address or move as well as change.
        schedules: every schedule after the plan.
        reactions: every task or job that an event will run after the plan.
    """

    changes: tuple[Change, ...]
    moves: tuple[tuple[str, str], ...]
    schedules: tuple[Schedule, ...]
    reactions: tuple[Reaction, ...]

    def count(self, verb: str) -> int:
        """How many resources are touched in that way."""
        return sum(change.verb == verb for change in self.changes)


def summarize(plan: dict[str, Any]) -> Summary:
    """Read the JSON of ``terraform show -json`` (format version 1)."""
    changes, moves = [], []
    for resource in plan.get("resource_changes", []):
        verb = VERBS[tuple(resource["change"]["actions"])]
        if resource.get("previous_address"):
            moves.append((resource["previous_address"], resource["address"]))
        if verb is not None:
            paths = resource["change"].get("replace_paths") or ()
            because = tuple(".".join(str(step) for step in path) for path in paths)
            changes.append(Change(resource["address"], resource.get("module_address", ""), verb, because))
    changes.sort(key=lambda change: (ORDER.index(change.verb), change.address))
    return Summary(tuple(changes), tuple(moves), tuple(schedules(plan)), tuple(reactions(plan)))


def schedules(plan: dict[str, Any]) -> list[Schedule]:
    """Every ``aws_scheduler_schedule`` that exists after the plan."""
    found = []
    for resource in plan.get("resource_changes", []):
        after = resource["change"].get("after")
        if resource["type"] != "aws_scheduler_schedule" or not after:
            continue
        target: dict[str, Any] = next(iter(after.get("target") or ()), {})
        parameters: dict[str, Any] = next(iter(target.get("ecs_parameters") or ()), {})
        task = parameters.get("task_definition_arn") or "(known after apply)"
        found.append(
            Schedule(
                name=after.get("name") or "(known after apply)",
                expression=after.get("schedule_expression") or "(known after apply)",
                timezone=after.get("schedule_expression_timezone") or "UTC",
                task=task.rsplit("/", 1)[-1],
                enabled=after.get("state") != "DISABLED",
            )
        )
    return sorted(found, key=lambda schedule: schedule.name)


def reactions(plan: dict[str, Any]) -> list[Reaction]:
    """Every target of an EventBridge rule that exists after the plan and runs a task or submits a job."""
    enabled = {
        (after.get("event_bus_name") or "default", after.get("name")): after.get("state") != "DISABLED"
        for after in _after(plan, "aws_cloudwatch_event_rule")
    }
    found = []
    for after in _after(plan, "aws_cloudwatch_event_target"):
        task: dict[str, Any] = next(iter(after.get("ecs_target") or ()), {})
        job: dict[str, Any] = next(iter(after.get("batch_target") or ()), {})
        if not (task or job):
            continue
        runs = task.get("task_definition_arn") or job.get("job_definition") or "(known after apply)"
        bus, rule = after.get("event_bus_name") or "default", after.get("rule") or "(known after apply)"
        found.append(Reaction(rule, bus, runs.rsplit("/", 1)[-1], enabled.get((bus, rule), True)))
    return sorted(found, key=lambda reaction: (reaction.bus, reaction.rule, reaction.runs))


def _after(plan: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The attributes of each resource of a type that exists after the plan."""
    changes = [each["change"] for each in plan.get("resource_changes", []) if each["type"] == kind]
    return [change["after"] for change in changes if change.get("after")]


def counts(summary: Summary) -> str:
    """How much is touched, in one line."""
    found = [f"{summary.count(verb)} to {verb}" for verb in reversed(ORDER) if summary.count(verb)]
    return ", ".join(found) or "no changes"


def render(summary: Summary, title: str) -> str:
    """The summary as plain text of a terminal's width."""
    lines = [f"{title}: {counts(summary)}"]
    for verb in ("destroy", "replace", "forget"):
        for change in summary.changes:
            if change.verb == verb:
                forced = f"  (forced by {', '.join(change.because)})" if change.because else ""
                lines.append(f"  {verb:<8} {change.address}{forced}")
    lines += [f"  move     {old} -> {new}" for old, new in summary.moves]
    by_module = Counter((change.module or "(root)", change.verb) for change in summary.changes)
    for module in sorted({module for module, _ in by_module}):
        parts = [f"{by_module[module, verb]} to {verb}" for verb in reversed(ORDER) if by_module[module, verb]]
        lines.append(f"  {module:<40} {', '.join(parts)}")
    if summary.schedules:
        lines.append("Schedules after this plan:")
        for schedule in summary.schedules:
            off = "" if schedule.enabled else "  DISABLED"
            lines.append(f"  {schedule.name:<24} {schedule.expression} {schedule.timezone} -> {schedule.task}{off}")
    if summary.reactions:
        lines.append("Events that run something after this plan:")
        for reaction in summary.reactions:
            off = "" if reaction.enabled else "  DISABLED"
            lines.append(f"  {reaction.rule:<24} on {reaction.bus} -> {reaction.runs}{off}")
    return "\n".join(lines)
