"""What the server still has to do: deliveries under way, retries that are due, containers that run."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


class Work:
    """Counts what is under way, so that somebody can wait until nothing is."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0
        self._failures: list[str] = []

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Count as under way for the length of a `with` block."""
        with self._changed:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def start(
        self, task: Callable[[], object], name: str, places: AbstractContextManager[object] | None = None
    ) -> None:
        """Do something on a thread of its own; it counts from now, so that what it starts never leaves a gap.

        Args:
            task: what to do.
            name: what to call it in the log.
            places: is held while it is done; a semaphore lets a few go at once, and the others wait.
        """
        counted = contextlib.ExitStack()
        counted.enter_context(self.one())

        def run() -> None:
            with counted:
                try:
                    with places or contextlib.nullcontext():
                        task()
                except Exception:  # noqa: BLE001 - the last place that sees it: the server's log must have it
                    print(f"sandbox: {name} failed", traceback.format_exc(), sep="\n", file=sys.stderr, flush=True)
                    self._failures.append(name)

        try:
            threading.Thread(target=run, name=name, daemon=True).start()
        except RuntimeError:  # this machine has no thread left: what cannot start is not under way
            counted.close()
            raise

    def failures(self) -> list[str]:
        """Return the names of what ended in an error of the sandbox's own, which is in its log."""
        return list(self._failures)

    def settle(self, seconds: float) -> bool:
        """Wait until nothing is under way; False if something still is after so many seconds."""
        deadline = time.monotonic() + seconds
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way == 0, timeout=max(0.0, deadline - time.monotonic()))


WORK = Work()
