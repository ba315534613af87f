"""Failures that somebody asked for, to see what becomes of a delivery then."""

from __future__ import annotations

import threading

from sandbox.delivery.refusals import refusal


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

    def check(self, target_arn: str) -> None:
        """Fail if this invocation of the target shall.

        Raises:
            InvocationError: it shall.
        """
        with self._lock:
            code, times = self._faults.pop(target_arn, ("", 0))
            if times > 1:
                self._faults[target_arn] = (code, times - 1)
        if times:
            raise refusal(code, f"{code}, which this sandbox was asked for (python -m sandbox fault)")

    def all(self) -> dict[str, dict[str, str | int]]:
        """Return what is still to fail: for each target its error code and how often."""
        with self._lock:
            return {arn: {"code": code, "times": times} for arn, (code, times) in self._faults.items()}


FAULTS = Faults()
