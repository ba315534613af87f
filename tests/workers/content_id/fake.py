"""A small Content ID API and token service in the test's own event loop: tests say what they answer."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from workers.content_id.api import ContentIdApi, _telling
from workers.content_id.rate import Pacer
from workers.content_id.settings import ContentIdSettings
from workers.content_id.tokens import Tokens
from workers.frame.retries import RetryPolicy
from workers.frame.stopping import Stop

QUICK = RetryPolicy(attempts=6, base_seconds=0.001, cap_seconds=0.002)


def settings(**values):
    known = {
        "event_bus": "bus",
        "content_owner": "content-owner",
        "content_id_url": "http://127.0.0.1:1",
        "token_url": "http://127.0.0.1:1/token",
        "token_api_key": "test",
        "requests_per_second": 5000,
    }
    return ContentIdSettings(**(known | values))


def asset(asset_id, custom_id):
    return {"kind": "youtubePartner#asset", "id": asset_id, "metadataMine": {"customId": custom_id}}


@dataclass
class Fake:
    """`patch` and `token` may be replaced; they return a web.Response, or None for what is normal."""

    patch: object = None
    token: object = None
    expires_in: float | None = 3600
    requests: list = field(default_factory=list)
    token_requests: list = field(default_factory=list)
    custom_ids: dict = field(default_factory=dict)

    async def _patch(self, request):
        self.requests.append(request)
        body = await request.json()
        asset_id = request.match_info["asset"]
        answer = await self.patch(request) if self.patch else None
        if answer is not None:
            return answer
        self.custom_ids[asset_id] = body["metadataMine"]["customId"]
        return web.json_response(asset(asset_id, self.custom_ids[asset_id]))

    async def _token(self, request):
        self.token_requests.append(request)
        answer = await self.token(request) if self.token else None
        if answer is not None:
            return answer
        body = {"access_token": f"token-{len(self.token_requests)}", "token_type": "Bearer"}
        return web.json_response(body | ({"expires_in": self.expires_in} if self.expires_in else {}))

    def used_tokens(self):
        return Counter(request.headers["Authorization"].removeprefix("Bearer ") for request in self.requests)

    @contextlib.asynccontextmanager
    async def serve(self, *, policy=QUICK, pacer=None, clock=None, **values):
        """Serve, and give an API that uses it."""
        app = web.Application()
        app.add_routes([web.patch("/youtube/partner/v1/assets/{asset}", self._patch), web.post("/token", self._token)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = site.name
        self.settings = settings(content_id_url=self.url, token_url=f"{self.url}/token", **values)
        self.pacer = pacer or Pacer(self.settings.requests_per_second)
        self.stop = Stop()
        try:
            async with aiohttp.ClientSession(trace_configs=[_telling(self.pacer)]) as session:
                more = {"clock": clock} if clock else {}
                self.tokens = Tokens(self.settings, session, self.stop, policy=QUICK, **more)
                try:
                    yield ContentIdApi(self.settings, session, self.pacer, self.tokens, policy)
                finally:
                    await self.tokens.close()
        finally:
            await runner.cleanup()

    async def set(self, api, *asset_ids):
        """Set custom ids all at once; return what each raised, or None."""
        calls = (api.set_custom_id(asset_id, f"id-of-{asset_id}", self.stop) for asset_id in asset_ids)
        return await asyncio.gather(*calls, return_exceptions=True)
