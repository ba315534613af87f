"""Dead-letter queues that are missing: what cannot be delivered is then dropped.

Sources: "Using dead-letter queues to process undelivered events" of the EventBridge User Guide; "Configuring a
dead-letter queue for EventBridge Scheduler" of the Scheduler User Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.checks.subject import SCHEDULES, TARGETS, Found
from review.checks.watching import Watch
from review.finding import Severity
from review.plan import rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.checks.subject import Subject
    from review.plan import Resource

_ADVICE: Final = "Give it a standard queue as dead_letter_config, which it may write to, and an alarm on that."
_OFF: Final = "DISABLED"
# What a rule tells somebody or writes down has happened all the same; what it was to start has not.
_TELLING: Final = ("sns", "logs")
# Metrics that say that something was not delivered.
_RULE_FAILURES: Final = frozenset(("FailedInvocations",))
_SCHEDULE_FAILURES: Final = frozenset(("TargetErrorCount", "InvocationDroppedCount"))


def find(subject: Subject) -> Iterator[Found]:
    """Yield each schedule and each rule's target that is on and has no dead-letter queue.

    It fails where what is lost leaves no trace: no run, and no alarm that says so.
    """
    for each in subject.plan.existing(SCHEDULES):
        if not each.get("target", 0, "dead_letter_config") and each.text("state") != _OFF:
            yield _of_schedule(subject, each)
    for each in subject.plan.existing(TARGETS):
        rule = subject.rule(each)
        if not each.get("dead_letter_config") and not (rule is not None and rule.text("state") == _OFF):
            yield _of_target(subject, each)


def _of_schedule(subject: Subject, schedule: Resource) -> Found:
    group = schedule.text("group_name") or "default"
    is_told = _is_told(subject, "AWS/Scheduler", _SCHEDULE_FAILURES, {("ScheduleGroup", group)})
    return Found(
        Severity.WARN if is_told else Severity.FAIL,
        "A run that cannot be started is dropped: the schedule has no dead-letter queue"
        + (", only an alarm that says so." if is_told else ", and no alarm says so."),
        schedule.address,
        _ADVICE,
    )


def _of_target(subject: Subject, target: Resource) -> Found:
    if _service(target.text("arn")) in _TELLING:
        return Found(
            Severity.WARN,  # a notice or a record is lost, and nothing that should have run
            "A notice that cannot be delivered is dropped: the target has no dead-letter queue.",
            target.address,
            _ADVICE,
        )
    bus, rule, _ = rules.key(target)
    dimensions = {("RuleName", rule), *([("EventBusName", bus)] if bus != rules.DEFAULT else [])}
    is_told = _is_told(subject, "AWS/Events", _RULE_FAILURES, dimensions)
    return Found(
        Severity.WARN if is_told else Severity.FAIL,
        "An event that cannot be delivered is dropped: the target has no dead-letter queue"
        + (", only an alarm that says so." if is_told else ", and no alarm says so."),
        target.address,
        _ADVICE,
    )


def _is_told(subject: Subject, namespace: str, metrics: frozenset[str], dimensions: set[tuple[str, str]]) -> bool:
    return any(Watch(namespace, metric, frozenset(dimensions)) in subject.watched for metric in metrics)


def _service(arn: str) -> str:
    return arn.split(":")[2] if arn.count(":") >= 5 else ""
