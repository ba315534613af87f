"""Trying an invocation again, in simulated time: nobody waits, the seconds are added up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sandbox.delivery.invocation import InvocationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Exhausted = Literal["MaximumRetryAttempts", "MaximumEventAgeInSeconds"]

MAX_ATTEMPTS = 185
MAX_AGE_SECONDS = 86_400
# AWS says "exponential back off and jitter" and no figures. These are doubled from one second to eight minutes, without
# jitter so that a test finds the same twice: then 185 retries just fit into 24 hours, which are AWS's own two defaults.
LONGEST_PAUSE_SECONDS = 480


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, and until what age of the event, a failure that may pass is tried again.

    Attributes:
        attempts: retries after the first attempt, 0-185.
        age_seconds: 60-86,400.
    """

    attempts: int = MAX_ATTEMPTS
    age_seconds: int = MAX_AGE_SECONDS

    @staticmethod
    def of(target: Mapping[str, Any]) -> RetryPolicy:
        """Return the policy of a rule's or a schedule's target, with AWS's defaults for what is not set."""
        policy = target.get("RetryPolicy") or {}
        return RetryPolicy(
            attempts=int(policy.get("MaximumRetryAttempts", MAX_ATTEMPTS)),
            age_seconds=int(policy.get("MaximumEventAgeInSeconds", MAX_AGE_SECONDS)),
        )


@dataclass(frozen=True, slots=True)
class Attempted:
    """What came of an invocation and its retries.

    Attributes:
        attempts: how often it was tried, 1 or more.
        waited_seconds: how long AWS would have waited between the attempts.
        result: of the attempt that succeeded; None if none did.
        error: of the last attempt; None if it succeeded.
        exhausted: which limit ended the retries; None if none did.
    """

    attempts: int
    waited_seconds: int
    result: dict[str, Any] | None = None
    error: InvocationError | None = None
    exhausted: Exhausted | None = None


def attempt(invoke: Callable[[], dict[str, Any]], policy: RetryPolicy) -> Attempted:
    """Invoke a target until it succeeds, refuses for good, or the policy is exhausted."""
    waited = 0
    attempts = 0
    while True:
        attempts += 1
        try:
            return Attempted(attempts, waited, result=invoke())
        except InvocationError as error:
            if not error.retryable:
                return Attempted(attempts, waited, error=error)
            pause = min(2 ** (attempts - 1), LONGEST_PAUSE_SECONDS)
            if attempts > policy.attempts:
                return Attempted(attempts, waited, error=error, exhausted="MaximumRetryAttempts")
            if waited + pause > policy.age_seconds:
                return Attempted(attempts, waited, error=error, exhausted="MaximumEventAgeInSeconds")
            waited += pause
