"""What the checks look at: a plan with its policies, and what several checks ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from review.checks import encryption, watching
from review.finding import Finding
from review.plan import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from review.checks.encryption import Encryption
    from review.checks.watching import Watch
    from review.finding import Severity
    from review.plan import Plan, Resource
    from review.policies.model import Policies

SCHEDULES: Final = "aws_scheduler_schedule"
TARGETS: Final = rules.TARGET
BUSES: Final = "aws_cloudwatch_event_bus"
ALARMS: Final = "aws_cloudwatch_metric_alarm"


@dataclass(frozen=True)
class Subject:
    """A plan and its policies."""

    plan: Plan
    policies: Policies

    @cached_property
    def encryption(self) -> Encryption:
        """Which key encrypts what."""
        return encryption.read(self.plan)

    @cached_property
    def watched(self) -> frozenset[Watch]:
        """The metrics that alarms watch."""
        return frozenset(watching.read(self.plan))

    @cached_property
    def _rules(self) -> dict[rules.Key, Resource]:
        return {rules.key(each): each for each in self.plan.existing(rules.RULE)}

    def rule(self, target: Resource) -> Resource | None:
        """Return the rule that a target is of; None if the plan does not have it."""
        return self._rules.get(rules.key(target))

    def rule_arn(self, target: Resource) -> str:
        """Return the ARN of the rule that a target is of, also of one that the plan does not have."""
        plan, rule = self.plan, self.rule(target)
        if rule is not None:
            return plan.arn(rule)
        bus, name, _ = rules.key(target)
        path = name if bus == rules.DEFAULT else f"{bus}/{name}"
        return f"arn:{plan.partition}:events:{plan.region}:{plan.account}:rule/{path}"


@dataclass(frozen=True)
class Check:
    """One of our own checks.

    Attributes:
        id: its name in findings and in skips: `check/<name>`; it stays the same over versions.
        title: what it wants, in a sentence.
        why: what happens otherwise, and which document says so.
        find: yields what is against it.
    """

    id: str
    title: str
    why: str
    find: Callable[[Subject], Iterator[Found]]


@dataclass(frozen=True)
class Found:
    """What a check found: a finding without the name of the check.

    Attributes: as in `Finding`.
    """

    severity: Severity
    title: str
    address: str
    advice: str
    detail: str = ""

    def of(self, check: Check) -> Finding:
        """Return it as a finding of a check."""
        return Finding(check.id, self.severity, self.title, self.address, self.detail, self.advice)
