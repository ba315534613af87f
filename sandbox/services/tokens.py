"""The token service on loopback: it hands out access tokens for the Content ID API to who has its key.

The service is internal and nothing of it is published [U]: POST with the header `x-api-key` and a JSON object,
answered by the members of RFC 6749, section 5.1, and by the errors of its section 5.2. It keeps its token until it
expires, and asks for a new one before that only if the request says `Cache-Control: no-cache` (RFC 9111, section
5.2.1.4).
"""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from sandbox.services import addresses, given, transport
from sandbox.services.kinds import Effect, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.services.contract import Question
    from sandbox.services.faults import Faults

PATH: Final = addresses.TOKEN_PATH
KINDS: Final = {
    "throttle": Kind("429, and no token"),
    "internal": Kind("500 server_error, and no token"),
    "unavailable": Kind("503 temporarily_unavailable, and no token"),
    "stale": Kind("200 with a token that is not valid", weight=0),
    "invalid-grant": Kind("400 invalid_grant: the service's own grant was revoked; a person must act", Effect.ENDS),
    "wrong-key": Kind("403 to a key that it knows", Effect.ENDS),
}
_REFUSALS: Final = {
    "throttle": (429, "slow_down", "Too many requests."),
    "internal": (500, "server_error", "The service failed."),
    "unavailable": (503, "temporarily_unavailable", "The service cannot answer now."),
    "invalid-grant": (400, "invalid_grant", "Token has been expired or revoked."),
    "wrong-key": (403, "unauthorized_client", "This key may not have a token."),
}


class Settings(BaseModel):
    """How it behaves.

    Attributes:
        keys: those that it takes in `x-api-key`, by key the name of the caller that it counts under.
        seconds: how long a token is valid.
        uses: how often a token can be used; None for as often as one likes.
        stated_seconds: what `expires_in` says, if that is not the truth.
        known: tokens that are valid without having been given out, until they are revoked: for who needs no service.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: dict[str, str] = {"test": "test"}
    seconds: float = Field(default=3600, gt=0)
    uses: int | None = Field(default=None, ge=1)
    stated_seconds: int | None = None
    known: frozenset[str] = frozenset({"test"})


@dataclass
class Token:
    """An access token that was given out; `uses` is how often it can still be used, None for always."""

    value: str
    expires: float
    uses: int | None


@dataclass
class Statistics:
    """Counts since the last reset.

    Attributes:
        requests: by caller, "" for one with a wrong key.
        refreshes: of these, how many asked for a new token (`no-cache`).
        issued: how many tokens were made.
        statuses: of the answers.
        rejected: how often a token was not valid when it was used.
    """

    requests: Counter[str] = field(default_factory=Counter)
    refreshes: Counter[str] = field(default_factory=Counter)
    issued: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    rejected: int = 0

    def facts(self) -> dict[str, Any]:
        """Return the counts as JSON."""
        counters = {"requests": self.requests, "refreshes": self.refreshes, "statuses": self.statuses}
        numbers = {"issued": self.issued, "rejected": self.rejected}
        return {**{name: dict(counter) for name, counter in counters.items()}, **numbers}


class TokenService:
    """The stand-in. `settings` and `statistics` may be used directly in its event loop."""

    name = "tokens"

    def __init__(self, faults: Faults, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = Settings()
        self.statistics = Statistics()
        self._faults = faults
        self._clock = clock
        self._tokens: dict[str, Token] = {}
        self._revoked: set[str] = set()
        self._kept: Token | None = None

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The errors that can be scripted."""
        return KINDS

    def routes(self) -> list[web.RouteDef]:
        """Return what it serves."""
        return [web.post(PATH, self._answer)]

    def questions(self) -> Mapping[str, Question]:
        """Return what commands and tests ask."""
        return {
            "settings": self._change,
            "expire": self._expire,
            "statistics": self._count,
            "reset": self._reset,
        }

    def is_valid(self, token: str) -> bool:
        """Tell whether an access token can be used now, and count that as a use of it."""
        found = self._tokens.get(token)
        if found is None:
            valid = token in self.settings.known and token not in self._revoked
        else:
            valid = self._is_good(found)
            if valid and found.uses is not None:
                found.uses -= 1
        self.statistics.rejected += not valid
        return valid

    def revoke(self, token: str) -> None:
        """Let a token be valid no more; the service keeps it all the same, until it is asked for a new one."""
        if self._tokens.pop(token, None) is None and token in self.settings.known:
            self._revoked.add(token)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        caller = self.settings.keys.get(request.headers.get("x-api-key", ""))
        new = "no-cache" in request.headers.get("Cache-Control", "").lower()
        self.statistics.requests[caller or ""] += 1
        if new:
            self.statistics.refreshes[caller or ""] += 1
        if caller is None:
            if "x-api-key" in request.headers:
                return self._refuse(403, "unauthorized_client", "This key is not known.")
            return self._refuse(401, "invalid_client", "A key is needed in x-api-key.")
        fault = await self._faults.next(self.name, {"operation": "refresh" if new else "get", "item": caller})
        if fault is not None and fault.kind in _REFUSALS:
            return self._refuse(*_REFUSALS[fault.kind], fault.headers())
        if not _is_object(await request.read()):
            return self._refuse(400, "invalid_request", "The body is not a JSON object.")

        async def perform() -> web.Response:
            stale = fault is not None and fault.kind == "stale"
            return self._give(secrets.token_urlsafe(48) if stale else self._token(new=new).value)

        return await transport.answer(request, None if fault and fault.kind in KINDS else fault, perform)

    def _token(self, *, new: bool) -> Token:
        """Return the token that is kept, or a new one if it is over, or if one is asked for.

        A token that was revoked is not known to be, so it is kept too. One that is used up is: its service counts.
        """
        kept = self._kept
        if new or kept is None or not self._is_good(kept):
            kept = Token(secrets.token_urlsafe(48), self._clock() + self.settings.seconds, self.settings.uses)
            self._tokens = {value: token for value, token in self._tokens.items() if self._is_good(token)}
            self._tokens[kept.value] = self._kept = kept
            self.statistics.issued += 1
        return kept

    def _is_good(self, token: Token) -> bool:
        return self._clock() < token.expires and token.uses != 0

    def _give(self, token: str) -> web.Response:
        kept = self._kept
        left = kept.expires - self._clock() if kept is not None else self.settings.seconds
        stated = self.settings.stated_seconds
        expires_in = int(left) if stated is None else stated
        return self._response(200, {"access_token": token, "token_type": "Bearer", "expires_in": expires_in})

    def _refuse(self, status: int, error: str, words: str, headers: Mapping[str, str] | None = None) -> web.Response:
        return self._response(status, {"error": error, "error_description": words}, headers)

    def _response(self, status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> web.Response:
        self.statistics.statuses[str(status)] += 1
        sent = {"Cache-Control": "no-store", **(headers or {})}  # RFC 6749, 5.1
        return web.json_response(body, status=status, headers=sent)

    async def _change(self, fields: dict[str, Any]) -> Any:
        """Change the settings that are given, keep the others, and return all; they hold for tokens made after."""
        self.settings = given.changed(self.settings, fields)
        return self.settings.model_dump(mode="json")

    async def _expire(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Let all tokens be valid no more; with `kept` the service hands its own out all the same, until `no-cache`."""
        expired = len(self._tokens)
        self._tokens.clear()
        if not fields.get("kept"):
            self._kept = None
        return {"expired": expired}

    async def _count(self, _fields: dict[str, Any]) -> dict[str, Any]:
        """Return what was counted."""
        return self.statistics.facts()

    async def _reset(self, _fields: dict[str, Any]) -> dict[str, Any]:
        """Count from zero again; return what was counted before. Settings and tokens stay."""
        before, self.statistics = self.statistics, Statistics()
        return before.facts()


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body or b"{}"), dict)
    except ValueError:
        return False
