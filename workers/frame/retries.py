"""Trying again what may go better the next time: exponential backoff with full jitter.

Full jitter: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/. Retry-After: RFC 9110,
section 10.2.3.
"""

from __future__ import annotations

import asyncio
import email.utils
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from workers.frame.problems import Problem, ServiceDownError
from workers.frame.stopping import Stop

T = TypeVar("T")


class TransientError(Exception):
    """Something failed that may go better the next time.

    Attributes:
        problem: what went wrong.
        retry_after: how many seconds the service asks to be left alone; None where it does not say.
    """

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        """Carry the problem, and what the service said of when."""
        super().__init__(problem.detail)
        self.problem = problem
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, and how long between.

    Attributes:
        attempts: how many in all, the first one too.
        base_seconds: the most that is waited before the second attempt; doubled before each further one.
        cap_seconds: the most that is ever waited of our own accord.
        patience_seconds: a service that asks to be left alone for longer than this counts as down.
    """

    attempts: int = 5
    base_seconds: float = 0.5
    cap_seconds: float = 30
    patience_seconds: float = 300


POLICY = RetryPolicy()


async def retry(
    attempt: Callable[[], Awaitable[T]],
    policy: RetryPolicy = POLICY,
    stop: Stop | None = None,
    on_retry: Callable[[TransientError, float], None] | None = None,
) -> T:
    """Return what `attempt` returns, trying again after each TransientError.

    Args:
        attempt: called once an attempt.
        policy: how often, and how long between.
        stop: ends a wait early, and with it the whole.
        on_retry: told of each failure that is tried again, with the seconds until then.

    Raises:
        ServiceDownError: every attempt failed, or the service wants more patience than there is; has the last problem.
        StoppedError: the run was asked to stop during a wait.
    """

    def before_sleep(state: RetryCallState) -> None:
        if on_retry is not None:
            on_retry(_error_of(state), state.upcoming_sleep)

    async def awaited() -> T:  # tenacity tells coroutine functions from others, and a lambda is none
        return await attempt()

    async def sleep(seconds: float) -> None:
        if stop is None:
            await asyncio.sleep(seconds)
        elif await stop.sleep(seconds):
            stop.check()

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(TransientError),
        stop=lambda state: stop_after_attempt(policy.attempts)(state) or _asks_too_much(state, policy),
        wait=lambda state: wait_of(state, policy),
        before_sleep=before_sleep,
        sleep=sleep,
        reraise=True,
    )
    try:
        return await retrying(awaited)
    except TransientError as error:
        raise ServiceDownError(error.problem) from error


def retry_blocking(attempt: Callable[[], T], policy: RetryPolicy = POLICY) -> T:
    """Return what `attempt` returns, as `retry` does; it blocks, so it is for threads of their own."""
    retrying = Retrying(
        retry=retry_if_exception_type(TransientError),
        stop=lambda state: stop_after_attempt(policy.attempts)(state) or _asks_too_much(state, policy),
        wait=lambda state: wait_of(state, policy),
        reraise=True,
    )
    try:
        return retrying(attempt)
    except TransientError as error:
        raise ServiceDownError(error.problem) from error


def wait_of(state: RetryCallState, policy: RetryPolicy) -> float:
    """Return the seconds until the next attempt: full jitter, and never less than the service asks for."""
    jitter = wait_random_exponential(multiplier=policy.base_seconds, max=policy.cap_seconds)(state)
    return max(jitter, _error_of(state).retry_after or 0)


def _asks_too_much(state: RetryCallState, policy: RetryPolicy) -> bool:
    return (_error_of(state).retry_after or 0) > policy.patience_seconds


def _error_of(state: RetryCallState) -> TransientError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, TransientError):  # nothing else is retried
        raise TypeError(f"retried after {error!r}")
    return error


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Retry-After asks for (a number, or a date); None without a header that says so."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        then = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, math.ceil((then - datetime.now(UTC)).total_seconds()))
