"""The sandbox's own time: the machine's, until somebody moves it forward."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that can be moved forward and never back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the time here, in UTC."""
        with self._lock:
            return datetime.now(UTC) + self._ahead

    def move_to(self, moment: datetime) -> None:
        """Make it this time, if it is not later already."""
        with self._lock:
            self._ahead = max(self._ahead, moment - datetime.now(UTC))


CLOCK = Clock()


def written(moment: datetime) -> str:
    """Return a time as AWS's events and policies have it: UTC, whole seconds, as in `2030-01-31T06:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
