"""A GraphQL API of channels that answers what a test scripts, and otherwise keeps records in memory.

It understands no GraphQL: it looks at which operation a request names. What reads the documents themselves is the
sandbox's stand-in, a real engine.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from workers.channels.api import ChannelsApi
from workers.channels.documents import Documents
from workers.channels.signing import Signer
from workers.frame.retries import RetryPolicy
from workers.frame.stopping import Stop

FIELDS = ("listChannels", "getChannel", "createChannel", "updateChannel")
AT_ONCE = RetryPolicy(attempts=3, base_seconds=0.001, cap_seconds=0.001)

Reply = tuple[int, Any] | tuple[int, Any, dict[str, str]] | None


def error(error_type: str | None, message: str = "no", path: list[Any] | None = None) -> dict[str, Any]:
    """One member of `errors`, as AppSync has them."""
    return {"path": path or ["x"], "data": None, "errorType": error_type, "message": message}


def failed(operation: str, error_type: str | None, *, data: Any = None, message: str = "no") -> Reply:
    """An answer of 200 with one error."""
    return 200, {"data": {operation: data}, "errors": [error(error_type, message)]}


@dataclass
class GraphqlFake:
    """The API.

    Attributes:
        records: by id, with the members of the API.
        scripted: called with operation and variables before all else; an answer of its own instead of the API's.
        versioned: whether it counts versions.
        asked: the operations in order, with their variables.
        requests: headers and body of each.
    """

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    scripted: Callable[[str, dict[str, Any]], Reply] = lambda _operation, _variables: None
    versioned: bool = False
    page_size: int = 2
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def operations(self, *names: str) -> list[str]:
        return [operation for operation, _ in self.asked if not names or operation in names]

    def put(self, channel_id: str, custom_id: str, name: str | None = None, record_id: str | None = None) -> str:
        record_id = record_id or f"record-{channel_id}"
        version = {"_version": 1, "_deleted": None} if self.versioned else {}
        self.records[record_id] = {
            "id": record_id,
            "channelId": channel_id,
            "customId": custom_id,
            "displayName": name,
        } | version
        return record_id

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.requests.append((dict(request.headers), body))
        asked = json.loads(body)
        operation = next(name for name in FIELDS if f"{name}(" in asked["query"])
        self.asked.append((operation, asked["variables"]))
        status, answer, *more = self.scripted(operation, asked["variables"]) or self.own(operation, asked["variables"])
        headers = more[0] if more else {}
        if isinstance(answer, bytes):
            return web.Response(status=status, body=answer, headers=headers)
        return web.json_response(answer, status=status, headers=headers)

    def own(self, operation: str, variables: dict[str, Any]) -> tuple[int, Any]:
        if operation == "listChannels":
            start = int(variables["nextToken"] or 0)
            end = start + self.page_size
            items = list(self.records.values())
            found: Any = {"items": items[start:end], "nextToken": str(end) if end < len(items) else None}
        elif operation == "getChannel":
            found = self.records.get(variables["id"])
        else:
            values = variables["input"]
            existing = self.records.get(values["id"])
            if (existing is None) != (operation == "createChannel"):
                return failed(operation, "DynamoDB:ConditionalCheckFailedException")[:2]  # type: ignore[index]
            if self.versioned and existing and values.get("_version") != existing["_version"]:
                return failed(operation, "ConflictUnhandled")[:2]  # type: ignore[index]
            before = existing or {"customId": None, "displayName": None}
            version = {"_version": before.get("_version", 0) + 1} if self.versioned else {}
            found = self.records[values["id"]] = before | values | version
        return 200, {"data": {operation: found}}


class Unsigned:
    """Sends no credentials."""

    async def headers(self, _url: str, _body: bytes, /) -> dict[str, str]:
        return {"Content-Type": "application/json"}


@contextlib.asynccontextmanager
async def serving(fake: GraphqlFake) -> AsyncIterator[str]:
    """Serve on loopback; give the address."""
    application = web.Application()
    application.router.add_post("/graphql", fake.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    fake.url = f"http://127.0.0.1:{port}/graphql"
    try:
        yield fake.url
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def client_of(
    fake: GraphqlFake, signer: Signer | None = None, stop: Stop | None = None, policy: RetryPolicy = AT_ONCE
) -> AsyncIterator[ChannelsApi]:
    """A client of a fake that is served meanwhile."""
    documents = Documents.of(versioned=fake.versioned)
    async with serving(fake) as url, aiohttp.ClientSession() as session:
        yield ChannelsApi(url, signer or Unsigned(), session, stop or Stop(), documents, policy)
