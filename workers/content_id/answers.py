"""What to do after an answer of the Content ID API: a pure function of its status, its headers and its body.

Reasons: https://developers.google.com/youtube/v3/docs/core_errors (the domain that all Google APIs share) and
https://developers.google.com/youtube/partner/reference/rest/v1/errors. Newer bodies have no `errors`, but a `status`
and `details` (https://google.aip.dev/193). No list of the API's limits is published, so a limit for a day is known by
what Google's APIs have in common: a reason, the unit or the name of the limit, or the words of the message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from workers.frame.problems import Problem
from workers.frame.retries import retry_after

CREDENTIALS_GONE = "The authorisation is gone: a person must grant it again"
EXCERPT = 300  # characters of a body that is not JSON, or of a message, in a problem

# In these names capitals and underscores are gone: `rateLimitExceeded` and `RATE_LIMIT_EXCEEDED` are one reason.
DAILY_REASONS = frozenset(
    {
        "dailylimitexceeded",
        "dailylimitexceededunreg",
        "quotaexceeded",
        "variabletermexpireddailyexceeded",
    }
)
RATE_REASONS = frozenset(
    {
        "concurrentlimitexceeded",
        "ratelimitexceeded",
        "ratelimitexceededunreg",
        "resourceexhausted",
        "servinglimitexceeded",
        "userratelimitexceeded",
        "userratelimitexceededunreg",
    }
)
_DAY = re.compile(r"per[\s_-]?day|daily[\s_-]?(limit|quota)|^1/d\b", re.IGNORECASE)
_SHORTER = re.compile(r"per[\s_-]?(\d+[\s_-]?)?(second|minute|hour)|^1/\d*(s|min|h)\b", re.IGNORECASE)
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


class Action(Enum):
    """What an answer asks of its receiver."""

    ACCEPT = "accept"
    RENEW = "renew the token for all in flight, and replay once"
    BACK_OFF = "try again later, and slow the shared rate"
    STOP = "stop cleanly, so that the next run goes on from here"
    RECORD = "record it on the item, and go on"
    ABORT = "stop: a person must act"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do after an answer.

    Attributes:
        action: what to do.
        problem: what was answered; None where the answer was accepted.
        retry_after: how many seconds the service asks to be left alone; None where it does not say.
        body: the JSON object of an answer that was accepted.
    """

    action: Action
    problem: Problem | None = None
    retry_after: float | None = None
    body: Mapping[str, Any] | None = None


def decide(status: int, headers: Mapping[str, str], body: bytes) -> Decision:
    """Return what to do after an answer, whatever it is: nothing that a server can send raises here.

    Args:
        status: of HTTP.
        headers: of the answer; Retry-After is read.
        body: all of it: JSON of either form, HTML of a proxy, or nothing.
    """
    answer = _parse(body)
    if 200 <= status < 300:
        return _accepted(status, headers, body, answer)
    said = _Said.of(answer)
    action, kind, title = _row(status, said)
    detail = f"HTTP {status}: {said.message or _excerpt(body) or 'without a body'}"
    extensions = {"reasons": list(said.reasons)} if said.reasons else {}
    wait = None
    if action is Action.BACK_OFF:
        asked = [seconds for seconds in (retry_after(headers), said.retry_delay) if seconds is not None]
        wait = max(asked, default=None)
    return Decision(action, Problem(kind, title, detail, status=status, extensions=extensions), wait)


REFUSED = (Action.RECORD, "request-refused", "The request was refused")
RECORDED = {
    403: (Action.RECORD, "asset-forbidden", "The asset may not be changed"),
    404: (Action.RECORD, "asset-not-found", "There is no such asset"),
}


def _row(status: int, said: _Said) -> tuple[Action, str, str]:
    """Return the action, and the kind and the title of the problem; the first row that holds."""
    reasons = {_plain(reason) for reason in said.reasons}
    limited = status == 429 or (status == 403 and bool(reasons & (RATE_REASONS | DAILY_REASONS) or said.per_day))
    if "invalidgrant" in reasons and status in {400, 401, 403}:
        return Action.ABORT, "credentials-refused", CREDENTIALS_GONE
    if status == 401:
        return Action.RENEW, "access-token-refused", "The access token was refused"
    if limited and _for_the_day(status, reasons, said):
        return Action.STOP, "daily-quota-exhausted", "The quota of the day is used up"
    if limited:
        return Action.BACK_OFF, "rate-limited", "The service asks for fewer requests"
    if status >= 500 or status == 408:  # 408: RFC 9110, section 15.5.9, allows to repeat the request
        return Action.BACK_OFF, "service-failed", "The service failed"
    return RECORDED.get(status, REFUSED)


def _for_the_day(status: int, reasons: set[str], said: _Said) -> bool:
    if status == 403 and reasons & DAILY_REASONS:
        return True
    return said.per_day or (bool(reasons & DAILY_REASONS) and not said.shorter)


def _accepted(status: int, headers: Mapping[str, str], body: bytes, answer: object) -> Decision:
    if isinstance(answer, dict):
        return Decision(Action.ACCEPT, body=answer)
    if status == 204:
        return Decision(Action.ACCEPT, body={})
    # Cut off on the way, or the page of a proxy: whether the service has acted nobody knows, and to ask again is safe.
    detail = f"HTTP {status} with a body that is not a JSON object: {_excerpt(body) or 'nothing'}"
    problem = Problem("answer-unreadable", "The answer cannot be read", detail, status=status)
    return Decision(Action.BACK_OFF, problem, retry_after(headers))


@dataclass(frozen=True, slots=True)
class _Said:
    """What an error body says, of whichever form it is."""

    message: str = ""
    reasons: tuple[str, ...] = ()
    per_day: bool = False
    shorter: bool = False
    retry_delay: float | None = None

    @classmethod
    def of(cls, answer: object) -> _Said:
        error = answer.get("error") if isinstance(answer, dict) else None
        if isinstance(answer, dict) and isinstance(error, str):  # RFC 6749, section 5.2
            code, description = _text(error), _text(answer.get("error_description"))
            return cls(": ".join(filter(None, (code, description)))[:EXCERPT], (code,))
        if not isinstance(error, dict):
            return cls()
        details = list(_objects(error.get("details")))
        metadata = [entry for detail in details if isinstance(entry := detail.get("metadata"), dict)]
        violations = [one for detail in details for one in _objects(detail.get("violations"))]
        words = [
            _text(error.get("message")),
            *(_text(entry.get("message")) for entry in _objects(error.get("errors"))),
            *(_text(entry.get("quota_limit")) for entry in metadata),
            *(_text(entry.get("quota_unit")) for entry in metadata),
            *(_text(entry.get("description")) for entry in violations),
            *(_text(entry.get("quotaId")) for entry in violations),
        ]
        reasons = (
            *(_text(entry.get("reason")) for entry in _objects(error.get("errors"))),
            *(_text(detail.get("reason")) for detail in details),
            _text(error.get("status")),
        )
        delays = [
            float(match[1])
            for detail in details
            if (match := _DURATION.fullmatch(_text(detail.get("retryDelay"))))  # google.rpc.RetryInfo
        ]
        return cls(
            message=next(filter(None, words), "")[:EXCERPT],
            reasons=tuple(dict.fromkeys(filter(None, reasons))),
            per_day=any(_DAY.search(text) for text in words),
            shorter=any(_SHORTER.search(text) for text in words),
            retry_delay=max(delays, default=None),
        )


def _parse(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # not JSON, not UTF-8, or nested without end
        return None


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, dict))


def _text(value: object) -> str:
    # JSON may hold halves of surrogate pairs, which no log and no file can be written with.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _plain(reason: str) -> str:
    return reason.replace("_", "").lower()


def _excerpt(body: bytes) -> str:
    return " ".join(body[: 4 * EXCERPT].decode("utf-8", "replace").split())[:EXCERPT]
