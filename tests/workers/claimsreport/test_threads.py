"""A query that runs when the run is told to stop ends at once."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import duckdb
import pytest

from workers.claimsreport.threads import in_thread
from workers.frame.problems import StoppedError
from workers.frame.stopping import Stop

ENDLESS = "SELECT sum(a.range) FROM range(1000000) a, range(1000000) b"


def test_what_it_returns_is_returned_and_what_it_raises_is_raised() -> None:
    def fails() -> None:
        raise ValueError("no")

    assert asyncio.run(in_thread(lambda: 5, Stop())) == 5
    with pytest.raises(ValueError, match="no"):
        asyncio.run(in_thread(fails, Stop()))


def test_nothing_begins_once_the_run_is_to_stop() -> None:
    stop, begun = Stop(), []
    stop.ask("SIGTERM was received")
    with pytest.raises(StoppedError):
        asyncio.run(in_thread(lambda: begun.append(1), stop))
    assert begun == []


@pytest.mark.parametrize("queries", [1, 3])
def test_a_query_is_interrupted_and_so_is_the_next_one(queries: int) -> None:
    """Also where the first interruption falls between two of them."""
    stop, begun = Stop(), threading.Event()

    def work(connection: duckdb.DuckDBPyConnection) -> Any:
        for query in [ENDLESS] * queries:
            begun.set()
            try:
                connection.execute(query).fetchall()
            except duckdb.InterruptException:
                if query is ENDLESS and queries == 1:
                    raise
        return connection.execute(ENDLESS).fetchall()

    async def run() -> None:
        with duckdb.connect(config={"threads": 1}) as connection:
            asking = asyncio.get_running_loop().run_in_executor(None, lambda: begun.wait() and stop.ask("SIGTERM"))
            await in_thread(lambda: work(connection), stop, connection)
            await asking

    begin = time.monotonic()
    with pytest.raises(StoppedError, match="SIGTERM"):
        asyncio.run(run())
    assert time.monotonic() - begin < 5


def test_a_run_that_is_cancelled_leaves_no_query_behind() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work(connection: duckdb.DuckDBPyConnection) -> None:
        begun.set()
        try:
            connection.execute(ENDLESS).fetchall()
        finally:
            ended.set()

    async def run() -> None:
        with duckdb.connect(config={"threads": 1}) as connection:
            task = asyncio.create_task(in_thread(lambda: work(connection), Stop(), connection))
            await asyncio.to_thread(begun.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert ended.is_set()

    asyncio.run(run())
