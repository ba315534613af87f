"""One token for all: a single renewal however many need it, early enough, and an end where renewing does not help."""

import asyncio
import traceback

import pytest
from aiohttp import web

from tests.workers.content_id.fake import Fake
from workers.content_id import tokens as tokens_module
from workers.content_id.rate import Pacer
from workers.content_id.tokens import CredentialsRefusedError, TokenServiceDownError
from workers.frame.problems import StoppedError, WrongInputError


def answering(*answers):
    """Answer with each in turn, and normally after the last; a number is a status, a text a body of 200."""
    left = list(answers)

    async def answer(_request):
        if not left:
            return None
        each = left.pop(0)
        return web.Response(status=each) if isinstance(each, int) else each

    return answer


def always(make):
    async def answer(_request):
        return make()

    return answer


def test_the_first_who_needs_a_token_asks_for_it_with_the_key_and_all_wait_for_that_one():
    async def go():
        fake = Fake()
        async with fake.serve() as api:
            assert await fake.set(api, *(f"A{n}" for n in range(20))) == [None] * 20
        return fake

    fake = asyncio.run(go())
    (request,) = fake.token_requests
    assert request.headers["x-api-key"] == "test"
    assert "Cache-Control" not in request.headers
    assert fake.used_tokens() == {"token-1": 20}


def test_the_header_of_the_key_is_a_setting():
    async def go():
        fake = Fake()
        async with fake.serve(token_key_header="X-Key") as api:
            await fake.set(api, "A1")
        return fake.token_requests

    (request,) = asyncio.run(go())
    assert request.headers["X-Key"] == "test"
    assert "x-api-key" not in request.headers


def test_a_token_that_runs_out_is_renewed_once_for_all_in_flight_and_each_request_is_replayed_once():
    async def go():
        together = asyncio.Barrier(20)

        async def patch(request):
            if request.headers["Authorization"] == "Bearer token-1":
                await together.wait()  # all are in flight when the first answer comes
                return web.Response(status=401)
            return None

        fake = Fake(patch=patch)
        async with fake.serve() as api:
            assert await fake.set(api, *(f"A{n}" for n in range(20))) == [None] * 20
        return fake

    fake = asyncio.run(go())
    assert fake.used_tokens() == {"token-1": 20, "token-2": 20}
    assert len(fake.token_requests) == 2
    assert fake.token_requests[1].headers["Cache-Control"] == "no-cache"


def test_who_was_refused_with_an_older_token_gets_the_latest_without_a_request():
    async def go():
        fake = Fake()
        async with fake.serve():
            first = await fake.tokens.current()
            second = await fake.tokens.renew(first)
            assert await fake.tokens.renew(first) is second
        return len(fake.token_requests)

    assert asyncio.run(go()) == 2


def test_who_waits_for_its_turn_while_the_token_is_renewed_goes_with_the_new_one():
    async def go():
        async def patch(request):
            return web.Response(status=401) if request.headers["Authorization"] == "Bearer token-1" else None

        fake = Fake(patch=patch)
        async with fake.serve(pacer=Pacer(5)) as api:
            assert await fake.set(api, "A1", "A2") == [None] * 2
        return fake.used_tokens()

    assert asyncio.run(go()) == {"token-1": 1, "token-2": 2}


def test_no_request_is_sent_with_a_token_that_was_refused():
    async def go():
        first = asyncio.Event()

        async def patch(request):
            if request.headers["Authorization"] == "Bearer token-1":
                first.set()
                return web.Response(status=401)
            return None

        async def token(_request):
            if fake.token_requests[1:]:
                await asyncio.sleep(0.1)

        fake = Fake(patch=patch, token=token)
        async with fake.serve(pacer=Pacer(1000)) as api:
            early = asyncio.create_task(fake.set(api, "A1"))
            await first.wait()
            await asyncio.sleep(0.02)
            late = await fake.set(api, *(f"B{n}" for n in range(20)))
            return fake, await early, late

    fake, early, late = asyncio.run(go())
    assert early + late == [None] * 21
    assert fake.used_tokens() == {"token-1": 1, "token-2": 21}


def test_an_access_token_is_known_to_the_log_from_when_there_is_one(monkeypatch):
    hidden = []
    monkeypatch.setattr(tokens_module, "hide", hidden.append)

    async def go():
        fake = Fake(patch=answering(401))
        async with fake.serve() as api:
            await fake.set(api, "A1")

    asyncio.run(go())
    assert hidden == ["token-1", "token-2"]


@pytest.mark.parametrize("in_flight", [1, 20])
def test_a_grant_that_is_gone_is_asked_for_once(in_flight):
    async def go():
        late = asyncio.Event()

        async def patch(request):
            if request.match_info["asset"] != "A0":
                await late.wait()
            return web.Response(status=401)

        async def token(_request):
            if fake.token_requests[1:]:
                return web.json_response({"error": "invalid_grant"}, status=400)
            return None

        fake = Fake(patch=patch, token=token)
        async with fake.serve() as api:
            setting = [asyncio.create_task(fake.set(api, f"A{n}")) for n in range(in_flight)]
            await setting[0]
            late.set()  # whose answers come only after it is known that there is no new token
            return [error for task in setting for error in await task], len(fake.token_requests)

    errors, requests = asyncio.run(go())
    assert {type(error) for error in errors} == {CredentialsRefusedError}
    assert requests == 2


def test_new_tokens_that_are_refused_again_and_again_end_it():
    async def go():
        fake = Fake(patch=always(lambda: web.Response(status=401)))
        async with fake.serve() as api:
            return await fake.set(api, "A1"), fake

    (error,), fake = asyncio.run(go())
    assert isinstance(error, CredentialsRefusedError)
    assert error.problem.kind == "credentials-refused"
    assert len(fake.requests) == 4
    assert len(fake.token_requests) == 3


def test_slips_with_good_answers_between_do_not_add_up():
    async def go():
        answers = [status for _ in range(5) for status in (401, 401, None)]

        async def patch(_request):
            status = answers.pop(0)
            return web.Response(status=status) if status else None

        fake = Fake(patch=patch)
        async with fake.serve() as api:
            return [await fake.set(api, f"A{n}") for n in range(5)]

    assert asyncio.run(go()) == [[None]] * 5


def test_one_new_token_that_is_refused_once_is_a_slip():
    async def go():
        fake = Fake(patch=answering(401, 401))
        async with fake.serve() as api:
            return await fake.set(api, "A1"), fake

    errors, fake = asyncio.run(go())
    assert errors == [None]
    assert fake.used_tokens() == {"token-1": 1, "token-2": 2}


@pytest.mark.parametrize(
    ("status", "body", "kind", "error"),
    [
        (
            400,
            {"error": "invalid_grant", "error_description": "Revoked."},
            "credentials-refused",
            CredentialsRefusedError,
        ),
        (401, {"error": "invalid_client"}, "token-service-refused", WrongInputError),
        (403, {"message": "Forbidden"}, "token-service-refused", WrongInputError),
        (404, {}, "token-service-refused", WrongInputError),
    ],
)
def test_what_a_person_must_mend_ends_it_at_once(status, body, kind, error):
    async def go():
        fake = Fake(token=always(lambda: web.json_response(body, status=status)))
        async with fake.serve() as api:
            return await fake.set(api, "A1", "A2"), fake

    errors, fake = asyncio.run(go())
    assert [type(each) for each in errors] == [error] * 2
    assert errors[0].problem.kind == kind
    assert not fake.requests
    assert len(fake.token_requests) == 1


def test_a_redirect_is_not_followed_with_the_key():
    async def go():
        other = Fake()
        async with other.serve():
            headers = {"Location": f"{other.url}/token"}
            fake = Fake(token=always(lambda: web.Response(status=307, headers=headers)))
            async with fake.serve() as api:
                return await fake.set(api, "A1"), other.token_requests

    (error,), requests = asyncio.run(go())
    assert isinstance(error, WrongInputError)
    assert not requests


def test_a_body_of_the_api_that_says_invalid_grant_ends_it():
    async def go():
        fake = Fake(patch=always(lambda: web.json_response({"error": "invalid_grant"}, status=401)))
        async with fake.serve() as api:
            return await fake.set(api, "A1"), len(fake.token_requests)

    (error,), token_requests = asyncio.run(go())
    assert isinstance(error, CredentialsRefusedError)
    assert token_requests == 1


@pytest.mark.parametrize(
    "answer",
    [503, 429, 200, web.json_response({"token": "secret"}), web.json_response({"access_token": ""})],
    ids=["503", "429", "empty", "without", "blank"],
)
def test_a_token_service_that_fails_for_a_moment_is_asked_again(answer):
    async def go():
        fake = Fake(token=answering(answer, 500))
        async with fake.serve() as api:
            return await fake.set(api, "A1"), len(fake.token_requests)

    assert asyncio.run(go()) == ([None], 3)


def test_a_token_service_that_stays_away_ends_it_and_no_token_is_in_what_it_says():
    async def go():
        body = {"access_token": "secret and wrong", "token_type": "Mac"}
        fake = Fake(token=always(lambda: web.json_response(body)))
        async with fake.serve() as api:
            return await fake.set(api, "A1"), len(fake.token_requests)

    (error,), requests = asyncio.run(go())
    assert isinstance(error, TokenServiceDownError)
    assert error.problem.detail == "HTTP 200 without a token: access_token, token_type"
    assert "secret and wrong" not in "".join(traceback.format_exception(error))
    assert requests == 6


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_a_token_is_renewed_before_its_end_while_requests_go_on_with_it():
    async def go():
        clock, fake = Clock(), Fake(expires_in=3600)
        async with fake.serve(clock=clock):
            first = await fake.tokens.current()
            clock.now += 3600 - 121
            assert await fake.tokens.current() is first
            assert len(fake.token_requests) == 1
            clock.now += 2
            assert await fake.tokens.current() is first  # nobody waits
            await fake.tokens._renewal
            assert await fake.tokens.current() is fake.tokens.latest is not first
            clock.now += 3601
            assert (await fake.tokens.current()).value == "token-3"
        return fake.token_requests

    assert [each.headers.get("Cache-Control") for each in asyncio.run(go())] == [None, "no-cache", "no-cache"]


def test_a_token_that_still_holds_outlives_a_token_service_that_is_down():
    async def go():
        clock, fake = Clock(), Fake(expires_in=3600)
        async with fake.serve(clock=clock):
            first = await fake.tokens.current()
            fake.token = always(lambda: web.Response(status=503))
            clock.now += 3500
            assert await fake.tokens.current() is first
            await asyncio.wait({fake.tokens._renewal})
            asked = len(fake.token_requests)
            assert await fake.tokens.current() is first
            await asyncio.sleep(0.05)
            assert len(fake.token_requests) == asked  # not at once again
            clock.now += 20
            fake.token = None
            assert await fake.tokens.current() is first
            await fake.tokens._renewal
            assert await fake.tokens.current() is not first

    asyncio.run(go())


def test_an_early_renewal_that_says_invalid_grant_ends_it_for_the_next_who_asks():
    async def go():
        clock, fake = Clock(), Fake(expires_in=3600)
        async with fake.serve(clock=clock):
            await fake.tokens.current()
            fake.token = always(lambda: web.json_response({"error": "invalid_grant"}, status=400))
            clock.now += 3500
            await fake.tokens.current()
            await asyncio.wait({fake.tokens._renewal})
            with pytest.raises(CredentialsRefusedError):
                await fake.tokens.current()

    asyncio.run(go())


def test_a_service_that_does_not_say_when_a_token_ends_is_not_asked_before_a_refusal():
    async def go():
        clock, fake = Clock(), Fake(expires_in=None)
        async with fake.serve(clock=clock):
            first = await fake.tokens.current()
            clock.now += 10**7
            return await fake.tokens.current() is first

    assert asyncio.run(go())


def test_who_stops_waiting_does_not_take_the_token_from_the_others():
    async def go():
        release = asyncio.Event()

        async def token(_request):
            await release.wait()

        fake = Fake(token=token)
        async with fake.serve():
            impatient, patient = (asyncio.create_task(fake.tokens.current()) for _ in range(2))
            await asyncio.sleep(0.02)
            impatient.cancel()
            release.set()
            return (await patient).value, len(fake.token_requests)

    assert asyncio.run(go()) == ("token-1", 1)


def test_a_stop_ends_the_wait_for_the_token_service():
    async def go():
        fake = Fake(token=always(lambda: web.Response(status=503, headers={"Retry-After": "200"})))
        async with fake.serve() as api:
            asyncio.get_running_loop().call_later(0.05, fake.stop.ask, "SIGTERM was received")
            return await asyncio.wait_for(fake.set(api, "A1"), 5)

    (error,) = asyncio.run(go())
    assert isinstance(error, StoppedError)


def test_neither_token_nor_key_is_shown():
    async def go():
        fake = Fake()
        async with fake.serve():
            return repr(await fake.tokens.current()) + repr(fake.settings)

    shown = asyncio.run(go())
    assert "token-1" not in shown
    assert "'test'" not in shown
