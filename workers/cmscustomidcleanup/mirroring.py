"""Keeping the mirror of a ledger close behind, while requests are sent, and complete at the end.

A mirror that cannot be written does not end the run at once: the local file has everything. But what a machine takes
with it when it is lost would be sent again, so that after two minutes no more is added to that; and a run whose
mirror is not complete at its end says so by its exit code.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from workers.cmscustomidcleanup.progress import every
from workers.frame.problems import Problem, ServiceDownError, WorkerError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from workers.cmscustomidcleanup.mirror import Mirror
    from workers.frame.running import Context
    from workers.frame.stopping import Stop

PATIENCE_SECONDS = 120.0  # for a mirror that cannot be written
LAST_SECONDS = 60.0  # for the last writing
LAST_SECONDS_STOPPED = 4.0  # of a run that was told to stop: ECS kills after 30
AGAIN_SECONDS = 1.0  # between tries of the last writing


@contextlib.asynccontextmanager
async def mirrored(context: Context, mirror: Mirror | None, halt: Stop, seconds: float) -> AsyncIterator[None]:
    """Mirror what the block records, every few seconds and at its end.

    Args:
        context: its log is told of failures.
        mirror: where to; None for nowhere.
        halt: is asked when the mirror has been behind for too long.
        seconds: between two writings.

    Raises:
        ServiceDownError: the mirror is not complete at the end, however the block ended.
    """
    if mirror is None:
        yield
        return
    over = asyncio.Event()

    async def flush() -> None:
        if not await _flushed(context, mirror) and mirror.behind_seconds > PATIENCE_SECONDS:
            halt.ask("what is done cannot be mirrored")

    flushing = asyncio.create_task(every(seconds, over, flush))
    try:
        yield
    finally:
        over.set()
        try:
            async with asyncio.timeout(LAST_SECONDS_STOPPED if context.stop.asked else LAST_SECONDS):
                await flushing
                while not await _flushed(context, mirror):
                    await asyncio.sleep(AGAIN_SECONDS)
        except TimeoutError:
            detail = f"{mirror.waiting} entries of the ledger are on this machine only, and may be sent again"
            raise ServiceDownError(Problem("ledger-not-mirrored", "The ledger is not mirrored", detail)) from None
        finally:
            flushing.cancel()


async def _flushed(context: Context, mirror: Mirror) -> bool:
    try:
        await mirror.flush()
    except WorkerError as error:
        context.log.warning("ledger not mirrored, and tried again", problem=error.problem, waiting=mirror.waiting)
        return False
    return True
