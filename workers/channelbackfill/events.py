"""The events of a backfill, in the form that the workflow's rules and the clean-up expect."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workers.frame.publishing import Event

if TYPE_CHECKING:
    from workers.channelbackfill.progress import Progress

SOURCE = "dn.backend.channelbackfill"
COMPLETED = "Channel Backfill Completed"
FAILED = "Channel Backfill Failed"
LONGEST_REASON = 1000  # characters; an entry of PutEvents has 256 KiB, a person has less


def completed(progress: Progress, now: datetime | None = None) -> Event:
    """Return the event of a backfill that is through, with item errors within the threshold or none."""
    return Event(SOURCE, COMPLETED, {"status": "success"} | _counts(progress) | _timestamp(now))


def failed(reason: str, progress: Progress, now: datetime | None = None) -> Event:
    """Return the event of a backfill that was not done, with the counts so far."""
    short = reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1] + "…"
    detail = {"status": "failed", "reason": short or "unknown"} | _counts(progress) | _timestamp(now)
    return Event(SOURCE, FAILED, detail)


def _counts(progress: Progress) -> dict[str, str | int]:
    return {
        "processedCount": progress.processed,
        "errorCount": progress.errors,
        "totalCount": progress.total,
    }


def _timestamp(now: datetime | None) -> dict[str, str | int]:
    """Return the time in UTC, to the millisecond, as JavaScript's `toISOString` writes it."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    return {"timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
