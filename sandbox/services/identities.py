"""Whose credentials a request is signed with, and what they may do: the sandbox knows, which gave them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp

from sandbox.asking import CONTROL_PATH
from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ADMINISTRATOR = "test"  # the key and the secret of the account's administrator, in every sandbox
SECONDS = 30


@dataclass(frozen=True, slots=True)
class Credentials:
    """What goes with an access key.

    Attributes:
        secret_access_key: what requests are signed with.
        session_token: what is sent beside them; "" for a user's, which have none.
    """

    secret_access_key: str
    session_token: str = ""


class Identities(Protocol):
    """Those who may call."""

    async def credentials(self, access_key_id: str) -> Credentials | None:
        """Return what goes with an access key; None for a key of nobody."""

    async def refused(self, access_key_id: str, action: str, resources: Sequence[str]) -> Mapping[str, str]:
        """Return the resources on which whoever has this key may not do something, each with the reason."""


class Administrator:
    """An account that has nobody but its administrator: where there is no sandbox to ask."""

    async def credentials(self, access_key_id: str) -> Credentials | None:
        """Return the administrator's credentials for the administrator's key."""
        return Credentials(ADMINISTRATOR) if access_key_id == ADMINISTRATOR else None

    async def refused(self, access_key_id: str, action: str, resources: Sequence[str]) -> Mapping[str, str]:  # noqa: ARG002
        """Return nothing: the administrator may do anything."""
        return {}


class SandboxIdentities:
    """The users and roles of a sandbox, with the policies that were applied there."""

    def __init__(self, endpoint: str) -> None:
        """Ask the sandbox at this address, like http://127.0.0.1:5000."""
        self._address = f"{endpoint.rstrip('/')}{CONTROL_PATH}caller"
        self._known: dict[str, Credentials] = {ADMINISTRATOR: Credentials(ADMINISTRATOR)}

    async def credentials(self, access_key_id: str) -> Credentials | None:
        """Return what goes with an access key; it never changes, so it is asked once.

        Raises:
            SandboxError: the sandbox does not answer.
        """
        if access_key_id not in self._known:
            answer = await self._ask({"access_key_id": access_key_id})
            if not answer["arn"]:
                return None
            self._known[access_key_id] = Credentials(answer["secret_access_key"], answer["session_token"])
        return self._known[access_key_id]

    async def refused(self, access_key_id: str, action: str, resources: Sequence[str]) -> Mapping[str, str]:
        """Return the resources that are refused, each time anew: policies change.

        Raises:
            SandboxError: the sandbox does not answer.
        """
        question = {"access_key_id": access_key_id, "action": action, "resources": list(resources)}
        refused: dict[str, str] = (await self._ask(question))["refused"]
        return refused

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as session,
                session.post(self._address, json=question) as response,
            ):
                answer: dict[str, Any] = await response.json()
                return answer
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SandboxError(f"the sandbox at {self._address} does not answer: {error}") from None
