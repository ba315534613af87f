"""Schedules that no alarm watches.

"Monitoring EventBridge Scheduler with Amazon CloudWatch" of the Scheduler User Guide: ScheduleGroup is the one
dimension of its metrics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.checks.subject import SCHEDULES, Found
from review.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.checks.subject import Subject
    from review.plan import Resource


def find(subject: Subject) -> Iterator[Found]:
    """Yield each enabled schedule with no alarm on any metric of its group or of its dead-letter queue."""
    watched = {(each.namespace, *dimension) for each in subject.watched for dimension in each.dimensions}
    for each in subject.plan.existing(SCHEDULES):
        group, queue = each.text("group_name") or "default", _queue(each)
        seen = {("AWS/Scheduler", "ScheduleGroup", group)} | ({("AWS/SQS", "QueueName", queue)} if queue else set())
        if each.text("state") == "DISABLED" or seen & watched:
            continue
        places = f"the schedule group {group}" + (f" or the dead-letter queue {queue}" if queue else "")
        yield Found(
            Severity.WARN,  # runs are not lost by it, but nobody hears of those that are
            f"Nobody hears of runs that cannot be started: no alarm watches {places}.",
            each.address,
            "Put an alarm on the queue's ApproximateNumberOfMessagesVisible, or on the group's TargetErrorCount and "
            "InvocationDroppedCount.",
        )


def _queue(schedule: Resource) -> str:
    """Return the name of a schedule's dead-letter queue; "" if it has none."""
    return schedule.text("target", 0, "dead_letter_config", 0, "arn").rpartition(":")[2]
