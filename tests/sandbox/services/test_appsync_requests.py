"""Requests that are refused, mistakes in documents and variables, faults, and what is counted.

The bodies of malformed requests and of mistakes are those that AppSync's engineers published (graphql-over-http issue
81).
"""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.sandbox.services.graphql import CREATE, GET, LIST, UPDATE, Answer, Api, run

KEY = {"x-api-key": "test"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "Request body is empty."),
        (b"  ", "Request body is empty."),
        (b"meow", "Unable to parse GraphQL query."),
        (b"{}", "Unable to parse GraphQL query."),
        (b"{}}", "Unable to parse GraphQL query."),
        (b"[]", "Unable to parse GraphQL query."),
        (b'{"query": "{ listChannels {"}', "Unable to parse GraphQL query."),
        (b'{"query": 5}', "Unable to parse GraphQL query."),
        (b'{"query": "{ __typename }", "variables": "x"}', "Unable to parse GraphQL query."),
        (b"\xff", "Unable to parse GraphQL query."),
    ],
)
def test_a_body_that_is_no_graphql(body: bytes, message: str) -> None:
    async def scenario(api: Api) -> None:
        answer = await api.post(body, KEY)
        assert answer.status == 400
        assert answer.headers["x-amzn-ErrorType"] == "MalformedHttpRequestException"
        assert answer.body == {"errors": [{"errorType": "MalformedHttpRequestException", "message": message}]}

    run(scenario)


@pytest.mark.parametrize(
    ("query", "place", "message"),
    [
        ("{badfield}", (1, 2), "FieldUndefined: Field 'badfield' in type 'Query' is undefined @ 'badfield'"),
        (
            "{ listChannels { items { id nope } } }",
            (1, 29),
            "FieldUndefined: Field 'nope' in type 'Channel' is undefined @ 'listChannels/items/nope'",
        ),
        (
            "{ listChannels(page: 1) { nextToken } }",
            (1, 16),
            "UnknownArgument: Unknown field argument page @ 'listChannels'",
        ),
        ("{ getChannel { id } }", (1, 3), "MissingFieldArgument: Missing field argument id @ 'getChannel'"),
        (
            "{ listChannels }",
            (1, 3),
            "SubSelectionRequired: Sub selection required for type {type} of field listChannels @ 'listChannels'",
        ),
    ],
)
def test_a_document_that_the_schema_does_not_have(query: str, place: tuple[int, int], message: str) -> None:
    async def scenario(api: Api) -> None:
        answer = await api.ask(query)
        assert answer.status == 200
        assert answer.body == {
            "data": None,
            "errors": [
                {
                    "path": None,
                    "locations": [{"line": place[0], "column": place[1], "sourceName": None}],
                    "message": "Validation error of type " + message.format(type="ModelChannelConnection"),
                }
            ],
        }

    run(scenario)


def test_all_mistakes_are_told_each_with_its_kind() -> None:
    async def scenario(api: Api) -> None:
        answer = await api.ask(
            "query A($id: ID, $x: Nope) { getChannel(id: $id) { ...F } } fragment G on Channel { id }"
        )
        kinds = {each["message"].split(":")[0].split()[-1] for each in answer.body["errors"]}
        assert kinds == {"UnknownType", "UnusedVariable", "UndefinedFragment", "UnusedFragment", "VariableTypeMismatch"}

    run(scenario)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "Variable 'input' has coerced Null value for NonNull type 'CreateChannelInput!'"),
        ({"input": None}, "Variable 'input' has coerced Null value for NonNull type 'CreateChannelInput!'"),
        ({"input": {"customId": "x"}}, "Variable 'input' has coerced Null value for NonNull type 'String!'"),
        ({"input": {"channelId": None}}, "Variable 'input' has coerced Null value for NonNull type 'String!'"),
        (
            {"input": {"channelId": "UC1", "createdAt": "x"}},
            "The variables input contains a field that is not defined for input object type 'CreateChannelInput' ",
        ),
        ({"input": "x"}, None),
        ({"input": {"channelId": 5}}, None),
    ],
)
def test_variables_that_the_schema_does_not_take(variables: dict[str, Any], message: str | None) -> None:
    async def scenario(api: Api) -> None:
        answer = await api.ask(CREATE, **variables)
        assert answer.status == 200
        assert answer.body["data"] is None
        assert answer.error["path"] is None
        assert "errorType" not in answer.error
        assert message in (None, answer.error["message"])
        assert await api.pages() == [[]]

    run(scenario)


def test_the_operation_to_run_has_to_be_named() -> None:
    two = "query A { a: __typename } query B { b: __typename }"

    async def ask(api: Api, **more: Any) -> Answer:
        return await api.post(json.dumps({"query": two, **more}).encode(), KEY)

    async def scenario(api: Api) -> None:
        assert (await ask(api, operationName="B")).body == {"data": {"b": "Query"}}
        assert (await ask(api)).error["message"].startswith("Must provide operation name")
        assert (await ask(api, operationName="C")).error["message"] == "Unknown operation named 'C'."

    run(scenario)


def test_the_schema_can_be_asked_for() -> None:
    async def scenario(api: Api) -> None:
        answer = await api.ask('{ __type(name: "Channel") { fields { name } } }')
        names = [each["name"] for each in answer.data["__type"]["fields"]]
        assert names == ["id", "channelId", "customId", "displayName", "createdAt", "updatedAt"]

    run(scenario)


def test_fields_that_the_resolvers_refuse_leave_the_others() -> None:
    async def scenario(api: Api) -> None:
        await api.put({"id": "c1", "channelId": "UC1"})
        answer = await api.ask('{ listChannels { items { id } } getChannel(id: "c1") { id } }')
        assert answer.status == 200
        assert answer.body["data"] == {"listChannels": None, "getChannel": {"id": "c1"}}
        assert answer.error == {
            "path": ["listChannels"],
            "data": None,
            "errorType": "Unauthorized",
            "errorInfo": None,
            "locations": [{"line": 1, "column": 3, "sourceName": None}],
            "message": "Not Authorized to access listChannels on type Query",
        }

    run(scenario, denied=["Query.listChannels"])


@pytest.mark.parametrize(
    ("kind", "status", "error_type", "is_done"),
    [
        ("throttle", 429, "TooManyRequestsException", False),
        ("internal", 500, "InternalFailure", False),
        ("unauthorized", 401, "UnauthorizedException", False),
        ("timeout", 200, "ExecutionTimeout", True),
        ("table-throttle", 200, "DynamoDB:ProvisionedThroughputExceededException", False),
        ("conditional-check", 200, "DynamoDB:ConditionalCheckFailedException", False),
        ("unauthorized-field", 200, "Unauthorized", False),
    ],
)
def test_faults_of_its_own(kind: str, status: int, error_type: str, is_done: bool) -> None:
    async def scenario(api: Api) -> None:
        where = {"operation": "createChannel", "item": "c1"}
        await api.served.ask("faults/script", service="appsync", kind=kind, times=1, where=where, retry_after=7)
        assert (await api.ask(LIST)).data
        assert (await api.ask(CREATE, input={"id": "c2", "channelId": "UC2"})).data
        struck = await api.ask(CREATE, input={"id": "c1", "channelId": "UC1"})
        assert struck.status == status
        assert struck.error["errorType"] == error_type
        assert struck.headers.get("Retry-After") == (None if status == 200 else "7")
        assert ((await api.ask(GET, id="c1")).data["getChannel"] is not None) is is_done
        again = await api.ask(UPDATE if is_done else CREATE, input={"id": "c1", "channelId": "UC1"})
        assert again.data

    run(scenario)


@pytest.mark.parametrize("kind", ["table-throttle", "unauthorized-field"])
def test_fault_of_the_first_field_passes_by_a_request_that_has_none(kind: str) -> None:
    async def scenario(api: Api) -> None:
        await api.served.ask("faults/script", service="appsync", kind=kind)
        assert (await api.ask("{ __typename }")).data == {"__typename": "Query"}

    run(scenario)


def test_a_mix_of_faults_leaves_nothing_undone() -> None:
    async def scenario(api: Api) -> None:
        await api.served.ask("faults/script", service="appsync", kind="mixed", share=0.5, seconds=0)

        async def until_it_is_done(query: str, **variables: Any) -> dict[str, Any]:
            for _ in range(100):
                try:
                    answer = await api.ask(query, **variables)
                except (aiohttp.ClientError, ValueError):
                    continue
                if answer.status == 200 and (answer.body.get("data") or {}).get("listChannels"):
                    return answer.body["data"]
                if answer.status == 200 and "Conditional" in str(answer.body):
                    return {}  # it was done before
                if answer.status == 200 and "errors" not in answer.body:
                    return answer.body["data"]
            raise AssertionError("it is never done")

        for number in range(10):
            await until_it_is_done(CREATE, input={"id": f"c{number}", "channelId": f"UC{number}"})
        assert len((await until_it_is_done(LIST))["listChannels"]["items"]) == 10
        (script,) = (await api.served.ask("faults/list", service="appsync"))["scripts"]
        assert set(script["struck"]) & set(api.service.kinds)
        assert script["refused"] == []

    run(scenario)


def test_each_fault_is_of_one_of_these_kinds() -> None:
    async def scenario(api: Api) -> None:
        described = (await api.served.ask("faults/kinds"))["appsync"]
        assert set(api.service.kinds) <= set(described)

    run(scenario)


def test_a_fault_of_one_field_leaves_the_others() -> None:
    async def scenario(api: Api) -> None:
        await api.put({"id": "c1", "channelId": "UC1"})
        await api.served.ask("faults/script", service="appsync", kind="table-throttle", times=1)
        answer = await api.ask('{ listChannels { nextToken } getChannel(id: "c1") { id } }')
        assert answer.body["data"] == {"listChannels": None, "getChannel": {"id": "c1"}}
        assert answer.error["path"] == ["listChannels"]

    run(scenario)


def test_a_connection_that_breaks_after_the_change() -> None:
    async def scenario(api: Api) -> None:
        await api.served.ask("faults/script", service="appsync", kind="reset-after", times=1)
        with pytest.raises(aiohttp.ClientError):
            await api.ask(CREATE, input={"id": "c1", "channelId": "UC1"})
        assert (await api.ask(GET, id="c1")).data["getChannel"]["id"] == "c1"

    run(scenario)


def test_what_is_counted() -> None:
    async def scenario(api: Api) -> None:
        await api.ask("{ a: listChannels { nextToken } b: listChannels { nextToken } __typename }")
        await api.ask(CREATE, input={"id": "c1", "channelId": "UC1"})
        await api.ask(CREATE, input={"id": "c1", "channelId": "UC1"})
        await api.post(b"meow", KEY)
        await api.post(b"{}", {"x-api-key": "wrong"})
        await api.ask("{ nope }")
        expected = {
            "requests": 6,
            "operations": {"query": 1, "mutation": 2},
            "fields": {"Query.listChannels": 2, "Mutation.createChannel": 2},
            "statuses": {"200": 4, "400": 1, "401": 1},
            "errors": {
                "DynamoDB:ConditionalCheckFailedException": 1,
                "MalformedHttpRequestException": 1,
                "UnauthorizedException": 1,
                "no errorType": 1,
            },
        }
        assert await api.question("statistics") == expected
        assert await api.question("reset") == expected
        assert (await api.question("statistics"))["requests"] == 0
        assert len((await api.question("channels"))["channels"]) == 1

    run(scenario)
