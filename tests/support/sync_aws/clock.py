"""Time that passes only when somebody sleeps, or when a test says so."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from botocore import endpoint


@dataclass
class Clock:
    """Seconds since 1970, and who is told when somebody sleeps.

    Attributes:
        slept: each sleep, in seconds.
        sleepers: called before each sleep; how another thread gets its turn.
    """

    seconds: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)
    sleepers: list[Callable[[], None]] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        for sleeper in list(self.sleepers):
            sleeper()


@contextlib.contextmanager
def running(clock: Clock) -> Iterator[None]:
    """Let botocore's retries wait in this clock's time: its endpoint is the one place where they do."""
    before = endpoint.time
    endpoint.time = types.SimpleNamespace(sleep=clock.sleep)
    try:
        yield
    finally:
        endpoint.time = before
