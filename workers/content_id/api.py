"""The Content ID API: one request an asset, until it is answered for good.

PATCH sets an absolute value, so that a request may be sent again without harm where nobody knows whether the first one
was carried out: after a timeout, a connection lost, an answer cut off.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import aiohttp
from yarl import URL

from workers.content_id.answers import Action, Decision, decide
from workers.content_id.rate import Pacer, Turn, share
from workers.content_id.tokens import CredentialsRefusedError, Tokens, TokenServiceDownError
from workers.frame.problems import Problem, ServiceDownError, StoppedError
from workers.frame.retries import RetryPolicy, TransientError, retry

if TYPE_CHECKING:
    from workers.content_id.settings import ContentIdSettings
    from workers.content_id.tokens import Token
    from workers.frame.stopping import Stop

PATH = "/youtube/partner/v1/assets/"
TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
POLICY = RetryPolicy(attempts=8)  # with full jitter half a minute on average: as long as a service takes to restart
DOWN_AFTER = 3  # items that fail for good one after the other, none answered between, mean that the service is down


class ItemError(Exception):
    """One item cannot be done; the others go on."""

    def __init__(self, problem: Problem) -> None:
        """Carry what is recorded on the item."""
        super().__init__(problem.detail)
        self.problem = problem


@dataclass
class Statistics:
    """What was asked and answered.

    Attributes:
        requests: sent to the Content ID API, each retry and replay counted.
        answers: how many of each kind: `accepted`, or the kind of the problem.
    """

    requests: int = 0
    answers: Counter[str] = field(default_factory=Counter)


class ContentIdApi:
    """Sets custom ids of assets, under one rate and one token."""

    def __init__(
        self,
        settings: ContentIdSettings,
        session: aiohttp.ClientSession,
        pacer: Pacer,
        tokens: Tokens,
        policy: RetryPolicy = POLICY,
    ) -> None:
        """Begin with nothing sent.

        Args:
            settings: address, content owner, and when the quota of the day begins anew.
            session: for the requests; it holds as many connections as are to be in flight.
            pacer: gives every request its turn.
            tokens: gives every request its token.
            policy: of the retries of one item.
        """
        self._assets = settings.content_id_url.rstrip("/") + PATH
        self._owner = settings.content_owner
        self._time_zone = ZoneInfo(settings.quota_time_zone)
        self._session = session
        self._pacer = pacer
        self._tokens = tokens
        self._policy = policy
        self._answered = 0
        self._failed_in_a_row = 0
        self.statistics = Statistics()

    @property
    def rate(self) -> float:
        """Requests per second, at this moment."""
        return self._pacer.rate

    @property
    def token_requests(self) -> int:
        """How many requests the token service has had."""
        return self._tokens.requests

    async def set_custom_id(self, asset_id: str, custom_id: str, stop: Stop) -> None:
        """Set the custom id of an asset, trying until it is answered for good.

        Raises:
            ItemError: this asset cannot be done, by the API's answer or after all retries.
            StoppedError: the run is to stop, or the quota of the day is used up.
            CredentialsRefusedError: a person must act.
            ServiceDownError: the API or the token service is down.
            WrongInputError: the token service refuses the settings.
        """
        if not asset_id.strip("."):  # as a part of a path it would mean another resource
            raise ItemError(Problem("asset-id-wrong", "The asset id is none", repr(asset_id), instance=asset_id))

        async def attempt() -> None:
            await self._attempt(asset_id, custom_id, stop)

        answered_before = self._answered
        try:
            await retry(attempt, self._policy, stop)
        except (TokenServiceDownError, CredentialsRefusedError):
            raise
        except ServiceDownError as error:
            if self._answered == answered_before:
                self._failed_in_a_row += 1
                if not self._answered or self._failed_in_a_row >= DOWN_AFTER:
                    raise
            raise ItemError(dataclasses.replace(error.problem, instance=asset_id)) from error

    async def _attempt(self, asset_id: str, custom_id: str, stop: Stop) -> None:
        decision, token = await self._send(asset_id, custom_id, stop)
        if decision.action is Action.RENEW:
            await self._tokens.renew(token)
            decision, token = await self._send(asset_id, custom_id, stop)
        if decision.action is Action.ACCEPT:
            _check(decision.body or {}, asset_id, custom_id)
            return
        problem = decision.problem
        if problem is None:
            raise RuntimeError(f"{decision.action} without a problem")
        match decision.action:
            case Action.RENEW:
                self._tokens.refused(token)
                raise TransientError(problem)
            case Action.BACK_OFF:
                if (decision.retry_after or 0) > self._policy.patience_seconds:
                    raise StoppedError(problem)
                raise TransientError(problem, decision.retry_after)
            case Action.STOP:
                raise StoppedError(self._with_reset(problem))
            case Action.ABORT:
                raise CredentialsRefusedError(problem)
            case _:
                raise ItemError(dataclasses.replace(problem, instance=asset_id))

    async def _send(self, asset_id: str, custom_id: str, stop: Stop) -> tuple[Decision, Token]:
        try:
            turn = await self._pacer.turn(stop, self._tokens.current)
        except StoppedError as error:
            raise StoppedError(self._with_reset(error.problem)) from None
        token = self._tokens.latest
        self.statistics.requests += 1
        try:
            async with self._session.patch(
                URL(self._assets + quote(asset_id, safe=""), encoded=True).with_query(
                    onBehalfOfContentOwner=self._owner
                ),
                data=json.dumps({"metadataMine": {"customId": custom_id}}).encode(),
                headers={"Authorization": f"Bearer {token.value}", "Content-Type": "application/json"},
                allow_redirects=False,
                timeout=TIMEOUT,
                trace_request_ctx=turn,
            ) as response:
                decision = decide(response.status, response.headers, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            problem = Problem("service-unreachable", "The service cannot be reached", detail)
            decision = Decision(Action.BACK_OFF, problem)
        finally:
            self._pacer.sent(turn)
        self.statistics.answers[decision.problem.kind if decision.problem else "accepted"] += 1
        if decision.action is Action.BACK_OFF:
            self._pacer.refused(turn)
            if decision.retry_after:
                self._pacer.pause(decision.retry_after)
            return decision, token
        self._pacer.accepted(turn)
        if decision.action in {Action.ACCEPT, Action.RECORD}:
            self._tokens.accepted(token)
            self._answered += 1
            self._failed_in_a_row = 0
        return decision, token

    def _with_reset(self, problem: Problem) -> Problem:
        if problem.kind != "daily-quota-exhausted" or "resets_at" in problem.extensions:
            return problem
        moment = next_midnight(datetime.now(UTC), self._time_zone)
        return dataclasses.replace(problem, extensions={**problem.extensions, "resets_at": moment.isoformat()})


def next_midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the next day begins in a time zone: https://developers.google.com/youtube/v3/getting-started#quota."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)


def _check(asset: Mapping[str, Any], asset_id: str, custom_id: str) -> None:
    """Raise ItemError if the asset that was answered has another custom id than the one that was sent."""
    metadata = asset.get("metadataMine")
    answered = metadata.get("customId") if isinstance(metadata, dict) else None
    if answered is not None and answered != custom_id:
        detail = f"the custom id is {answered!r} after it was set to {custom_id!r}"
        raise ItemError(Problem("custom-id-not-set", "The custom id was not set", detail, instance=asset_id))


@asynccontextmanager
async def connect(
    settings: ContentIdSettings, stop: Stop, *, shard_index: int = 0, shard_count: int = 1
) -> AsyncIterator[ContentIdApi]:
    """Give the API, with connections of its own, and close them.

    Args:
        settings: all that can be set.
        stop: ends waits.
        shard_index: which shard this is, from 0: it gets its share of the quota.
        shard_count: how many there are.

    Raises:
        WrongInputError: there are more shards than requests in a second or a day.
    """
    per_second = share(settings.requests_per_second, shard_index, shard_count)
    per_day = None
    if settings.requests_per_day is not None:
        per_day = int(share(settings.requests_per_day, shard_index, shard_count))
    pacer = Pacer(per_second, per_day=per_day)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=settings.concurrency_of(per_second) + 1, keepalive_timeout=60),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept": "application/json"},
        trace_configs=[_telling(pacer)],
    ) as session:
        tokens = Tokens(settings, session, stop)
        try:
            yield ContentIdApi(settings, session, pacer, tokens)
        finally:
            await tokens.close()


def _telling(pacer: Pacer) -> aiohttp.TraceConfig:
    """Return what tells the pacer when a request is written: a new connection may have taken its time before."""

    async def on_body_sent(_session: object, context: SimpleNamespace, _parameters: object) -> None:
        if isinstance(context.trace_request_ctx, Turn):  # and not a request for a token
            pacer.sent(context.trace_request_ctx)

    config = aiohttp.TraceConfig()
    config.on_request_chunk_sent.append(on_body_sent)  # headers and body are written together, right after
    return config
