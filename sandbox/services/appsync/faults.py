"""The faults of AppSync and of the table behind it, each in its own shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.services.appsync.errors import (
    RequestError,
    ResolverError,
    conditional_check_failed,
    of_dynamodb,
    unauthorized,
)
from sandbox.services.kinds import Effect, Kind

if TYPE_CHECKING:
    from sandbox.services.appsync.engine import Operation
    from sandbox.services.kinds import Fault

TIMEOUT: Final = "timeout"
_THROUGHPUT: Final = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)

KINDS: Final = {
    "throttle": Kind("429 TooManyRequestsException, and nothing was done"),
    "internal": Kind("500 InternalFailure, and nothing was done"),
    TIMEOUT: Kind("200 with an error ExecutionTimeout and no data, after the change was made"),
    "table-throttle": Kind("200 with an error DynamoDB:ProvisionedThroughputExceededException at the first field"),
    # Not in a mix, which strikes lists too.
    "conditional-check": Kind(
        "200 with an error DynamoDB:ConditionalCheckFailedException at the first field", Effect.REFUSES, weight=0
    ),
    "unauthorized-field": Kind("200 with an error Unauthorized at the first field", Effect.REFUSES, weight=0),
    "unauthorized": Kind("401 UnauthorizedException", Effect.ENDS),
}
_OF_REQUESTS: Final = {
    "throttle": (429, "TooManyRequestsException", "Rate exceeded"),
    "internal": (500, "InternalFailure", "An internal failure occurred."),
    "unauthorized": (401, "UnauthorizedException", "You are not authorized to make this call."),
}


def of_request(fault: Fault | None) -> RequestError | None:
    """Return what is answered in place of the request; None if it is run."""
    refusal = _OF_REQUESTS.get(fault.kind) if fault else None
    return RequestError(*refusal) if refusal else None


def of_first_field(fault: Fault | None, operation: Operation) -> ResolverError | None:
    """Return what the first field of an operation fails with; None if it does not."""
    if not operation.fields:  # introspection alone
        return None
    match fault.kind if fault else None:
        case "table-throttle":
            return of_dynamodb("DynamoDB:ProvisionedThroughputExceededException", _THROUGHPUT)
        case "conditional-check":
            return conditional_check_failed()
        case "unauthorized-field":
            return unauthorized(operation.type_name, operation.fields[0])
    return None


def timed_out() -> dict[str, Any]:
    """Return what is answered when a request took longer than 30 seconds."""
    error = {"path": None, "data": None, "errorType": "ExecutionTimeout", "errorInfo": None, "locations": None}
    return {"data": None, "errors": [error | {"message": "Execution timed out."}]}
