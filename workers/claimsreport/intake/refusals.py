"""Snapshots that are refused as a whole, before anything of them is kept.

Pure functions: what is remembered of the snapshots before comes in, and a RefusedError says why this one is refused.
`before_reading` asks what needs no row to be read, `after_reading` the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from workers.frame.problems import Problem, WrongInputError

CUT_SHORT = "snapshot-cut-short"
EMPTY = "snapshot-empty"
DUPLICATE = "snapshot-duplicate"
OLDER = "snapshot-older"
EXISTS = "snapshot-exists"
UNREADABLE = "snapshot-unreadable"
COLUMNS_WRONG = "snapshot-columns-wrong"
QUARANTINED = "snapshot-quarantined"
IN_FUTURE = "snapshot-in-future"

# A day that has begun somewhere.
_AHEAD = dt.timedelta(days=1)


class RefusedError(WrongInputError):
    """A file is not taken in, and nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered of a snapshot, to tell the next ones from it.

    Attributes:
        date: the day of the snapshot.
        digest: SHA-256 of the file's bytes as they are uncompressed, in hexadecimal.
        content_digest: of the rows whatever their order, of the columns too and of how the file was written. Two that
            begin with the same word before the colon can be compared; others come of another version of the reader.
        rows: of the table `reported`, that is claims.
    """

    date: dt.date
    digest: str
    content_digest: str
    rows: int

    def says_the_same(self, other: Kept) -> bool:
        """Whether the claims are the same in all that is read of them."""
        return self.digest == other.digest or (self.rows > 0 and self.content_digest == other.content_digest)


class Standing(Enum):
    """What a snapshot that is not refused is beside those that are kept."""

    NEW = "new"
    AGAIN = "again"  # the last one, once more
    INSTEAD = "instead"  # of the last one, which is of the same day: --replace


def before_reading(date: dt.date, digest: str, kept: Sequence[Kept], today: dt.date | None = None) -> None:
    """Refuse what its day and its bytes already tell.

    Args:
        date: of the snapshot.
        digest: as in `Kept`.
        kept: the snapshots that are kept, in any order.
        today: in UTC; without it, no day is in the future.

    Raises:
        RefusedError: snapshot-in-future, snapshot-older or snapshot-duplicate.
    """
    if today is not None and date > today + _AHEAD:
        detail = f"the snapshot is of {date}, and today is {today}: every later one would be older (SNAPSHOT_DATE)"
        raise refused(IN_FUTURE, "The snapshot is of a day to come", detail)
    if not kept:
        return
    last = max(kept, key=lambda each: each.date)
    if date < last.date:
        detail = f"the snapshot is of {date}, and one of {last.date} is kept: snapshots come in the order of their days"
        raise refused(OLDER, "The snapshot is older than the last", detail)
    for each in kept:
        if each.digest == digest and each.date != date:
            raise _duplicate(date, each, "byte for byte")


def after_reading(
    snapshot: Kept,
    quarantined: int,
    kept: Sequence[Kept],
    *,
    largest_loss: float,
    largest_quarantine: float,
    replace: bool = False,
) -> Standing:
    """Refuse what only its rows tell; return what it is otherwise. What `before_reading` refuses is refused here too.

    Args:
        snapshot: what would be remembered of it.
        quarantined: rows that are in quarantine.
        kept: the snapshots that are kept, in any order.
        largest_loss: share of the claims of the snapshot before that may be gone.
        largest_quarantine: share of the rows that may be in quarantine.
        replace: whether it may take the place of another one of its day.

    Raises:
        RefusedError: snapshot-empty, snapshot-quarantined, snapshot-older, snapshot-duplicate, snapshot-exists or
            snapshot-cut-short.
    """
    rows = snapshot.rows + quarantined
    if not rows:
        raise refused(EMPTY, "The snapshot is empty", f"the snapshot of {snapshot.date} has a header and no row")
    if quarantined / rows > largest_quarantine or not snapshot.rows:
        detail = (
            f"{quarantined} of {rows} rows cannot be right ({quarantined / rows:.1%}), and at most "
            f"{largest_quarantine:.1%} may be (LARGEST_QUARANTINE)"
        )
        raise refused(QUARANTINED, "Too many rows cannot be right", detail)
    before_reading(snapshot.date, snapshot.digest, kept)
    for each in kept:
        if each.date != snapshot.date and each.says_the_same(snapshot):
            raise _duplicate(snapshot.date, each, "claim for claim")
    same_day = next((each for each in kept if each.date == snapshot.date), None)
    if same_day is not None and same_day.says_the_same(snapshot):
        return Standing.AGAIN
    if same_day is not None and not replace:
        raise _exists(snapshot.date)
    earlier = [each for each in kept if each.date < snapshot.date]
    last = max(earlier, key=lambda each: each.date) if earlier else None
    if last is not None and snapshot.rows < (1 - largest_loss) * last.rows:
        detail = (
            f"the snapshot of {snapshot.date} has {snapshot.rows} claims, and that of {last.date} had {last.rows}: "
            f"{1 - snapshot.rows / last.rows:.1%} are gone, and at most {largest_loss:.1%} may be (LARGEST_LOSS)"
        )
        raise refused(CUT_SHORT, "The snapshot is cut short", detail)
    return Standing.NEW if same_day is None else Standing.INSTEAD


def cut_short(source: str, how: str) -> RefusedError:
    """Return the error of a file that does not go on to its end."""
    return refused(CUT_SHORT, "The snapshot is cut short", f"{source} is cut short: {how}")


def empty(source: str) -> RefusedError:
    """Return the error of a file without a byte."""
    return refused(EMPTY, "The snapshot is empty", f"{source} is empty")


def _duplicate(date: dt.date, other: Kept, how: str) -> RefusedError:
    detail = f"the snapshot of {date} is that of {other.date}, {how}: nothing would have happened in between"
    return refused(DUPLICATE, "The snapshot is a duplicate", detail)


def _exists(date: dt.date) -> RefusedError:
    detail = f"another snapshot of {date} is kept: with REPLACE=true (--replace) this one takes its place"
    return refused(EXISTS, "There is a snapshot of this day already", detail)


def refused(kind: str, title: str, detail: str) -> RefusedError:
    """Return the error of a file that is refused for another reason."""
    return RefusedError(Problem(kind, title, detail))
