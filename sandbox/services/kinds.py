"""What a kind of fault is, and a fault that strikes."""

from __future__ import annotations

import enum
import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import Literal

RetryAfterForm = Literal["seconds", "date"]
Shape = Literal["legacy", "newer", "both"]


class Effect(enum.Enum):
    """What a fault means for the work of its client."""

    PASSES = "passes"  # the same request can succeed when it is sent again
    REFUSES = "refuses"  # this item cannot be done; the others can
    ENDS = "ends"  # nothing can be done for now: a quota is used up, a person must act


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: what happens, in words for a person, and what it means."""

    what: str
    effect: Effect = Effect.PASSES
    weight: float = 1  # how often a mix of all draws it, compared with the others


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that strikes one request.

    Attributes:
        kind: which.
        retry_after: seconds of a Retry-After header; None for an answer without one.
        retry_after_form: RFC 9110, 10.2.3 has two.
        shape: of a Google error: `legacy` has `errors[]`, `newer` has `status` and `details[]`, `both` has all.
    """

    kind: str
    retry_after: int | None = None
    retry_after_form: RetryAfterForm = "seconds"
    shape: Shape = "legacy"

    def headers(self) -> dict[str, str]:
        """Return the headers of its answer."""
        if self.retry_after is None:
            return {}
        if self.retry_after_form == "seconds":
            return {"Retry-After": str(self.retry_after)}
        return {"Retry-After": formatdate(time.time() + self.retry_after, usegmt=True)}
