"""The token service: who gets a token, how long it is valid, and what is said when there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from sandbox.errors import WrongUseError
from sandbox.services.serve import Serving, serving
from sandbox.services.tokens import TokenService


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Client:
    served: Serving
    session: aiohttp.ClientSession
    clock: Clock

    @property
    def service(self) -> TokenService:
        return self.served.stand_ins["tokens"]

    async def post(self, *, body: bytes = b"{}", **headers: str) -> tuple[int, dict[str, Any], dict[str, str]]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(self.served.urls["TOKEN_URL"], data=body, headers=sent) as response:
            return response.status, await response.json(), dict(response.headers)

    async def token(self, **headers: str) -> str:
        status, body, _ = await self.post(x_api_key="test", **headers)
        assert status == 200, body
        return body["access_token"]

    async def question(self, name: str, **fields: Any) -> Any:
        return await self.served.ask(f"tokens/{name}", **fields)


def run(scenario: Callable[[Client], Awaitable[None]]) -> None:
    async def main() -> None:
        async with serving() as served, aiohttp.ClientSession() as session:
            client = Client(served, session, Clock())
            client.service._clock = client.clock
            await scenario(client)

    asyncio.run(main())


def test_a_token_is_kept_until_it_expires() -> None:
    async def scenario(client: Client) -> None:
        status, body, headers = await client.post(x_api_key="test")
        assert status == 200
        assert headers["Cache-Control"] == "no-store"
        assert body == {"access_token": body["access_token"], "token_type": "Bearer", "expires_in": 3600}
        first = body["access_token"]
        client.clock.now += 600
        status, body, _ = await client.post(x_api_key="test")
        assert body == {"access_token": first, "token_type": "Bearer", "expires_in": 3000}
        client.clock.now += 2999
        assert client.service.is_valid(first)
        client.clock.now += 1
        assert not client.service.is_valid(first)
        second = await client.token()
        assert second != first
        assert client.service.is_valid(second)
        assert len({first, second, await client.token(Cache_Control="no-cache")}) == 3
        assert client.service.is_valid(second)  # a new one ends none

    run(scenario)


def test_a_revoked_token_is_handed_out_until_a_new_one_is_asked_for() -> None:
    async def scenario(client: Client) -> None:
        first = await client.token()
        client.service.revoke(first)
        assert await client.token() == first
        assert not client.service.is_valid(first)
        second = await client.token(Cache_Control="max-age=0, No-Cache")
        assert client.service.is_valid(second)
        assert await client.token() == second

    run(scenario)


def test_a_token_is_used_up() -> None:
    async def scenario(client: Client) -> None:
        await client.question("settings", uses=2)
        first = await client.token()
        assert [client.service.is_valid(first) for _ in range(3)] == [True, True, False]
        second = await client.token()
        assert second != first
        assert client.service.is_valid(second)
        assert (await client.question("statistics"))["rejected"] == 1

    run(scenario)


def test_tokens_expire_on_request() -> None:
    async def scenario(client: Client) -> None:
        first = await client.token()
        assert await client.question("expire", kept=True) == {"expired": 1}
        assert not client.service.is_valid(first)
        assert await client.token() == first
        second = await client.token(Cache_Control="no-cache")
        await client.question("expire")
        third = await client.token()
        assert len({first, second, third}) == 3
        assert [client.service.is_valid(each) for each in (first, second, third)] == [False, False, True]

    run(scenario)


def test_the_time_of_a_token_can_be_set_and_stated_wrongly() -> None:
    async def scenario(client: Client) -> None:
        await client.question("settings", seconds=2, stated_seconds=3600)
        _, body, _ = await client.post(x_api_key="test")
        assert body["expires_in"] == 3600
        client.clock.now += 2
        assert not client.service.is_valid(body["access_token"])

    run(scenario)


@pytest.mark.parametrize("fields", [{"seconds": 0}, {"uses": 0}, {"second": 1}])
def test_settings_that_make_no_sense(fields: dict[str, Any]) -> None:
    async def scenario(client: Client) -> None:
        with pytest.raises(WrongUseError, match=r"greater than|Extra inputs"):
            await client.question("settings", **fields)

    run(scenario)


@pytest.mark.parametrize(
    ("headers", "status", "error"), [({}, 401, "invalid_client"), ({"x_api_key": "no"}, 403, "unauthorized_client")]
)
def test_a_key_is_needed(headers: dict[str, str], status: int, error: str) -> None:
    async def scenario(client: Client) -> None:
        answered, body, _ = await client.post(**headers)
        assert (answered, body["error"]) == (status, error)
        assert set(body) == {"error", "error_description"}

    run(scenario)


@pytest.mark.parametrize("body", [b"[]", b"grant_type=x", b"\xff"])
def test_the_body_is_an_object(body: bytes) -> None:
    async def scenario(client: Client) -> None:
        status, answer, _ = await client.post(body=body, x_api_key="test")
        assert (status, answer["error"]) == (400, "invalid_request")

    run(scenario)


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("throttle", 429, "slow_down"),
        ("internal", 500, "server_error"),
        ("unavailable", 503, "temporarily_unavailable"),
        ("invalid-grant", 400, "invalid_grant"),
        ("wrong-key", 403, "unauthorized_client"),
    ],
)
def test_faults_of_its_own(kind: str, status: int, error: str) -> None:
    async def scenario(client: Client) -> None:
        await client.served.ask("faults/script", service="tokens", kind=kind, times=1, retry_after=3)
        answered, body, headers = await client.post(x_api_key="test")
        assert (answered, body["error"], headers["Retry-After"]) == (status, error, "3")
        assert (await client.question("statistics"))["issued"] == 0
        assert await client.token()

    run(scenario)


def test_a_fault_can_strike_refreshes_alone() -> None:
    async def scenario(client: Client) -> None:
        where = {"operation": "refresh"}
        await client.served.ask("faults/script", service="tokens", kind="invalid-grant", where=where)
        assert await client.token()
        status, _, _ = await client.post(x_api_key="test", Cache_Control="no-cache")
        assert status == 400

    run(scenario)


def test_a_stale_token_is_given_and_not_valid() -> None:
    async def scenario(client: Client) -> None:
        await client.served.ask("faults/script", service="tokens", kind="stale", times=1)
        stale = await client.token()
        assert not client.service.is_valid(stale)
        assert client.service.is_valid(await client.token())

    run(scenario)


def test_known_tokens_are_valid_until_they_are_revoked() -> None:
    async def scenario(client: Client) -> None:
        assert client.service.is_valid("test")
        client.service.revoke("test")
        assert not client.service.is_valid("test")
        assert not client.service.is_valid("another")

    run(scenario)


def test_what_is_over_is_not_kept() -> None:
    """A worker that runs for weeks gets many tokens."""

    async def scenario(client: Client) -> None:
        for _ in range(5):
            await client.token()
            client.clock.now += 3600
        client.service.revoke("nobody's")
        assert len(client.service._tokens) == 1
        assert client.service._revoked == set()

    run(scenario)


def test_callers_are_counted_each() -> None:
    async def scenario(client: Client) -> None:
        await client.question("settings", keys={"a": "cleanup", "b": "other"})
        await client.post(x_api_key="a")
        await client.post(x_api_key="a", Cache_Control="no-cache")
        await client.post(x_api_key="b")
        await client.post(x_api_key="test")
        client.service.is_valid("x")
        expected = {
            "requests": {"cleanup": 2, "other": 1, "": 1},
            "refreshes": {"cleanup": 1},
            "statuses": {"200": 3, "403": 1},
            "issued": 2,
            "rejected": 1,
        }
        assert await client.question("reset") == expected
        assert (await client.question("statistics"))["requests"] == {}

    run(scenario)


def test_the_content_id_api_asks_whether_a_token_is_valid() -> None:
    async def scenario(client: Client) -> None:
        url = client.served.urls["CONTENT_ID_URL"] + "/youtube/partner/v1/assets?id=A1"

        async def status(token: str) -> int:
            async with client.session.get(url, headers={"Authorization": f"Bearer {token}"}) as response:
                return response.status

        token = await client.token()
        assert await status(token) != 401
        await client.question("expire")
        assert await status(token) == 401
        assert await status(await client.token()) != 401

    run(scenario)
