"""Progress by log line, every few seconds: what is done, how fast, and when it will be over."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from workers.frame.running import Context

SECONDS = 5.0


async def every(seconds: float, over: asyncio.Event, act: Callable[[], Awaitable[None]]) -> None:
    """Act each time that so many seconds have passed, until it is over; what is begun then is ended."""
    while not over.is_set():
        try:
            await asyncio.wait_for(over.wait(), seconds)
        except TimeoutError:
            await act()


@contextlib.asynccontextmanager
async def reporting(
    context: Context, what: str, so_far: Callable[[], dict[str, Any]], seconds: float = SECONDS
) -> AsyncIterator[None]:
    """Log what `so_far` returns every few seconds, while the block runs."""
    over = asyncio.Event()

    async def say() -> None:
        context.log.info(what, **so_far())

    saying = asyncio.create_task(every(seconds, over, say))
    try:
        yield
    finally:
        over.set()
        await saying


class Estimate:
    """How fast something goes, and when it will be done."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin now.

        Args:
            total: how many there are to do.
            clock: seconds.
        """
        self._total = total
        self._clock = clock
        self._begin = clock()
        self._last = (self._begin, 0)

    def of(self, done: int, now: datetime | None = None) -> dict[str, Any]:
        """Return what the log says when `done` are done: the rate is that since the last time."""
        moment = self._clock()
        before, done_before = self._last
        self._last = moment, done
        rate = (done - done_before) / (moment - before) if moment > before else 0.0
        since_begin = done / (moment - self._begin) if moment > self._begin else 0.0
        told: dict[str, Any] = {"done": done, "of": self._total, "per_second": round(rate, 1)}
        if since_begin:
            left = (self._total - done) / since_begin
            end = (now or datetime.now(UTC)) + timedelta(seconds=left)
            told |= {"seconds_left": round(left), "estimated_end": end.isoformat(timespec="seconds")}
        return told
