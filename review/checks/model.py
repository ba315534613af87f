"""What the policy checks found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from review.finding import Finding


@dataclass(frozen=True)
class Skip:
    """A check that the code itself skips, with its reason."""

    check: str
    subject: str
    reason: str
    source: str


@dataclass(frozen=True)
class Checks:
    """What the checks found.

    Attributes:
        passed: how many of checkov's held; 0 if it did not run.
        not_run: why checkov did not run; "" if it did.
        skips: what is skipped in place.
        findings: of checkov and of our own checks.
    """

    passed: int
    not_run: str
    skips: tuple[Skip, ...]
    findings: tuple[Finding, ...]
