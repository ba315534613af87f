"""How far a run has come, in the numbers of its event, its metrics and its log."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workers.claimsreport.finding import Finding, Kind, Priority

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from workers.frame.problems import Problem


@dataclass(slots=True)
class Progress:
    """What is known of a run by now; None for what is not.

    Attributes:
        date: of the snapshot.
        previous_date: of the snapshot before it; None also where there is none.
        days: between the two.
        rows: of the report, without its header.
        reported: of them, those that can be right.
        quarantined: of them, those that cannot.
        kinds: findings by kind, of those that were looked for.
        priorities: findings by priority.
        alerted: findings that this run told the topic of.
        alerts_unknown: findings of which nobody knows whether the topic was told.
        report: where report.html is, once it is there.
        refused: whether the snapshot was refused, so that nothing of it is kept.
        seconds: of each step that has ended, in their order.
    """

    date: dt.date | None = None
    previous_date: dt.date | None = None
    days: float | None = None
    rows: int | None = None
    reported: int | None = None
    quarantined: int | None = None
    kinds: Mapping[Kind, int] | None = None
    priorities: Mapping[Priority, int] | None = None
    alerted: int | None = None
    alerts_unknown: int | None = None
    report: str | None = None
    refused: bool = False
    seconds: dict[str, float] = field(default_factory=dict)

    @contextlib.contextmanager
    def step(self, name: str, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
        """Measure what the block takes, also where it fails."""
        begin = clock()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + clock() - begin

    def found(self, findings: Sequence[Finding]) -> None:
        """Count what was found; each kind and priority has its count, also 0."""
        kinds = Counter(finding.kind for finding in findings)
        priorities = Counter(finding.priority for finding in findings)
        self.kinds = {kind: kinds[kind] for kind in Kind}
        self.priorities = {priority: priorities[priority] for priority in Priority}

    def status_of(self, problem: Problem) -> str:
        """Return the status of a run that ended with this problem."""
        if self.refused:
            return "refused"
        return "stopped" if problem.kind == "stopped" else "failed"

    def told(self) -> dict[str, Any]:
        """Return what an event tells, by name; without what is not known."""
        told = {
            "date": self.date.isoformat() if self.date else None,
            "previousDate": self.previous_date.isoformat() if self.previous_date else None,
            "days": self.days,
            "rowCount": self.rows,
            "reportedCount": self.reported,
            "quarantinedCount": self.quarantined,
            "findingCount": sum(self.kinds.values()) if self.kinds is not None else None,
            "highCount": self.priorities[Priority.HIGH] if self.priorities is not None else None,
            "countByKind": {str(kind): count for kind, count in self.kinds.items()} if self.kinds is not None else None,
            "alertedCount": self.alerted,
            "alertsUnknown": self.alerts_unknown,
            "report": self.report,
        }
        return {name: value for name, value in told.items() if value is not None}
