"""How AWS says no: codes, words and statuses, each service in its own way."""

from __future__ import annotations

CALLER = "arn:aws:sts::077075375386:assumed-role/batch-target-sync/session"

# What each service calls too many requests, and where its own fault lies. The status is 400 unless given.
THROTTLING = {
    "events": ("ThrottlingException", 400),
    "ssm": ("ThrottlingException", 400),
    "batch": ("TooManyRequestsException", 429),
    "cloudwatch": ("Throttling", 400),
    "sns": ("Throttling", 400),
    "sts": ("Throttling", 400),
}
INTERNAL = {
    "events": "InternalException",
    "ssm": "InternalServerError",
    "batch": "ServerException",
    "cloudwatch": "InternalServiceFault",
    "sns": "InternalError",
    "sts": "InternalFailure",
}
DENIED = {"sns": "AuthorizationError", "cloudwatch": "AccessDenied", "sts": "AccessDenied"}


class Refusal(Exception):  # noqa: N818 - it is an answer, not an accident
    """An error that a service answers with; without a code the body is empty, as a load balancer's can be."""

    def __init__(self, code: str | None, message: str = "", status: int = 400) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status


def throttled(service: str) -> Refusal:
    code, status = THROTTLING[service]
    return Refusal(code, "Rate exceeded", status)


def broken(service: str, status: int) -> Refusal:
    """The service's own 500 has a code and words; a 503 comes from what stands before it and has neither."""
    return Refusal(INTERNAL[service], "Internal failure", status) if status == 500 else Refusal(None, status=status)


def denied(service: str, action: str, resource: str | None) -> Refusal:
    """Return the refusal of an action; CloudWatch names no resource for PutMetricData, which has none."""
    on = f" on resource: {resource}" if resource else ""
    written = action.replace("sns:", "SNS:")
    return Refusal(
        DENIED.get(service, "AccessDeniedException"),
        f"User: {CALLER} is not authorized to perform: {written}{on} "
        f"because no identity-based policy allows the {written} action",
        403 if service in {"batch", "sns", "sts"} else 400,
    )


def invalid(message: str) -> Refusal:
    return Refusal("ValidationException", message)
