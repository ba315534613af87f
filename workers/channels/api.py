"""The GraphQL API of channels: list, get, create and update, each tried again while that may help."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import yarl
from pydantic import ValidationError

from workers.channels.answers import CONDITION_FAILED, CONFLICT, INVALID, RefusedError, data_of
from workers.channels.documents import PAGE_SIZE, Document, Documents
from workers.channels.records import Page, Record
from workers.channels.settings import GraphqlAuth, GraphqlSettings
from workers.channels.signing import ApiKeySigner, RoleSigner, Signer
from workers.frame.logs import logger
from workers.frame.problems import Problem, ServiceDownError, WrongInputError
from workers.frame.retries import RetryPolicy, TransientError, retry

if TYPE_CHECKING:
    from workers.channels.channel import Channel
    from workers.frame.aws import Clients
    from workers.frame.stopping import Stop

TIMEOUT = aiohttp.ClientTimeout(total=35, connect=10)  # AppSync gives a request 30 seconds
POLICY = RetryPolicy()
LOG = logger(__name__)


class ChangedMeanwhileError(Exception):
    """A record is not what the request took it for: it exists already, is gone, or has another version by now."""

    def __init__(self, problem: Problem) -> None:
        """Carry what the API said."""
        super().__init__(problem.detail)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ChannelsApi:
    """A client of the GraphQL API; safe for many tasks of one event loop.

    What a method raises beside its own errors: ServiceDownError (no answer after all tries, or the credentials are
    refused), WrongInputError (no GraphQL at the address), StoppedError (asked to stop while waiting to try again).
    """

    url: str
    signer: Signer
    session: aiohttp.ClientSession
    stop: Stop
    documents: Documents
    policy: RetryPolicy = POLICY

    @classmethod
    async def connect(
        cls, settings: GraphqlSettings, session: aiohttp.ClientSession, clients: Clients, stop: Stop
    ) -> ChannelsApi:
        """Return a client for these settings; nothing is sent yet.

        Raises:
            ServiceDownError: no AWS credentials are to be had, and requests are to be signed with them.
        """
        signer: Signer
        if settings.graphql_auth is GraphqlAuth.API_KEY and settings.graphql_api_key is not None:
            signer = ApiKeySigner(settings.graphql_api_key)
        else:
            signer = await asyncio.to_thread(RoleSigner.of, clients)
        documents = Documents.of(versioned=settings.graphql_versioned)
        return cls(settings.graphql_url, signer, session, stop, documents)

    async def list_channels(self) -> list[Channel]:
        """Return every channel that is not deleted, in the order of the API.

        Records without a YouTube id are left out; a log line says how many.

        Raises:
            ServiceDownError: an answer has errors; what it has beside them is not taken for the whole list.
            WrongInputError: the API has no such type, or is versioned where the settings say otherwise.
        """
        channels: list[Channel] = []
        without_id = 0
        token: str | None = None
        tokens: set[str] = set()
        while True:
            self.stop.check()
            page = await self._page(token)
            for record in page.items:
                if record is not None and not record.deleted:
                    if record.channel_id:
                        channels.append(record.channel)
                    else:
                        without_id += 1
            if page.next_token is None:
                break
            token = page.next_token
            if token in tokens:
                detail = "listChannels gives the same nextToken again, so the list has no end"
                raise ServiceDownError(Problem("list-without-end", "The list of channels does not end", detail))
            tokens.add(token)
        LOG.info("channels listed", channels=len(channels), pages=len(tokens) + 1, without_channel_id=without_id)
        return channels

    async def get(self, record_id: str) -> Channel | None:
        """Return the record of this id, also one that is deleted and still keeps its id; None if there is none."""
        record = self._record(await self._ask(self.documents.get, {"id": record_id}), self.documents.get)
        return None if record is None else record.channel

    async def create(self, channel_id: str, custom_id: str, display_name: str) -> Channel:
        """Create a channel's record and return what the API has then.

        The record's id is the channel's: so a request whose answer was lost makes no second record.

        Raises:
            ChangedMeanwhileError: a record of this id exists.
            RefusedError: the API refuses the record.
        """
        values = {"id": channel_id, "channelId": channel_id, "customId": custom_id, "displayName": display_name}
        return await self._write(self.documents.create, {name: value for name, value in values.items() if value})

    async def update(self, existing: Channel, custom_id: str, display_name: str) -> Channel:
        """Give a record another custom id and name, and return what the API has then.

        An empty name leaves the one that is there.

        Raises:
            ChangedMeanwhileError: the record is gone, or has another version by now.
            RefusedError: the API refuses the change.
        """
        values: dict[str, Any] = {"id": existing.id, "customId": custom_id, "_version": existing.version}
        values |= {"displayName": display_name or None}
        return await self._write(
            self.documents.update, {name: value for name, value in values.items() if value is not None}
        )

    async def _page(self, token: str | None) -> Page:
        document = self.documents.list
        try:
            data = await self._ask(document, {"limit": PAGE_SIZE, "nextToken": token})
        except RefusedError as error:
            if error.error_type == INVALID:
                hint = f"{error.problem.detail} (is GRAPHQL_VERSIONED right for this API?)"
                problem = Problem("other-schema", "The GraphQL API has another schema", hint, error.problem.status)
                raise WrongInputError(problem) from error
            detail = f"{error.problem.detail}; what it has beside the errors is not taken for the whole list"
            problem = Problem("list-refused", "The list of channels is not to be had", detail, error.problem.status)
            raise ServiceDownError(problem) from error
        try:
            return Page.model_validate(data)
        except ValidationError as error:
            raise _not_understood(document, error) from error

    async def _write(self, document: Document, values: dict[str, Any]) -> Channel:
        try:
            data = await self._ask(document, {"input": values})
        except RefusedError as error:
            if error.error_type in {CONDITION_FAILED, CONFLICT}:
                raise ChangedMeanwhileError(error.problem) from error
            raise
        record = self._record(data, document)
        if record is None:
            problem = Problem(
                "graphql-refused", "The GraphQL API refuses an operation", f"{document.field} has no data"
            )
            raise RefusedError(problem, "", None)
        return record.channel

    def _record(self, data: object, document: Document) -> Record | None:
        try:
            return None if data is None else Record.model_validate(data)
        except ValidationError as error:
            raise _not_understood(document, error) from error

    async def _ask(self, document: Document, variables: dict[str, Any]) -> Any:
        body = json.dumps({"query": document.text, "variables": variables}).encode()

        async def attempt() -> Any:
            headers = await self.signer.headers(self.url, body)  # each attempt has its own time, so its own signature
            try:
                async with self.session.post(
                    yarl.URL(self.url, encoded=True),
                    data=body,
                    headers=headers,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                ) as answer:
                    return data_of(answer.status, answer.headers, await answer.read(), document)
            except (aiohttp.ClientError, TimeoutError) as error:
                detail = f"{document.field} has no answer: {type(error).__name__} {error}".rstrip()
                raise TransientError(
                    Problem("graphql-unavailable", "The GraphQL API does not answer", detail), None
                ) from error

        def on_retry(error: TransientError, seconds: float) -> None:
            LOG.warning("asks the GraphQL API again", problem=error.problem.as_dict(), seconds=round(seconds, 3))

        return await retry(attempt, self.policy, self.stop, on_retry)


def _not_understood(document: Document, error: ValidationError) -> ServiceDownError:
    """Return that an answer is not of the form that it must have."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    detail = f"{document.field} is answered with something else than channels: {place}: {first['msg']}"
    return ServiceDownError(Problem("answer-not-understood", "The GraphQL API's answer is not understood", detail))
