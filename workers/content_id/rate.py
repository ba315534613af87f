"""One rate for all requests in flight: evenly spaced, never over the quota, slower when the service asks for that.

The quota is kept twice over. A schedule spaces requests evenly. And a request gets its turn only while fewer than a
second allows are on their way to the wire or were written to it within the last second, whether the schedule was kept
or not, the rate has changed, or a connection had to be made first. Both leave a headroom, because the server counts
when requests arrive.

The rate itself goes down and up as DCTCP's window does (RFC 8257): at a refusal by half the share of answers that were
refusals lately, once for all requests that were on the way then; and up again by so much a second. One refusal among
many good answers costs little, a service that refuses everything is left alone within a few answers.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.frame.problems import Problem, StoppedError, WrongInputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from workers.frame.stopping import Stop

HEADROOM = 0.04  # share of a second by which the schedule is slower than the quota
JITTER = 0.035  # share of a second that requests may arrive unevenly without the server counting one too many
CATCH_UP_SECONDS = 0.25  # a loop that was busy makes up for no more than this
TIMER_SECONDS = 0.002  # finer than this the event loop does not wait
POLL_SECONDS = 0.01  # between looks whether connections were made, where all of a second's requests wait for them
RECOVERY = 0.1  # share of the quota that is won back in a second
GAIN = 1 / 16  # weight of one answer in the share of refusals: RFC 8257, section 4.2


def share(quota: float, index: int, count: int) -> float:
    """Return what one of several shards may send of a quota that they have together.

    Shards do not know of each other, so each gets whole requests: fractions of them could fall into one second.

    Args:
        quota: requests per second, of all shards.
        index: which shard, from 0.
        count: how many there are.

    Raises:
        WrongInputError: there are more shards than requests in a second.
    """
    if count == 1:
        return quota
    each, more = divmod(math.floor(quota), count)
    if not each:
        detail = f"{count} shards cannot share {quota:g} requests a second: each needs a whole one at least"
        raise WrongInputError(Problem("too-many-shards", "There are more shards than requests in a second", detail))
    return each + (index < more)


@dataclass(slots=True)
class Turn:
    """The leave to send one request; it is handed back with what became of it."""

    number: int
    was_sent: bool = False


class Pacer:
    """Gives each request its turn."""

    def __init__(
        self,
        quota: float,
        *,
        per_day: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with nothing sent.

        Args:
            quota: requests per second that are allowed; above 1 without what is behind the point.
            per_day: requests that this process may send in all; None is without end.
            clock: seconds that only go forward.
        """
        self._in_window = max(1, math.floor(quota))
        self._window = (1.0 if quota >= 1 else 1 / quota) * (1 + JITTER)
        self._most = min(quota, self._in_window) / (1 + HEADROOM)
        self._per_day = per_day
        self._clock = clock
        self._line = asyncio.Lock()  # first come, first served
        self._sent: deque[float] = deque()  # when, in the window that ends now
        self._unsent = 0  # had their turn, and wait for a connection
        self._turns = 0
        self._due = self._soonest = self._paused_until = -math.inf
        self._rate, self._rate_since = self._most, clock()
        self._refused_share = 1.0  # as if all had been refused: RFC 8257, section 4.2
        self._slowed_at_turn = 0

    @property
    def rate(self) -> float:
        """Requests per second, at this moment."""
        won_back = self._most * RECOVERY * max(0.0, self._clock() - self._rate_since)
        return min(self._most, self._rate + won_back)

    @property
    def turns(self) -> int:
        """How many requests have had their turn."""
        return self._turns

    async def turn(self, stop: Stop, ready: Callable[[], Awaitable[object]] | None = None) -> Turn:
        """Return when the next request may be sent; send it at once.

        Args:
            stop: ends the wait.
            ready: returns when there is what a request needs; until then nobody gets a turn.

        Raises:
            StoppedError: the run is to stop, or what may be sent in a day is used up.
            Exception: what `ready` raises.
        """
        nobody_waits = not self._line.locked()
        async with self._line:
            if nobody_waits:  # there was time that nobody needed: nothing is to be made up for
                self._due = max(self._due, self._clock())
            await self._wait(stop)
            if ready is not None:
                await ready()
                await self._wait(stop)  # there may be a pause by now
            if self._per_day is not None and self._turns >= self._per_day:
                detail = f"{self._per_day:,} requests were sent, as many as the settings allow in a day"
                raise StoppedError(Problem("daily-quota-exhausted", "The quota of the day is used up", detail))
            return self._take()

    async def _wait(self, stop: Stop) -> None:
        while (seconds := self._next() - self._clock()) > 0:
            if await stop.sleep(seconds):
                break
        stop.check()

    def sent(self, turn: Turn) -> None:
        """Hear that a request was written, or will never be; what is heard of it again is ignored."""
        if not turn.was_sent:
            turn.was_sent = True
            self._unsent -= 1
            self._sent.append(self._clock())

    def accepted(self, turn: Turn) -> None:
        """Hear that a request was answered by a service that is well."""
        self._weigh(turn, refused=False)

    def refused(self, turn: Turn) -> None:
        """Hear that a request was throttled or failed; slow down, once for all that were on the way."""
        self._weigh(turn, refused=True)
        if turn.number > self._slowed_at_turn:
            self._rate = self.rate * (1 - self._refused_share / 2)
            self._rate_since = self._clock()
            self._slowed_at_turn = self._turns

    def pause(self, seconds: float) -> None:
        """Send nothing for a while, because the service has said how long."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def _weigh(self, turn: Turn, *, refused: bool) -> None:
        # Requests that were on the way when the rate went down say nothing of the new one.
        if turn.number > self._slowed_at_turn:
            self._refused_share += GAIN * (refused - self._refused_share)

    def _next(self) -> float:
        """Return when the next turn is, as far as is known now."""
        return max(self._due, self._soonest, self._paused_until, self._window_opens())

    def _window_opens(self) -> float:
        now = self._clock()
        while self._sent and self._sent[0] <= now - self._window:
            self._sent.popleft()
        too_many = len(self._sent) + self._unsent - self._in_window
        if too_many < 0:
            return -math.inf
        return self._sent[too_many] + self._window if too_many < len(self._sent) else now + POLL_SECONDS

    def _take(self) -> Turn:
        now = self._clock()
        interval = self._interval()
        # A turn that came late makes no later one late; what is made up for comes at double the rate.
        self._due = max(self._due, self._paused_until, now - CATCH_UP_SECONDS) + interval
        self._soonest = now + (interval / 2 if interval / 2 >= TIMER_SECONDS else 0)
        self._turns += 1
        self._unsent += 1
        return Turn(self._turns)

    def _interval(self) -> float:
        """Return the seconds in which the rate, which grows meanwhile, is worth one request."""
        rate, growth = self.rate, self._most * RECOVERY
        seconds = (math.sqrt(rate**2 + 2 * growth) - rate) / growth
        return max(seconds, 1 / self._most)
