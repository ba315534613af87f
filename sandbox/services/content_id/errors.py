"""The errors of Google's APIs, in their shapes.

The legacy shape is that of the YouTube APIs (`error.errors[]` with domain and reason); the newer one is the JSON of
google.rpc.Status (google.aip.dev/193), with ErrorInfo in `details`. Google's services send one, the other, or both at
once. Which of them the Content ID API sends for what is not published, so each kind can be had in each shape. A daily
limit in the newer shape has the very reason of a limit per second: its `quota_unit` alone says that it is one of a day.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.services.kinds import Effect, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.services.kinds import Shape

SERVICE = "youtubepartner.googleapis.com"
STATUS = {  # google.rpc.Code, and the HTTP status that it is mapped to
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
CHALLENGE = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """An answer that is an error.

    Attributes:
        code: the HTTP status.
        reason: of the legacy shape.
        domain: of the legacy shape.
        message: for a person.
        info_reason: of the newer shape, if it is not the legacy one in capitals.
        metadata: of the newer shape.
    """

    code: int
    reason: str
    domain: str
    message: str
    info_reason: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    def response(self, shape: Shape, headers: Mapping[str, str] | None = None) -> web.Response:
        """Return it as it is sent."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if shape != "newer":
            error["errors"] = [{"message": self.message, "domain": self.domain, "reason": self.reason}]
        if shape != "legacy":
            info = {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": self.info_reason or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.reason).upper(),
                "domain": "googleapis.com",
                "metadata": {"service": SERVICE, **self.metadata},
            }
            error |= {"status": STATUS[self.code], "details": [info]}
        sent = dict(headers or {})
        if self.code == 401:
            sent["WWW-Authenticate"] = CHALLENGE
        return web.Response(
            status=self.code, text=json.dumps({"error": error}), content_type="application/json", headers=sent
        )


class ApiError(Exception):
    """Ends the work on a request with an answer that is an error."""

    def __init__(self, answer: ErrorAnswer, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(answer.message)
        self.answer = answer
        self.headers = headers


def bad_request(reason: str, message: str, domain: str = "global") -> ApiError:
    """Return the error of a request that is wrong in itself."""
    return ApiError(ErrorAnswer(400, reason, domain, message))


PER_SECOND = {
    "consumer": "projects/123456789012",
    "quota_limit": "defaultPerSecondPerProject",
    "quota_metric": f"{SERVICE}/default",
    "quota_unit": "1/s/{project}",
}
PER_DAY = PER_SECOND | {"quota_limit": "defaultPerDayPerProject", "quota_unit": "1/d/{project}"}

UNAUTHORIZED = ErrorAnswer(401, "authError", "global", "Invalid Credentials", "ACCESS_TOKEN_EXPIRED")
LOGIN_REQUIRED = ErrorAnswer(401, "required", "global", "Login Required.", "CREDENTIALS_MISSING")
FORBIDDEN = ErrorAnswer(403, "forbidden", "youtubePartner", "The content owner may not change this asset.")
NOT_FOUND = ErrorAnswer(404, "assetNotFound", "youtubePartner", "There is no such asset.")

BY_KIND = {
    "unauthorized": UNAUTHORIZED,
    "token-expired": UNAUTHORIZED,
    "rate-limit": ErrorAnswer(403, "rateLimitExceeded", "usageLimits", "Rate Limit Exceeded", metadata=PER_SECOND),
    "user-rate-limit": ErrorAnswer(
        403, "userRateLimitExceeded", "usageLimits", "User Rate Limit Exceeded", metadata=PER_SECOND
    ),
    "throttle": ErrorAnswer(
        429,
        "rateLimitExceeded",
        "usageLimits",
        "Too many requests: the quota per second is exceeded.",
        metadata=PER_SECOND,
    ),
    "internal-error": ErrorAnswer(500, "internalError", "global", "An internal error has occurred."),
    "unavailable": ErrorAnswer(503, "backendError", "global", "The service is currently unavailable."),
    "deadline": ErrorAnswer(504, "backendError", "global", "The deadline expired before the operation could complete."),
    "quota": ErrorAnswer(
        403,
        "quotaExceeded",
        "youtube.quota",
        "The request cannot be completed: the quota is exceeded.",
        metadata=PER_DAY,
    ),
    "daily-limit": ErrorAnswer(
        429, "dailyLimitExceeded", "usageLimits", "Daily Limit Exceeded", "RATE_LIMIT_EXCEEDED", PER_DAY
    ),
    "bad-request": ErrorAnswer(400, "invalidValue", "global", "A value of the request is invalid."),
    "not-found": NOT_FOUND,
    "forbidden": FORBIDDEN,
}

KINDS = {
    "unauthorized": Kind("401 for a token that is valid, and stays so", weight=0.05),
    "token-expired": Kind("the token expires now: 401 for this request and all others with it", weight=0.05),
    "rate-limit": Kind("403 rateLimitExceeded"),
    "user-rate-limit": Kind("403 userRateLimitExceeded"),
    "throttle": Kind("429 of the quota per second"),
    "internal-error": Kind("500 internalError"),
    "unavailable": Kind("503 backendError"),
    "deadline": Kind("504 backendError"),
    "quota": Kind("403 quotaExceeded: the quota of the day is used up", Effect.ENDS),
    "daily-limit": Kind("429 dailyLimitExceeded: the quota of the day is used up", Effect.ENDS),
    "bad-request": Kind("400 invalidValue", Effect.REFUSES),
    "not-found": Kind("404 assetNotFound", Effect.REFUSES),
    "forbidden": Kind("403 forbidden: not this owner's", Effect.REFUSES),
}
