"""The end of a run that was asked to stop: within the stop timeout whatever it does, and with its event."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from workers.frame.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from workers.frame.stopping import Stop


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a run that was asked to stop has, in seconds: less than the 30 that ECS and Batch give it by default.

    Attributes:
        grace_seconds: to come to an end by itself; then it is cancelled.
        cancel_seconds: to leave things in order when it is cancelled.
        blocked_seconds: from the signal on, until a run that does neither is spoken for.
        end_seconds: from the signal on, until the process ends, whatever it does.
        threads_seconds: for calls that are still under way in threads once all is said.
    """

    grace_seconds: float = 12
    cancel_seconds: float = 3
    blocked_seconds: float = 17
    end_seconds: float = 25
    threads_seconds: float = 1


DEADLINES = Deadlines()


class LastResort:
    """A thread that does nothing until the run is asked to stop, and then sees to it that it ends in time."""

    def __init__(self, stop: Stop, deadlines: Deadlines, speak: Callable[[], ExitCode]) -> None:
        """Have `speak` send the event, if the run does not get that far; it returns the exit code."""
        self._stop = stop
        self._deadlines = deadlines
        self._speak = speak
        self._asked = threading.Event()
        self._working = threading.Lock()
        self._over = threading.Event()
        self._told = threading.Event()
        self._left = threading.Event()
        # Until the event is sent, it is not.
        self._code = ExitCode.SERVICE_DOWN

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._stop.on_ask(self._asked.set)
        threading.Thread(target=self._watch, name="last resort", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no more."""
        for passed in (self._left, self._over, self._told, self._asked):
            passed.set()

    def work_is_over(self) -> None:
        """The run sends its event itself; does not return if it is being spoken for already."""
        with self._working:
            self._over.set()

    def told(self, code: ExitCode) -> None:
        """The event is sent, or is known not to be; the exit code is `code`."""
        self._code = code
        self._told.set()

    def _watch(self) -> None:
        self._asked.wait()
        end = time.monotonic() + self._deadlines.end_seconds
        if not self._over.wait(self._deadlines.blocked_seconds):
            self._speak_for_it(end)
        if self._told.wait(max(0.0, end - time.monotonic())):
            end = min(end, time.monotonic() + self._deadlines.threads_seconds)
        if not self._left.wait(max(0.0, end - time.monotonic())):
            self._end()

    def _speak_for_it(self, end: float) -> None:
        with self._working:  # for good: the process ends here
            if self._over.is_set():
                return
            at_last = threading.Timer(max(0.0, end - time.monotonic()), self._end)
            at_last.daemon = True
            at_last.start()
            try:
                self._code = self._speak()
            finally:
                self._end()

    def _end(self) -> None:
        sys.stdout.flush()
        os._exit(self._code)
