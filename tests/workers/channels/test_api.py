"""The GraphQL client: pages, writes, and what each kind of answer means."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, RefreshableCredentials
from botocore.exceptions import CredentialRetrievalError
from pydantic import SecretStr

from tests.workers.channels.graphql_fake import GraphqlFake, Reply, client_of, error, failed
from workers.channels.answers import CredentialsRefusedError, RefusedError
from workers.channels.api import ChangedMeanwhileError, ChannelsApi
from workers.channels.channel import Channel
from workers.channels.signing import ApiKeySigner, RoleSigner, Signer
from workers.frame.problems import ServiceDownError, StoppedError, WrongInputError
from workers.frame.retries import RetryPolicy
from workers.frame.stopping import Stop

T = TypeVar("T")


def asking(fake: GraphqlFake, ask: Callable[[ChannelsApi], Awaitable[T]], signer: Signer | None = None) -> T:
    async def run() -> T:
        async with client_of(fake, signer) as api:
            return await ask(api)

    return asyncio.run(run())


def listed(fake: GraphqlFake) -> list[Channel]:
    return asking(fake, ChannelsApi.list_channels)


def created(fake: GraphqlFake) -> Channel:
    return asking(fake, lambda api: api.create("UC1", "one", "One"))


def once(reply: Reply, operation: str = "") -> Callable[[str, dict[str, Any]], Reply]:
    """Answer the first request, or the first of an operation, with something else."""
    left = [reply]

    def scripted(asked: str, _variables: dict[str, Any]) -> Reply:
        return left.pop() if left and operation in {"", asked} else None

    return scripted


def always(reply: Reply) -> Callable[[str, dict[str, Any]], Reply]:
    return lambda _operation, _variables: reply


def page(items: list[Any], token: str | None) -> Reply:
    return 200, {"data": {"listChannels": {"items": items, "nextToken": token}}}


def test_a_list_goes_on_over_empty_pages() -> None:
    record = {"id": "a", "channelId": "UC1", "customId": None, "displayName": "One"}
    pages = {None: page([], "1"), "1": page([record], "2"), "2": page([], "3"), "3": page([], None)}
    fake = GraphqlFake(scripted=lambda _operation, variables: pages[variables["nextToken"]])
    assert listed(fake) == [Channel("a", "UC1", "", "One")]
    assert [variables["nextToken"] for _, variables in fake.asked] == [None, "1", "2", "3"]


def test_a_list_without_an_end_is_told() -> None:
    fake = GraphqlFake(scripted=always(page([], "again")))
    with pytest.raises(ServiceDownError, match="has no end"):
        listed(fake)


def test_deleted_records_and_those_without_a_channel_are_left_out() -> None:
    fake = GraphqlFake(versioned=True, page_size=10)
    fake.put("UC1", "one")
    fake.records[fake.put("UC2", "two")]["_deleted"] = True
    fake.records[fake.put("UC3", "three")]["channelId"] = None
    assert listed(fake) == [Channel("record-UC1", "UC1", "one", "", 1)]


def test_a_list_with_errors_is_not_taken_for_the_whole() -> None:
    data = {"listChannels": {"items": [None, {"id": "a", "channelId": "UC1"}], "nextToken": None}}
    path = ["listChannels", "items", 0, "channelId"]
    fake = GraphqlFake(scripted=always((200, {"data": data, "errors": [error(None, "Cannot return null", path)]})))
    with pytest.raises(ServiceDownError) as caught:
        listed(fake)
    assert caught.value.problem.kind == "list-refused"
    assert "(at listChannels.items.0.channelId)" in caught.value.problem.detail


def test_a_schema_without_versions_is_wrong_input() -> None:
    said = {"path": None, "message": "Validation error of type FieldUndefined: Field '_version' is undefined"}
    fake = GraphqlFake(versioned=True, scripted=always((200, {"data": None, "errors": [said]})))
    with pytest.raises(WrongInputError, match="is GRAPHQL_VERSIONED right"):
        listed(fake)


def test_what_is_no_channel_is_told() -> None:
    fake = GraphqlFake(scripted=always(page([{"id": 7}], None)))
    with pytest.raises(ServiceDownError, match=r"items.0.id: Input should be a valid string"):
        listed(fake)


def test_a_record_is_created_under_the_id_of_its_channel() -> None:
    fake = GraphqlFake()
    assert created(fake) == Channel("UC1", "UC1", "one", "One")
    values = {"id": "UC1", "channelId": "UC1", "customId": "one", "displayName": "One"}
    assert fake.asked == [("createChannel", {"input": values})]


def test_an_update_sends_the_version_of_a_versioned_api() -> None:
    fake = GraphqlFake(versioned=True)
    fake.put("UC1", "old", "One")
    now = asking(fake, lambda api: api.update(Channel("record-UC1", "UC1", "old", "One", 1), "one", ""))
    assert now == Channel("record-UC1", "UC1", "one", "One", 2)
    assert fake.asked[-1][1] == {"input": {"id": "record-UC1", "customId": "one", "_version": 1}}


def test_a_record_is_got_or_is_not_there() -> None:
    fake = GraphqlFake()
    fake.put("UC1", "one")
    assert asking(fake, lambda api: api.get("record-UC1")) == Channel("record-UC1", "UC1", "one", "")
    assert asking(fake, lambda api: api.get("other")) is None


@pytest.mark.parametrize("error_type", ["DynamoDB:ConditionalCheckFailedException", "ConflictUnhandled"])
def test_a_record_that_changed_meanwhile_is_told(error_type: str) -> None:
    fake = GraphqlFake(scripted=always(failed("createChannel", error_type)))
    with pytest.raises(ChangedMeanwhileError):
        created(fake)
    assert len(fake.asked) == 1


TRANSIENT = [
    pytest.param((429, {"errors": [error("ThrottlingException")]}), id="429"),
    pytest.param((500, b"<html>"), id="500"),
    pytest.param((503, b""), id="503"),
    pytest.param((200, b""), id="an empty 200"),
    pytest.param((200, b'{"data": {"createChannel": {"id": "UC'), id="half of a 200"),
    pytest.param(failed("createChannel", "DynamoDB:ProvisionedThroughputExceededException"), id="DynamoDB throttles"),
    pytest.param(failed("createChannel", "DynamoDB:InternalServerError"), id="DynamoDB fails"),
    pytest.param((400, {"errors": [error("ThrottlingException")]}), id="a throttled 400"),
]


@pytest.mark.parametrize("reply", TRANSIENT)
def test_what_may_go_better_later_is_tried_again(reply: Reply) -> None:
    fake = GraphqlFake(scripted=once(reply))
    assert created(fake).custom_id == "one"
    assert len(fake.asked) == 2


@pytest.mark.parametrize("reply", TRANSIENT)
def test_what_never_goes_better_ends_after_all_tries(reply: Reply) -> None:
    fake = GraphqlFake(scripted=always(reply))
    with pytest.raises(ServiceDownError) as caught:
        created(fake)
    assert caught.value.problem.kind == "graphql-unavailable"
    assert not isinstance(caught.value, CredentialsRefusedError)
    assert len(fake.asked) == 3


def test_retry_after_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(_self: Stop, seconds: float) -> bool:
        slept.append(seconds)
        return False

    monkeypatch.setattr(Stop, "sleep", sleep)
    created(GraphqlFake(scripted=once((429, {}, {"Retry-After": "7"}))))
    assert slept == [7]


def test_nobody_there() -> None:
    async def run() -> None:
        async with client_of(GraphqlFake()) as api:
            nobody = ChannelsApi(
                "http://127.0.0.1:9/graphql", api.signer, api.session, api.stop, api.documents, api.policy
            )
            await nobody.list_channels()

    with pytest.raises(ServiceDownError, match=r"listChannels has no answer: ClientConnectorError"):
        asyncio.run(run())


@pytest.mark.parametrize(
    "reply",
    [
        (
            401,
            {
                "errors": [
                    {"errorType": "UnauthorizedException", "message": "You are not authorized to make this call."}
                ]
            },
        ),
        (403, {"message": "Forbidden"}),
        (400, {"errors": [{"errorType": "UnrecognizedClientException", "message": "no"}]}),
    ],
)
def test_refused_credentials_are_not_tried_again(reply: Reply) -> None:
    fake = GraphqlFake(scripted=always(reply))
    with pytest.raises(CredentialsRefusedError, match="createChannel is answered"):
        created(fake)
    assert len(fake.asked) == 1


def test_a_list_that_may_not_be_read_is_refused_credentials() -> None:
    words = "Not Authorized to access listChannels on type Query"
    with pytest.raises(CredentialsRefusedError, match=words):
        listed(GraphqlFake(scripted=always(failed("listChannels", "Unauthorized", message=words))))


def test_a_record_that_may_not_be_written_is_refused_alone() -> None:
    with pytest.raises(RefusedError) as caught:
        created(GraphqlFake(scripted=always(failed("createChannel", "Unauthorized"))))
    assert caught.value.error_type == "Unauthorized"


@pytest.mark.parametrize("reply", [(404, b"no"), (302, b"", {"Location": "https://example.com/"})])
def test_an_address_without_graphql_is_wrong_input(reply: Reply) -> None:
    with pytest.raises(WrongInputError, match="is GRAPHQL_URL right"):
        listed(GraphqlFake(scripted=always(reply)))


def test_a_refusal_has_what_there_is_beside_it() -> None:
    fake = GraphqlFake(scripted=always(failed("createChannel", "MappingTemplate", data={"id": "UC1"}, message="bad")))
    with pytest.raises(RefusedError) as caught:
        created(fake)
    assert caught.value.partial == {"id": "UC1"}
    assert caught.value.problem.detail == "createChannel is answered 200: MappingTemplate: bad"


@pytest.mark.parametrize("answer", [{"data": {"createChannel": None}}, {"data": {}}, {"data": None}, {}])
def test_a_write_without_data_is_none(answer: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        created(GraphqlFake(scripted=always((200, answer))))


def test_a_stop_ends_the_wait_for_the_next_try() -> None:
    stop = Stop()
    fake = GraphqlFake()

    def scripted(_operation: str, _variables: dict[str, Any]) -> Reply:
        stop.ask("a test")
        return 503, b""

    fake.scripted = scripted

    async def run() -> None:
        async with client_of(fake, stop=stop, policy=RetryPolicy(base_seconds=60, cap_seconds=60)) as api:
            await asyncio.wait_for(api.list_channels(), 10)

    with pytest.raises(StoppedError):
        asyncio.run(run())


def test_an_api_key_is_sent() -> None:
    fake = GraphqlFake()
    asking(fake, ChannelsApi.list_channels, ApiKeySigner(SecretStr("test")))
    headers, _ = fake.requests[0]
    assert headers["x-api-key"] == "test"
    assert "Authorization" not in headers


def test_requests_are_signed_for_what_is_really_sent() -> None:
    """The signature is computed anew from the request that arrived, as AppSync does."""
    fake = GraphqlFake()
    credentials = Credentials("AKIDEXAMPLE", "test", "session-token")
    asking(fake, ChannelsApi.list_channels, RoleSigner(credentials, "us-east-1"))
    headers, body = fake.requests[0]
    assert headers["X-Amz-Security-Token"] == "session-token"
    scope, signed, _ = headers["Authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(", ")
    assert scope.startswith("Credential=AKIDEXAMPLE/")
    assert scope.endswith("/us-east-1/appsync/aws4_request")
    names = signed.removeprefix("SignedHeaders=").split(";")
    arrived = {name.lower(): value for name, value in headers.items()}
    again = AWSRequest("POST", fake.url, headers={name: arrived[name] for name in names}, data=body)
    again.context["timestamp"] = arrived["x-amz-date"]
    auth = SigV4Auth(credentials.get_frozen_credentials(), "appsync", "us-east-1")
    canonical = auth.canonical_request(again)
    assert canonical.endswith(hashlib.sha256(body).hexdigest())
    signature = auth.signature(auth.string_to_sign(again, canonical), again)
    assert headers["Authorization"].endswith(f"Signature={signature}")


def expiring(refresh: Callable[[], dict[str, str]]) -> RefreshableCredentials:
    begin = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    return RefreshableCredentials("AKIDOLD", "test", "old", begin, refresh, "container-role")


def test_credentials_that_expire_are_replaced_while_running() -> None:
    later = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=6)).isoformat()
    fresh = {"access_key": "AKIDNEW", "secret_key": "test", "token": "new", "expiry_time": later}
    fake = GraphqlFake()
    asking(fake, ChannelsApi.list_channels, RoleSigner(expiring(lambda: fresh), "us-east-1"))
    assert fake.requests[0][0]["X-Amz-Security-Token"] == "new"


def test_credentials_that_are_not_to_be_had_end_the_run_after_all_tries() -> None:
    tries: list[int] = []

    def refresh() -> dict[str, str]:
        tries.append(1)
        raise CredentialRetrievalError(provider="container-role", error_msg="no")

    fake = GraphqlFake()
    with pytest.raises(ServiceDownError, match="container-role"):
        asking(fake, ChannelsApi.list_channels, RoleSigner(expiring(refresh), "us-east-1"))
    assert len(tries) == 3
    assert not fake.requests


def test_what_an_api_says_at_length_is_cut() -> None:
    fake = GraphqlFake(scripted=always((400, b"x" * 10_000)))
    with pytest.raises(RefusedError) as caught:
        created(fake)
    assert len(caught.value.problem.detail) < 400


def test_an_answer_may_take_its_time_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(_request: object) -> None:
        await asyncio.sleep(60)

    fake = GraphqlFake()
    monkeypatch.setattr("workers.channels.api.TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    monkeypatch.setattr(fake, "answer", nothing)
    with pytest.raises(ServiceDownError, match="listChannels has no answer: TimeoutError"):
        listed(fake)
