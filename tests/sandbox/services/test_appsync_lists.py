"""Lists are scans: pages by what is read, empty ones that go on, tokens that say nothing."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json

import pytest

from sandbox.errors import WrongUseError
from sandbox.services.appsync.table import PAGE_BYTES, Table
from tests.sandbox.services.graphql import GET, LIST, Api, run


def channel(number: int, **more: str) -> dict[str, str]:
    return {"id": f"c{number}", "channelId": f"UC{number}", **more}


def all_of(pages: list[list[str]]) -> list[str]:
    return list(itertools.chain(*pages))


def test_the_default_page_is_a_hundred_and_a_full_last_page_goes_on() -> None:
    async def scenario(api: Api) -> None:
        await api.put(*(channel(number) for number in range(200)))
        pages = await api.pages()
        # The scan stops at its limit, before it knows that nothing is left.
        assert [len(page) for page in pages] == [100, 100, 0]
        assert sorted(all_of(pages)) == sorted(f"c{number}" for number in range(200))
        assert [len(page) for page in await api.pages(limit=150)] == [150, 50]

    run(scenario)


def test_a_limit_is_of_what_is_read_not_of_what_passes() -> None:
    async def scenario(api: Api) -> None:
        await api.put(*(channel(number, customId="x" if number == 7 else "y") for number in range(50)))
        pages = await api.pages(limit=10, filter={"customId": {"eq": "x"}})
        assert len(pages) == 6
        assert sorted(len(page) for page in pages) == [0, 0, 0, 0, 0, 1]
        assert all_of(pages) == ["c7"]

    run(scenario)


def test_an_empty_table_has_one_page() -> None:
    async def scenario(api: Api) -> None:
        assert await api.pages() == [[]]

    run(scenario)


@pytest.mark.parametrize("every", [2, 3])
def test_pages_are_empty_on_request_and_lose_nothing(every: int) -> None:
    async def scenario(api: Api) -> None:
        await api.put(*(channel(number) for number in range(25)))
        pages = await api.pages(limit=5)
        assert [number for number, page in enumerate(pages, 1) if not page][:2] == [every, 2 * every]
        assert sorted(all_of(pages)) == sorted(f"c{number}" for number in range(25))

    run(scenario, empty_page_every=every)


def test_which_pages_are_empty_is_each_lists_own() -> None:
    """Else of two clients that take turns one would get the empty pages alone."""

    async def scenario(api: Api) -> None:
        await api.put(*(channel(number) for number in range(12)))
        first, second = await asyncio.gather(api.pages(limit=3), api.pages(limit=3))
        assert first == second
        assert [len(page) for page in first[:4]] == [3, 0, 3, 0]

    run(scenario, empty_page_every=2)


def test_no_token_comes_twice() -> None:
    async def scenario(api: Api) -> None:
        await api.put(*(channel(number) for number in range(12)))
        tokens, token = [], None
        while True:
            token = (await api.ask(LIST, limit=3, nextToken=token)).data["listChannels"]["nextToken"]
            if token is None:
                break
            tokens.append(token)
        assert len(set(tokens)) == len(tokens) > 4

    run(scenario, empty_page_every=2)


def test_not_each_page_can_be_empty() -> None:
    async def scenario(api: Api) -> None:
        with pytest.raises(WrongUseError, match="would never end"):
            await api.question("settings", empty_page_every=1)
        assert (await api.question("settings"))["empty_page_every"] == 0

    run(scenario)


def test_a_page_ends_at_a_mebibyte() -> None:
    table = Table()
    for number in range(30):
        table.put({"id": str(number), "text": "é" * (PAGE_BYTES // 20)})  # two bytes each
    assert len(table.scan(1000).items) == 10


def test_a_list_goes_on_where_it_was_whatever_is_written_meanwhile() -> None:
    async def scenario(api: Api) -> None:
        await api.put(*(channel(number) for number in range(40)))
        first = (await api.ask(LIST, limit=20)).data["listChannels"]
        seen = {item["id"] for item in first["items"]}
        for number in range(40):
            if f"c{number}" in seen:
                await api.ask("mutation D($id: ID!) { deleteChannel(input: {id: $id}) { id } }", id=f"c{number}")
        rest, token = [], first["nextToken"]
        while token:
            page = (await api.ask(LIST, limit=20, nextToken=token)).data["listChannels"]
            rest += [item["id"] for item in page["items"]]
            token = page["nextToken"]
        assert sorted([*seen, *rest]) == sorted(f"c{number}" for number in range(40))

    run(scenario)


def test_a_token_that_was_not_given_out_is_refused() -> None:
    async def scenario(api: Api) -> None:
        await api.put(*(channel(number) for number in range(5)))
        token = (await api.ask(LIST, limit=2)).data["listChannels"]["nextToken"]
        inner = json.loads(base64.b64decode(token))
        forged = bytearray(base64.b64decode(inner["token"]))
        forged[-1] ^= 1
        changed = base64.b64encode(json.dumps({**inner, "token": base64.b64encode(forged).decode()}).encode()).decode()
        for wrong in ("", "x", "é", "e30=", "bnVsbA==", token[:-4], changed):
            answer = await api.ask(LIST, limit=2, nextToken=wrong)
            assert answer.status == 200
            assert answer.body["data"] == {"listChannels": None}
            assert answer.error == {
                "path": ["listChannels"],
                "data": None,
                "errorType": "DynamoDB:UserIllegalArgumentException",
                "errorInfo": None,
                "locations": [{"line": 3, "column": 3, "sourceName": None}],
                "message": "com.amazonaws.deepdish.common.pagination.InvalidPaginationTokenException: "
                "Invalid pagination token given.",
            }

    run(scenario)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_has_to_be_positive(limit: int) -> None:
    async def scenario(api: Api) -> None:
        answer = await api.ask(LIST, limit=limit)
        assert answer.error["errorType"] == "DynamoDB:DynamoDbException"
        assert f"Value '{limit}' at 'limit'" in answer.error["message"]

    run(scenario)


def test_an_item_that_breaks_the_schema_is_null_and_the_others_are_there() -> None:
    async def scenario(api: Api) -> None:
        await api.put(channel(1), {"id": "broken"})
        answer = await api.ask("{ listChannels { items { id channelId } nextToken } }")
        items = answer.body["data"]["listChannels"]["items"]
        assert {"id": "c1", "channelId": "UC1"} in items
        index = items.index(None)
        assert answer.error == {
            "path": ["listChannels", "items", index, "channelId"],
            "locations": None,
            "message": "Cannot return null for non-nullable type: 'String' within parent 'Channel' "
            f"(/listChannels/items[{index}]/channelId)",
        }
        assert (await api.ask("{ listChannels { items { id } } }")).data  # who does not ask for it sees nothing of it
        assert (await api.ask(GET, id="broken")).body["data"] == {"getChannel": None}

    run(scenario)
