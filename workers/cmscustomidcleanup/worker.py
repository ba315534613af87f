"""The worker: what starts it, and what is told of it; `run` has the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workers.cmscustomidcleanup import events
from workers.cmscustomidcleanup.run import PROGRESS, CleanupRun, Told
from workers.cmscustomidcleanup.settings import CleanupSettings
from workers.cmscustomidcleanup.trigger import trigger_of
from workers.frame.running import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workers.frame.problems import Problem
    from workers.frame.publishing import Event
    from workers.frame.running import Context
    from workers.frame.settings import WorkerSettings


class CustomIdCleanup:
    """Gives assets of partner channels the custom ids of their partners."""

    name: str = "cmscustomidcleanup"
    settings: type[WorkerSettings] = CleanupSettings

    async def work(self, context: Context) -> Outcome:
        """Do the clean-up, or say why not.

        Raises:
            WrongInputError: the event, the report or the channel list is not what it must be.
            ServiceDownError: an API, S3, the ledger or the credentials fail.
            StoppedError: the run was asked to stop, or the quota of the day is used up.
        """
        trigger = trigger_of(context.settings)
        why_not = trigger.why_not() if trigger else None
        if why_not is not None:
            context.log.warning("skipped", reason=why_not, trigger=trigger.as_dict() if trigger else None)
            return Outcome(None, summary={"skipped": why_not})
        context.log.info("begun", trigger=trigger.as_dict() if trigger else "manual")
        return await CleanupRun(context, trigger).to_the_end()

    def failed(self, problem: Problem, progress: Mapping[str, Any]) -> Event:
        """Return the event of a run that did not come to its end, with what is known."""
        told: Told = progress.get(PROGRESS, Told())
        return events.failed(told.status_of(problem), problem, told.detail)


WORKER = CustomIdCleanup()
