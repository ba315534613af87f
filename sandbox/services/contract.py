"""What a stand-in is to the process that serves it, and what one stand-in knows of another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from aiohttp import web

    from sandbox.services.kinds import Kind

Question = Callable[[dict[str, Any]], Awaitable[Any]]
"""Gets the JSON object of the request, returns what is JSON; `WrongUseError` is answered with 400 and its text."""


class StandIn(Protocol):
    """A service on loopback. It asks `await faults.next(self.name, facts)` before each answer, and obeys."""

    @property
    def name(self) -> str:
        """What it is called in addresses and commands, like `content-id`."""

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The faults of its own that can be scripted, by name; those of `transport.py` every stand-in has."""

    def routes(self) -> list[web.RouteDef]:
        """Return what it serves."""

    def questions(self) -> Mapping[str, Question]:
        """Return what it answers at POST /_punctual/services/<its name>/<question>."""


class Tokens(Protocol):
    """What the Content ID API asks of the token service."""

    def is_valid(self, token: str) -> bool:
        """Tell whether an access token was given out and has neither expired nor been revoked."""

    def revoke(self, token: str) -> None:
        """Let a token be valid no more, before its time is over; the service gives out a new one when asked again."""
