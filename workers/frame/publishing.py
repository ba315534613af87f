"""Events: checked against their schema, then sent to the bus until it has them."""

from __future__ import annotations

import asyncio
import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
from jsonschema.validators import validator_for

from workers.frame.aws import translated
from workers.frame.logs import logger
from workers.frame.problems import Problem, ServiceDownError
from workers.frame.retries import RetryPolicy, TransientError, retry

if TYPE_CHECKING:
    from workers.frame.aws import Clients
    from workers.frame.stopping import Stop

EVENT_INVALID = "event-invalid"

SCHEMAS = Path(__file__).parent.parent / "events"


@dataclass(frozen=True, slots=True)
class Event:
    """What is told to others; the bus adds time, account and region."""

    source: str
    detail_type: str
    detail: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the event as its schema describes it, and as who receives it sees these members."""
        return {"source": self.source, "detail-type": self.detail_type, "detail": dict(self.detail)}


LONGEST_REASON = 1000  # characters; an entry of PutEvents has 256 KiB, a person has less


def shortened(reason: str) -> str:
    """Return a reason that is not too long to read."""
    return reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1] + "…"


def timestamp(now: datetime | None = None) -> str:
    """Return the time in UTC, to the millisecond, as JavaScript's `toISOString` writes it: so do all our events."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class EventInvalidError(ServiceDownError):
    """An event is not as its schema says: a defect of the worker."""


def schema_path(detail_type: str) -> Path:
    """Return where the schema of a kind of event is: its detail-type with hyphens, in `workers/events/`."""
    return SCHEMAS / f"{re.sub(r'[^a-z0-9]+', '-', detail_type.lower()).strip('-')}.schema.json"


@functools.cache
def _validator(path: Path) -> jsonschema.protocols.Validator:
    schema = json.loads(path.read_text(encoding="utf-8"))
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def check(event: Event) -> None:
    """Raise EventInvalidError with all that is wrong, if the event is not as its schema says."""
    path = schema_path(event.detail_type)
    try:
        validator = _validator(path)
    except FileNotFoundError:
        detail = f"there is no schema of {event.detail_type!r}: workers/events/{path.name}"
        raise EventInvalidError(Problem(EVENT_INVALID, "An event has no schema", detail)) from None
    found = sorted(validator.iter_errors(event.as_dict()), key=lambda error: error.json_path)
    if found:
        detail = f"{event.detail_type}: " + "; ".join(f"{error.json_path}: {error.message}" for error in found)
        raise EventInvalidError(Problem(EVENT_INVALID, "An event is not as its schema says", detail))


# A run is over, and its event is what is left of it: patience of a minute, which LastResort cuts short after a SIGTERM.
POLICY = RetryPolicy(attempts=8, cap_seconds=20)

# Codes of an entry that the next attempt would get again.
REFUSED_FOR_GOOD = {"AccessDeniedException", "InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException"}


class Publisher:
    """Sends events to one bus."""

    def __init__(self, clients: Clients, bus: str, policy: RetryPolicy = POLICY) -> None:
        """Send by `clients` to `bus` (a name or an ARN)."""
        self._clients = clients
        self._bus = bus
        self._policy = policy

    async def publish(self, event: Event, stop: Stop | None = None) -> str:
        """Send an event, and return its id.

        Raises:
            EventInvalidError: it is not as its schema says; nothing was sent.
            ServiceDownError: the bus did not take it, after all attempts.
            WrongInputError: there is no such bus.
        """
        check(event)

        def trying_again(error: TransientError, seconds: float) -> None:
            logger().warning("event not sent yet", problem=error.problem, again_in=round(seconds, 1))

        return await retry(lambda: asyncio.to_thread(self.send_once, event), self._policy, stop, trying_again)

    def send_once(self, event: Event) -> str:
        """Send an event, once and blocking, and return its id; TransientError where another attempt may do."""
        entry = {
            "Source": event.source,
            "DetailType": event.detail_type,
            "Detail": json.dumps(dict(event.detail)),
            "EventBusName": self._bus,
        }
        with translated(f"send {event.detail_type!r} to the bus {self._bus}"):
            answer = self._clients.events.put_events(Entries=[entry])  # type: ignore[list-item]
        result = answer["Entries"][0]
        # The call succeeds also where the entry does not.
        if answer["FailedEntryCount"]:
            code, message = result.get("ErrorCode", ""), result.get("ErrorMessage", "")
            detail = f"the bus {self._bus} did not take {event.detail_type!r}: {code}: {message}"
            problem = Problem("event-refused", "The bus did not take an event", detail, None, None, {"code": code})
            raise ServiceDownError(problem) if code in REFUSED_FOR_GOOD else TransientError(problem)
        return result["EventId"]
