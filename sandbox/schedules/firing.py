"""One run of a schedule, as EventBridge Scheduler does it: the role, the target, the retries, the dead-letter queue."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import permissions
from sandbox.clock import CLOCK, written
from sandbox.delivery import arns, dead_letters, ecs, retries
from sandbox.delivery.faults import FAULTS
from sandbox.delivery.invocation import Caller, InvocationError
from sandbox.delivery.records import RECORDS
from sandbox.delivery.refusals import as_scheduler

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.delivery.records import Delivery
    from sandbox.schedules.applied import AppliedSchedule

SERVICE = "scheduler.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes:
        schedule: what runs.
        scheduled: the time it is for.
        execution: Scheduler's identifier of the run, the same in all attempts.
    """

    schedule: AppliedSchedule
    scheduled: datetime
    execution: str

    @property
    def caller(self) -> Caller:
        """Scheduler with the schedule's role. It says the group, never the schedule."""
        each = self.schedule
        return Caller(SERVICE, each.group_arn, each.account, each.region, each.target["RoleArn"])

    def payload(self, attempt: int) -> str:
        """Return the input, with what Scheduler fills in ("Context attributes", Scheduler User Guide)."""
        text: str = self.schedule.target.get("Input") or "{}"
        for name, value in (
            ("schedule-arn", self.schedule.arn),
            ("scheduled-time", written(self.scheduled)),
            ("execution-id", self.execution),
            ("attempt-number", str(attempt)),
        ):
            text = text.replace(f"<aws.scheduler.{name}>", value)
        return text


def fire(schedule: AppliedSchedule, scheduled: datetime) -> Delivery:
    """Run a schedule once, record what became of it, and return that."""
    run = Run(schedule, scheduled, str(uuid.uuid4()))
    target_arn: str = schedule.target["Arn"]
    payload = ""
    attempt = 0

    def once() -> dict[str, Any]:
        nonlocal payload, attempt
        attempt += 1
        payload = run.payload(attempt)
        return _invoke(run, payload)

    attempted = retries.attempt(once, retries.RetryPolicy.of(schedule.target))
    record: dict[str, Any] = {
        "at": CLOCK.now(),
        "trigger": "schedule",
        "source_arn": schedule.arn,
        "target_arn": target_arn,
        "payload": payload,
        "attempts": attempted.attempts,
        "waited_seconds": attempted.waited_seconds,
    }
    if attempted.error is None:
        return RECORDS.add(**record, outcome="delivered", result=attempted.result or {})
    record |= {"error_code": attempted.error.code, "exhausted_retry_condition": attempted.exhausted}
    queue = (schedule.target.get("DeadLetterConfig") or {}).get("Arn")
    buried = dead_letters.bury(queue, payload, run.caller, _attributes(run, attempted), attempted.error)
    return RECORDS.add(**record, **buried)


def _invoke(run: Run, payload: str) -> dict[str, Any]:
    """Invoke the target once."""
    schedule = run.schedule
    fault = FAULTS.take(schedule.target["Arn"])
    if fault is not None:
        raise as_scheduler(*fault)
    if schedule.key:
        # Scheduler reads the input of an encrypted schedule with the role ("Data encryption", Scheduler User Guide).
        context: dict[str, str | list[str]] = {
            "kms:ViaService": arns.endpoint("scheduler", schedule.region),
            "kms:EncryptionContext:aws:scheduler:schedule:arn": schedule.arn,
        }
        permissions.role_may(run.caller, "kms:Decrypt", schedule.key, context)
    target: str = schedule.target["Arn"]
    if ":ecs:" not in target or not arns.is_arn(target):
        raise InvocationError("ValidationException", f"the sandbox fires schedules at ECS clusters, not at {target}")
    return ecs.run_task(schedule.target, payload, run.caller, started_by=f"chronos-schedule/{schedule.name}")


def _attributes(run: Run, attempted: retries.Attempted) -> dict[str, str]:
    """Return the attributes of a dead letter ("Configuring a schedule's dead-letter queue", Scheduler User Guide)."""
    return dead_letters.attributes_of(
        attempted,
        EXECUTION_ID=run.execution,
        IS_PAYLOAD_TRUNCATED="false",
        SCHEDULED_TIME=written(run.scheduled),
        SCHEDULE_ARN=run.schedule.arn,
        TARGET_ARN=run.schedule.target["Arn"],
    )
