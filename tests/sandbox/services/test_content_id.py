"""The stand-in answers as the Content ID API does."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from sandbox.errors import WrongUseError
from sandbox.services.content_id.assets import CUSTOM_ID, generate
from sandbox.services.content_id.settings import Settings
from tests.sandbox.services.api import ASSET, Api, run


def test_patch_sets_the_custom_id_and_nothing_else() -> None:
    async def scenario(api: Api) -> None:
        answer = await api.patch("partner.one@example.com/1")
        assert (answer.status, answer.json["id"]) == (200, ASSET)
        assert answer.json["kind"] == "youtubePartner#asset"
        assert answer.json["metadataMine"] == {"customId": "partner.one@example.com/1"}
        assert await api.custom_id() == "partner.one@example.com/1"
        nothing = await api.call("PATCH", f"assets/{ASSET}", {"metadataMine": {}})
        assert (nothing.status, nothing.json["metadataMine"]["customId"]) == (200, "partner.one@example.com/1")
        assert (await api.statistics())["patches"] == 1

    run(scenario)


@pytest.mark.parametrize("custom_id", ["", "a b", "a" * 65, "ümlaut", "a\n", 7, None])
def test_custom_id_that_the_api_does_not_take(custom_id: object) -> None:
    async def scenario(api: Api) -> None:
        answer = await api.patch(custom_id)
        assert (answer.status, answer.reason) == (400, "invalidValue")
        assert await api.custom_id() == "old"

    run(scenario)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "parseError"),
        (b"[]", "parseError"),
        (b'{"metadataMine": "x"}', "parseError"),
        (b'{"metadataMine": {"customID": "x"}}', "badRequest"),
        (b'{"customId": "x"}', "badRequest"),
    ],
)
def test_body_that_is_no_asset(body: bytes, reason: str) -> None:
    async def scenario(api: Api) -> None:
        answer = await api.call("PATCH", f"assets/{ASSET}", body)
        assert (answer.status, answer.reason) == (400, reason)

    run(scenario)


def test_who_may_not() -> None:
    async def scenario(api: Api) -> None:
        await api.ask("content-id/seed", assets=[{"id": "A2", "owner": "somebody-else"}])
        nobody = await api.call("PATCH", f"assets/{ASSET}", headers={})
        assert (nobody.status, nobody.reason) == (401, "required")
        assert "Bearer" in dict(nobody.headers)["WWW-Authenticate"]
        stranger = await api.call("PATCH", f"assets/{ASSET}", headers={"Authorization": "Bearer never-given-out"})
        assert (stranger.status, stranger.reason) == (401, "authError")
        basic = await api.call("PATCH", f"assets/{ASSET}", headers={"Authorization": "Basic dGVzdA=="})
        assert basic.status == 401
        assert (await api.patch(onBehalfOfContentOwner="another")).status == 403
        missing = await api.patch(onBehalfOfContentOwner="")
        assert (missing.status, missing.reason) == (400, "contentOwnerNotProvided")
        assert (await api.patch(asset="A2")).status == 403
        unknown = await api.patch(asset="A3")
        assert (unknown.status, unknown.reason) == (404, "assetNotFound")
        assert (await api.statistics())["patches"] == 0

    run(scenario)


def test_merged_asset() -> None:
    """It comes once, however many of its ids are asked for; a PATCH of an alias works on it."""

    async def scenario(api: Api) -> None:
        await api.ask("content-id/seed", assets=[{"id": "A2", "custom_id": "two", "alias_ids": ["A8", "A9"]}])
        listed = await api.call("GET", "assets", id=f"A8,{ASSET},A404,A2,A9", fetchMetadata="mine")
        assert [each["id"] for each in listed.json["items"]] == ["A2", ASSET]
        assert listed.json["items"][0]["aliasId"] == ["A8", "A9"]
        assert listed.json["items"][0]["metadataMine"] == {"customId": "two"}
        assert "aliasId" not in listed.json["items"][1]
        patched = await api.patch("x", asset="A9")
        assert patched.json["id"] == "A2"
        assert await api.custom_id("A2") == await api.custom_id("A8") == "x"
        assert (await api.ask("content-id/patches"))["patches"] == {"A2": 1}

    run(scenario)


def test_metadata_is_there_only_if_it_is_asked_for() -> None:
    async def scenario(api: Api) -> None:
        for query in ({}, {"fetchMetadata": "effective"}):
            assert "metadataMine" not in (await api.call("GET", f"assets/{ASSET}", **query)).json
        found = await api.call("GET", f"assets/{ASSET}", fetchMetadata="effective,mine")
        assert found.json["metadataMine"] == {"customId": "old"}
        assert (await api.call("GET", "assets")).reason == "required"

    run(scenario)


def claim(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"c{number}", "asset_id": "A1", "video_id": f"v{number}"} | fields


async def pages(api: Api, **query: str) -> list[list[str]]:
    found, token = [], ""
    while True:
        answer = await api.call("GET", "claimSearch", **query, **({"pageToken": token} if token else {}))
        assert answer.status == 200, answer.body
        found.append([each["id"] for each in answer.json["items"]])
        token = answer.json.get("nextPageToken", "")
        if not token:
            return found


def test_claims_are_found_page_by_page() -> None:
    async def scenario(api: Api) -> None:
        early, late = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
        claims = [claim(1), claim(2, status="inactive"), claim(3, time_created=late), claim(4, asset_id="A2"), claim(5)]
        await api.ask("content-id/seed", claims=claims)
        await api.ask("content-id/settings", page_size=2)
        assert await pages(api) == [["c1", "c2"], ["c3", "c4"], ["c5"]]
        assert await pages(api, assetId="A1", status="active") == [["c1", "c3"], ["c5"]]
        assert await pages(api, videoId="v4,v2") == [["c2", "c4"]]
        assert await pages(api, createdAfter=late) == [["c3"]]
        assert await pages(api, createdBefore=early) == [[]]
        first = await api.call("GET", "claimSearch")
        assert first.json["pageInfo"] == {"totalResults": 5, "resultsPerPage": 2, "startIndex": 0}
        token = first.json["nextPageToken"]
        for wrong in (
            {"pageToken": "x"},
            {"pageToken": token, "status": "active"},
            {"createdAfter": "soon"},
            {"x": "1"},
        ):
            answer = await api.call("GET", "claimSearch", **wrong)
            assert (answer.status, answer.reason) == (400, "invalidParameter"), wrong

    run(scenario)


def test_forty_thousand_assets_are_made_of_a_seed() -> None:
    async def scenario(api: Api) -> None:
        shares = {"merged": 0.1, "own_custom_id": 0.5}
        made = (await api.ask("content-id/seed", generate={"count": 40_000, "seed": 7, **shares}))["generated"]
        assert len({each["id"] for each in made}) == 40_000
        assert len((await api.ask("content-id/custom-ids"))["custom_ids"]) == 40_001
        again = generate(40_000, 7, owner="content-owner", **shares)
        assert [(each["id"], each["custom_id"]) for each in made] == [(each.id, each.custom_id) for each in again]
        assert 3_500 < sum(1 for each in again if each.alias_ids) < 4_500
        assert 19_000 < sum(1 for each in again if each.custom_id != each.video_id) < 21_000
        assert all(CUSTOM_ID.fullmatch(each.custom_id or "") for each in again)
        assert generate(10, 8, owner="") != generate(10, 7, owner="")

    run(scenario)


def test_questions_that_are_wrong() -> None:
    async def scenario(api: Api) -> None:
        for question, fields, said in [
            ("seed", {"asset": []}, "asset: Extra inputs"),
            ("seed", {"assets": [{"custom_id": "x"}]}, r"assets\.0\.id: Field required"),
            ("seed", {"generate": {"count": 0}}, r"generate\.count"),
            ("settings", {"requests_per_second": 0}, "requests_per_second"),
            ("settings", {"latency": 1}, "latency: Extra inputs"),
            ("custom-ids", {"ids": 5}, "ids: Input should be a valid list"),
            ("custom-ids", {"id": []}, "id: Extra inputs"),
        ]:
            with pytest.raises(WrongUseError, match=said):
                await api.ask(f"content-id/{question}", **fields)
        assert (await api.ask("content-id/settings"))["requests_per_second"] is None

    run(scenario)


def test_latency_is_waited_before_the_change() -> None:
    async def scenario(api: Api) -> None:
        await api.ask("content-id/settings", latency_seconds=0.2)
        sent = asyncio.create_task(api.patch("new"))
        while not (await api.statistics())["requests"]:
            await asyncio.sleep(0.01)
        assert await api.custom_id() == "old"
        assert (await sent).status == 200
        assert await api.custom_id() == "new"

    run(scenario)


def test_latency_has_the_distribution_that_was_asked_for() -> None:
    settings = Settings(latency_seconds=0.2, latency_p99_seconds=0.8)
    chance = random.Random(1)  # noqa: S311
    found = sorted(settings.latency(chance) for _ in range(20_000))
    assert found[10_000] == pytest.approx(0.2, rel=0.03)
    assert found[19_800] == pytest.approx(0.8, rel=0.1)
    assert {Settings(latency_seconds=0.2).latency(chance) for _ in range(10)} == {0.2}


def test_statistics() -> None:
    async def scenario(api: Api) -> None:
        assert (await api.statistics())["first"] is None
        await asyncio.gather(*(api.patch("same") for _ in range(2)), api.patch(asset="A404"))
        found = await api.statistics()
        assert found["answers"] == {"assets.patch 200": 2, "assets.patch 404 assetNotFound": 1}
        assert (found["requests"], found["largest_in_a_second"]) == (3, 3)
        assert (found["patches"], found["assets_patched"]) == (2, 1)
        assert found["assets_patched_twice"] == [ASSET]
        assert found["assets_changed_twice"] == [], "the second set what was there"
        assert 0 < found["seconds"] < 5
        assert (await api.ask("content-id/reset"))["requests"] == 3
        assert (await api.statistics())["requests"] == 0
        await api.ask("content-id/clear")
        assert await api.custom_id() is None

    run(scenario)
