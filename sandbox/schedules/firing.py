"""One run of a schedule, as EventBridge Scheduler does it: the role, the target, the retries, the dead-letter queue."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from sandbox import permissions
from sandbox.clock import CLOCK
from sandbox.delivery import arns, clients, ecs, retries
from sandbox.delivery.invocation import Caller, InvocationError
from sandbox.delivery.records import RECORDS

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.delivery.records import Delivery
    from sandbox.schedules.applied import AppliedSchedule

SERVICE = "scheduler.amazonaws.com"
LONGEST_MESSAGE = 1000  # characters of an error's text; an attribute counts towards the size of the message


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
            ("scheduled-time", _time(self.scheduled)),
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

    attempted = retries.attempt(once, target_arn, retries.RetryPolicy.of(schedule.target))
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
    return RECORDS.add(**record, **_bury(run, payload, attempted, attempted.error))


def _invoke(run: Run, payload: str) -> dict[str, Any]:
    """Invoke the target once."""
    schedule = run.schedule
    if schedule.key:
        # Scheduler reads the input of an encrypted schedule with the role ("Data encryption", Scheduler User Guide).
        context: dict[str, str | list[str]] = {
            "kms:ViaService": f"scheduler.{schedule.region}.amazonaws.com",
            "kms:EncryptionContext:aws:scheduler:schedule:arn": schedule.arn,
        }
        permissions.role_may(run.caller, "kms:Decrypt", schedule.key, context)
    arn = arns.parse(schedule.target["Arn"])
    if arn.service != "ecs":
        raise InvocationError(
            "ValidationException", f"the sandbox fires schedules at ECS clusters, not at {arn.service}"
        )
    return ecs.run_task(schedule.target, payload, run.caller, started_by=f"chronos-schedule/{schedule.name}")


def _bury(run: Run, payload: str, attempted: retries.Attempted, error: InvocationError) -> dict[str, Any]:
    """Put a run that failed into the schedule's dead-letter queue; return the part of the record about it."""
    queue = (run.schedule.target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return {"outcome": "dropped", "error_message": f"{error.message} (and there is no dead-letter queue)"}
    try:
        message = _send(run, queue, payload, _attributes(run, attempted, error))
    except InvocationError as refused:
        said = f"{error.message} (and the dead-letter queue {queue} refuses it: {refused})"
        return {"outcome": "dropped", "error_message": said}
    return {
        "outcome": "dead-lettered",
        "error_message": error.message,
        "dead_letter_queue": queue,
        "result": {"message_id": message},
    }


def _attributes(run: Run, attempted: retries.Attempted, error: InvocationError) -> dict[str, str]:
    """Return the attributes of a dead letter ("Configuring a schedule's dead-letter queue", Scheduler User Guide)."""
    attributes = {
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": error.message[:LONGEST_MESSAGE],
        "EXECUTION_ID": run.execution,
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": str(attempted.attempts - 1),
        "SCHEDULED_TIME": _time(run.scheduled),
        "SCHEDULE_ARN": run.schedule.arn,
        "TARGET_ARN": run.schedule.target["Arn"],
    }
    if attempted.exhausted:
        attributes["EXHAUSTED_RETRY_CONDITION"] = attempted.exhausted
    return attributes


def _send(run: Run, queue_arn: str, payload: str, attributes: dict[str, str]) -> str:
    """Send to the dead-letter queue with the schedule's role; its key is checked with it."""
    arn = arns.parse(queue_arn)
    if arn.resource.endswith(".fifo"):
        raise InvocationError("ValidationException", "a dead-letter queue must be a standard queue")
    permissions.role_may(run.caller, "sqs:SendMessage", queue_arn)
    sqs = clients.sqs(arn.region)
    try:
        url = sqs.get_queue_url(QueueName=arn.resource)["QueueUrl"]
        sent = sqs.send_message(
            QueueUrl=url,
            MessageBody=payload,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )
    except ClientError as error:
        raise InvocationError(error.response["Error"]["Code"], error.response["Error"]["Message"]) from None
    return sent["MessageId"]


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
