"""What the stand-in counts, so that a test can say "never over" and "nothing twice"."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sandbox.services.content_id.quotas import SlidingSecond


class Statistics:
    """Counts since the stand-in was started, or since they were reset."""

    def __init__(self) -> None:
        self.second = SlidingSecond()
        self.requests = 0
        self.answers: Counter[str] = Counter()
        self.patched: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.in_flight = 0
        self.largest_in_flight = 0
        self._first = self._last = 0.0
        self._started = datetime.now(UTC)

    def arrived(self) -> int:
        """Count a request and return how many came in the second that ends with it."""
        now = time.monotonic()
        if not self.requests:
            self._first, self._started = now, datetime.now(UTC)
        self._last = now
        self.requests += 1
        self.in_flight += 1
        self.largest_in_flight = max(self.largest_in_flight, self.in_flight)
        return self.second.count(now)

    def answered(self, operation: str, answer: str) -> None:
        """Count how a request ended."""
        self.in_flight -= 1
        self.answers[f"{operation} {answer}"] += 1

    def applied(self, asset_id: str, *, changed: bool) -> None:
        """Count a PATCH that was carried out, however it is answered; `changed` if it set another value."""
        self.patched[asset_id] += 1
        if changed:
            self.changed[asset_id] += 1

    def facts(self) -> dict[str, Any]:
        """Return them as JSON, without those of each asset."""
        return {
            "requests": self.requests,
            "answers": dict(sorted(self.answers.items())),
            "largest_in_a_second": self.second.largest,
            "largest_in_flight": self.largest_in_flight,
            "first": self._started.isoformat() if self.requests else None,
            "seconds": round(self._last - self._first, 6),  # from the first request's arrival to the last one's
            "patches": self.patched.total(),
            "assets_patched": len(self.patched),
            "assets_patched_twice": sorted(asset for asset, times in self.patched.items() if times > 1),
            "assets_changed_twice": sorted(asset for asset, times in self.changed.items() if times > 1),
        }
