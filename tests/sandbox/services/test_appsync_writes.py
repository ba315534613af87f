"""What Amplify's mutations write and refuse, without and with versions."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sandbox.errors import WrongUseError
from sandbox.services.appsync.channels import Channels
from sandbox.services.appsync.errors import ResolverError
from tests.sandbox.services.graphql import CREATE, DELETE, GET, LIST, UPDATE, Answer, Api, run

FAILED = re.compile(r"The conditional request failed \(Service: DynamoDb, Status Code: 400, Request ID: [0-9A-Z]+\)")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def assert_check_failed(answer: Answer, field: str) -> None:
    assert answer.status == 200
    assert answer.body["data"] == {field: None}
    error = answer.error
    assert FAILED.fullmatch(error.pop("message"))
    assert error == {
        "path": [field],
        "data": None,
        "errorType": "DynamoDB:ConditionalCheckFailedException",
        "errorInfo": None,
        "locations": [{"line": 3, "column": 3, "sourceName": None}],
    }


def test_create_update_get_and_delete() -> None:
    async def scenario(api: Api) -> None:
        made = (await api.ask(CREATE, input={"channelId": "UC1", "customId": "one"})).data["createChannel"]
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["id"])
        assert STAMP.fullmatch(made["createdAt"])
        assert made == {
            "id": made["id"],
            "channelId": "UC1",
            "customId": "one",
            "displayName": None,
            "createdAt": made["createdAt"],
            "updatedAt": made["createdAt"],
        }
        changed = (await api.ask(UPDATE, input={"id": made["id"], "displayName": "One"})).data["updateChannel"]
        assert changed["updatedAt"] >= made["updatedAt"]
        assert changed == {**made, "displayName": "One", "updatedAt": changed["updatedAt"]}
        assert (await api.ask(GET, id=made["id"])).data["getChannel"] == changed
        gone = (await api.ask(DELETE, input={"id": made["id"]})).data["deleteChannel"]
        assert gone == {"id": made["id"], "channelId": "UC1"}
        assert (await api.ask(GET, id=made["id"])).data == {"getChannel": None}
        assert await api.pages() == [[]]

    run(scenario)


@pytest.mark.parametrize("versioned", [False, True])
def test_a_write_needs_the_item_to_be_there_or_not(versioned: bool) -> None:
    async def scenario(api: Api) -> None:
        await api.put({"id": "c1", "channelId": "UC1"})
        before = (await api.question("channels"))["channels"]
        again = {"id": "c1", "channelId": "UC2"}
        assert_check_failed(await api.ask(CREATE, input=again), "createChannel")
        assert_check_failed(await api.ask(UPDATE, input={"id": "c2", "customId": "x"}), "updateChannel")
        assert_check_failed(await api.ask(DELETE, input={"id": "c2"}), "deleteChannel")
        assert (await api.question("channels"))["channels"] == before

    run(scenario, versioned=versioned)


def test_conditions_are_of_the_item_as_it_is() -> None:
    async def scenario(api: Api) -> None:
        await api.put({"id": "c1", "channelId": "UC1", "customId": "one"})
        wrong, right = (
            {"customId": {"eq": "two"}},
            {"customId": {"eq": "one"}, "displayName": {"attributeExists": False}},
        )
        change = {"id": "c1", "customId": "two"}
        assert_check_failed(await api.ask(UPDATE, input=change, condition=wrong), "updateChannel")
        assert_check_failed(await api.ask(DELETE, input={"id": "c1"}, condition=wrong), "deleteChannel")
        assert (await api.ask(UPDATE, input=change, condition=right)).data["updateChannel"]["customId"] == "two"
        # A new item has no attributes yet.
        new = {"id": "c2", "channelId": "UC2"}
        assert_check_failed(
            await api.ask(CREATE, input=new, condition={"channelId": {"attributeExists": True}}), "createChannel"
        )
        assert (await api.ask(CREATE, input=new, condition={"channelId": {"attributeExists": False}})).data

    run(scenario)


def test_null_takes_an_attribute_away_on_update_and_is_stored_on_create() -> None:
    async def scenario(api: Api) -> None:
        await api.ask(CREATE, input={"id": "c1", "channelId": "UC1", "customId": "one", "displayName": None})
        assert "displayName" in (await api.question("channels"))["channels"][0]
        answer = await api.ask(UPDATE, input={"id": "c1", "customId": None})
        assert answer.data["updateChannel"]["customId"] is None
        stored = (await api.question("channels"))["channels"][0]
        assert "customId" not in stored
        assert stored["channelId"] == "UC1"

    run(scenario)


def test_a_key_is_not_empty() -> None:
    async def scenario(api: Api) -> None:
        answer = await api.ask(CREATE, input={"id": "", "channelId": "UC1"})
        assert answer.error["errorType"] == "DynamoDB:DynamoDbException"
        assert await api.pages() == [[]]

    run(scenario)


def test_mutations_of_one_request_are_done_in_order_and_one_that_fails_leaves_the_others() -> None:
    async def scenario(api: Api) -> None:
        answer = await api.ask(
            """mutation {
              a: createChannel(input: {id: "c1", channelId: "UC1"}) { id }
              b: createChannel(input: {id: "c1", channelId: "UC2"}) { id }
              c: updateChannel(input: {id: "c1", customId: "x"}) { customId }
            }"""
        )
        assert answer.body["data"] == {"a": {"id": "c1"}, "b": None, "c": {"customId": "x"}}
        assert answer.error["path"] == ["b"]

    run(scenario)


# With versions.

VERSIONED_UPDATE = """
mutation Update($input: UpdateChannelInput!) {
  updateChannel(input: $input) { ...All kind: __typename }
}
fragment All on Channel { id custom: customId _version _deleted }
"""
ALL = "{ listChannels { items { id channelId _version _deleted _lastChangedAt } startedAt nextToken } }"


def test_without_versions_the_schema_has_none() -> None:
    async def scenario(api: Api) -> None:
        answer = await api.ask(ALL)
        assert len(answer.body["errors"]) == 4
        assert "Field '_version' in type 'Channel' is undefined" in answer.body["errors"][0]["message"]

    run(scenario)


def test_a_stale_version_is_a_conflict_with_the_item_as_it_is() -> None:
    async def scenario(api: Api) -> None:
        await api.put({"id": "c1", "channelId": "UC1", "customId": "one"})
        changed = await api.ask(VERSIONED_UPDATE, input={"id": "c1", "customId": "two", "_version": 1})
        assert changed.data["updateChannel"]["_version"] == 2
        for stale in ({"_version": 1}, {"_version": 3}, {"_version": None}, {}):
            answer = await api.ask(VERSIONED_UPDATE, input={"id": "c1", "customId": "three", **stale})
            assert answer.body == {
                "data": {"updateChannel": None},
                "errors": [
                    {
                        "path": ["updateChannel"],
                        "data": {"id": "c1", "custom": "two", "_version": 2, "_deleted": None, "kind": "Channel"},
                        "errorType": "ConflictUnhandled",
                        "errorInfo": None,
                        "locations": [{"line": 3, "column": 3, "sourceName": None}],
                        "message": "Conflict resolver rejects mutation.",
                    }
                ],
            }
        assert (await api.ask(DELETE, input={"id": "c1"})).error["errorType"] == "ConflictUnhandled"
        assert (await api.question("channels"))["channels"][0]["customId"] == "two"

    run(scenario, versioned=True)


def test_a_deleted_channel_leaves_a_tombstone_that_is_listed_and_read() -> None:
    async def scenario(api: Api) -> None:
        await api.ask(CREATE, input={"id": "c1", "channelId": "UC1"})
        before = (await api.ask(ALL)).data["listChannels"]
        assert before["items"][0]["_version"] == 1
        assert before["items"][0]["_deleted"] is None
        assert 0 <= before["startedAt"] - before["items"][0]["_lastChangedAt"] < 60_000
        await api.ask(DELETE, input={"id": "c1", "_version": 1})
        (item,) = (await api.ask(ALL)).data["listChannels"]["items"]
        assert (item["_version"], item["_deleted"]) == (2, True)
        assert (await api.ask(GET, id="c1")).data["getChannel"]["channelId"] == "UC1"
        assert (await api.pages(filter={"_deleted": {"ne": True}})) == [[]]
        assert_check_failed(await api.ask(CREATE, input={"id": "c1", "channelId": "UC9"}), "createChannel")

    run(scenario, versioned=True)


def test_a_tombstone_that_is_changed_is_none_any_more() -> None:
    async def scenario(api: Api) -> None:
        await api.put({"id": "c1", "channelId": "UC1"})
        await api.ask(DELETE, input={"id": "c1", "_version": 1})
        stale = await api.ask(VERSIONED_UPDATE, input={"id": "c1", "customId": "x", "_version": 1})
        assert stale.error["data"]["_deleted"] is True
        changed = await api.ask(VERSIONED_UPDATE, input={"id": "c1", "customId": "x", "_version": 2})
        assert changed.data["updateChannel"]["_deleted"] is None
        assert changed.data["updateChannel"]["_version"] == 3

    run(scenario, versioned=True)


def test_versions_can_begin_while_it_runs() -> None:
    async def scenario(api: Api) -> None:
        await api.put({"id": "c1", "channelId": "UC1"})
        await api.question("settings", versioned=True)
        (item,) = (await api.ask(ALL)).data["listChannels"]["items"]
        assert item["_version"] == 1
        await api.question("settings", versioned=False)
        assert (await api.ask(LIST)).data

    run(scenario)


def test_a_sync_lists_what_was_changed_since() -> None:
    clock = iter(range(1000, 2000))
    channels = Channels(versioned=True, now=lambda: next(clock) / 1000)
    channels.create({"id": "c1", "channelId": "UC1"}, None)
    channels.create({"id": "c2", "channelId": "UC2"}, None)
    since = channels.list("syncChannels", {})["startedAt"]
    channels.update({"id": "c2", "customId": "x", "_version": 1}, None)
    changed = channels.resolve("syncChannels", {"lastSync": since})
    assert [item["id"] for item in changed["items"]] == ["c2"]
    assert len(channels.resolve("syncChannels", {})["items"]) == 2


def test_the_token_of_a_list_is_none_of_a_sync() -> None:
    channels = Channels(versioned=True)
    channels.seed({"id": "c1"})
    token = channels.list("listChannels", {"limit": 1})["nextToken"]
    assert channels.list("listChannels", {"nextToken": token})["items"] == []
    with pytest.raises(ResolverError, match="Invalid pagination token"):
        channels.list("syncChannels", {"nextToken": token})


@pytest.mark.parametrize(
    "fields", [{"channels": [{"id": "c1", "colour": "red"}]}, {"channels": "c1"}, {}, {"channels": [], "more": 1}]
)
def test_channels_that_cannot_be_put(fields: dict[str, Any]) -> None:
    async def scenario(api: Api) -> None:
        with pytest.raises(WrongUseError, match=r"Extra inputs|valid list|Field required"):
            await api.question("put", **fields)

    run(scenario)


def test_put_replaces_on_request() -> None:
    async def scenario(api: Api) -> None:
        await api.put({"id": "c1"}, {"id": "c2"})
        await api.put({"id": "c2", "customId": "x"})
        assert [each["id"] for each in (await api.question("channels"))["channels"]] == ["c1", "c2"]
        assert await api.question("put", channels=[{"id": "c3"}], replace=True) == {"channels": 1}

    run(scenario)
