"""The whole review of one plan, part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.changes import reading as changes
from review.checks import running as checks
from review.delivery import walking
from review.intents import proving
from review.policies import collecting, words
from review.report import Report
from review.timetable import reading as timetable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from review.checks.checkov import Scan
    from review.delivery.samples import SampleEvent
    from review.plan import Plan


def review(plan: Plan, *, events: Sequence[SampleEvent] = (), scan: Callable[[], Scan] | None = None) -> Report:
    """Review a plan.

    Args:
        plan: the plan.
        events: sample events, which rules are tried with beside those that AWS sends about the plan's own resources.
        scan: says what checkov found, and is asked last, so that checkov can run meanwhile; None if nobody runs it.
    """
    policies = collecting.collect(plan)
    return Report(
        plan=plan,
        changes=changes.read(plan),
        sentences=words.sentences(policies),
        privileges=proving.prove(plan, policies),
        deliveries=walking.deliver(plan, policies, events),
        calendar=timetable.read(plan),
        checks=checks.check(plan, policies, None if scan is None else scan()),
    )
