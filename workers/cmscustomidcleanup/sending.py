"""The requests of one run, with what goes on beside them: each answer noted, the ledger mirrored, progress told."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from workers.cmscustomidcleanup.entries import Entry
from workers.cmscustomidcleanup.mirroring import mirrored
from workers.cmscustomidcleanup.progress import Estimate, reporting
from workers.content_id import sending as content_id_sending
from workers.content_id.api import connect

if TYPE_CHECKING:
    from workers.cmscustomidcleanup.decisions import Change
    from workers.cmscustomidcleanup.ledger import Ledger
    from workers.cmscustomidcleanup.plan import Plan
    from workers.cmscustomidcleanup.results import Results
    from workers.cmscustomidcleanup.settings import CleanupSettings
    from workers.cmscustomidcleanup.sharding import Shard
    from workers.content_id.api import ContentIdApi
    from workers.content_id.update import Update
    from workers.frame.problems import Problem
    from workers.frame.running import Context
    from workers.frame.stopping import Stop

LOGGED = 100  # failed items that the log names; the report has more


class Sending:
    """Sends what is planned."""

    def __init__(self, context: Context, shard: Shard, ledger: Ledger, found: Results, halt: Stop) -> None:
        """Note each answer in the ledger and in what was found; send no more once `halt` is asked."""
        self._context = context
        self._settings: CleanupSettings = context.settings
        self._shard = shard
        self._ledger = ledger
        self._results = found
        self._halt = halt

    async def send(self, plan: Plan, per_second: float) -> None:
        """Send all that is planned.

        Args:
            plan: what to send.
            per_second: requests, of this shard.

        Raises:
            WorkerError: something ended it before; what was answered until then is noted.
        """
        settings, statistics = self._settings, self._results.statistics
        estimate = Estimate(plan.to_send)
        begin = time.monotonic()
        async with (
            connect(settings, self._halt, shard_index=self._shard.index, shard_count=self._shard.count) as api,
            mirrored(self._context, self._ledger.mirror, self._halt, settings.ledger_seconds),
            reporting(self._context, "sending", lambda: self._so_far(estimate, api)),
        ):
            try:
                sent = await content_id_sending.send(
                    plan,
                    api,
                    concurrency=settings.concurrency_of(per_second),
                    stop=self._halt,
                    on_done=self._on_done,
                    on_failed=self._on_failed,
                )
            finally:
                statistics.sending_seconds = time.monotonic() - begin
                statistics.requests = api.statistics.requests
                statistics.answers = api.statistics.answers
            if sent.error is not None:
                raise sent.error

    def _on_done(self, update: Update) -> None:
        change = cast("Change", update)  # as the plan has them
        self._ledger.record(Entry(change.asset_id, change.custom_id, change.before))
        self._results.statistics.sent += 1
        self._results.add_sent(change)

    def _on_failed(self, update: Update, problem: Problem) -> None:
        change = cast("Change", update)
        statistics = self._results.statistics
        statistics.failed += 1
        self._results.add_failed(change, problem)
        if statistics.failed <= LOGGED:
            self._context.log.warning("item failed", problem=problem, line=change.line)
        if statistics.failed == LOGGED:
            self._context.log.warning("more items that fail are not logged, but in the report")

    def _so_far(self, estimate: Estimate, api: ContentIdApi) -> dict[str, Any]:
        statistics = self._results.statistics
        mirror = self._ledger.mirror
        told = estimate.of(statistics.sent + statistics.failed) | {
            "failed": statistics.failed,
            "requests": api.statistics.requests,
            "allowed_per_second": round(api.rate, 1),
        }
        return told | ({"not_mirrored": mirror.waiting} if mirror else {})
