"""Whether a job attempt that failed is tried again.

AWS Batch User Guide, "Automated job retries"; API reference, RetryStrategy and EvaluateOnExit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ATTEMPTS = 10
MOST_CONDITIONS = 5
ACTIONS = ("retry", "exit")


class StrategyError(Exception):
    """A retry strategy that Batch does not take."""


def check(strategy: Mapping[str, Any] | None) -> None:
    """Check a RetryStrategy as a request has it; None is none.

    Raises:
        StrategyError: the attempts are not 1 to 10, there are more than 5 conditions, conditions without attempts, or
            an action that is none.
    """
    if not strategy:
        return
    attempts, conditions = strategy.get("attempts"), strategy.get("evaluateOnExit") or ()
    if attempts is None and conditions:
        raise StrategyError("attempts must be specified if evaluateOnExit is")
    if attempts is not None and not 1 <= attempts <= MOST_ATTEMPTS:
        raise StrategyError(f"retryStrategy.attempts is {attempts}; it must be between 1 and {MOST_ATTEMPTS}")
    if len(conditions) > MOST_CONDITIONS:
        raise StrategyError(f"evaluateOnExit has {len(conditions)} conditions; there may be {MOST_CONDITIONS}")
    for condition in conditions:
        if str(condition.get("action")).lower() not in ACTIONS:
            raise StrategyError(f"action is {condition.get('action')}; it must be RETRY or EXIT")


def read(strategy: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a RetryStrategy as DescribeJobs shows it: one attempt if nothing says more, actions in small letters."""
    given = strategy or {}
    conditions = [{**each, "action": each["action"].lower()} for each in given.get("evaluateOnExit") or ()]
    return {"attempts": given.get("attempts") or 1, "evaluateOnExit": conditions}


def tried_again(
    strategy: Mapping[str, Any], attempt: int, *, exit_code: int | None, reason: str | None, status_reason: str
) -> bool:
    """Tell whether there is another attempt after one that failed.

    The first condition of `evaluateOnExit` that holds decides; if none does, the job is retried. Whoever was cancelled
    or terminated, or ran out of time, is not asked about here: such a job is never retried.

    Args:
        strategy: from `read`.
        attempt: the number of the one that failed, from 1.
        exit_code: of the container; None if it has none.
        reason: of the container; None if it has none.
        status_reason: of the attempt.
    """
    if attempt >= strategy["attempts"]:
        return False
    seen = {
        "onExitCode": "" if exit_code is None else str(exit_code),
        "onReason": reason or "",
        "onStatusReason": status_reason,
    }
    for condition in strategy["evaluateOnExit"]:
        if all(matches(condition[name], text) for name, text in seen.items() if condition.get(name)):
            return bool(condition["action"] == "retry")
    return True


def matches(pattern: str, text: str) -> bool:
    """Tell whether a pattern matches: exactly, or from the start if it ends in an asterisk.

    Only the action's case is documented not to matter, so the pattern's does here.
    """
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern
