"""The quotas of a project: requests in any second, and in a day."""

from __future__ import annotations

from collections import deque


class SlidingSecond:
    """Requests in every second that begins or ends anywhere, which is the strictest way to count.

    Those that were refused count too: a client that does not slow down never gets through.
    """

    def __init__(self) -> None:
        self._arrivals: deque[float] = deque()
        self.largest = 0

    def count(self, now: float) -> int:
        """Count a request and return how many there were in the second that ends with it.

        Args:
            now: seconds of a clock that never goes back. Two requests one second apart are in no second together.
        """
        arrivals = self._arrivals
        arrivals.append(now)
        while arrivals[0] <= now - 1:
            arrivals.popleft()
        self.largest = max(self.largest, len(arrivals))
        return len(arrivals)


class Day:
    """Requests of the day, which goes on when it is told to."""

    def __init__(self) -> None:
        self.number = 1
        self.used = 0

    def take(self, limit: int | None) -> bool:
        """Count a request, if the limit of the day admits one more; tell whether it does."""
        if limit is not None and self.used >= limit:
            return False
        self.used += 1
        return True

    def next(self) -> None:
        """Begin the next day."""
        self.number += 1
        self.used = 0
