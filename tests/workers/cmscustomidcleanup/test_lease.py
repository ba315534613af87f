"""The lease: one run has it, another waits, and who is silent for too long has lost it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from workers.cmscustomidcleanup.lease import BEATS_MISSED, Lease, leased
from workers.frame.aws import Clients
from workers.frame.logs import logger
from workers.frame.problems import Problem, ServiceDownError, StoppedError
from workers.frame.running import Context
from workers.frame.stopping import Stop
from workers.frame.storage import Location, Storage

SECONDS = 0.004


class Place:
    """What several runs share: the folder, and a clock of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.location = Location(None, str(folder / "at-work.json"))
        self.now = 0.0

    def context(self, stop: Stop | None = None) -> Context:
        return cast("Any", SimpleNamespace(storage=Storage(Clients()), stop=stop or Stop(), log=logger()))

    def lease(self, run: str, context: Context | None = None) -> Lease:
        return Lease(context or self.context(), self.location, run, SECONDS, lambda: self.now)

    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.location.path.read_bytes())
        return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def looks(number: int = 5) -> None:
    """Let others look so often, at least about."""
    await asyncio.sleep(number * SECONDS)


def test_another_run_waits_until_it_is_given_back(place: Place) -> None:
    async def go() -> None:
        first, second = place.lease("1"), place.lease("2")
        await first.take()
        waiting = asyncio.create_task(second.take())
        for _ in range(3):
            await looks()
            place.now += SECONDS * (BEATS_MISSED - 0.5)  # never so long without a beat
            assert await first.keep()
        assert not waiting.done()
        await first.give_back()
        await asyncio.wait_for(waiting, 5)
        assert (place.content()["run"], place.content()["over"]) == ("2", False)

    asyncio.run(go())


def test_who_is_silent_has_lost_it_and_is_told(place: Place) -> None:
    async def go() -> None:
        first, second = place.lease("1"), place.lease("2")
        await first.take()
        waiting = asyncio.create_task(second.take())
        await looks()
        while not waiting.done():
            place.now += SECONDS * (BEATS_MISSED + 1)
            await looks(1)
        await waiting
        assert not await first.keep()
        await first.give_back()
        assert place.content()["over"] is False, "what is another's is not given back"
        assert await second.keep()

    asyncio.run(go())


def counted(context: Context) -> list[bytes]:
    """Return a list of what will be read."""
    found: list[bytes] = []
    read_tagged = context.storage.read_tagged

    def read(location: Location) -> tuple[bytes, str]:
        content = read_tagged(location)
        found.append(content[0])
        return content

    cast("Any", context.storage).read_tagged = read
    return found


def test_one_of_many_takes_over(place: Place) -> None:
    async def go() -> None:
        await place.lease("gone").take()
        contexts = [place.context() for _ in range(6)]
        looked = [counted(context) for context in contexts]
        taking = [asyncio.create_task(place.lease(str(n), each).take()) for n, each in enumerate(contexts)]
        # The first look tells that it is taken, the second begins the wait; who looks a third time has begun it.
        while not all(len(each) >= 3 for each in looked):
            await looks(1)
        place.now += 1
        finished, waiting = await asyncio.wait(taking, return_when=asyncio.FIRST_COMPLETED)
        await looks()
        assert sum(task.done() for task in taking) == len(finished) == 1
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)

    asyncio.run(go())


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"something": "else"}'])
def test_what_is_none_holds_nobody_up(place: Place, content: bytes) -> None:
    place.location.path.write_bytes(content)
    asyncio.run(asyncio.wait_for(place.lease("1").take(), 5))
    assert place.content()["run"] == "1"


def losing_answers(context: Context) -> Context:
    """Have each write done, and the answer lost: the attempt after it finds another tag."""
    storage = context.storage
    write_if: Callable[..., str | None] = storage.write_if

    def lost(*arguments: Any) -> None:
        write_if(*arguments)

    cast("Any", storage).write_if = lost
    return context


def test_a_write_whose_answer_is_lost_counts(place: Place) -> None:
    async def go() -> None:
        lease = place.lease("1", losing_answers(place.context()))
        await asyncio.wait_for(lease.take(), 5)
        assert await lease.keep()
        assert await lease.keep()

    asyncio.run(go())


def test_a_stop_ends_the_wait(place: Place) -> None:
    async def go() -> None:
        await place.lease("1").take()
        stop = Stop()
        waiting = asyncio.create_task(place.lease("2", place.context(stop)).take())
        await looks()
        stop.ask("SIGTERM was received")
        with pytest.raises(StoppedError):
            await asyncio.wait_for(waiting, 5)

    asyncio.run(go())


def test_it_is_written_anew_while_the_block_runs_and_given_back_at_its_end(place: Place) -> None:
    async def go() -> None:
        async with leased(place.context(), place.location, "1", Stop(), SECONDS):
            before = place.content()
            while place.content() == before:
                await looks(1)
            assert (before["run"], before["over"]) == ("1", False)
        assert place.content()["over"] is True

    asyncio.run(asyncio.wait_for(go(), 10))


def test_a_run_that_has_lost_it_is_halted_and_one_that_cannot_write_it_is_not(place: Place) -> None:
    async def go() -> None:
        halt, context = Stop(), place.context()
        write_if = context.storage.write_if
        calls: list[str] = []

        def refused(*_: Any) -> None:
            calls.append("refused")
            raise ServiceDownError(Problem("access-denied", "", ""))

        async with leased(context, place.location, "1", halt, SECONDS):
            cast("Any", context.storage).write_if = refused
            while len(calls) < 2:
                await looks(1)
            assert not halt.asked
            cast("Any", context.storage).write_if = write_if
            place.location.path.write_text('{"run": "2", "seconds": 9, "over": false}')
            await asyncio.wait_for(halt.wait(), 5)
        assert place.content()["run"] == "2"

    asyncio.run(go())
