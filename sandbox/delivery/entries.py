"""The entries of a PutEvents call: which are taken, and the events they become.

EventBridge API, PutEvents and PutEventsResultEntry; User Guide, "Calculating PutEvents event entry size".
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.clock import written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_ENTRIES = 10
MAX_BYTES = 1024 * 1024  # of all entries of a call; it was 256 KB until January 2026
TIME_BYTES = 14


class RequestError(Exception):
    """The whole call is refused: nothing of it is taken.

    Attributes:
        code: the error code of the call, such as `ValidationException`.
        message: AWS's words.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class EntryError(Exception):
    """One entry is refused; the others of the call are not.

    Attributes:
        code: the `ErrorCode` of its result.
        message: the `ErrorMessage` of its result.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def check_request(entries: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what AWS refuses as a whole.

    Raises:
        RequestError: no entry, more than ten, or more than 1 MB in all.
    """
    if not 1 <= len(entries) <= MAX_ENTRIES:
        bound = f"less than or equal to {MAX_ENTRIES}" if entries else "greater than or equal to 1"
        raise RequestError(
            "ValidationException",
            "1 validation error detected: Value '[PutEventsRequestEntry]' at 'entries' failed to satisfy constraint: "
            f"Member must have length {bound}",
        )
    if sum(map(size, entries)) > MAX_BYTES:
        raise RequestError("ValidationException", "Total size of the entries in the request is over the limit.")


def size(entry: Mapping[str, Any]) -> int:
    """Return the size of an entry in bytes, as EventBridge counts it."""
    texts = [entry.get("Source"), entry.get("DetailType"), entry.get("Detail"), *(entry.get("Resources") or ())]
    return sum(len(text.encode()) for text in texts if text) + (TIME_BYTES if entry.get("Time") is not None else 0)


def event_of(entry: Mapping[str, Any], *, account: str, region: str, now: datetime) -> dict[str, Any]:
    """Return the event that an entry becomes, its members in AWS's order.

    Raises:
        EntryError: a member is missing, the detail is not a JSON object, or the source is one of AWS's own.
    """
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            raise EntryError(
                "InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument."
            )
    if entry["Source"].startswith("aws."):
        raise EntryError("NotAuthorizedForSourceException", "Not authorized for the source.")
    return new_event(
        source=entry["Source"],
        detail_type=entry["DetailType"],
        detail=detail_of(entry["Detail"]),
        resources=list(entry.get("Resources") or ()),
        account=account,
        region=region,
        at=now if entry.get("Time") is None else moment(entry["Time"]),
    )


def new_event(
    *,
    source: str,
    detail_type: str,
    detail: Mapping[str, Any],
    account: str,
    region: str,
    at: datetime,
    resources: Sequence[str] = (),
) -> dict[str, Any]:
    """Return an event with an id of its own (EventBridge User Guide, "AWS service event metadata")."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": written(at),
        "region": region,
        "resources": list(resources),
        "detail": dict(detail),
    }


def detail_of(text: str) -> dict[str, Any]:
    """Read an entry's detail.

    Raises:
        EntryError: it is not a JSON object. NaN and infinities, which Python reads, are no JSON.
    """
    try:
        detail = json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        detail = None
    if not isinstance(detail, dict):
        raise EntryError("MalformedDetail", "Detail is malformed.")
    return detail


def moment(value: object) -> datetime:
    """Read an entry's time: seconds since 1970, as the SDKs send it, or text of ISO 8601.

    Raises:
        EntryError: it is neither.
    """
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value)
            return read if read.tzinfo else read.replace(tzinfo=UTC)
        return datetime.fromtimestamp(float(value), UTC)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        raise EntryError("InvalidArgument", f"Parameter Time is not valid. Reason: {value!r} is no time.") from None


def _no_json(constant: str) -> None:
    raise ValueError(constant)
