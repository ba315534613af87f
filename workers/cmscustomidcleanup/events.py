"""What others are told of a run.

`Custom ID Cleanup Completed` is said exactly when the exit code is 0: nothing is left, and no more items failed than
the threshold allows. Everything else is `Custom ID Cleanup Failed`, with a status that says what to do about it:

- `failed`: a person must look; `problem` and `reason` say at what.
- `stopped`: nothing is wrong and something is left, as the quota of the day is used up or the task was told to stop.
  The next run goes on from there. A rule that pages matches `failed` alone, one that starts the task again `stopped`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workers.frame.publishing import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workers.frame.problems import Problem

SOURCE = "dn.backend.cmscustomidcleanup"
COMPLETED = "Custom ID Cleanup Completed"
FAILED = "Custom ID Cleanup Failed"
LONGEST_REASON = 1000  # characters; an entry of PutEvents has 256 KiB, a person has less


def completed(told: Mapping[str, Any]) -> Event:
    """Return the event of a run that did all there was to do; `told` are the counts and the report's location."""
    return Event(SOURCE, COMPLETED, {"status": "success", **told, "timestamp": timestamp()})


def failed(status: str, problem: Problem, told: Mapping[str, Any]) -> Event:
    """Return the event of any other run, with what is known by then."""
    reason = problem.detail or problem.title
    short = reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1] + "…"
    return Event(
        SOURCE,
        FAILED,
        {"status": status, "reason": short, "problem": problem.kind, **told, "timestamp": timestamp()},
    )


def timestamp(now: datetime | None = None) -> str:
    """Return the time in UTC, to the millisecond, as the events of the workflow have it."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
