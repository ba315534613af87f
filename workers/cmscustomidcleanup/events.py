"""What others are told of a run.

`Custom ID Cleanup Completed` is said exactly when the exit code is 0: nothing is left, and no more items failed than
the threshold allows. Everything else is `Custom ID Cleanup Failed`, with a status that says what to do about it:

- `failed`: a person must look; `problem` and `reason` say at what.
- `stopped`: nothing is wrong and something is left, as the quota of the day is used up or the task was told to stop.
  The next run goes on from there. A rule that pages matches `failed` alone, one that starts the task again `stopped`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workers.frame.publishing import Event, shortened, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workers.frame.problems import Problem

SOURCE = "dn.backend.cmscustomidcleanup"
COMPLETED = "Custom ID Cleanup Completed"
FAILED = "Custom ID Cleanup Failed"


def completed(told: Mapping[str, Any]) -> Event:
    """Return the event of a run that did all there was to do; `told` are the counts and the report's location."""
    return Event(SOURCE, COMPLETED, {"status": "success", **told, "timestamp": timestamp()})


def failed(status: str, problem: Problem, told: Mapping[str, Any]) -> Event:
    """Return the event of any other run, with what is known by then."""
    reason = shortened(problem.detail or problem.title)
    return Event(
        SOURCE,
        FAILED,
        {"status": status, "reason": reason, "problem": problem.kind, **told, "timestamp": timestamp()},
    )
