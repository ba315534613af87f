"""How far a backfill has come, in the numbers of its event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workers.frame.problems import Problem


@dataclass(slots=True)
class Progress:
    """What has become of each row of the file.

    Attributes:
        total: rows of the file, without header and blank lines.
        created: rows whose channel has a new record.
        changed: rows whose channel's record was changed.
        unchanged: rows whose channel's record was right already.
        problems: one for each row that could not be used or written.
        repeats: rows that say again what an earlier one says.
        elsewhere: channels that have records and are not in the file.
    """

    total: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    repeats: int = 0
    elsewhere: int = 0

    @property
    def processed(self) -> int:
        """Rows whose channel's record is now as the file says, whether or not that took a write."""
        return self.created + self.changed + self.unchanged

    @property
    def errors(self) -> int:
        """Rows that could not be used or written."""
        return len(self.problems)

    @property
    def left(self) -> int:
        """Rows that nothing has become of: none, once a run is through.

        Then `total = processed + errors + repeats`. In the documented event (368 processed, 0 errors, 372 in all) four
        rows are neither: rows that repeat another one.
        """
        return self.total - self.processed - self.errors - self.repeats

    def counts(self) -> dict[str, int]:
        """Return all of them by name, for a log line."""
        return {
            "total": self.total,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "errors": self.errors,
            "repeats": self.repeats,
            "left": self.left,
            "elsewhere": self.elsewhere,
        }
