"""Many updates at once: as many under way as there are workers, none begun after the end is called."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from workers.content_id.api import ItemError
from workers.frame.problems import Problem, StoppedError, WorkerError
from workers.frame.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from workers.content_id.update import Update

GRACE_SECONDS = 6.0  # for answers that are on their way when the end is called; ECS kills after 30


class Api(Protocol):
    """What sends one update; `ContentIdApi` does."""

    async def set_custom_id(self, asset_id: str, custom_id: str, stop: Stop) -> None:
        """Return when it is done; ItemError is of this one alone, WorkerError of all."""


@dataclass(frozen=True, slots=True)
class Sent:
    """How the updates ended: each is in exactly one of the three numbers.

    Attributes:
        done: accepted by the API.
        failed: refused by the API, or given up after all retries.
        left: not sent, or without an answer when the end was called: for the next run.
        error: what ended it before all were sent; None if nothing did. To raise it ends the run with its exit code.
    """

    done: int
    failed: int
    left: int
    error: WorkerError | None = None

    @property
    def stopped(self) -> Problem | None:
        """The problem that ended it before all were sent."""
        return self.error.problem if self.error else None


async def send(
    updates: Iterable[Update],
    api: Api,
    *,
    concurrency: int,
    stop: Stop,
    on_done: Callable[[Update], None],
    on_failed: Callable[[Update, Problem], None],
    grace_seconds: float = GRACE_SECONDS,
) -> Sent:
    """Send updates, in no certain order, until all are answered or something ends it.

    Args:
        updates: taken one at a time, when a worker is free; after an early end what is left is counted, not kept.
        api: sends one.
        concurrency: how many may be under way.
        stop: calls the end: no request is begun any more, those in flight get their answers.
        on_done: called for each one that was accepted, at once.
        on_failed: called for each one that was not, with the reason.
        grace_seconds: how long answers are waited for after the end is called.

    Raises:
        Exception: what a callback, the iterable or the API raises unexpectedly, once no worker is left.
    """
    return await _Sending(updates, api, stop, on_done, on_failed).run(concurrency, grace_seconds)


class _Sending:
    """One call of `send`."""

    def __init__(
        self,
        updates: Iterable[Update],
        api: Api,
        stop: Stop,
        on_done: Callable[[Update], None],
        on_failed: Callable[[Update, Problem], None],
    ) -> None:
        self.updates: Iterator[Update] = iter(updates)
        self.api = api
        self.on_done = on_done
        self.on_failed = on_failed
        # A stop of its own: what ends this from within must not look like a signal to the rest of the run.
        self.halt = Stop()
        stop.on_ask(lambda: self.halt.ask(stop.reason or "asked to stop"))
        self.taken = self.done = self.failed = 0
        self.error: WorkerError | None = None

    async def run(self, concurrency: int, grace_seconds: float) -> Sent:
        # Else a collection looks at all that was ever imported: for tens of milliseconds no request would leave.
        gc.freeze()
        workers = {asyncio.create_task(self.work(), name=f"sending {n}") for n in range(concurrency)}
        halted = asyncio.create_task(self.halt.wait())
        try:
            pending = set(workers)
            while pending and not self.halt.asked:
                finished, pending = await asyncio.wait({*pending, halted}, return_when=asyncio.FIRST_COMPLETED)
                pending.discard(halted)
                if _errors(finished):
                    self.halt.ask("one update failed in a way that was not foreseen")
            if pending:
                await asyncio.wait(pending, timeout=grace_seconds)
        finally:
            for task in (*workers, halted):
                task.cancel()
            await asyncio.wait({*workers, halted})
            gc.unfreeze()
        for error in _errors(workers):
            raise error
        left = self.taken - self.done - self.failed + sum(1 for _ in self.updates)
        if left and self.error is None:
            reason = self.halt.reason or "a task was cancelled"
            self.error = StoppedError(Problem("stopped", "The run was stopped before its end", reason))
        return Sent(self.done, self.failed, left, self.error)

    async def work(self) -> None:
        try:
            while not self.halt.asked and (update := next(self.updates, None)) is not None:
                self.taken += 1
                await self.one(update)
        except WorkerError as error:
            # The first says why; the others were told to stop because of it.
            self.error = self.error or error
            self.halt.ask(error.problem.title)

    async def one(self, update: Update) -> None:
        try:
            await self.api.set_custom_id(update.asset_id, update.custom_id, self.halt)
        except ItemError as error:
            self.on_failed(update, error.problem)
            self.failed += 1
        else:
            self.on_done(update)
            self.done += 1


def _errors(tasks: Iterable[asyncio.Task[None]]) -> list[BaseException]:
    return [error for task in tasks if task.done() and not task.cancelled() and (error := task.exception())]
