"""Reading while the run hears signals."""

from __future__ import annotations

import asyncio
import io
import threading
import time
from types import SimpleNamespace
from typing import Any, cast

from workers.cmscustomidcleanup.decisions import PartnerChannels
from workers.cmscustomidcleanup.reading import read_report
from workers.cmscustomidcleanup.sharding import Shard
from workers.cmscustomidcleanup.spool import Spool
from workers.frame.logs import logger
from workers.frame.stopping import Stop


class Slow(io.RawIOBase):
    """As a connection is: to close it waits for whoever reads from it."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.over, self.in_use = threading.Event(), threading.Event(), threading.Lock()

    def read(self, _size: int | None = -1, /) -> bytes:
        with self.in_use:
            self.begun.set()
            self.over.wait(10)
            return b""

    def close(self) -> None:
        with self.in_use:
            super().close()


def test_a_run_that_is_cancelled_does_not_wait_for_a_stream_that_is_slow() -> None:
    stream = Slow()
    storage = SimpleNamespace(open=lambda _: stream)
    context = cast("Any", SimpleNamespace(storage=storage, stop=Stop(), log=logger()))
    settings = cast("Any", SimpleNamespace(video_report="report.csv"))

    async def cancelled() -> float:
        with Spool() as spool:
            reading = asyncio.create_task(read_report(context, settings, PartnerChannels([]), Shard(), spool))
            await asyncio.to_thread(stream.begun.wait, 10)
            begin = time.monotonic()
            reading.cancel()
            await asyncio.wait({reading})
            seconds = time.monotonic() - begin
            stream.over.set()
            return seconds

    assert asyncio.run(cancelled()) < 5
    assert stream.closed
