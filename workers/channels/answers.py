"""What an answer of a GraphQL API means: its data, something to try again, or a refusal.

AppSync answers 200 to nearly everything: what failed is in `errors`, each with an `errorType`, and beside it there may
be data. Its DynamoDB resolvers prefix the exception's name (`DynamoDB:ConditionalCheckFailedException`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workers.frame.problems import Problem, ServiceDownError, WrongInputError
from workers.frame.retries import TransientError, retry_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workers.channels.documents import Document

CONDITION_FAILED = "ConditionalCheckFailedException"
CONFLICT = "ConflictUnhandled"
UNAUTHORIZED = "Unauthorized"  # of a field, or of one record: owners can be told apart
CREDENTIALS = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnauthorizedException",
        "UnrecognizedClientException",
    }
)
TRANSIENT = frozenset(
    {
        "ExecutionTimeout",
        "InternalFailure",
        "InternalFailureException",
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
    }
)
INVALID = "ValidationError"  # our name for it: AppSync gives a document that does not fit its schema none
LONGEST_MESSAGE = 300


class CredentialsRefusedError(ServiceDownError):
    """The API does not let this caller in, or not do this: a person must act."""


class RefusedError(Exception):
    """The API refuses one operation, and would again.

    Attributes:
        problem: what it says.
        error_type: AppSync's name for it, without the prefix of the data source; empty where it gives none.
        partial: the operation's data beside the error, where there is some: a write may have been done.
    """

    def __init__(self, problem: Problem, error_type: str, partial: object) -> None:
        """Carry the problem, for whoever asked to decide."""
        super().__init__(problem.detail)
        self.problem = problem
        self.error_type = error_type
        self.partial = partial


def data_of(status: int, headers: Mapping[str, str], body: bytes, document: Document) -> Any:
    """Return what an answer has under the operation's field; None is data too.

    Raises:
        TransientError: throttled, the service failed, or what came is no JSON: the same request may do later.
        CredentialsRefusedError: it refuses the credentials, or to show what is asked for.
        WrongInputError: nothing at this address answers GraphQL.
        RefusedError: it refuses this operation.
    """
    answer = _parsed(body)
    errors = _errors(answer)
    types = {_type_of(error) for error in errors}
    said = f"{document.field} is answered {_words(status, errors, body)}"
    if status in {401, 403} or types & CREDENTIALS or (UNAUTHORIZED in types and not document.writes):
        problem = Problem("credentials-refused", "The GraphQL API refuses the credentials", said, status)
        raise CredentialsRefusedError(problem)
    if status in {408, 429} or status >= 500 or types & TRANSIENT:
        problem = Problem("graphql-unavailable", "The GraphQL API does not answer", said, status)
        raise TransientError(problem, retry_after(headers))
    if status == 200 and answer is None:  # cut short on the way, or of something else that listens there
        hint = f"{said} (not JSON: is GRAPHQL_URL right?)"
        raise TransientError(Problem("graphql-unavailable", "The GraphQL API does not answer", hint, status))
    if status == 404 or 300 <= status < 400:
        problem = Problem("no-graphql", "No GraphQL API at this address", f"{said}: is GRAPHQL_URL right?", status)
        raise WrongInputError(problem)
    data = answer.get("data") if answer else None
    found = data.get(document.field) if isinstance(data, Mapping) else None
    if status != 200 or errors or not isinstance(data, Mapping) or document.field not in data:
        error_type = next((_type_of(error) for error in errors), "")
        if errors and not error_type and not errors[0].get("path"):
            error_type = INVALID
        problem = Problem("graphql-refused", "The GraphQL API refuses an operation", said, status)
        raise RefusedError(problem, error_type, found)
    return found


def _parsed(body: bytes) -> Mapping[str, Any] | None:
    """Return the body as a JSON object; None if it is something else."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _errors(answer: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Return the errors of an answer."""
    errors = answer.get("errors") if answer else None
    return [error for error in errors if isinstance(error, Mapping)] if isinstance(errors, list) else []


def _type_of(error: Mapping[str, Any]) -> str:
    """Return an error's type without its data source."""
    return str(error.get("errorType") or "").rpartition(":")[2]


def _word(error: Mapping[str, Any]) -> str:
    """Return what one error says: its type, its message, and where in the answer it is if that is not the whole."""
    parts = [str(error[key]) for key in ("errorType", "message") if error.get(key)]
    path = error.get("path")
    where = f" (at {'.'.join(str(step) for step in path)})" if isinstance(path, list) and len(path) > 1 else ""
    return f"{': '.join(parts)}{where}"


def _words(status: int, errors: Sequence[Mapping[str, Any]], body: bytes) -> str:
    """Return what an answer says, on one line and not a long one."""
    if errors:
        words = "; ".join(dict.fromkeys(_word(error) for error in errors))
    else:
        words = body.decode("utf-8", errors="replace")
    words = " ".join(words.split())
    return f"{status}: {words[:LONGEST_MESSAGE]}" if words else str(status)
