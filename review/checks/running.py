"""Runs our own checks over a plan, and puts what checkov found beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.checks import checkov, skips
from review.checks.model import Checks
from review.checks.registry import CHECKS
from review.checks.subject import Subject

if TYPE_CHECKING:
    from review.checks.checkov import Scan
    from review.plan import Plan
    from review.policies.model import Policies


def check(plan: Plan, policies: Policies, scan: Scan | None = None) -> Checks:
    """Check a plan.

    Args:
        plan: the plan.
        policies: all of it.
        scan: what checkov found; None if nobody ran it.
    """
    scan = scan or checkov.Scan(0, (), (), not_run=checkov.NOT_THERE)
    subject = Subject(plan, policies)
    found = [each.of(one) for one in CHECKS for each in one.find(subject)]
    left, skipped = skips.apply(found, plan, {one.id for one in CHECKS})
    return Checks(scan.passed, scan.not_run, (*scan.skips, *skipped), (*left, *scan.findings))
