"""AWS AppSync on loopback: one GraphQL API over HTTP, without subscriptions and without GET."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.errors import SandboxError
from sandbox.services import transport
from sandbox.services.addresses import GRAPHQL_PATH
from sandbox.services.appsync import engine, faults
from sandbox.services.appsync.callers import authenticated, refused_fields
from sandbox.services.appsync.channels import Channels
from sandbox.services.appsync.errors import RequestError, ResolverError, unauthorized
from sandbox.services.appsync.questions import Questions
from sandbox.services.appsync.schema import schema
from sandbox.services.appsync.settings import Settings
from sandbox.services.appsync.signing import HttpRequest
from sandbox.services.appsync.statistics import Statistics
from sandbox.services.identities import Administrator, SandboxIdentities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphql import GraphQLResolveInfo

    from sandbox.services.appsync.engine import Operation
    from sandbox.services.contract import Question
    from sandbox.services.faults import Faults
    from sandbox.services.identities import Identities
    from sandbox.services.kinds import Fault, Kind


class AppSync:
    """The stand-in. `channels`, `settings` and `statistics` may be used directly in its event loop."""

    name = "appsync"

    def __init__(self, scripts: Faults, settings: Settings | None = None) -> None:
        self.channels = Channels()
        self.statistics = Statistics()
        self._faults = scripts
        self._identities: Identities = Administrator()
        self._settings = Settings()
        self.settings = settings or self._settings

    @property
    def settings(self) -> Settings:
        """How it behaves; a change holds for the requests after it."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        if settings.sandbox != self._settings.sandbox:
            self._identities = SandboxIdentities(settings.sandbox) if settings.sandbox else Administrator()
        self._settings = settings
        self.channels.configure(versioned=settings.versioned, empty_page_every=settings.empty_page_every)

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The errors that can be scripted."""
        return faults.KINDS

    def routes(self) -> list[web.RouteDef]:
        """Return what it serves."""
        return [web.post(GRAPHQL_PATH, self._answer)]

    def questions(self) -> Mapping[str, Question]:
        """Return what commands and tests ask."""
        return Questions(self).all()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.statistics.requests += 1
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = HttpRequest(request.method, request.path_qs, headers, await request.read())
        fault = None
        try:
            caller = await authenticated(asked, self.settings, self._identities, datetime.now(UTC))
            operation = engine.read(schema(versioned=self.settings.versioned), asked.body)
            fault = await self._faults.next(self.name, _facts(operation))
            if refusal := faults.of_request(fault):
                raise refusal
            refused = await refused_fields(caller, operation, self.settings, self._identities)
        except engine.InvalidDocumentError as error:
            return self._response(error.body())
        except RequestError as error:
            return self._response(error.body(), error.status, error.error_type, fault.headers() if fault else {})
        except SandboxError as error:
            return self._response({"errors": [{"errorType": "InternalFailure", "message": str(error)}]}, 500)

        async def perform() -> web.Response:
            return self._response(self._run(operation, refused, fault))

        return await transport.answer(request, None if fault and fault.kind in faults.KINDS else fault, perform)

    def _run(self, operation: Operation, refused: frozenset[str], fault: Fault | None) -> dict[str, Any]:
        """Run an operation, and return the answer's JSON."""
        self.statistics.operations[operation.kind] += 1
        failing = faults.of_first_field(fault, operation)

        def resolver(field: str) -> Callable[..., Any]:
            def resolve(info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
                name = f"{operation.type_name}.{field}"
                self.statistics.fields[name] += 1
                if field in refused or name in self.settings.denied:
                    raise unauthorized(operation.type_name, field)
                if failing is not None and field == operation.fields[0]:
                    raise failing
                try:
                    return self.channels.resolve(field, arguments)
                except ResolverError as error:
                    raise engine.selected(error, info) from None

            return resolve

        resolvers = {field: resolver(field) for field in operation.fields}
        answer = engine.run(schema(versioned=self.settings.versioned), operation, resolvers)
        return faults.timed_out() if fault and fault.kind == faults.TIMEOUT else answer

    def _response(
        self, body: dict[str, Any], status: int = 200, error_type: str = "", headers: Mapping[str, str] | None = None
    ) -> web.Response:
        self.statistics.answered(status, body)
        sent = {"x-amzn-RequestId": str(uuid.uuid4()), **(headers or {})}
        if error_type:
            sent["x-amzn-ErrorType"] = error_type
        text = json.dumps(body, ensure_ascii=False)
        return web.Response(status=status, text=text, content_type="application/json", charset="UTF-8", headers=sent)


def _facts(operation: Operation) -> dict[str, str]:
    """Return what scripts of faults can ask: the first field, and the id that it is about, if it is about one."""
    field, item = operation.fields[0] if operation.fields else "__schema", engine.item(operation)
    return {"operation": field, "item": item} if item else {"operation": field}
