"""How a run is told to stop: SIGTERM of ECS and Batch, SIGINT of a person.

Nothing heavy is imported here, so that signals are heard before all else is loaded. As process 1 of a container
Python gets no default action for SIGTERM: whoever does not listen is killed 30 seconds later.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workers.frame.exits import ExitCode
from workers.frame.problems import Problem, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)

# A terminal sends Ctrl-C to a whole group of processes, and whoever started this one may send it on: that is one.
SAME_SIGNAL_SECONDS = 1


class Stop:
    """Whether the run has been asked to stop, and why; any thread may ask."""

    def __init__(self) -> None:
        """Begin unasked."""
        self._reason: str | None = None
        self._asked_at: float | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event = asyncio.Event()
        self._on_ask: list[Callable[[], None]] = []

    @property
    def asked(self) -> bool:
        """Whether the run is to stop."""
        return self._reason is not None

    @property
    def reason(self) -> str | None:
        """Who asked, in words; None while nobody has."""
        return self._reason

    def ask(self, reason: str) -> None:
        """Ask the run to stop; the first reason stays."""
        if self._reason is not None:
            return
        self._reason = reason
        self._asked_at = time.monotonic()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)
        for callback in self._on_ask:
            callback()

    def on_ask(self, callback: Callable[[], None]) -> None:
        """Call `callback` once, when somebody asks; at once if that has happened. It runs in the thread of who asks."""
        self._on_ask.append(callback)
        if self.asked:
            callback()

    def check(self) -> None:
        """Raise StoppedError if the run is to stop."""
        if self._reason is not None:
            raise StoppedError(Problem("stopped", "The run was stopped before its end", self._reason))

    async def wait(self) -> None:
        """Return when the run is to stop."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._event = loop, asyncio.Event()
        # Only now: from here on whoever asks knows which loop to wake.
        if not self.asked:
            await self._event.wait()

    async def sleep(self, seconds: float) -> bool:
        """Sleep, and wake early if the run is to stop; return whether it is."""
        try:
            await asyncio.wait_for(self.wait(), seconds)
        except TimeoutError:
            return self.asked
        return True

    def listen(self) -> None:
        """Ask on the first SIGTERM or SIGINT; a second one ends the process at once, and no event is sent."""
        # A handler of Python runs between two steps of the main thread, and not while that waits or computes in C. The
        # number of a signal is written to this pipe at once, whatever the main thread does, and wakes who reads it.
        read, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, _hear_only)
        threading.Thread(target=self._hear, args=(read,), name="signals", daemon=True).start()

    def _hear(self, read: int) -> None:
        while numbers := os.read(read, 64):
            for number in numbers:
                self._received(signal.Signals(number).name)

    def _received(self, name: str) -> None:
        if self._asked_at is None:
            self.ask(f"{name} was received")
        elif time.monotonic() - self._asked_at >= SAME_SIGNAL_SECONDS:
            line = {"timestamp": _now(), "level": "warning", "event": "ended at once", "reason": f"a second {name}"}
            os.write(1, json.dumps(line).encode() + b"\n")
            os._exit(ExitCode.TO_RESUME)


def _hear_only(_number: int, _frame: FrameType | None) -> None:
    """Have the signal written to the pipe: with Python's own action, or without any, it would not be."""


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
