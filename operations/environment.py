"""What an environment's specification says of buses, rules, targets and syncs, with the names that AWS has for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from generator.checks.checking import check
from generator.errors import SpecError
from generator.interfaces.library import Library
from generator.output.jobs import definition_name
from generator.output.physical_names import JOB_QUEUE, PARAMETERS, ROLE, names
from generator.output.standard import bus_name, prefix, rule_name
from generator.output.target_syncs import selections
from generator.output.topics import settings_of
from generator.output.workflows import eventbridge
from generator.specs.loading import Specs
from harness import target
from harness.errors import WrongUseError
from operations.patterns import parse_pattern
from operations.target_sync import sync

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from generator.models.spec import Environment as Spec
    from generator.models.target_syncs import TargetSync
    from generator.models.workflows import Rule as RuleSpec
    from generator.models.workflows import SubmitJob
    from generator.models.workflows import Target as TargetSpec

# What a target does, by its field in a specification, as the tables call it.
KINDS: Final = {
    "run_task": "ECS task",
    "submit_job": "Batch job",
    "notify": "SNS topic",
    "log": "log group",
    "queue": "SQS queue",
    "bus": "event bus",
}
BATCH: Final = KINDS["submit_job"]
_PARTITIONS: Final = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
_PURPOSES: Final = {"run_task": "run_task", "submit_job": "submit_job", "bus": "put_events"}


@dataclass(frozen=True)
class Job:
    """What a target of a rule submits.

    Attributes:
        queue: ARN of the job queue.
        definition: name of the job definition.
        revision: the one that Terraform pins; None for the newest at each event.
        synced: whether a sync moves it, so that `revision` is only what it began with.
    """

    queue: str
    definition: str
    name: str
    revision: int | None
    synced: bool


@dataclass(frozen=True)
class Target:
    """A target of a rule; `role` is the ARN of the role that it should have, empty if it needs none."""

    id: str
    kind: str
    role: str = ""
    job: Job | None = None


@dataclass(frozen=True)
class Rule:
    """A rule of one of the environment's workflows.

    Attributes:
        key: `<workflow>.<rule>`, by their keys in the specification.
        pattern: as EventBridge takes it; None if the specification has none, which the module refuses.
    """

    key: str
    bus: str
    name: str
    enabled: bool
    pattern: dict[str, Any] | None
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Sync:
    """One of `target_syncs`, by its name there: which targets it keeps, and the settings that its automation has."""

    name: str
    selections: tuple[sync.Selection, ...]
    settings: sync.Settings


@dataclass(frozen=True)
class Environment:
    """An environment, as the commands of this room need it.

    Attributes:
        buses: those that it makes; of what it finds on others only its own rules are its business.
        samples: the folder that holds sample events.
    """

    name: str
    account: str
    region: str
    partition: str
    buses: tuple[str, ...]
    rules: tuple[Rule, ...]
    syncs: tuple[Sync, ...]
    samples: Path

    def rule(self, asked: str) -> Rule:
        """Return a rule by `<workflow>.<rule>`, by its key or by its name in AWS.

        Raises:
            WrongUseError: there is none, or there are several.
        """
        found = [each for each in self.rules if asked in (each.key, each.key.partition(".")[2], each.name)]
        if len(found) == 1:
            return found[0]
        known = ", ".join(each.key for each in found or self.rules)
        problem = "several rules are called so" if found else "there is no such rule"
        raise WrongUseError(f"--rule {asked}: {problem}: {known or 'the environment has none'}")


def load(name: str, directory: Path) -> Environment:
    """Return an environment; its specification is checked as it is before a plan.

    Raises:
        WrongUseError: there is no such environment, its specification is wrong, or has placeholders.
    """
    try:
        target.read(name, directory)
        specs = Specs(directory, collect=True)
        document = specs.read(name)
        library = Library(specs.repository)
        spec = check(specs.environment(document), library, complete=True, unread=specs.unread(document))
    except (target.TargetError, SpecError) as error:
        raise WrongUseError(str(error)) from None
    return of_spec(name, spec, directory / "events")


def of_spec(name: str, spec: Spec, samples: Path) -> Environment:
    """Return what a specification that has been checked says."""
    workflows = spec.workflows or {}
    found = Environment(
        name=name,
        account=spec.account,
        region=spec.region,
        partition=_partition(spec.region),
        buses=tuple(
            bus_name(spec, key) for key, workflow in sorted(workflows.items()) if workflow.existing_bus_name is None
        ),
        rules=(),
        syncs=(),
        samples=samples,
    )
    made = list(names(spec))
    roles = {
        (str(each.holder[1]), str(each.field[1]), str(each.field[3])): f"{_iam(found)}role/{each.name}"
        for each in made
        if each.kind == ROLE and each.holder[0] == "workflows"
    }
    states = {str(each.holder[1]): each.name for each in made if each.kind == PARAMETERS}
    queues = {
        str(each.holder[1]): f"arn:{found.partition}:batch:{found.region}:{found.account}:job-queue/{each.name}"
        for each in made
        if each.kind == JOB_QUEUE
    }
    known = _Made(spec, roles, queues)
    rules = tuple(
        _rule(bus_name(spec, key), key, rule_key, rule, known)
        for key, workflow in sorted(workflows.items())
        for rule_key, rule in sorted(workflow.rules.items())
    )
    found = replace(found, rules=rules)
    syncs = tuple(_sync(spec, found, key, states[key], each) for key, each in sorted((spec.target_syncs or {}).items()))
    return replace(found, syncs=syncs)


@dataclass(frozen=True)
class _Made:
    """What the specification makes, and a target only names.

    Attributes:
        roles: ARNs of the roles of targets, by workflow, rule and purpose.
        queues: ARNs of the queues of jobs, by the jobs' keys.
    """

    spec: Spec
    roles: Mapping[tuple[str, str, str], str]
    queues: Mapping[str, str]

    def queue(self, asked: SubmitJob) -> str:
        """Return the ARN of the queue that a target submits to: its own, or its job's."""
        if asked.job is None:
            return asked.job_queue_arn or ""
        return self.queues.get(asked.job) or (self.spec.jobs or {})[asked.job].job_queue_arn or ""


def _partition(region: str) -> str:
    """Return the partition that a region is in (AWS General Reference, "Amazon Resource Names")."""
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")


def _iam(found: Environment) -> str:
    return f"arn:{found.partition}:iam::{found.account}:"


def _rule(bus: str, workflow: str, key: str, rule: RuleSpec, made: _Made) -> Rule:
    pattern: dict[str, Any] | None = None
    if rule.event_pattern is not None:
        pattern = eventbridge(rule.event_pattern)
    elif rule.event_pattern_json is not None:
        pattern = parse_pattern(rule.event_pattern_json, f"workflows.{workflow}.rules.{key}.event_pattern_json")
    return Rule(
        key=f"{workflow}.{key}",
        bus=bus,
        name=rule_name(key, rule),
        enabled=rule.enabled is not False,
        pattern=pattern,
        targets=tuple(_target(workflow, key, each, what, made) for each, what in sorted(rule.targets.items())),
    )


def _target(workflow: str, rule: str, target_id: str, target: TargetSpec, made: _Made) -> Target:
    kind = next((field for field in KINDS if getattr(target, field) is not None), "")
    role = target.role_arn or made.roles.get((workflow, rule, _PURPOSES.get(kind, "")), "")
    job: Job | None = None
    if target.submit_job is not None:
        asked = target.submit_job
        job = Job(
            queue=made.queue(asked),
            definition=definition_name(made.spec, asked),
            name=asked.job_name or target_id,
            revision=asked.revision,
            synced=asked.synced is True,
        )
    return Target(target_id, KINDS.get(kind, ""), role, job)


def _sync(spec: Spec, found: Environment, key: str, state: str, given: TargetSync) -> Sync:
    """Return a sync with the settings of its automation, so that lock, history and holds are the same."""
    settings = sync.Settings(
        region=found.region,
        name=f"{prefix(spec)}-{key}",
        state=state,
        topic=_topic(spec, found, given),
        event_bus=_event_bus(spec, given),
        trigger="command",
    )
    told: list[dict[str, Any]] = [dict(entry) for entry in selections(spec, given)]  # what the module is told
    return Sync(key, tuple(sync.Selection(**entry) for entry in told), settings)


def _topic(spec: Spec, found: Environment, given: TargetSync) -> str | None:
    settings = settings_of(spec, given.topic)
    if settings is None:
        return given.topic_arn
    if settings.topic_name is None:
        return settings.topic_arn
    return f"arn:{found.partition}:sns:{found.region}:{found.account}:{settings.topic_name}"


def _event_bus(spec: Spec, given: TargetSync) -> str | None:
    if given.event_bus is None:
        return given.event_bus_name
    return bus_name(spec, given.event_bus)
