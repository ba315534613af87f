"""The access token, from the token service: one request for it at a time, however many need it.

The service's form is that of RFC 6749, section 5: `access_token`, `token_type` and `expires_in`, or `error`.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp
from pydantic import BaseModel, Field, ValidationError

from workers.content_id.answers import CREDENTIALS_GONE, Action, decide
from workers.frame.logs import hide
from workers.frame.problems import Problem, ServiceDownError, WrongInputError
from workers.frame.retries import RetryPolicy, TransientError, retry, retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workers.content_id.settings import ContentIdSettings
    from workers.frame.stopping import Stop

EARLY_SECONDS = 120.0  # a token is renewed so long before its end, or a tenth of its life where that is shorter
EARLY_SHARE = 0.1
AGAIN_SECONDS = 15.0  # between tries to renew a token that still holds
HOPELESS = 3  # so many answers in a row refuse tokens that were just renewed: to renew them does not help
POLICY = RetryPolicy()
TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)


class TokenServiceDownError(ServiceDownError):
    """The token service does not answer, after all retries."""


class CredentialsRefusedError(ServiceDownError):
    """Requests are not authorised any more, and no new token will change that: a person must act."""


class _Answer(BaseModel):
    """RFC 6749, section 5.1."""

    access_token: str = Field(min_length=1, pattern=r"^[\x21-\x7e]+$")
    token_type: str = Field("Bearer", pattern=r"^(?i:bearer)$")
    expires_in: float | None = Field(None, gt=0, allow_inf_nan=False)


@dataclass(slots=True)
class Token:
    """An access token, and what is known of it.

    Attributes:
        value: the token; never shown.
        expires_at: when it ends, by the clock of `Tokens`.
        renew_at: from when on a new one is asked for, while this one still holds.
        renewed: whether it came after another was refused or ran out, and so from no cache.
        was_accepted: whether an answer has accepted it.
    """

    value: str = field(repr=False)
    expires_at: float
    renew_at: float
    renewed: bool
    was_accepted: bool = False


class Tokens:
    """The token that all requests use."""

    def __init__(
        self,
        settings: ContentIdSettings,
        session: aiohttp.ClientSession,
        stop: Stop,
        *,
        policy: RetryPolicy = POLICY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin without a token: the first that needs one asks for it.

        Args:
            settings: the service's address, its key and the header for it.
            session: for the requests.
            stop: ends waits between retries.
            policy: of the retries.
            clock: seconds that only go forward.
        """
        self._settings = settings
        self._session = session
        self._stop = stop
        self._policy = policy
        self._clock = clock
        self._token: Token | None = None
        self._renewal: asyncio.Task[Token] | None = None
        self._broken: BaseException | None = None
        self._refusals = 0
        self.requests = 0

    @property
    def latest(self) -> Token:
        """The newest token, once `current` has returned one."""
        if self._token is None:
            raise RuntimeError("nobody has asked for a token yet")
        return self._token

    async def current(self) -> Token:
        """Return a token that holds; near its end, see to the next one meanwhile.

        Raises:
            CredentialsRefusedError: the service says `invalid_grant`.
            WrongInputError: the service refuses the key or the request.
            TokenServiceDownError: the service does not answer, and there is no token that holds.
            StoppedError: the run is to stop.
        """
        if self._broken is not None:
            raise self._broken
        token, now = self._token, self._clock()
        if token is None or now >= token.expires_at:
            return await self._renewed()
        if now >= token.renew_at:
            self._begin_renewal()
        return token

    async def renew(self, refused: Token) -> Token:
        """Return a token that is newer than one that was refused; raises what `current` and `refused` raise.

        Whoever was refused with an older token than the latest gets the latest, without a request.
        """
        if refused is self._token:
            self.refused(refused)
            refused.expires_at = -math.inf  # nobody sends it any more
        return await self.current()

    def accepted(self, token: Token) -> None:
        """Hear that an answer has accepted a token."""
        token.was_accepted = True
        self._refusals = 0

    def refused(self, token: Token) -> None:
        """Hear that a token was refused.

        One answer that refuses a new token may be a slip of the service: it takes some, and none that accepts between.

        Raises:
            CredentialsRefusedError: new tokens are refused again and again.
        """
        if not token.renewed or token.was_accepted:
            return  # it may have run out since
        self._refusals += 1
        if self._refusals >= HOPELESS:
            detail = "the Content ID API refuses tokens that the token service has just renewed"
            raise CredentialsRefusedError(Problem("credentials-refused", CREDENTIALS_GONE, detail, status=401))

    async def close(self) -> None:
        """Leave no renewal behind."""
        if self._renewal is not None and not self._renewal.done():
            self._renewal.cancel()
            await asyncio.wait({self._renewal})

    async def _renewed(self) -> Token:
        # Whoever waits may be cancelled, and the others still get their token.
        return await asyncio.shield(self._begin_renewal())

    def _begin_renewal(self) -> asyncio.Task[Token]:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._fetch(), name="access token")
            self._renewal.add_done_callback(self._landed)
        return self._renewal

    def _landed(self, renewal: asyncio.Task[Token]) -> None:
        if renewal.cancelled():
            return
        error = renewal.exception()
        if error is None:
            self._token = renewal.result()
        elif isinstance(error, TokenServiceDownError):
            if self._token is not None:  # as long as it holds, the service has time to come back
                self._token.renew_at = self._clock() + AGAIN_SECONDS
        else:
            self._broken = error

    async def _fetch(self) -> Token:
        renewed = self._token is not None

        async def attempt() -> Token:
            return await self._ask(renewed=renewed)

        try:
            return await retry(attempt, self._policy, self._stop)
        except CredentialsRefusedError:
            raise
        except ServiceDownError as error:
            raise TokenServiceDownError(error.problem) from error

    async def _ask(self, *, renewed: bool) -> Token:
        headers = {self._settings.token_key_header: self._settings.token_api_key.get_secret_value()}
        if renewed:
            headers["Cache-Control"] = "no-cache"
        asked_at = self._clock()
        self.requests += 1
        try:
            async with self._session.post(
                self._settings.token_url, json={}, headers=headers, allow_redirects=False, timeout=TIMEOUT
            ) as response:
                status, body, answer_headers = response.status, await response.read(), response.headers
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise TransientError(_down(detail)) from error
        if status != 200:
            raise _error(status, answer_headers, body)
        try:
            answer = _Answer.model_validate_json(body)
        except ValidationError as error:
            # Only where it is wrong: what is wrong may be a part of a token.
            where = ", ".join(".".join(map(str, one["loc"])) or one["type"] for one in error.errors())
            raise TransientError(_down(f"HTTP 200 without a token: {where}"), retry_after(answer_headers)) from None
        life = math.inf if answer.expires_in is None else answer.expires_in
        hide(answer.access_token)
        early = min(EARLY_SECONDS, life * EARLY_SHARE)
        return Token(answer.access_token, asked_at + life, asked_at + life - early, renewed)


def _error(status: int, headers: Mapping[str, str], body: bytes) -> Exception:
    decision = decide(status, headers, body)
    detail = decision.problem.detail if decision.problem else f"HTTP {status}"
    if decision.action is Action.ABORT:
        return CredentialsRefusedError(Problem("credentials-refused", CREDENTIALS_GONE, detail, status=status))
    if decision.action in {Action.BACK_OFF, Action.STOP}:
        return TransientError(_down(detail, status), decision.retry_after)
    title = "The token service refuses the request: its address or its key is wrong"
    return WrongInputError(Problem("token-service-refused", title, detail, status=status))


def _down(detail: str, status: int | None = None) -> Problem:
    return Problem("token-service-down", "The token service gives no token", detail, status=status)
