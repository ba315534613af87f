"""The metrics of a run: also of one that failed, as far as it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.frame.metrics import emit

if TYPE_CHECKING:
    from workers.claimsreport.progress import Progress

WORKER = {"Worker": "claimsreport"}


def emit_all(namespace: str, progress: Progress) -> None:
    """Write a line of the run, one of each kind of finding, and one of each step; what is not known is left out."""
    emit(namespace, WORKER, _of_run(progress))
    for kind, count in (progress.kinds or {}).items():
        emit(namespace, WORKER | {"Kind": str(kind)}, {"Findings": (count, "Count")})
    for step, seconds in progress.seconds.items():
        emit(namespace, WORKER | {"Step": step}, {"StepDuration": (round(seconds, 3), "Seconds")})


def _of_run(progress: Progress) -> dict[str, tuple[float, str]]:
    counts: dict[str, float | None] = {
        "Rows": progress.rows,
        "RowsQuarantined": progress.quarantined,
        "FindingsAlerted": progress.alerted,
        "AlertsUnknown": progress.alerts_unknown,
        "SnapshotsRefused": int(progress.refused),
        "DaysSinceSnapshot": progress.days,
    }
    counts |= {f"Findings{priority.title()}": count for priority, count in (progress.priorities or {}).items()}
    metrics = {name: (float(count), "Count") for name, count in counts.items() if count is not None}
    return metrics | {"Duration": (round(sum(progress.seconds.values()), 3), "Seconds")}
