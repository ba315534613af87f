"""How calls of AWS's API come into the record (`calls`), and how it is asked for: a repair, with its test.

Importing this module registers both. It reaches into moto, so its types are loose.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

from sandbox import stored_policies
from sandbox.calls import CALLS, Request
from sandbox.control import answers
from sandbox.repairs import around, repair
from semantics import policies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@repair
def calls_are_recorded() -> None:
    """A call with a role's or a user's credentials is told, as CloudTrail does; moto tells nobody.

    Those whose rights are known here are in the record by these rights; this adds the others.
    """

    @around(BaseResponse, "setup_class")
    def setup_class(original: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = original(response, *args, **kwargs)
        request = Request.now()
        if isinstance(request, _ApiRequest):
            request.response = response
        return answer


def with_record(application: WSGIApplication) -> WSGIApplication:
    """Record each call that an application answers and that asked for no right."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = _ApiRequest()
        try:
            with request.answered():
                return application(environ, start_response)
        finally:
            request.record()

    return answer


@answers("calls")
def calls(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the rights that were asked and the other calls: after the number `since`, of `role` (name or ARN).

    `lost` is how many of them are no longer kept, of whatever role.
    """
    since, role = int(fields.get("since", 0)), fields.get("role")
    kept = [call for call in CALLS.since(since) if not role or role in (call.role, call.role.rpartition("/")[2])]
    return {"calls": [call.model_dump(mode="json") for call in kept], "lost": CALLS.lost(since)}


class _ApiRequest(Request):
    """A request that moto answers; `response` is moto's own, None until it knows the service."""

    def __init__(self) -> None:
        super().__init__()
        self.response: Any = None

    def record(self) -> None:
        """Add the call, if nothing of it is recorded yet, and it was made with credentials that were given out here."""
        if self.asked or self.response is None:
            return
        session = stored_policies.find_session(self.response.access_key)
        if session is None:
            return
        arn = session.identity.arn
        principal = policies.session(arn, session.name) if session.name else policies.user(arn)
        CALLS.call(
            role=principal.role_arn,
            principal=principal.name,
            operation=f"{self.response.boto3_service_name}:{operation(self.response)}",
        )


def operation(response: Any) -> str:
    """Return the name of a call's operation; of one of S3 the name of the right that moto takes it to need."""
    if response.service_name == "s3":
        return str(response.data.get("Action") or response.request.method)
    action = str(response._get_action())  # noqa: SLF001 - how every moto service reads it
    return _names(response.boto3_service_name).get(action.lower(), action)


@functools.cache
def _names(service: str) -> dict[str, str]:
    """Return the names of a service's operations by what they are in small letters, which moto's Batch has them in."""
    return {name.lower(): name for name in get_service_model(service).operation_names}
