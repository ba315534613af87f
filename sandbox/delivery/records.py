"""What has been delivered, and what has not: kept as long as the sandbox is up, for whoever asks."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Outcome = Literal["delivered", "dead-lettered", "dropped"]


class Delivery(BaseModel):
    """What became of one event, or one run of a schedule, at one target.

    Attributes:
        number: its place in the order of deliveries, from 1.
        at: when it was settled, in the sandbox's time.
        trigger: `event` or `schedule`.
        source_arn: the rule or the schedule.
        event_id: of the event; None for a schedule.
        target_id: of the rule's target; None for a schedule.
        target_arn: what was invoked: a cluster, a topic, a queue.
        payload: the text that the target was given.
        attempts: how often it was tried, 1 or more.
        waited_seconds: how long AWS would have waited between the attempts.
        outcome: `delivered`; `dead-lettered` (it lies in the dead-letter queue); `dropped` (it lies
            nowhere).
        error_code: why not, as in the dead letter's ERROR_CODE.
        error_message: why not, in the words of the service that refused.
        exhausted_retry_condition: `MaximumRetryAttempts` or `MaximumEventAgeInSeconds` if that ended the retries.
        dead_letter_queue: ARN of the queue that has it, or refused it if it is dropped; None if there is no queue.
        result: what came of it, such as `{"tasks": [<arn>]}` or `{"message_id": <id>}`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    at: datetime
    trigger: Literal["event", "schedule"]
    source_arn: str
    event_id: str | None = None
    target_id: str | None = None
    target_arn: str
    payload: str
    attempts: int = 1
    waited_seconds: int = 0
    outcome: Outcome
    error_code: str | None = None
    error_message: str | None = None
    exhausted_retry_condition: str | None = None
    dead_letter_queue: str | None = None
    result: dict[str, Any] = {}


class Records:
    """The deliveries of this server, in order; any thread may add one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._deliveries: list[Delivery] = []

    def add(self, **fields: Any) -> Delivery:
        """Keep a delivery; its number is the next one."""
        with self._lock:
            delivery = Delivery(number=len(self._deliveries) + 1, **fields)
            self._deliveries.append(delivery)
            return delivery

    def all(self) -> list[Delivery]:
        """Return what has been kept so far."""
        with self._lock:
            return list(self._deliveries)


RECORDS = Records()
