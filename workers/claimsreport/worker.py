"""The worker: what is told of a run; `run` has the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.claimsreport import events
from workers.claimsreport.progress import Progress
from workers.claimsreport.run import ClaimsReportRun
from workers.claimsreport.settings import ClaimsReportSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workers.frame.problems import Problem
    from workers.frame.publishing import Event
    from workers.frame.running import Context, Outcome
    from workers.frame.settings import WorkerSettings

PROGRESS = "claims report"  # under which the context has it


class ClaimsReport:
    """Finds what needs attention in the active claims of the week: what spreads, is disputed, or does not fit."""

    name: str = "claimsreport"
    settings: type[WorkerSettings] = ClaimsReportSettings

    async def work(self, context: Context) -> Outcome:
        """Make the report, keep the snapshot, tell who is to know, or say why not.

        Raises:
            WrongInputError: the snapshot is refused, or another input is not what it must be.
            ServiceDownError: S3, SNS or the credentials fail, or memory and disk are used up.
            StoppedError: the run was asked to stop.
        """
        progress = context.progress[PROGRESS] = Progress()
        return await ClaimsReportRun(context, progress).to_the_end()

    def failed(self, problem: Problem, progress: Mapping[str, Any]) -> Event:
        """Return the event of a run that did not come to its end, with what is known."""
        return events.failed(problem, progress.get(PROGRESS, Progress()))


WORKER = ClaimsReport()
