"""How a service's refusal of a call becomes the error of an invocation.

The codes and which of them are tried again: EventBridge User Guide, "Using dead-letter queues" (ERROR_CODE) and "How
EventBridge retries delivering events". The errors of a service are grouped by what they mean, because the guide names
only the groups.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ParamValidationError

from sandbox.delivery.invocation import InvocationError

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_PERMISSIONS = "NO_PERMISSIONS"
NO_RESOURCE = "NO_RESOURCE"
THROTTLING = "THROTTLING"
INTERNAL_ERROR = "INTERNAL_ERROR"
RESOURCE_LIMIT_EXCEEDED = "RESOURCE_LIMIT_EXCEEDED"
INVALID_JSON = "INVALID_JSON"
INVALID_PARAMETER = "INVALID_PARAMETER"
ERROR_FROM_TARGET = "ERROR_FROM_TARGET"
FAILED_TO_ASSUME_ROLE = "FAILED_TO_ASSUME_ROLE"
THIRD_ACCOUNT_HOP_DETECTED = "THIRD_ACCOUNT_HOP_DETECTED"
TIMEOUT = "TIMEOUT"

RETRYABLE = frozenset({THROTTLING, INTERNAL_ERROR, RESOURCE_LIMIT_EXCEEDED, TIMEOUT})

# What the code of an error holds, such as "AWS.SimpleQueueService.NonExistentQueue"; the first that fits counts.
MEANINGS = (
    (THROTTLING, ("throttl", "toomanyrequests", "slowdown", "requestlimitexceeded")),
    (NO_PERMISSIONS, ("accessdenied", "authorizationerror", "notauthorized", "unauthorized", "kmsaccessdenied")),
    (RESOURCE_LIMIT_EXCEEDED, ("limitexceeded", "overlimit")),
    (NO_RESOURCE, ("notfound", "nonexistent", "doesnotexist", "nosuch")),
    (INTERNAL_ERROR, ("internal", "serviceunavailable", "serverexception", "serverfault", "serviceexception")),
    (TIMEOUT, ("timeout", "timedout")),
    (INVALID_PARAMETER, ("invalidparameter", "validation", "missingparameter", "clientexception")),
)


def meaning(code: str) -> str:
    """Return EventBridge's error code for the error code of a target's service."""
    small = code.casefold()
    for ours, words in MEANINGS:
        if small == ours.casefold() or any(word in small for word in words):
            return ours
    return ERROR_FROM_TARGET


def refusal(code: str, message: str) -> InvocationError:
    """Return the error of an invocation that a service refused with this code and these words."""
    ours = meaning(code)
    return InvocationError(ours, message, retryable=ours in RETRYABLE)


def as_scheduler(code: str, message: str) -> InvocationError:
    """Return the same for Scheduler, which passes on the code of the API that refused."""
    return InvocationError(code, message, retryable=refusal(code, message).retryable)


@contextlib.contextmanager
def understood() -> Iterator[None]:
    """Turn a refusal of AWS's API within a `with` block into an `InvocationError`."""
    try:
        yield
    except ParamValidationError as error:  # what the input made of the call has not the API's shape
        raise InvocationError(INVALID_PARAMETER, str(error)) from None
    except ClientError as error:
        said = error.response.get("Error", {})
        raise refusal(said.get("Code", ""), said.get("Message", str(error))) from error
