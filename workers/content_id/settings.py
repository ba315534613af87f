"""Where the Content ID API and the token service are, and how much of them may be used."""

from __future__ import annotations

import math
import re
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr

from workers.frame.settings import ServiceUrl, WorkerSettings

CONCURRENCY_SECONDS = 1.0  # the mean time of a request, waits before a retry among it, that still keeps the quota busy
CONCURRENCY_LIMITS = (4, 256)


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # there is none, the name is a folder's, the name is no name
        raise ValueError("must be a time zone of the IANA database, such as America/Los_Angeles") from None
    return name


def _header_name(name: str) -> str:
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise ValueError("must be the name of a header (RFC 9110, section 5.1)")
    return name


class ContentIdSettings(WorkerSettings):
    """Settings of a worker that changes assets."""

    content_owner: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,128}$", description="id of the content owner on whose behalf assets are changed"
    )
    content_id_url: ServiceUrl = Field(
        "https://youtubepartner.googleapis.com", description="address of the Content ID API, without its path"
    )
    token_url: ServiceUrl = Field(description="address of the token service")
    token_api_key: SecretStr = Field(min_length=1, description="the key of the token service")
    token_key_header: Annotated[str, AfterValidator(_header_name)] = Field(
        "x-api-key", description="header in which the token service wants its key"
    )
    requests_per_second: float = Field(
        gt=0, le=10_000, allow_inf_nan=False, description="quota of the project, which all shards share"
    )
    requests_per_day: int | None = Field(
        None,
        ge=1,
        description="requests that a run may send, all shards together; without it the service's answer ends the run",
    )
    quota_time_zone: Annotated[str, AfterValidator(_time_zone)] = Field(
        "America/Los_Angeles", description="time zone at whose midnight the quota of the day begins anew"
    )
    concurrency: int | None = Field(
        None, ge=1, le=1000, description="requests in flight at most; by default as many as the quota has in a second"
    )

    def concurrency_of(self, requests_per_second: float) -> int:
        """Return how many updates may be under way at a rate.

        By Little's law as many as come in while one is under way. One is under way for its latency and its waits
        before a retry; where that is less than a second on average, the rest of the number costs nothing.
        """
        if self.concurrency is not None:
            return self.concurrency
        least, most = CONCURRENCY_LIMITS
        return max(least, min(most, math.ceil(requests_per_second * CONCURRENCY_SECONDS)))
