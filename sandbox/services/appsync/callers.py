"""Who calls the API, and which fields they may have.

"Configuring authorization and authentication to secure your GraphQL APIs", AWS AppSync Developer Guide. The API takes
API keys and IAM. The answers, as AppSync's users have met them: 401 `UnauthorizedException` without credentials and
with a wrong or expired key; 403 `UnrecognizedClientException` with credentials of nobody (amplify-js issue 3447); 401
`UnauthorizedException` "Permission denied" if the policies allow none of the fields (amplify-cli issues 4061 and
6595). If they allow some, the others are null with an error `Unauthorized` each [U].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.services.appsync import signing
from sandbox.services.appsync.errors import RequestError

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.services.appsync.engine import Operation
    from sandbox.services.appsync.settings import Settings
    from sandbox.services.appsync.signing import HttpRequest
    from sandbox.services.identities import Identities

ACTION = "appsync:GraphQL"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request; `access_key_id` is None with an API key, which may have every field."""

    access_key_id: str | None


async def authenticated(request: HttpRequest, settings: Settings, identities: Identities, now: datetime) -> Caller:
    """Return who sends a request.

    Raises:
        RequestError: nobody that the API knows.
    """
    if "authorization" in request.headers:
        return await _signed(request, settings, identities, now)
    if "x-api-key" not in request.headers:
        raise _unauthorized("Valid authorization header not provided.")
    if request.headers["x-api-key"] not in settings.api_keys:
        raise _unauthorized("You are not authorized to make this call.")
    return Caller(None)


async def refused_fields(
    caller: Caller, operation: Operation, settings: Settings, identities: Identities
) -> frozenset[str]:
    """Return those of an operation's fields that the caller's policies do not allow.

    Raises:
        RequestError: they allow none.
    """
    if caller.access_key_id is None or not operation.fields:
        return frozenset()
    resources = {settings.arn(operation.type_name, field): field for field in operation.fields}
    refused = await identities.refused(caller.access_key_id, ACTION, list(resources))
    if len(refused) == len(resources):
        raise _unauthorized("Permission denied")
    return frozenset(resources[arn] for arn in refused)


async def _signed(request: HttpRequest, settings: Settings, identities: Identities, now: datetime) -> Caller:
    if not request.headers["authorization"].startswith(signing.ALGORITHM):
        raise _unauthorized("Valid authorization header not provided.")
    signature = signing.read(request, settings.region, now)
    known = await identities.credentials(signature.access_key_id)
    if known is None or request.headers.get("x-amz-security-token", "") != known.session_token:
        words = "The security token included in the request is invalid."
        raise RequestError(403, "UnrecognizedClientException", words)
    signing.check(request, signature, known.secret_access_key)
    return Caller(signature.access_key_id)


def _unauthorized(message: str) -> RequestError:
    return RequestError(401, "UnauthorizedException", message)
