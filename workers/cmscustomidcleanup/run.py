"""One run: read the report, find what is done, decide, send, and say how it went however it ends."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workers.cmscustomidcleanup import events, results
from workers.cmscustomidcleanup.identity import Identity, digest_of
from workers.cmscustomidcleanup.lease import leased
from workers.cmscustomidcleanup.ledger import Ledger, Places
from workers.cmscustomidcleanup.plan import Plan, make_plan
from workers.cmscustomidcleanup.reading import read_channels, read_report
from workers.cmscustomidcleanup.results import Results, run_name
from workers.cmscustomidcleanup.sending import Sending
from workers.cmscustomidcleanup.sharding import Shard
from workers.cmscustomidcleanup.spool import Spool
from workers.cmscustomidcleanup.statistics import Statistics
from workers.content_id.rate import share
from workers.frame.exits import ExitCode
from workers.frame.metrics import emit
from workers.frame.problems import Problem, StoppedError, WorkerError
from workers.frame.retries import RetryPolicy
from workers.frame.running import Outcome
from workers.frame.stopping import Stop
from workers.frame.storage import Location, Storage

if TYPE_CHECKING:
    from workers.cmscustomidcleanup.results import Listed
    from workers.cmscustomidcleanup.settings import CleanupSettings
    from workers.cmscustomidcleanup.trigger import Trigger
    from workers.frame.running import Context

PROGRESS = "cleanup"  # under which the context has what is told of a run
SHOWN = 20  # assets of each kind that the log names; the report has more
UNEXPECTED = Problem("unexpected", "The run did not come to its end", "the log says why")


@dataclass(slots=True)
class Told:
    """What the event of a run tells.

    Attributes:
        stopped: whether the run ended early with nothing the matter.
        places: what it worked on and where its results are, as far as that is known.
        statistics: its counts, kept current.
    """

    stopped: bool = False
    places: dict[str, Any] = field(default_factory=dict)
    statistics: Statistics = field(default_factory=Statistics)

    @property
    def detail(self) -> dict[str, Any]:
        """All that is told, by name."""
        return self.places | self.statistics.told()

    def status_of(self, problem: Problem) -> str:
        """Return the status of a run that ended with this problem; the frame says `stopped` of one that hung."""
        return "stopped" if self.stopped or problem.kind == "stopped" else "failed"


class CleanupRun:
    """The work of one run."""

    def __init__(self, context: Context, trigger: Trigger | None) -> None:
        """Begin; `trigger` is the event that started it, if any."""
        self._context = context
        self._settings: CleanupSettings = context.settings
        self._shard = Shard(self._settings.shard_index, self._settings.shard_count)
        # A stop of its own: that the mirror cannot be written ends the requests, and is no signal.
        self._halt = Stop()
        context.stop.on_ask(lambda: self._halt.ask(context.stop.reason or "asked to stop"))
        mirror = Location.parse(self._settings.ledger) if self._settings.ledger else None
        self._places = Places(Path(tempfile.gettempdir()) / "cmscustomidcleanup", mirror)
        now = datetime.now(UTC)
        self._results = Results(run_name(now), now)
        self._told = context.progress[PROGRESS] = Told(statistics=self._results.statistics)
        self._told.places |= {"shardIndex": self._shard.index, "shardCount": self._shard.count}
        self._results.about |= {
            "trigger": trigger.as_dict() if trigger else None,
            "policy": "overwrite" if self._settings.overwrite else "default",
            "content_owner": self._settings.content_owner,
            "shard": {"index": self._shard.index, "count": self._shard.count},
        }

    async def to_the_end(self) -> Outcome:
        """Do it all; the report is written, and the counts are told, however it ends."""
        problem: Problem | None = UNEXPECTED
        try:
            async with contextlib.AsyncExitStack() as stack:
                await self._work(stack)
            problem = None
        except WorkerError as error:
            problem = error.problem
            self._told.stopped = isinstance(error, StoppedError)
            raise
        except asyncio.CancelledError:
            problem = Problem("stopped", "The run was stopped before its end", self._context.stop.reason or "cancelled")
            raise
        finally:
            errors = await self._write_report(problem)
        if errors:
            raise errors[-1]
        return self._outcome()

    async def _work(self, stack: contextlib.AsyncExitStack) -> None:
        settings, statistics, begin = self._settings, self._results.statistics, time.monotonic()
        # Also a shard that turns out to have nothing to send is to say that the quota is too small for so many.
        per_second = share(settings.requests_per_second, self._shard.index, self._shard.count)
        if settings.requests_per_day is not None:
            share(settings.requests_per_day, self._shard.index, self._shard.count)
        channels = await read_channels(self._context, settings)
        rows = stack.enter_context(Spool())
        report = await read_report(self._context, settings, channels, self._shard, rows)
        statistics.took(report.reader, report.rows)
        identity = Identity(report.sha256, digest_of(channels), settings.content_owner, settings.content_id_url)
        self._results.about |= {"report": report.about(settings.video_report), "identity": identity.as_dict()}
        if not settings.dry_run:
            place = self._places.shared.join(f"at-work/{self._shard.name}.json")
            beat = settings.ledger_seconds
            await stack.enter_async_context(leased(self._context, place, self._results.run, self._halt, beat))
        ledger = stack.enter_context(contextlib.closing(self._ledger(identity)))
        await self._load(ledger)
        plan = Plan(stack.enter_context(Spool()), stack.enter_context(Spool()))
        overwrite, check = settings.overwrite, self._context.stop.check
        await asyncio.to_thread(make_plan, plan, rows, ledger.done, channels, overwrite=overwrite, check=check)
        statistics.planned(plan)
        statistics.reading_seconds = time.monotonic() - begin
        self._results.reported.add_all(plan.reported(), plan.to_look_at)
        self._log_plan(plan)
        if settings.dry_run:
            self._results.sent.add_all(map(results.as_item, plan), plan.to_send)
            self._log_first("would send", self._results.sent)
        else:  # also with nothing to send: the mirror may lack what an earlier run did
            sending = Sending(self._context, self._shard, ledger, self._results, self._halt)
            await sending.send(plan, per_second)

    def _ledger(self, identity: Identity) -> Ledger:
        # What mirrors tries again by itself, and is to know at once that it must.
        once = Storage(self._context.clients, RetryPolicy(attempts=1))
        return Ledger(self._context.storage, once, self._places, identity, shard=self._shard, run=self._results.run)

    async def _load(self, ledger: Ledger) -> None:
        check, to_write = self._context.stop.check, not self._settings.dry_run
        found = await asyncio.to_thread(ledger.load, check, to_write=to_write)
        self._results.about["ledger"] = {"location": ledger.location, "entries": found.entries}
        self._told.places["ledgerLocation"] = ledger.location
        log = self._context.log.bind(ledger=ledger.location)
        if ledger.mirror is None:
            log.warning("the ledger is on this machine only: LEDGER (--ledger) is not set")
        if found.damaged:
            log.warning("lines of the ledger are damaged and do not count", lines=found.damaged)
        if found.entries:
            log.info("going on with a ledger", entries=found.entries, brought_to_the_mirror=found.brought)
        else:
            log.info("beginning a new ledger", changed=list(found.differences))

    def _log_plan(self, plan: Plan) -> None:
        log, statistics = self._context.log, self._results.statistics
        log.info("planned", **statistics.as_dict())
        self._log_first("left out: a person must look", self._results.reported)
        if not plan.assets:
            log.warning("the report has no asset of a partner channel for this run")

    def _log_first(self, what: str, listed: Listed) -> None:
        for item in listed.first(SHOWN):
            self._context.log.info(what, **item)
        if listed.count > SHOWN:
            self._context.log.info(what, more=listed.count - SHOWN)

    async def _write_report(self, problem: Problem | None) -> list[WorkerError]:
        """Write the JSON report and the metrics; return what went wrong with the places that were asked for."""
        settings, statistics, log = self._settings, self._results.statistics, self._context.log
        output = Location.parse(settings.output) if settings.output else None
        where = results.places(output, settings.filter_target, self._shard, self._results)
        data = self._results.document(self._status(problem), problem)
        location, errors = await results.write(self._context.storage, data, where)
        for error in errors:
            log.error("report not written", problem=error.problem)
        if location is not None:
            self._told.places["reportLocation"] = location
            log.info("report written", location=location)
        if not settings.dry_run:
            emit(settings.metrics_namespace, {"Worker": "cmscustomidcleanup"}, statistics.metrics())
        return errors

    def _status(self, problem: Problem | None) -> str:
        if problem is not None:
            return self._told.status_of(problem)
        if self._settings.dry_run:
            return "dry-run"
        return "failed" if self._above_threshold() else "success"

    def _above_threshold(self) -> bool:
        statistics = self._results.statistics
        outcome = Outcome(None, statistics.failed, statistics.answered)
        return outcome.code(self._settings.error_threshold) is ExitCode.ITEM_ERRORS

    def _outcome(self) -> Outcome:
        statistics = self._results.statistics
        if self._above_threshold():
            detail = f"{statistics.failed} of {statistics.answered} assets failed; the report has them"
            problem = Problem("item-errors", "More items failed than the threshold allows", detail)
            event = events.failed("failed", problem, self._told.detail)
        else:
            event = events.completed(self._told.detail)
        return Outcome(event, statistics.failed, statistics.answered, statistics.as_dict())
