"""What others are told of a run.

`Claims Report Completed` is said exactly when the exit code is 0: the report is written, the snapshot is kept, who is
to know of it knows, and no more rows went to quarantine than the threshold allows. Everything else is `Claims Report
Failed`, with a status that says what to do about it:

- `refused`: the snapshot is not what it must be, and nothing of it is kept. Another one is needed; running again does
  not help.
- `failed`: a person must look; `problem` and `reason` say at what.
- `stopped`: nothing is wrong, the task was told to stop. The next run does all of it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.frame.publishing import Event, shortened, timestamp

if TYPE_CHECKING:
    from workers.claimsreport.progress import Progress
    from workers.frame.problems import Problem

SOURCE = "dn.backend.claimsreport"
COMPLETED = "Claims Report Completed"
FAILED = "Claims Report Failed"


def completed(progress: Progress) -> Event:
    """Return the event of a run that did all there was to do."""
    return Event(SOURCE, COMPLETED, {"status": "success", **progress.told(), "timestamp": timestamp()})


def failed(problem: Problem, progress: Progress) -> Event:
    """Return the event of any other run, with what is known by then."""
    reason = shortened(problem.detail or problem.title)
    detail = {"status": progress.status_of(problem), "reason": reason, "problem": problem.kind, **progress.told()}
    return Event(SOURCE, FAILED, detail | {"timestamp": timestamp()})
