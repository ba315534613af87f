"""The events of a backfill, in the form that the workflow's rules and the clean-up expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.frame.publishing import Event, shortened, timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from workers.channelbackfill.progress import Progress

SOURCE = "dn.backend.channelbackfill"
COMPLETED = "Channel Backfill Completed"
FAILED = "Channel Backfill Failed"


def completed(progress: Progress, now: datetime | None = None) -> Event:
    """Return the event of a backfill that is through, with item errors within the threshold or none."""
    return Event(SOURCE, COMPLETED, {"status": "success"} | _counts(progress) | {"timestamp": timestamp(now)})


def failed(reason: str, progress: Progress, now: datetime | None = None) -> Event:
    """Return the event of a backfill that was not done, with the counts so far."""
    detail = {"status": "failed", "reason": shortened(reason) or "unknown"} | _counts(progress)
    detail["timestamp"] = timestamp(now)
    return Event(SOURCE, FAILED, detail)


def _counts(progress: Progress) -> dict[str, str | int]:
    return {
        "processedCount": progress.processed,
        "errorCount": progress.errors,
        "totalCount": progress.total,
    }
