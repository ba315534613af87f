"""The steps of the whole chain from an event to a job, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PASSED: Final = "passed"
FAILED: Final = "failed"
NOT_TRIED: Final = "not tried"

RULE_EXISTS: Final = "rule exists"
RULE_ENABLED: Final = "rule enabled"
PATTERN: Final = "pattern matches"
TARGET: Final = "target right"
ROLE: Final = "role right"
DEFINITION: Final = "definition ACTIVE"
QUEUE: Final = "queue takes jobs"
EVENT: Final = "event sent"
JOB: Final = "job submitted"


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        rule: `<workflow>.<rule>`, or bus and name of a rule that is made elsewhere.
        target: id of the target; empty for a step of the rule as a whole.
        verdict: `passed`, `failed`, or `not tried` since it depends on one that failed.
        found: what was found.
        remedy: what to do; empty if it passed.
    """

    rule: str
    target: str
    name: str
    verdict: str
    found: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Recorder:
    """Makes the steps of one rule, or of one of its targets."""

    rule: str
    target: str = ""

    def passed(self, name: str, found: str) -> Step:
        """Return a step that passed."""
        return Step(self.rule, self.target, name, PASSED, found)

    def failed(self, name: str, found: str, remedy: str) -> Step:
        """Return a step that failed."""
        return Step(self.rule, self.target, name, FAILED, found, remedy)

    def not_tried(self, name: str, because: str) -> Step:
        """Return a step that was not tried."""
        return Step(self.rule, self.target, name, NOT_TRIED, because)


def has_failed(steps: list[Step]) -> bool:
    """Tell whether one of these steps failed."""
    return any(step.verdict == FAILED for step in steps)
