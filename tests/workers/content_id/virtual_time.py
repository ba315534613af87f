"""An event loop whose clock jumps to the next timer: minutes of waiting in no time, and the same each time."""

import asyncio
import itertools
import selectors

TICK = 1e-9  # what a turn of the loop takes: time never stands still


class _Selector(selectors.DefaultSelector):
    def __init__(self, late):
        super().__init__()
        self.now = 0.0
        self._late = late

    def select(self, timeout=None):
        events = super().select(0)
        self.now += TICK
        if not events:
            if timeout is None:
                raise RuntimeError("nothing will ever happen any more")
            if timeout > 0:
                self.now += timeout + next(self._late)
        return events


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, late):
        self.virtual = _Selector(late)
        super().__init__(self.virtual)

    def time(self):
        return self.virtual.now


def run(coroutine, late=(0.0,)):
    """Run a coroutine; timers come late by the seconds of `late`, over and over."""
    with asyncio.Runner(loop_factory=lambda: _Loop(itertools.cycle(late))) as runner:
        return runner.run(coroutine)


def clock():
    return asyncio.get_running_loop().time()
