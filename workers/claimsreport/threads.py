"""Steps that block, in a thread: a query that runs when the run is told to stop is interrupted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import duckdb

from workers.frame.problems import Problem, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from workers.frame.stopping import Stop

T = TypeVar("T")

SECONDS = 0.1  # between two interruptions: one that comes between two queries ends neither
TIMES = 20  # that a thread is interrupted whose run is cancelled; the frame waits 3 seconds


async def in_thread(function: Callable[[], T], stop: Stop, connection: duckdb.DuckDBPyConnection | None = None) -> T:
    """Return what a function returns that runs in a thread of its own.

    Args:
        function: blocks; between two queries, and wherever else it takes long, it calls `stop.check()`.
        stop: once it is asked, queries are interrupted until the function has ended.
        connection: of the queries; None where there are none.

    Raises:
        StoppedError: the run was asked to stop, and the function ended because of that.
    """
    stop.check()
    working = asyncio.create_task(asyncio.to_thread(function))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        while not working.done():
            await _interrupt(working, connection)
    except asyncio.CancelledError:
        # Nobody may close a connection that a thread is using.
        for _ in range(TIMES):
            await _interrupt(working, connection)
        raise
    finally:
        stopping.cancel()
    try:
        return working.result()
    except duckdb.InterruptException as error:
        detail = stop.reason or "a query was interrupted"
        raise StoppedError(Problem("stopped", "The run was stopped before its end", detail)) from error


async def _interrupt(working: asyncio.Task[T], connection: duckdb.DuckDBPyConnection | None) -> None:
    """End the query that runs, and give the thread time for it: one between two queries goes on with the next one."""
    if connection is not None and not working.done():
        connection.interrupt()
    await asyncio.wait({working}, timeout=SECONDS)
