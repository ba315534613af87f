"""How the stand-in behaves, which a question can change at any time, and how long an answer takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.services.kinds import Shape

if TYPE_CHECKING:
    import random

Z_99 = 2.3263478740408408  # 99% of a normal distribution lie below so many standard deviations


class Settings(BaseModel):
    """How the stand-in behaves.

    Attributes:
        owners: the content owners that the caller may act for.
        latency_seconds: how long a request takes; with `latency_p99_seconds` the median of it.
        latency_p99_seconds: what 99% of the requests stay under; the lengths are then log-normal. None: all alike.
        requests_per_second: quota of the project; None for none. It holds in every second that begins anywhere.
        requests_per_day: quota of the project; None for none. Requests over the quota per second do not use it.
        over_rate: the kind of error that is sent over the quota per second.
        over_day: the kind of error that is sent over the quota per day.
        retry_after: seconds of the Retry-After header over the quota per second; None for none.
        shape: of every error that no fault sends.
        page_size: how many claims a page has.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    owners: frozenset[str] = frozenset({"content-owner"})
    latency_seconds: float = Field(default=0, ge=0)
    latency_p99_seconds: float | None = Field(default=None, gt=0)
    requests_per_second: int | None = Field(default=None, ge=1)
    requests_per_day: int | None = Field(default=None, ge=0)
    over_rate: Literal["rate-limit", "user-rate-limit", "throttle"] = "rate-limit"
    over_day: Literal["quota", "daily-limit"] = "quota"
    retry_after: int | None = Field(default=None, ge=0)
    shape: Shape = "legacy"
    page_size: int = Field(default=25, ge=1)

    def latency(self, chance: random.Random) -> float:
        """Return how long the next request takes, in seconds."""
        if self.latency_p99_seconds is None or not self.latency_seconds:
            return self.latency_seconds
        spread = math.log(self.latency_p99_seconds / self.latency_seconds) / Z_99
        return chance.lognormvariate(math.log(self.latency_seconds), max(spread, 0))
