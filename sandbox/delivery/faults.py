"""Failures that somebody asked for, to see what becomes of a delivery then."""

from __future__ import annotations

import threading


class Faults:
    """The targets that shall fail, each with an error code and how often it still does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, tuple[str, int]] = {}

    def set(self, target_arn: str, code: str, times: int) -> None:
        """Make the next invocations of a target fail, as if its service answered with this code; 0 times clears it."""
        with self._lock:
            self._faults.pop(target_arn, None)
            if times > 0:
                self._faults[target_arn] = (code, times)

    def take(self, target_arn: str) -> tuple[str, str] | None:
        """Return the error code and words with which this invocation of the target shall fail; None if it shall not."""
        with self._lock:
            code, times = self._faults.pop(target_arn, ("", 0))
            if times > 1:
                self._faults[target_arn] = (code, times - 1)
        return (code, f"{code}, which this sandbox was asked for (python -m sandbox fault)") if times else None

    def all(self) -> dict[str, dict[str, str | int]]:
        """Return what is still to fail: for each target its error code and how often."""
        with self._lock:
            return {arn: {"code": code, "times": times} for arn, (code, times) in self._faults.items()}


FAULTS = Faults()
