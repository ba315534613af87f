"""The quotas are held, and counted in the strictest way."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.services.content_id.quotas import Day, SlidingSecond
from tests.sandbox.services.api import Api, run


@example([0, 500, 500])
@given(st.lists(st.integers(0, 700), max_size=60))
def test_every_second_that_begins_anywhere(pauses: list[int]) -> None:
    """Held against counting every window of the whole list; in milliseconds, so that nothing is rounded."""
    times, now = [], 0
    for pause in pauses:
        now += pause
        times.append(now)
    second = SlidingSecond()
    found = [second.count(each / 1000) for each in times]
    expected = [sum(1 for other in times[: n + 1] if other / 1000 > each / 1000 - 1) for n, each in enumerate(times)]
    assert found == expected
    assert second.largest == max(expected, default=0)


def test_day() -> None:
    day = Day()
    assert [day.take(2) for _ in range(3)] == [True, True, False]
    day.next()
    assert (day.take(2), day.number, day.used) == (True, 2, 1)
    assert all(day.take(None) for _ in range(10))


@pytest.mark.parametrize(
    ("settings", "status", "reason"),
    [
        ({}, 403, "rateLimitExceeded"),
        ({"over_rate": "user-rate-limit"}, 403, "userRateLimitExceeded"),
        ({"over_rate": "throttle", "retry_after": 3}, 429, "rateLimitExceeded"),
    ],
)
def test_requests_over_the_quota_per_second(settings: dict[str, object], status: int, reason: str) -> None:
    async def scenario(api: Api) -> None:
        await api.ask("content-id/settings", requests_per_second=3, requests_per_day=100, **settings)
        answers = await asyncio.gather(*(api.patch(str(n)) for n in range(5)))
        refused = [each for each in answers if each.status != 200]
        assert [(each.status, each.reason) for each in refused] == [(status, reason)] * 2
        assert {dict(each.headers).get("Retry-After") for each in refused} == {
            "3" if "retry_after" in settings else None
        }
        found = await api.statistics()
        assert (found["largest_in_a_second"], found["patches"], found["used_of_the_day"]) == (5, 3, 3)

    run(scenario)


def test_client_that_does_not_slow_down_never_gets_through() -> None:
    """Refused requests count too."""

    async def scenario(api: Api) -> None:
        await api.ask("content-id/settings", requests_per_second=2)
        end = asyncio.get_running_loop().time() + 1.3
        statuses = []
        while asyncio.get_running_loop().time() < end:
            statuses.append((await api.patch()).status)
            await asyncio.sleep(0.1)
        assert statuses[:2] == [200, 200]
        assert set(statuses[2:]) == {403}
        await asyncio.sleep(1)
        assert (await api.patch()).status == 200

    run(scenario)


@pytest.mark.parametrize(
    ("settings", "status", "reason"),
    [({}, 403, "quotaExceeded"), ({"over_day": "daily-limit"}, 429, "dailyLimitExceeded")],
)
def test_quota_of_the_day(settings: dict[str, object], status: int, reason: str) -> None:
    async def scenario(api: Api) -> None:
        await api.ask("content-id/settings", requests_per_day=2, **settings)
        answers = [await api.patch(str(n)) for n in range(4)]
        assert [each.status for each in answers] == [200, 200, status, status]
        assert answers[-1].reason == reason
        assert await api.custom_id() == "1"
        assert await api.ask("content-id/next-day") == {"day": 2}
        assert (await api.patch("2")).status == 200

    run(scenario)


def test_who_is_not_let_in_uses_nothing_of_the_day() -> None:
    async def scenario(api: Api) -> None:
        await api.ask("content-id/settings", requests_per_day=1)
        assert (await api.call("GET", "claimSearch", headers={})).status == 401
        assert (await api.patch()).status == 200

    run(scenario)
