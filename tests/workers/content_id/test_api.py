"""One update from its request to its end: what is sent, what is tried again, what ends the item and what the run."""

import asyncio
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from tests.workers.content_id.fake import Fake, asset, settings
from tests.workers.content_id.test_rate import most_in
from tests.workers.content_id.test_tokens import always, answering
from workers.content_id import api as api_module
from workers.content_id.api import ItemError, connect, next_midnight
from workers.content_id.rate import Pacer
from workers.content_id.sending import send
from workers.content_id.update import Update
from workers.frame.problems import ServiceDownError, StoppedError, WrongInputError
from workers.frame.retries import RetryPolicy
from workers.frame.stopping import Stop


def setting(*asset_ids, one_by_one=False, **fakes):
    """Set custom ids; return what each raised, the fake, and the API."""
    serve = {name: fakes.pop(name) for name in ("policy", "pacer") if name in fakes}

    async def go():
        fake = Fake(**fakes)
        async with fake.serve(**serve) as api:
            if one_by_one:
                return [(await fake.set(api, asset_id))[0] for asset_id in asset_ids], fake, api
            return await fake.set(api, *asset_ids), fake, api

    return asyncio.run(go())


def refusal(status, reason):
    return always(lambda: web.json_response({"error": {"code": status, "errors": [{"reason": reason}]}}, status=status))


def test_what_is_sent():
    async def go():
        bodies = []

        async def patch(request):
            bodies.append(await request.read())

        fake = Fake(patch=patch)
        async with fake.serve() as api:
            await api.set_custom_id("A 1/ü?", "wanted", fake.stop)
        return fake.requests, bodies

    (request,), (body,) = asyncio.run(go())
    assert request.method == "PATCH"
    assert request.raw_path == "/youtube/partner/v1/assets/A%201%2F%C3%BC%3F?onBehalfOfContentOwner=content-owner"
    assert request.headers["Authorization"] == "Bearer token-1"
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(body) == {"metadataMine": {"customId": "wanted"}}


@pytest.mark.parametrize("asset_id", ["", ".", ".."])
def test_an_id_that_would_mean_another_resource_is_not_sent(asset_id):
    (error,), fake, _ = setting(asset_id)
    assert isinstance(error, ItemError)
    assert error.problem.kind == "asset-id-wrong"
    assert not fake.requests


def test_what_is_refused_is_recorded_on_the_item_and_not_tried_again():
    (error,), fake, api = setting("A1", patch=refusal(404, "assetNotFound"))
    assert isinstance(error, ItemError)
    assert error.problem.as_dict() == {
        "type": "urn:punctual:problem:asset-not-found",
        "title": "There is no such asset",
        "status": 404,
        "detail": 'HTTP 404: {"error": {"code": 404, "errors": [{"reason": "assetNotFound"}]}}',
        "instance": "A1",
        "reasons": ["assetNotFound"],
    }
    assert len(fake.requests) == 1
    assert api.statistics.answers == {"asset-not-found": 1}


def test_an_answer_with_another_custom_id_than_was_sent_is_recorded():
    (error,), _, _ = setting("A1", patch=always(lambda: web.json_response(asset("A1", "other"))))
    assert error.problem.kind == "custom-id-not-set"
    assert error.problem.detail == "the custom id is 'other' after it was set to 'id-of-A1'"


def test_an_answer_without_metadata_is_taken_at_its_word():
    assert setting("A1", patch=always(lambda: web.json_response({"id": "A1"})))[0] == [None]


async def reset(request):
    request.transport.abort()
    return web.Response()


async def cut_off(request):
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"id": "A1", ')
    request.transport.close()
    return response


@pytest.mark.parametrize("fault", [500, 503, 429, web.Response(text="{"), "reset", "cut off"], ids=str)
def test_what_may_go_better_is_tried_again_and_slows_the_shared_rate(fault):
    first = [fault]

    async def patch(request):
        if not first:
            return None
        each = first.pop()
        if each == "reset":
            return await reset(request)
        if each == "cut off":
            return await cut_off(request)
        return web.Response(status=each) if isinstance(each, int) else each

    pacer = Pacer(100)
    most = pacer.rate
    errors, fake, api = setting("A1", patch=patch, pacer=pacer)
    assert errors == [None]
    assert len(fake.requests) == api.statistics.requests == pacer.turns == 2
    assert fake.custom_ids == {"A1": "id-of-A1"}
    assert pacer.rate < most * 0.7


def test_an_item_that_alone_fails_again_and_again_is_recorded_and_the_others_go_on():
    async def patch(request):
        return web.Response(status=500) if request.match_info["asset"] == "A2" else None

    errors, fake, _ = setting("A1", "A2", "A3", patch=patch, one_by_one=True)
    assert [errors[0], errors[2]] == [None, None]
    assert isinstance(errors[1], ItemError)
    assert (errors[1].problem.kind, errors[1].problem.instance) == ("service-failed", "A2")
    assert len(fake.requests) == 8


def test_a_service_that_was_never_there_is_down_after_the_first_item():
    (error,), fake, _ = setting("A1", patch=always(lambda: web.Response(status=503)))
    assert isinstance(error, ServiceDownError)
    assert error.problem.kind == "service-failed"
    assert len(fake.requests) == 6


def test_a_service_that_goes_away_is_down_after_three_items_in_a_row():
    async def patch(request):
        return None if request.match_info["asset"] == "A0" else web.Response(status=503)

    errors, _, _ = setting("A0", "A1", "A2", "A3", patch=patch, one_by_one=True)
    assert [type(error) for error in errors] == [type(None), ItemError, ItemError, ServiceDownError]


def test_items_that_fail_while_others_are_answered_do_not_mean_that_the_service_is_down():
    async def patch(request):
        if request.match_info["asset"].startswith("bad"):
            return web.Response(status=503)
        while len(fake_requests) < 6:
            await asyncio.sleep(0.001)
        return None

    async def go():
        fake = Fake(patch=patch)
        nonlocal fake_requests
        fake_requests = fake.requests
        async with fake.serve() as api:
            return await fake.set(api, "good", "bad-1", "bad-2", "bad-3", "bad-4")

    fake_requests = []
    assert [type(error) for error in asyncio.run(go())] == [type(None)] + [ItemError] * 4


def test_a_request_counts_from_when_it_is_written_also_where_it_never_was():
    async def go():
        unsent = []

        async def patch(_request):
            unsent.append(fake.pacer._unsent)

        fake = Fake(patch=patch)
        async with fake.serve() as api:
            await fake.set(api, "A1")
            unsent.append(fake.pacer._unsent)
            api._assets = "http://127.0.0.1:1/"  # where nobody listens
            await fake.set(api, "A2")
            unsent.append(fake.pacer._unsent)
        return unsent, len(fake.pacer._sent)

    assert asyncio.run(go()) == ([0, 0, 0], 7)


@pytest.mark.parametrize(("status", "reason"), [(403, "quotaExceeded"), (429, "dailyLimitExceeded")])
def test_the_quota_of_the_day_stops_it_and_says_when_there_is_more(status, reason):
    (error,), fake, _ = setting("A1", patch=refusal(status, reason))
    assert isinstance(error, StoppedError)
    assert error.problem.kind == "daily-quota-exhausted"
    resets_at = datetime.fromisoformat(error.problem.extensions["resets_at"])
    assert 0 < (resets_at - datetime.now(UTC)).total_seconds() <= 25 * 3600
    assert resets_at.astimezone(ZoneInfo("America/Los_Angeles")).strftime("%H:%M:%S") == "00:00:00"
    assert len(fake.requests) == 1


def test_the_budget_of_the_settings_stops_it_too_and_retries_count():
    errors, fake, _ = setting("A1", "A2", "A3", patch=answering(500), pacer=Pacer(1000, per_day=3), one_by_one=True)
    assert errors[:2] == [None, None]
    assert isinstance(errors[2], StoppedError)
    assert "resets_at" in errors[2].problem.extensions
    assert len(fake.requests) == 3


def test_a_service_that_asks_for_more_time_than_a_run_has_stops_it():
    patch = always(lambda: web.Response(status=503, headers={"Retry-After": "3600"}))
    (error,), fake, _ = setting("A1", patch=patch)
    assert isinstance(error, StoppedError)
    assert error.problem.kind == "service-failed"
    assert len(fake.requests) == 1


def test_retry_after_holds_all_requests_back():
    async def go():
        loop, moments = asyncio.get_running_loop(), []

        async def patch(request):
            moments.append((loop.time(), request.match_info["asset"]))
            if len(moments) == 1:
                return web.Response(status=429, headers={"Retry-After": "1"})
            return None

        fake = Fake(patch=patch)
        async with fake.serve() as api:
            first = asyncio.create_task(fake.set(api, "A1"))
            await asyncio.sleep(0.2)
            await fake.set(api, "A2")
            await first
        return [(moment - moments[0][0], asset_id) for moment, asset_id in moments]

    (_, first), *others = asyncio.run(go())
    assert first == "A1"
    assert sorted(asset_id for _, asset_id in others) == ["A1", "A2"]
    assert all(moment >= 1 for moment, _ in others)


def test_a_redirect_is_not_followed_with_the_token():
    async def go():
        fake = Fake()
        other = Fake()
        async with other.serve():
            elsewhere = {"Location": f"{other.url}/youtube/partner/v1/assets/A1"}
            fake.patch = always(lambda: web.Response(status=307, headers=elsewhere))
            async with fake.serve() as api:
                return await fake.set(api, "A1"), other.requests

    (error,), requests = asyncio.run(go())
    assert error.problem.status == 307
    assert not requests


def test_a_request_without_an_answer_ends_in_time(monkeypatch):
    monkeypatch.setattr(api_module, "TIMEOUT", api_module.aiohttp.ClientTimeout(total=0.1))

    async def go():
        hang = asyncio.Event()

        async def patch(request):
            if len(fake.requests) == 1:
                await hang.wait()

        fake = Fake(patch=patch)
        async with fake.serve() as api:
            errors = await fake.set(api, "A1")
            hang.set()
            return errors, api.statistics.answers

    assert asyncio.run(go()) == ([None], {"service-unreachable": 1, "accepted": 1})


def test_what_connect_gives_works_and_has_its_share():
    async def go():
        fake = Fake()
        async with fake.serve():
            told = settings(
                content_id_url=fake.url + "/",
                token_url=f"{fake.url}/token",
                requests_per_second=90,
                requests_per_day=30,
            )
            async with connect(told, fake.stop, shard_index=2, shard_count=3) as api:
                for n in range(10):
                    await api.set_custom_id(f"A{n}", "x", fake.stop)
                with pytest.raises(StoppedError, match="10 requests were sent"):
                    await api.set_custom_id("A11", "x", fake.stop)
                return api.rate, api.token_requests, len(fake.requests)

    rate, token_requests, requests = asyncio.run(go())
    assert rate == pytest.approx(30 / 1.04)
    assert (token_requests, requests) == (1, 10)


def test_more_shards_than_requests_are_wrong_settings():
    async def go():
        async with connect(settings(requests_per_second=3), Stop(), shard_index=0, shard_count=4):
            pass

    with pytest.raises(WrongInputError):
        asyncio.run(go())


def test_through_real_sockets_requests_arrive_as_they_are_paced():
    async def go():
        loop, moments = asyncio.get_running_loop(), []

        async def patch(_request):
            moments.append(loop.time())
            await asyncio.sleep(0.2)

        fake = Fake(patch=patch)
        async with fake.serve(pacer=Pacer(100)) as api:
            updates = (Update(f"A{n}", "x") for n in range(180))
            sent = await send(
                updates, api, concurrency=60, stop=fake.stop, on_done=lambda _: None, on_failed=lambda *_: None
            )
        return sent, moments

    sent, moments = asyncio.run(go())
    assert sent.done == 180
    assert most_in(1.0, moments) <= 103  # simulations are strict; here a machine that is busy may hold answers up
    assert 179 / (moments[-1] - moments[0]) > 60


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        ("2026-01-15T07:59:59+00:00", "2026-01-15T00:00:00-08:00"),
        ("2026-01-15T08:00:00+00:00", "2026-01-16T00:00:00-08:00"),
        ("2026-07-01T06:30:00+00:00", "2026-07-01T00:00:00-07:00"),
        ("2026-03-08T12:00:00+00:00", "2026-03-09T00:00:00-07:00"),  # the day of 23 hours
    ],
)
def test_when_the_next_day_begins(now, midnight):
    assert next_midnight(datetime.fromisoformat(now), ZoneInfo("America/Los_Angeles")).isoformat() == midnight


def test_the_policy_waits_for_as_long_as_a_service_takes_to_restart():
    policy: RetryPolicy = api_module.POLICY
    mean = sum(min(policy.cap_seconds, policy.base_seconds * 2**n) / 2 for n in range(policy.attempts - 1))
    assert mean > 25
