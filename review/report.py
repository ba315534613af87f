"""The whole review of one plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from review.finding import Finding, Severity

if TYPE_CHECKING:
    from review.changes.model import Changes
    from review.checks.model import Checks
    from review.delivery.model import Deliveries
    from review.intents.model import Privileges
    from review.plan import Plan
    from review.policies.model import Sentence
    from review.timetable.model import Calendar


@dataclass(frozen=True)
class Report:
    """What a review found.

    Attributes:
        plan: what was reviewed.
        changes: what it does.
        sentences: what every policy says.
        privileges: what was proved of roles.
        deliveries: the paths.
        calendar: when things run.
        checks: the policy checks.
    """

    plan: Plan
    changes: Changes
    sentences: tuple[Sentence, ...]
    privileges: Privileges
    deliveries: Deliveries
    calendar: Calendar
    checks: Checks

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found, what fails first."""
        parts = (self.deliveries, self.privileges, self.changes, self.checks, self.calendar)
        order = list(Severity)
        return tuple(
            sorted((each for part in parts for each in part.findings), key=lambda each: order.index(each.severity))
        )

    @property
    def passes(self) -> bool:
        """Whether the verdict is yes: nothing fails."""
        return not any(each.severity is Severity.FAIL for each in self.findings)
