"""What the call of a target sync's module gets where its spec names a workflow, a topic or a bus of the environment.

Buses and rules are written as their names, so that the policies of the sync can be read in a plan. What it waits for
are outputs: the roles that it passes on, and what a run after an apply is triggered by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

from generator.models.target_syncs import NEVER
from generator.output.addresses import key_arn, label
from generator.output.hcl import Json, Reference
from generator.output.jobs import definition_name
from generator.output.standard import bus_name, rule_name
from generator.output.topics import arn as topic_arn
from generator.output.topics import built_arn, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.models.spec import Environment
    from generator.models.target_syncs import SyncAfterApply, TargetSelection, TargetSync
    from generator.models.workflows import SubmitJob
    from generator.output.hcl import Value

# modules/batch-target-sync/rules.tf: the characters that a pattern has for definitions, and what one takes beside twice
# its name.
_PATTERN_ROOM: Final = 1788
_PATTERN_EACH: Final = 110


@dataclass(frozen=True, slots=True)
class JobTarget:
    """A target of the environment that submits jobs.

    Attributes:
        workflow: its keys in the spec, as are `rule` and `target`.
        job: what it submits.
        role_arn: of the role that it brings; None for that of its rule, which the workflow makes.
    """

    workflow: str
    rule: str
    target: str
    job: SubmitJob
    role_arn: str | None

    @property
    def is_pinned(self) -> bool:
        """Whether it stays on a revision: without one it cannot go stale, and no sync touches it."""
        return self.job.revision is not None

    @property
    def path(self) -> tuple[str, ...]:
        """Where the spec says it."""
        return ("workflows", self.workflow, "rules", self.rule, "targets", self.target)


def job_targets(spec: Environment) -> Iterator[JobTarget]:
    """Return every target that submits jobs, in the order of the keys."""
    for workflow_key, workflow in sorted((spec.workflows or {}).items()):
        for rule_key, rule in sorted(workflow.rules.items()):
            for key, target in sorted(rule.targets.items()):
                if target.submit_job is not None:
                    yield JobTarget(workflow_key, rule_key, key, target.submit_job, target.role_arn)


def meant(spec: Environment, selection: TargetSelection) -> list[JobTarget]:
    """Return the targets of a workflow that a selection means; none for one of what is made elsewhere."""
    return [
        each
        for each in job_targets(spec)
        if each.job.synced
        and each.workflow == selection.workflow
        and selection.rule in {None, each.rule}
        and selection.target in {None, each.target}
    ]


def kept(spec: Environment, sync: TargetSync) -> list[JobTarget]:
    """Return all targets of the environment that a sync keeps, each once."""
    found = {each.path: each for selection in sync.selections for each in meant(spec, selection)}
    return [found[path] for path in sorted(found)]


def selections(spec: Environment, sync: TargetSync) -> list[dict[str, Value]]:
    """Return the module's `selections`, each once, in the order of the spec's.

    A rule is one selection, or one for each job definition, which tells the module whose changes it must hear of. It is
    one for each target where the spec names them, or where the rule has pinned targets that are not the sync's.
    """
    own = {each.path for each in kept(spec, sync)}
    shared = {(each.workflow, each.rule) for each in job_targets(spec) if each.is_pinned and each.path not in own}
    found: list[dict[str, Value]] = []
    for selection in sync.selections:
        if selection.workflow is None:
            found.append(selection.model_dump(exclude_none=True))
        for each in meant(spec, selection):
            workflow = (spec.workflows or {})[each.workflow]
            entry: dict[str, Value] = {
                "bus": bus_name(spec, each.workflow),
                "rule": rule_name(each.rule, workflow.rules[each.rule]),
                "job_definition": definition_name(spec, each.job),
            }
            if selection.target is not None or (each.workflow, each.rule) in shared:
                entry["target"] = each.target
            found.append(entry)
    return [each for index, each in enumerate(found) if each not in found[:index]]


def role_arns(spec: Environment, sync: TargetSync) -> list[Value]:
    """Return the module's `target_role_arns`: those of the rules, which wait for the roles, and those given."""
    made = [
        Reference(f"module.workflow_{label(each.workflow)}.target_role_arns.{each.rule}.submit_job")
        for each in kept(spec, sync)
        if each.role_arn is None
    ]
    given = [each.role_arn for each in kept(spec, sync) if each.role_arn is not None]
    return [*dict.fromkeys(made), *dict.fromkeys((*given, *(sync.role_arns or ())))]


def interval(sync: TargetSync) -> dict[str, Value]:
    """Return the module's `interval_minutes`, which is null for never: in a spec null is what is not given."""
    if sync.interval_minutes is None:
        return {}
    return {"interval_minutes": None if sync.interval_minutes == NEVER else sync.interval_minutes}


def topic(spec: Environment, sync: TargetSync) -> dict[str, Value]:
    """Return the module's `topic`, if somebody is told; its ARN is built, so that a plan shows who may publish."""
    settings = settings_of(spec, sync.topic)
    if sync.topic is None or settings is None:
        return _topic(sync.topic_arn, sync.topic_key_arn) if sync.topic_arn is not None else {}
    key = key_arn(spec, settings.key) if settings.key is not None else sync.topic_key_arn
    return _topic(built_arn(sync.topic), key)


def event_bus(sync: TargetSync) -> dict[str, Value]:
    """Return the module's `event_bus_name` where it is the bus of a workflow, which is there by then."""
    if sync.event_bus is None:
        return {}
    return {"event_bus_name": Reference(f"module.workflow_{label(sync.event_bus)}.bus_name")}


def after_apply(spec: Environment, sync: TargetSync, given: SyncAfterApply) -> dict[str, Value]:
    """Return the module's `sync_after_apply`, which waits for the targets and for the topic that is told."""
    workflows = dict.fromkeys(each.workflow for each in kept(spec, sync))
    waits: dict[str, Value] = {
        f"workflows.{name}": Json(Reference(f"module.workflow_{label(name)}.synced_targets")) for name in workflows
    }
    settings = settings_of(spec, sync.topic)
    if sync.topic is not None and settings is not None:
        waits["topic"] = topic_arn(sync.topic, settings)
    python = {} if given.python is None else {"python": given.python}
    return {**python, "triggers": {**(given.triggers or {}), **waits}}


def rules_on_change(selections: Sequence[Mapping[str, Value]]) -> int:
    """Return how many rules of a kind the module makes for these selections: a pattern has no room for every name."""
    names = [each.get("job_definition") for each in selections]
    known = {str(name) for name in names if name is not None}
    if not names or None in names:
        return 1
    together = _PATTERN_ROOM // (2 * max(map(len, known)) + _PATTERN_EACH)
    return ceil(len(known) / max(together, 1))  # a name that leaves room for none is the module's to refuse


def of_workflow(spec: Environment, workflow: str) -> list[str]:
    """Return the syncs that keep targets of a workflow."""
    return [
        name
        for name, sync in sorted((spec.target_syncs or {}).items())
        if any(each.workflow == workflow for each in kept(spec, sync))
    ]


def _topic(arn: Value, key_arn: Value) -> dict[str, Value]:
    return {"topic": {"arn": arn, **({} if key_arn is None else {"key_arns": [key_arn]})}}
