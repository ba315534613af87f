"""What AppSync says when something fails, and in which shape.

A refused request has `errors[]` of `errorType` and `message` alone, and no `data`. A request that was run has 200,
whatever became of it, and its errors have AppSync's own members beside those of the GraphQL specification: `data`,
`errorType`, `errorInfo`, and a `sourceName` at each location. Those about the document or its variables have no
`errorType` ("AWS AppSync HTTP behavior", github.com/graphql/graphql-over-http/issues/81, by AppSync's engineers).
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import GraphQLError

CONDITIONAL_CHECK_FAILED: Final = "DynamoDB:ConditionalCheckFailedException"
CONFLICT: Final = "ConflictUnhandled"
DYNAMODB_ERROR: Final = "DynamoDB:DynamoDbException"
INVALID_TOKEN: Final = "DynamoDB:UserIllegalArgumentException"  # noqa: S105 - the name of an error
UNAUTHORIZED: Final = "Unauthorized"

_NULL_IN_NON_NULL = re.compile(r"Cannot return null for non-nullable field (?P<parent>\w+)\.(?P<field>\w+)\.")


class RequestError(Exception):
    """A request that is refused as a whole.

    Attributes:
        status: of HTTP.
        error_type: as `UnauthorizedException`.
        message: AppSync's words.
    """

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.message = message

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON."""
        return {"errors": [{"errorType": self.error_type, "message": self.message}]}


class ResolverError(Exception):
    """What a resolver fails with: `$util.error(message, errorType, data, errorInfo)` of its template.

    Attributes:
        error_type: what a client tells errors apart by.
        message: for a person.
        data: what `errors[].data` is; AppSync cuts it down to what was selected.
        info: what `errors[].errorInfo` is.
    """

    def __init__(self, error_type: str, message: str, data: Any = None, info: Any = None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.data = data
        self.info = info


def of_dynamodb(error_type: str, message: str) -> ResolverError:
    """Return what DynamoDB says, as Amplify's resolvers pass it on: without an item, even if DynamoDB has one.

    Form of the message: github.com/aws/aws-appsync-community/issues/343.
    """
    request_id = secrets.token_hex(26).upper()
    return ResolverError(error_type, f"{message} (Service: DynamoDb, Status Code: 400, Request ID: {request_id})")


def conditional_check_failed() -> ResolverError:
    """Return what DynamoDB says of a write whose condition does not hold."""
    return of_dynamodb(CONDITIONAL_CHECK_FAILED, "The conditional request failed")


def unauthorized(type_name: str, field: str) -> ResolverError:
    """Return what a field says that the caller may not have."""
    return ResolverError(UNAUTHORIZED, f"Not Authorized to access {field} on type {type_name}")


def shaped(error: GraphQLError, types: dict[tuple[str, str], str]) -> dict[str, Any]:
    """Return an error of a request that was run, as a member of `errors[]`.

    Args:
        error: as graphql-core has it.
        types: the name of each field's type, by the names of its parent and its own.
    """
    original = error.original_error
    if isinstance(original, ResolverError):
        return {
            "path": error.path,
            "data": original.data,
            "errorType": original.error_type,
            "errorInfo": original.info,
            "locations": _locations(error),
            "message": original.message,
        }
    if null := _NULL_IN_NON_NULL.match(error.message):
        parent, field = null["parent"], null["field"]
        where = f"'{types[parent, field]}' within parent '{parent}' ({_slashes(error.path or ())})"
        return {
            "path": error.path,
            "locations": None,
            "message": f"Cannot return null for non-nullable type: {where}",
        }
    return {"path": error.path, "locations": _locations(error) or None, "message": error.message}


def invalid(error: GraphQLError, message: str) -> dict[str, Any]:
    """Return an error of a request that was not run, as a member of `errors[]`."""
    return {"path": None, "locations": _locations(error) or None, "message": message}


def _locations(error: GraphQLError) -> list[dict[str, Any]]:
    return [{"line": each.line, "column": each.column, "sourceName": None} for each in error.locations or ()]


def _slashes(path: Sequence[str | int]) -> str:
    """Return a path as AppSync's messages have it: `/listChannels/items[0]/channelId`."""
    return "".join(f"[{each}]" if isinstance(each, int) else f"/{each}" for each in path)
