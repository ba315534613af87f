"""Who may call: API keys, and signatures made by botocore with the keys of a sandbox's users and roles."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox import server
from sandbox.services.appsync import signing
from sandbox.services.appsync.errors import RequestError
from sandbox.services.appsync.signing import HttpRequest
from tests.sandbox.calling import clients
from tests.sandbox.conftest import ACCOUNT, REGION
from tests.sandbox.services.graphql import CREATE, LIST, Answer, Api, run

ADMINISTRATOR = Credentials("test", "test")
BODY = json.dumps({"query": LIST}).encode()
UNAUTHORIZED = "UnauthorizedException"


def signed(
    url: str, body: bytes, credentials: Credentials, region: str = REGION, service: str = "appsync"
) -> dict[str, str]:
    """The headers of a request as a client sends it."""
    request = AWSRequest("POST", url, headers={"Content-Type": "application/json"}, data=body)
    SigV4Auth(credentials, service, region).add_auth(request)
    return dict(request.headers)


async def ask(api: Api, credentials: Credentials, query: str = LIST, **variables: Any) -> Answer:
    body = json.dumps({"query": query, "variables": variables}).encode()
    return await api.post(body, signed(api.url, body, credentials))


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Valid authorization header not provided."),
        ({"Authorization": "Bearer x"}, "Valid authorization header not provided."),
        ({"x-api-key": "wrong"}, "You are not authorized to make this call."),
        ({"x-api-key": ""}, "You are not authorized to make this call."),
    ],
)
def test_without_credentials(headers: Mapping[str, str], message: str) -> None:
    async def scenario(api: Api) -> None:
        answer = await api.post(BODY, headers)
        assert answer.status == 401
        assert answer.headers["x-amzn-ErrorType"] == UNAUTHORIZED
        assert answer.body == {"errors": [{"errorType": UNAUTHORIZED, "message": message}]}

    run(scenario)


def test_keys_can_be_changed() -> None:
    async def scenario(api: Api) -> None:
        assert (await api.post(BODY, {"x-api-key": "other"})).status == 200
        assert (await api.post(BODY, {"x-api-key": "test"})).status == 401

    run(scenario, api_keys=["other"])


def test_without_a_sandbox_test_is_the_administrator_and_nobody_else_is_known() -> None:
    async def scenario(api: Api) -> None:
        assert (await ask(api, ADMINISTRATOR)).data
        assert (await ask(api, ADMINISTRATOR, CREATE, input={"channelId": "UC1", "displayName": "Ünïcode"})).data
        for unknown in (Credentials("nobody", "test"), Credentials("test", "test", "a-token")):
            answer = await ask(api, unknown)
            assert answer.status == 403
            assert answer.error == {
                "errorType": "UnrecognizedClientException",
                "message": "The security token included in the request is invalid.",
            }

    run(scenario)


# Signatures, without a server.

NOW = datetime(2030, 1, 31, 6, 0, 0, tzinfo=UTC)
URL = "http://127.0.0.1:8080/graphql"


def request_at(moment: datetime, monkeypatch: pytest.MonkeyPatch, **how: Any) -> HttpRequest:
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: moment)
    headers = {name.lower(): value for name, value in signed(URL, BODY, ADMINISTRATOR, **how).items()}
    return HttpRequest("POST", "/graphql", {**headers, "host": "127.0.0.1:8080"}, BODY)


def verify(request: HttpRequest, credentials: Credentials = ADMINISTRATOR) -> None:
    signing.check(request, signing.read(request, REGION, NOW), credentials.secret_key)


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_a_signature_holds_five_minutes_either_way(minutes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    verify(request_at(NOW + timedelta(minutes=minutes), monkeypatch))


@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        (-301, "Signature expired: 20300131T055459Z is now earlier than 20300131T055500Z ({now} - 5 min.)"),
        (301, "Signature not yet current: 20300131T060501Z is still later than 20300131T060500Z ({now} + 5 min.)"),
    ],
)
def test_a_signature_of_another_time(seconds: int, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RequestError) as refused:
        verify(request_at(NOW + timedelta(seconds=seconds), monkeypatch))
    assert (refused.value.status, refused.value.error_type) == (400, "BadRequestException")
    assert refused.value.message == message.format(now="20300131T060000Z")


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"service": "execute-api"}, "Credential should be scoped to correct service: 'appsync'."),
        ({"region": "eu-west-1"}, "Credential should be scoped to a valid region."),
    ],
)
def test_a_signature_for_something_else(how: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RequestError) as refused:
        verify(request_at(NOW, monkeypatch, **how))
    assert (refused.value.status, refused.value.message) == (400, message)


def test_what_is_signed_cannot_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    request = request_at(NOW, monkeypatch)
    assert {"host", "x-amz-date", "content-type"} <= set(signing.read(request, REGION, NOW).signed_headers)
    changed = [
        dataclasses.replace(request, body=request.body.replace(b"100", b"101") + b" "),
        dataclasses.replace(request, path="/graphql?x=1"),
        dataclasses.replace(request, method="GET"),
        *(
            dataclasses.replace(request, headers={**request.headers, name: value})
            for name, value in (("host", "127.0.0.1:8081"), ("content-type", "text/plain"))
        ),
    ]
    for each in changed:
        with pytest.raises(RequestError, match="does not match the signature you provided") as refused:
            verify(each)
        assert refused.value.status == 400
    with pytest.raises(RequestError, match="does not match the signature you provided"):
        verify(request, Credentials("test", "another"))
    verify(dataclasses.replace(request, headers={**request.headers, "x-unsigned": "1"}))


def test_the_stated_hash_of_a_body_is_not_taken_for_the_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW)
    request = AWSRequest("POST", URL, headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}, data=BODY)
    SigV4Auth(ADMINISTRATOR, "appsync", REGION).add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()} | {"host": "127.0.0.1:8080"}
    with pytest.raises(RequestError, match="does not match"):
        verify(HttpRequest("POST", "/graphql", headers, BODY))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("SignedHeaders=content-type;host;", "SignedHeaders=content-type;", "'host' must be a 'SignedHeader'"),
        (";x-amz-date", "", "'x-amz-date' must be a 'SignedHeader'"),
        ("Signature=", "Sig=", "Authorization header is incomplete"),
        ("20300131/", "20300130/", "Date in Credential scope does not match"),
        ("aws4_request", "aws4", "correct service"),
    ],
)
def test_an_authorization_header_that_lacks_something(
    old: str, new: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = request_at(NOW, monkeypatch)
    authorization = request.headers["authorization"]
    assert old in authorization
    changed = {**request.headers, "authorization": authorization.replace(old, new, 1)}
    with pytest.raises(RequestError, match=message):
        verify(dataclasses.replace(request, headers=changed))


def test_a_date_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    request = request_at(NOW, monkeypatch)
    for date in ("", "yesterday"):
        with pytest.raises(RequestError, match="requires a valid 'X-Amz-Date'"):
            verify(dataclasses.replace(request, headers={**request.headers, "x-amz-date": date}))


# With the users and roles of a sandbox.

API = f"arn:aws:appsync:{REGION}:{ACCOUNT}:apis/api1"
GET_AND_LIST = '{ listChannels { items { id } } getChannel(id: "c1") { id } }'


def allow(*resources: str, effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Action": "appsync:GraphQL", "Resource": list(resources)}


class Role:
    """A role of the sandbox, and credentials of it."""

    def __init__(self, box: server.Sandbox, name: str) -> None:
        client = clients(box)
        trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        self._iam, self._name = client("iam"), name
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        arn = self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        taken = client("sts").assume_role(RoleArn=arn, RoleSessionName="worker")["Credentials"]
        self.credentials = Credentials(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])

    def may(self, *statements: dict[str, Any]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self._iam.put_role_policy(RoleName=self._name, PolicyName="p", PolicyDocument=document)


@pytest.fixture
def role(repaired: server.Sandbox, name: str) -> Role:
    return Role(repaired, name)


def settings(box: server.Sandbox) -> dict[str, Any]:
    return {"sandbox": box.endpoint, "account": box.account, "region": box.region, "api_id": "api1"}


def test_a_role_needs_the_right_for_each_field(repaired: server.Sandbox, role: Role) -> None:
    async def scenario(api: Api) -> None:
        await api.put({"id": "c1", "channelId": "UC1"})
        denied = await ask(api, role.credentials, GET_AND_LIST)
        assert denied.status == 401
        assert denied.error == {"errorType": UNAUTHORIZED, "message": "Permission denied"}

        role.may(allow(f"{API}/types/Query/fields/listChannels"))
        assert (await ask(api, role.credentials)).data
        partial = await ask(api, role.credentials, GET_AND_LIST)
        assert partial.status == 200
        assert partial.body["data"] == {"listChannels": {"items": [{"id": "c1"}]}, "getChannel": None}
        assert partial.error["errorType"] == "Unauthorized"
        assert partial.error["path"] == ["getChannel"]
        made = await ask(api, role.credentials, CREATE, input={"channelId": "UC2"})
        assert (made.status, made.error["message"]) == (401, "Permission denied")
        assert await api.pages() == [["c1"]]

        role.may(allow(f"{API}/*"), allow(f"{API}/types/Mutation/*", effect="Deny"))
        assert (await ask(api, role.credentials, GET_AND_LIST)).data
        assert (await ask(api, role.credentials, CREATE, input={"channelId": "UC2"})).status == 401

        role.may(allow(f"arn:aws:appsync:{REGION}:{ACCOUNT}:apis/api2/*"))
        assert (await ask(api, role.credentials)).status == 401

    run(scenario, **settings(repaired))


def test_a_role_is_known_by_all_three_of_its_credentials(repaired: server.Sandbox, role: Role) -> None:
    role.may(allow("*"))
    right = role.credentials

    async def scenario(api: Api) -> None:
        assert (await ask(api, right)).data
        for wrong, status in (
            (Credentials(right.access_key, right.secret_key), 403),
            (Credentials(right.access_key, right.secret_key, "another"), 403),
            (Credentials("ASIAEXAMPLEEXAMPLE00", right.secret_key, right.token), 403),
            (Credentials("AKIAEXAMPLEEXAMPLE00", ""), 403),
            (Credentials(right.access_key, "another", right.token), 400),
        ):
            answer = await ask(api, wrong)
            assert answer.status == status, answer.body
        assert (await ask(api, ADMINISTRATOR)).data

    run(scenario, **settings(repaired))


def test_a_user_has_no_token(repaired: server.Sandbox, name: str) -> None:
    iam = clients(repaired)("iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    async def scenario(api: Api) -> None:
        assert (await ask(api, credentials)).error["message"] == "Permission denied"
        document = json.dumps({"Version": "2012-10-17", "Statement": [allow(f"{API}/types/Query/*")]})
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
        assert (await ask(api, credentials)).data

    run(scenario, **settings(repaired))


def test_a_sandbox_that_is_not_there_is_no_refusal() -> None:
    async def scenario(api: Api) -> None:
        answer = await ask(api, ADMINISTRATOR)
        assert answer.status == 500
        assert "does not answer" in answer.error["message"]
        assert (await api.ask(LIST)).data  # a key needs no sandbox

    run(scenario, sandbox="http://127.0.0.1:9")
