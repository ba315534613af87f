"""What a root has: its module calls, its resources, and the blocks that tell Terraform where something is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from generator.models.forms import PLACEHOLDER
from generator.output import dashboard
from generator.output.addresses import Address, label
from generator.output.topics import topics
from generator.output.wiring import JOB, SCHEDULE, TARGET_SYNC, TASK, WORKFLOW

if TYPE_CHECKING:
    from generator.models.spec import Environment


class Moved(NamedTuple):
    """A move, and its place in the spec's list."""

    position: int
    before: Address
    after: Address

    @property
    def within_one(self) -> bool:
        """Whether only the key differs: what was one is now several, or the other way round."""
        before, after = self.before.steps, self.after.steps
        return before[:-1] == after[:-1] and before[-1].name == after[-1].name


class Imported(NamedTuple):
    """An import, and its place in the spec's list."""

    position: int
    to: Address
    id: str


def moved(spec: Environment) -> list[Moved]:
    """Return the moves of an environment; one that has a placeholder for an address cannot be written yet."""
    return [
        Moved(index, Address(move.from_), Address(move.to))
        for index, move in enumerate(spec.moved or ())
        if PLACEHOLDER not in {move.from_, move.to}
    ]


def imported(spec: Environment) -> list[Imported]:
    """Return the imports of an environment; likewise."""
    return [
        Imported(index, Address(item.to), item.id)
        for index, item in enumerate(spec.imports or ())
        if item.to != PLACEHOLDER
    ]


def declared(spec: Environment) -> dict[str, bool]:
    """Return the module calls and resources of a root, and whether each is several, by keys."""
    found = dict.fromkeys(calls(spec), False)
    for name, key in spec.keys.items():
        if key.arn is None:
            found[f"aws_kms_key.{label(name)}"] = False
        if key.alias is not None:
            found[f"aws_kms_alias.{label(name)}"] = False
    for topic in topics(spec):
        if topic.settings.topic_name:
            found[f"aws_sns_topic.{topic.label}"] = False
            if topic.publishers:
                found[f"aws_sns_topic_policy.{topic.label}"] = False
            if topic.subscriptions:
                found[f"aws_sns_topic_subscription.{topic.label}"] = True
    if dashboard.enabled(spec):
        found[dashboard.RESOURCE] = False
    return found


def calls(spec: Environment) -> dict[str, str]:
    """Return the module calls of a root, and the name of the module that each calls."""
    found = {f"module.task_{label(name)}": TASK.module for name in spec.tasks}
    found |= {f"module.job_{label(name)}": JOB.module for name in spec.jobs or {}}
    found |= {f"module.schedule_{label(name)}": SCHEDULE.module for name in spec.schedules}
    found |= {f"module.workflow_{label(name)}": WORKFLOW.module for name in spec.workflows or {}}
    found |= {f"module.target_sync_{label(name)}": TARGET_SYNC.module for name in spec.target_syncs or {}}
    return found | {f"module.component_{label(name)}": call.module for name, call in (spec.components or {}).items()}
