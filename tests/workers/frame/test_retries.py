"""Trying again: how often, how long between, and what ends it."""

from __future__ import annotations

import asyncio
import email.utils
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.frame import retries
from workers.frame.problems import Problem, ServiceDownError, StoppedError, WrongInputError
from workers.frame.retries import RetryPolicy, TransientError, retry, retry_after, retry_blocking
from workers.frame.stopping import Stop


class Clock:
    """Sleeps without sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(retries.asyncio, "sleep", clock.sleep)
    return clock


class Service:
    """Fails so often, then answers."""

    def __init__(self, failures: int, retry_after: float | None = None) -> None:
        self.failures = failures
        self.retry_after = retry_after
        self.calls = 0

    async def __call__(self) -> str:
        return self.answer()

    def answer(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise TransientError(Problem("busy", "Busy", f"call {self.calls}"), self.retry_after)
        return "done"


def test_it_goes_on_until_it_works(clock: Clock) -> None:
    service, told = Service(3), []
    policy = RetryPolicy(attempts=4, base_seconds=1, cap_seconds=2)
    answer = asyncio.run(
        retry(service, policy, on_retry=lambda error, seconds: told.append((error.problem.detail, seconds)))
    )
    assert (answer, service.calls) == ("done", 4)
    assert [detail for detail, _ in told] == ["call 1", "call 2", "call 3"]
    assert [seconds for _, seconds in told] == clock.slept
    assert all(0 <= slept <= most for slept, most in zip(clock.slept, [1, 2, 2], strict=True))


def test_a_lambda_that_returns_an_awaitable_is_awaited(clock: Clock) -> None:
    service = Service(1)
    assert asyncio.run(retry(lambda: service())) == "done"  # noqa: PLW0108


def test_at_last_it_gives_up_with_the_last_problem(clock: Clock) -> None:
    service = Service(9)
    with pytest.raises(ServiceDownError) as caught:
        asyncio.run(retry(service, RetryPolicy(attempts=3)))
    assert (service.calls, caught.value.problem.detail, len(clock.slept)) == (3, "call 3", 2)
    assert isinstance(caught.value.__cause__, TransientError)


def test_what_another_attempt_would_not_change_is_not_tried_again(clock: Clock) -> None:
    calls = []

    async def wrong() -> None:
        calls.append(1)
        raise WrongInputError(Problem("wrong", "Wrong", "it is wrong"))

    with pytest.raises(WrongInputError):
        asyncio.run(retry(wrong))
    assert calls == [1]


def test_jitter_is_full_and_doubles_up_to_the_cap(clock: Clock) -> None:
    """Every wait between nothing and the most there may be is as likely as any other."""
    policy = RetryPolicy(attempts=7, base_seconds=1, cap_seconds=8)
    for _ in range(150):
        asyncio.run(retry(Service(6), policy))
    for number, most in enumerate([1, 2, 4, 8, 8, 8]):
        waits = clock.slept[number::6]
        assert max(waits) <= most
        assert max(waits) > 0.9 * most
        assert min(waits) < 0.1 * most
        assert 0.4 * most < sum(waits) / len(waits) < 0.6 * most


def test_what_the_service_asks_for_is_the_least(clock: Clock) -> None:
    asyncio.run(retry(Service(2, retry_after=20), RetryPolicy(base_seconds=1, cap_seconds=2)))
    assert clock.slept == [20, 20]
    clock.slept.clear()
    for _ in range(30):
        asyncio.run(retry(Service(1, retry_after=0.5), RetryPolicy(base_seconds=10, cap_seconds=10)))
    assert min(clock.slept) >= 0.5
    assert max(clock.slept) > 5


def test_a_service_that_asks_for_more_patience_than_there_is_counts_as_down(clock: Clock) -> None:
    service = Service(2, retry_after=301)
    with pytest.raises(ServiceDownError):
        asyncio.run(retry(service))
    assert (service.calls, clock.slept) == (1, [])


def test_a_stop_ends_the_wait() -> None:
    async def scenario() -> int:
        stop, service = Stop(), Service(9, retry_after=60)
        asyncio.get_running_loop().call_later(0.01, stop.ask, "SIGTERM")
        with pytest.raises(StoppedError):
            await asyncio.wait_for(retry(service, stop=stop), 5)
        return service.calls

    assert asyncio.run(scenario()) == 1


def test_blocking_is_alike() -> None:
    policy = RetryPolicy(attempts=3, base_seconds=0)
    service = Service(2)
    assert retry_blocking(service.answer, policy) == "done"
    with pytest.raises(ServiceDownError, match="call 3"):
        retry_blocking(Service(9).answer, policy)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        (" 7 ", 7),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("Wed, 99", None),
    ],
)
def test_retry_after_in_seconds(header: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": header}) == seconds
    assert retry_after({"retry-after": header}) == seconds
    assert retry_after({}) is None


@pytest.mark.parametrize(("ahead", "least", "most"), [(90, 88, 91), (-90, 0, 0)])
def test_retry_after_as_a_date(ahead: int, least: int, most: int) -> None:
    date = email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    assert least <= (retry_after({"Retry-After": date}) or 0) <= most


@given(
    st.text(max_size=40)
    | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} \d\d:\d\d:\d\d( GMT| [+-]\d{4})?")
)
def test_no_header_is_too_odd(header: str) -> None:
    seconds = retry_after({"Retry-After": header})
    assert seconds is None or seconds >= 0
