"""What a dry run says: a page for a person at a terminal, log lines for everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.channelbackfill.channel_csv import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    import structlog

    from workers.channelbackfill.differences import Difference
    from workers.channelbackfill.progress import Progress

NOTHING_DONE = "A dry run: nothing was written, and no event was sent."


def page(difference: Difference, progress: Progress, source: str) -> str:
    """Return what differs as text: created, changed with old and new, refused, and the counts."""
    parts = [_created(difference), _changed(difference), [f"  ! {problem.detail}" for problem in progress.problems]]
    titles = ["Would create", "Would change", "Cannot be used"]
    lines = [f"{source} and the API", ""]
    for title, part in zip(titles, parts, strict=True):
        if part:
            lines += [f"{title} {len(part)}", *part, ""]
    return "\n".join([*lines, *_counts(difference, progress), NOTHING_DONE, ""])


def log_lines(difference: Difference, log: structlog.stdlib.BoundLogger) -> None:
    """Log what differs, a line a channel."""
    for row in difference.create:
        wanted = {"custom_id": row.custom_id, "display_name": row.display_name}
        log.info("would create", channel=row.channel_id, line=row.line, **wanted)
    for change in difference.change:
        values = {name: {"old": old, "new": new} for name, old, new in change.values}
        log.info("would change", channel=change.row.channel_id, line=change.row.line, values=values)
    log.info("dry run", note=NOTHING_DONE)


def _created(difference: Difference) -> list[str]:
    width = max((len(row.channel_id) for row in difference.create), default=0)
    return [
        f"  + {row.channel_id:{width}}  customId {shown(row.custom_id)}  displayName {shown(row.display_name)}"
        for row in difference.create
    ]


def _changed(difference: Difference) -> list[str]:
    width = max((len(change.row.channel_id) for change in difference.change), default=0)
    return [
        f"  ~ {change.row.channel_id:{width}}  "
        + "  ".join(f"{name} {shown(old)} -> {shown(new)}" for name, old, new in change.values)
        for change in difference.change
    ]


def _counts(difference: Difference, progress: Progress) -> Iterator[str]:
    counts = {
        "to create": len(difference.create),
        "to change": len(difference.change),
        "unchanged": len(difference.unchanged),
        "cannot be used": progress.errors,
        "repeat another row": progress.repeats,
    }
    rows = "1 row" if progress.total == 1 else f"{progress.total} rows"
    yield f"{rows}: " + ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    if difference.elsewhere == 1:
        yield "1 channel of the API is not in the file, and is left alone."
    elif difference.elsewhere:
        yield f"{difference.elsewhere} channels of the API are not in the file, and are left alone."
