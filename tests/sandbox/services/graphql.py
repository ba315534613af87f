"""A client of the stand-in of AppSync, which is served in the event loop of the test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.services.appsync.service import AppSync
from sandbox.services.serve import Serving, serving

LIST = """
query List($filter: ModelChannelFilterInput, $limit: Int, $nextToken: String) {
  listChannels(filter: $filter, limit: $limit, nextToken: $nextToken) { items { id } nextToken }
}
"""
GET = "query Get($id: ID!) { getChannel(id: $id) { id channelId customId displayName createdAt updatedAt } }"
CREATE = """
mutation Create($input: CreateChannelInput!, $condition: ModelChannelConditionInput) {
  createChannel(input: $input, condition: $condition) { id channelId customId displayName createdAt updatedAt }
}
"""
UPDATE = """
mutation Update($input: UpdateChannelInput!, $condition: ModelChannelConditionInput) {
  updateChannel(input: $input, condition: $condition) { id channelId customId displayName createdAt updatedAt }
}
"""
DELETE = """
mutation Delete($input: DeleteChannelInput!, $condition: ModelChannelConditionInput) {
  deleteChannel(input: $input, condition: $condition) { id channelId }
}
"""


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]

    @property
    def data(self) -> Any:
        assert self.status == 200, self.body
        assert "errors" not in self.body, self.body
        return self.body["data"]

    @property
    def error(self) -> dict[str, Any]:
        """The only error."""
        (error,) = self.body["errors"]
        return error


@dataclass(frozen=True)
class Api:
    served: Serving
    session: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return self.served.urls["GRAPHQL_URL"]

    @property
    def service(self) -> AppSync:
        return self.served.stand_ins["appsync"]

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        async with self.session.post(self.url, data=body, headers=headers) as response:
            return Answer(response.status, await response.json(), response.headers)

    async def ask(self, query: str, **variables: Any) -> Answer:
        async with self.session.post(
            self.url, json={"query": query, "variables": variables}, headers={"x-api-key": "test"}
        ) as response:
            return Answer(response.status, await response.json(), response.headers)

    async def question(self, name: str, **fields: Any) -> Any:
        return await self.served.ask(f"appsync/{name}", **fields)

    async def put(self, *channels: dict[str, Any]) -> None:
        await self.question("put", channels=list(channels))

    async def pages(self, **variables: Any) -> list[list[str]]:
        """The ids of all pages, at most a thousand."""
        found, token = [], None
        for _ in range(1000):
            page = (await self.ask(LIST, nextToken=token, **variables)).data["listChannels"]
            found.append([item["id"] for item in page["items"]])
            token = page["nextToken"]
            if token is None:
                return found
        raise AssertionError("the list does not end")


def run(scenario: Callable[[Api], Awaitable[None]], **settings: Any) -> None:
    """Run a scenario against a new API with these settings."""

    async def main() -> None:
        async with serving() as served, aiohttp.ClientSession() as session:
            api = Api(served, session)
            await api.question("settings", **settings)
            await scenario(api)

    asyncio.run(main())
