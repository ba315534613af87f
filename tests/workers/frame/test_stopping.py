"""How a run learns that it is to stop."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.support.planning import REPOSITORY
from workers.frame.problems import StoppedError
from workers.frame.stopping import Stop


def test_nobody_asked() -> None:
    stop = Stop()
    stop.check()
    assert (stop.asked, stop.reason) == (False, None)
    assert asyncio.run(stop.sleep(0)) is False


def test_the_first_reason_stays_and_is_what_check_says() -> None:
    stop, told = Stop(), []
    stop.on_ask(lambda: told.append(1))
    stop.ask("SIGTERM was received")
    stop.ask("something else")
    stop.on_ask(lambda: told.append(2))
    assert (stop.asked, stop.reason, told) == (True, "SIGTERM was received", [1, 2])
    with pytest.raises(StoppedError) as caught:
        stop.check()
    assert (caught.value.exit_code, caught.value.problem.detail) == (75, "SIGTERM was received")


def test_a_sleeper_wakes_whichever_thread_asks() -> None:
    stop = Stop()

    async def sleep() -> tuple[bool, float]:
        threading.Timer(0.02, stop.ask, ["a thread"]).start()
        started = time.monotonic()
        return await stop.sleep(30), time.monotonic() - started

    asked, seconds = asyncio.run(sleep())
    assert asked
    assert seconds < 5


def test_every_waiter_wakes_also_in_the_next_loop() -> None:
    stop = Stop()

    async def wait() -> None:
        waiting = [asyncio.create_task(stop.wait()) for _ in range(3)]
        await asyncio.sleep(0)
        stop.ask("now")
        await asyncio.wait_for(asyncio.gather(*waiting), 5)

    assert asyncio.run(stop.sleep(0.01)) is False
    asyncio.run(wait())
    asyncio.run(asyncio.wait_for(stop.wait(), 5))


PROGRAM = """
import asyncio, sys
from workers.frame import stopping
from workers.frame.stopping import Stop
stopping.SAME_SIGNAL_SECONDS = float(sys.argv[1])
stop = Stop()
stop.listen()
async def main():
    print("ready", flush=True)
    await stop.sleep(30)
    print(stop.reason, flush=True)
    if len(sys.argv) > 2:
        await asyncio.sleep(30)
asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "1"], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.read() == f"{number.name} was received\n"
    assert process.returncode == 0


@pytest.mark.parametrize(("same_signal_seconds", "ends"), [("0", True), ("60", False)])
def test_a_second_signal_ends_the_process_at_once_but_not_the_same_one_passed_on(
    same_signal_seconds: str, ends: bool
) -> None:
    command = [sys.executable, "-c", PROGRAM, same_signal_seconds, "stay"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "SIGTERM was received\n"
        process.send_signal(signal.SIGINT)
        if ends:
            line = json.loads(process.stdout.readline())
            assert (line["event"], line["reason"]) == ("ended at once", "a second SIGINT")
            assert process.wait(10) == 75
        else:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.3)
            process.kill()


BUSY = """
import signal, time
from workers.frame.stopping import Stop
stop = Stop()
stop.listen()
stop.on_ask(lambda: print(stop.reason, flush=True))
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print("ready", flush=True)
time.sleep(30)
"""


def test_a_signal_is_heard_while_the_main_thread_runs_nothing_of_python() -> None:
    """As it is in a long call, or when the signal comes just before a wait begins: a handler runs only after it."""
    with subprocess.Popen([sys.executable, "-c", BUSY], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "SIGTERM was received\n"
        process.kill()
