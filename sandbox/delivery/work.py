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


class Work:
    """Counts what is under way, so that somebody can wait until nothing is."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0

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

    def start(self, task: Callable[[], None], name: str) -> None:
        """Do something on a thread of its own; it counts from now, so that what it starts never leaves a gap."""
        under_way = self.one()
        under_way.__enter__()

        def run() -> None:
            with contextlib.ExitStack() as stack:
                stack.push(under_way)
                try:
                    task()
                except Exception:  # noqa: BLE001 - the last place that sees it: the server's log must have it
                    print(f"sandbox: {name} failed", traceback.format_exc(), sep="\n", file=sys.stderr, flush=True)

        threading.Thread(target=run, name=name, daemon=True).start()

    def settle(self, seconds: float) -> bool:
        """Wait until nothing is under way; False if something still is after so many seconds."""
        deadline = time.monotonic() + seconds
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way == 0, timeout=max(0.0, deadline - time.monotonic()))


WORK = Work()
