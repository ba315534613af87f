"""All facts of a plan, read once, with what is asked of them often."""

from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from review.intents.facts import arns, encryption, jobs, rules, schedules, syncs, tasks, uses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from review.intents.facts.encryption import Encryption
    from review.intents.facts.jobs import JobDefinition
    from review.intents.facts.rules import Bus, Rule, Target
    from review.intents.facts.schedules import Schedule
    from review.intents.facts.syncs import Document, Sync
    from review.intents.facts.tasks import TaskDefinition, Tasks
    from review.plan import Plan

# "AWS service endpoints" of the General Reference.
_SUFFIXES: Final = {"aws-cn": "amazonaws.com.cn"}
_ALARMS: Final = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
_SOMEBODY: Final = ""
_ACTIONS: Final = ("alarm_actions", "ok_actions", "insufficient_data_actions")


@dataclass(frozen=True)
class Facts:
    """What a plan says of what is to happen.

    Attributes:
        plan: the plan.
        tasks: the task definitions.
        jobs: the job definitions of AWS Batch.
        schedules: the schedules.
        rules: the rules that the plan makes.
        targets: the targets of rules.
        buses: the buses that the plan makes.
        documents: the Automation documents that the plan makes.
        syncs: the syncs of Batch targets.
        encryption: which key encrypts what.
        uses: the ARN of each role that something else works with, to the addresses of that.
    """

    plan: Plan
    tasks: Tasks
    jobs: tuple[JobDefinition, ...]
    schedules: tuple[Schedule, ...]
    rules: tuple[Rule, ...]
    targets: tuple[Target, ...]
    buses: tuple[Bus, ...]
    documents: tuple[Document, ...]
    syncs: tuple[Sync, ...]
    encryption: Encryption
    uses: Mapping[str, Sequence[str]]
    _schedules_of: dict[str, list[Schedule]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _targets_of: dict[str, list[Target]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _targets_at: dict[str, list[Target]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _schedules_at: dict[str, list[Schedule]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _definitions_of: dict[str, list[TaskDefinition]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _jobs_of: dict[str, list[JobDefinition]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _alarms_at: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set), repr=False)

    def __post_init__(self) -> None:
        """Index what is asked for often."""
        for schedule in self.schedules:
            self._schedules_of[schedule.role].append(schedule)
            self._schedules_at[schedule.dead_letters].append(schedule)
        for target in self.targets:
            self._targets_of[target.role].append(target)
            for arn in {target.arn, target.dead_letters}:
                self._targets_at[arn].append(target)
        for definition in self.tasks.definitions:
            for role in {definition.task_role, definition.execution_role}:
                self._definitions_of[role].append(definition)
        for job in self.jobs:
            for role in {job.job_role, job.execution_role}:
                self._jobs_of[role].append(job)
        for alarm in self.plan.existing(*_ALARMS):
            for action in _ACTIONS:
                told = alarm.get(action)
                # A set of which one member is not known yet is not known as a whole: one text stands for it.
                for arn in told if isinstance(told, list) else [told] if isinstance(told, str) else ():
                    self._alarms_at[_SOMEBODY if str(arn).startswith("‹") else str(arn)].add(self.plan.arn(alarm))

    def at(self, arn: str) -> Facts:
        """Return the same facts, seen from the region and account of an ARN: what is named only is there."""
        region, account = arns.region(arn) or self.plan.region, arns.account(arn) or self.plan.account
        if (region, account) == (self.plan.region, self.plan.account):
            return self
        there = copy.copy(self)  # with the same indices
        object.__setattr__(there, "plan", replace(self.plan, region=region, account=account))
        return there

    @property
    def suffix(self) -> str:
        """What the names of services end in, in this partition."""
        return _SUFFIXES.get(self.plan.partition, "amazonaws.com")

    def endpoint(self, service: str, region: str = "") -> str:
        """Return how `kms:ViaService` and some principals call a service: `sqs.us-east-1.amazonaws.com`."""
        return f"{service}.{region or self.plan.region}.{self.suffix}"

    def schedules_of(self, role: str) -> Sequence[Schedule]:
        """Return the schedules that work with a role."""
        return self._schedules_of.get(role, [])

    def targets_of(self, role: str) -> Sequence[Target]:
        """Return the targets that work with a role."""
        return self._targets_of.get(role, [])

    def definitions_of(self, role: str) -> Sequence[TaskDefinition]:
        """Return the task definitions that have a role, as one or the other."""
        return self._definitions_of.get(role, [])

    def jobs_of(self, role: str) -> Sequence[JobDefinition]:
        """Return the job definitions that have a role, as one or the other."""
        return self._jobs_of.get(role, [])

    def others_with(self, role: str) -> Sequence[str]:
        """Return the addresses of what works with a role and has no intent here."""
        known = {sync.document.address for sync in self.syncs}
        documents = [each.address for each in self.documents if each.role == role and each.address not in known]
        return [*self.uses.get(role, ()), *documents]

    def targets_at(self, arn: str) -> Sequence[Target]:
        """Return the targets that call something, or have it as their dead-letter queue."""
        return self._targets_at.get(arn, [])

    @property
    def targets_anywhere(self) -> list[Target]:
        """Return the targets of which only the apply will know what they call as a service, or their queue."""
        return [
            each
            for each in self.targets
            if (each.arn.startswith("‹") and not each.role) or each.dead_letters.startswith("‹")
        ]

    def alarms_telling(self, topic: str) -> list[str]:
        """Return the ARNs of the alarms that tell a topic anything, in order."""
        return sorted(self._alarms_at.get(topic, ()))

    @property
    def has_alarms_telling_somebody(self) -> bool:
        """Whether there are alarms of which only the apply will know whom they tell."""
        return bool(self._alarms_at.get(_SOMEBODY))

    def schedules_leaving_at(self, queue: str) -> Sequence[Schedule]:
        """Return the schedules that have a dead-letter queue."""
        return self._schedules_at.get(queue, [])


def read(plan: Plan) -> Facts:
    """Return the facts of a plan."""
    return Facts(
        plan=plan,
        tasks=tasks.read(plan),
        jobs=jobs.read(plan),
        schedules=schedules.read(plan),
        rules=rules.read_rules(plan),
        targets=rules.read_targets(plan),
        buses=rules.read_buses(plan),
        documents=syncs.read_documents(plan),
        syncs=syncs.read(plan),
        encryption=encryption.read(plan),
        uses=uses.read(plan),
    )
