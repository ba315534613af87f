"""A client of the stand-in of the Content ID API, in the event loop of a test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.services.serve import Serving, serving

OWNER = "content-owner"
ASSET = "A000000000000001"


@dataclass(frozen=True)
class Answer:
    """What came back; `status` is 0 if nothing did."""

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    failure: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def reason(self) -> str:
        reason: str = self.json["error"]["errors"][0]["reason"]
        return reason


@dataclass(frozen=True)
class Api:
    """One that is served, with one asset, and what calls it."""

    served: Serving
    session: aiohttp.ClientSession

    async def ask(self, question: str, /, **fields: Any) -> Any:
        return await self.served.ask(question, **fields)

    async def strike(self, kind: str, **fields: Any) -> int:
        """Script a fault of the Content ID API."""
        number: int = (await self.ask("faults/script", service="content-id", kind=kind, **fields))["number"]
        return number

    async def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **query: str
    ) -> Answer:
        url = f"{self.served.urls['CONTENT_ID_URL']}/youtube/partner/v1/{path}"
        given = {"Authorization": "Bearer test"} if headers is None else headers
        query = {"onBehalfOfContentOwner": OWNER} | query
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        try:
            async with self.session.request(method, url, params=query, data=data, headers=given) as response:
                text = await response.text()
                return Answer(response.status, text, tuple(response.headers.items()))
        except aiohttp.ClientError as error:
            return Answer(0, failure=type(error).__name__)

    async def patch(self, custom_id: Any = "new", asset: str = ASSET, **query: str) -> Answer:
        return await self.call("PATCH", f"assets/{asset}", {"metadataMine": {"customId": custom_id}}, **query)

    async def custom_id(self, asset: str = ASSET) -> str | None:
        found: dict[str, str | None] = (await self.ask("content-id/custom-ids", ids=[asset]))["custom_ids"]
        return found.get(asset)

    async def statistics(self) -> Any:
        return await self.ask("content-id/statistics")


def run(scenario: Callable[[Api], Awaitable[None]]) -> None:
    """Run a scenario with stand-ins of its own."""

    async def main() -> None:
        async with serving() as served, aiohttp.ClientSession() as session:
            await served.ask("content-id/seed", assets=[{"id": ASSET, "custom_id": "old"}])
            await scenario(Api(served, session))

    asyncio.run(main())
