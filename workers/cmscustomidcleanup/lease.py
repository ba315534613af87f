"""The right to work on a shard: one run at a time has it, and another one waits.

Two runs at once would each send what the other has sent, and together twice the quota. Nobody has to start them by
hand: EventBridge delivers an event at least once. The lease is an object beside the ledgers, which only one of them
can write (`Storage.write_if`), and who has it writes it anew every few seconds. Who waits and sees it unchanged for too
long takes it over: no clock is compared with another machine's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workers.cmscustomidcleanup.progress import every, reporting
from workers.frame.problems import WorkerError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from workers.frame.running import Context
    from workers.frame.stopping import Stop
    from workers.frame.storage import Location

BEATS_MISSED = 4  # of the run that has it, before that counts as gone
LAST_SECONDS = 1.0  # for giving it back: ECS kills after 30
CONTENT_TYPE = "application/json"


@contextlib.asynccontextmanager
async def leased(context: Context, place: Location, run: str, halt: Stop, seconds: float) -> AsyncIterator[None]:
    """Wait for the lease, and have it while the block runs.

    Args:
        context: of the run; its stop ends the wait.
        place: of the object, which all runs of the shard share.
        run: a name that no other run has.
        halt: is asked if another run takes the lease over, since this one was silent for too long.
        seconds: between two writings.

    Raises:
        WorkerError: the object cannot be read or written, so that nobody knows whether another run is at work.
        StoppedError: the run was asked to stop while it waited.
    """
    lease = Lease(context, place, run, seconds)
    await lease.take()
    over = asyncio.Event()

    async def beat() -> None:
        try:
            if not await lease.keep():
                halt.ask("another run has taken over")
        except WorkerError as error:  # who cannot write it cannot take it over either
            context.log.warning("lease not written, and tried again", problem=error.problem)

    beating = asyncio.create_task(every(seconds, over, beat))
    try:
        yield
    finally:
        over.set()
        with contextlib.suppress(TimeoutError, WorkerError):  # it runs out by itself
            async with asyncio.timeout(LAST_SECONDS):
                await beating
                await lease.give_back()
        beating.cancel()


class Lease:
    """The lease as one run sees it."""

    def __init__(
        self, context: Context, place: Location, run: str, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare, and write nothing yet; arguments as for `leased`, and a clock in seconds."""
        self._context = context
        self._place = place
        self._run = run
        self._seconds = seconds
        self._clock = clock
        self._tag: str | None = None  # of what this run wrote last

    async def take(self) -> None:
        """Return when this run has it."""
        held: dict[str, Any] = {}
        seen, since = "", 0.0
        async with reporting(self._context, "waiting for the run that is at work", lambda: held):
            taken = await self._write(None)
            while not taken:
                held, tag = await self._read()
                if tag != seen:
                    seen, since = tag, self._clock()
                if held["over"] or self._clock() - since > held["seconds"] * BEATS_MISSED:
                    taken = await self._write(tag)
                elif await self._context.stop.sleep(self._seconds):
                    self._context.stop.check()

    async def keep(self) -> bool:
        """Write it anew; False if another run has it by now."""
        return await self._write(self._tag)

    async def give_back(self) -> None:
        """Let the next run have it at once."""
        await self._write(self._tag, over=True)

    async def _write(self, tag: str | None, *, over: bool = False) -> bool:
        """Write it if what is there has this tag; return whether this run has it then."""
        now = datetime.now(UTC).isoformat()  # for a person, and so that each writing differs
        content = {"run": self._run, "written": now, "seconds": self._seconds, "over": over}
        data = json.dumps(content).encode()
        new = await asyncio.to_thread(self._context.storage.write_if, self._place, data, tag, CONTENT_TYPE)
        if new is None:  # or it was written, and the answer was lost
            held, new = await self._read()
            if held["run"] != self._run:
                return False
        self._tag = new
        return True

    async def _read(self) -> tuple[dict[str, Any], str]:
        """Return what is there, and its tag; what says nothing counts as given back."""
        data, tag = await asyncio.to_thread(self._context.storage.read_tagged, self._place)
        try:
            held = json.loads(data)
            return {"run": str(held["run"]), "seconds": float(held["seconds"]), "over": bool(held["over"])}, tag
        except (ValueError, TypeError, KeyError):
            return {"run": "", "seconds": 0.0, "over": True}, tag
