"""What a run counts, and in which words it tells the log, the event and CloudWatch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workers.cmscustomidcleanup.decisions import CONFLICTS, REPORTED, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workers.cmscustomidcleanup.plan import Plan, Rows
    from workers.cmscustomidcleanup.report import ReportReader


@dataclass(slots=True)
class Statistics:
    """Counts of one run; what is not known yet is None.

    Attributes:
        rows: of the report, without its header.
        rows_of_partners: rows of partner channels.
        rows_malformed: rows left out, since they do not fit the header.
        rows_without_asset: rows of partner channels that name no asset.
        rows_of_other_shards: rows of partner channels whose assets other runs have.
        kinds: how many assets each decision was made for.
        done_before: assets that earlier runs gave their custom id.
        to_send: assets that this run was to give theirs.
        sent: assets that it gave theirs.
        failed: assets that the API refused.
        requests: to the Content ID API, with retries.
        answers: how many of each kind, as `content_id.api.Statistics` has them.
        reading_seconds: for the report and the plan.
        sending_seconds: for the requests.
    """

    rows: int | None = None
    rows_of_partners: int | None = None
    rows_malformed: int | None = None
    rows_without_asset: int | None = None
    rows_of_other_shards: int | None = None
    kinds: Mapping[Kind, int] | None = None
    done_before: int | None = None
    to_send: int | None = None
    sent: int = 0
    failed: int = 0
    requests: int = 0
    answers: Mapping[str, int] = field(default_factory=dict)
    reading_seconds: float = 0.0
    sending_seconds: float = 0.0

    def took(self, reader: ReportReader, rows: Rows) -> None:
        """Take over what was read."""
        self.rows = reader.rows
        self.rows_of_partners = reader.kept
        self.rows_malformed = reader.malformed.count
        self.rows_without_asset = rows.no_asset.count
        self.rows_of_other_shards = rows.other_shards

    def planned(self, plan: Plan) -> None:
        """Take over what is planned."""
        self.kinds = plan.kinds
        self.done_before = plan.done_before
        self.to_send = plan.to_send

    @property
    def answered(self) -> int:
        """Assets that the API accepted or refused: of these the error threshold allows a share to fail."""
        return self.sent + self.failed

    @property
    def left(self) -> int | None:
        """Assets that this run was to give their custom id, and neither did nor was refused."""
        return None if self.to_send is None else self.to_send - self.sent - self.failed

    @property
    def requests_per_second(self) -> float:
        """How fast requests were sent, on average."""
        return self.requests / self.sending_seconds if self.sending_seconds else 0.0

    def _sum(self, kinds: frozenset[Kind]) -> int:
        return sum(count for kind, count in (self.kinds or {}).items() if kind in kinds)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it by name, for the report and the last line of the log; without what is not known."""
        counts: dict[str, Any] = {
            "rows": self.rows,
            "rows_of_partners": self.rows_of_partners,
            "rows_malformed": self.rows_malformed,
            "rows_without_asset": self.rows_without_asset,
            "rows_of_other_shards": self.rows_of_other_shards,
        }
        if self.kinds is not None:
            counts |= {
                "assets": sum(self.kinds.values()),
                "right": self.kinds.get(Kind.RIGHT, 0),
                "kept": self.kinds.get(Kind.KEPT, 0),
                "conflicts": self._sum(CONFLICTS),
                "skipped": {kind.value: self.kinds.get(kind, 0) for kind in sorted(REPORTED)},
                "done_before": self.done_before,
                "to_send": self.to_send,
                "sent": self.sent,
                "failed": self.failed,
                "left": self.left,
            }
        counts |= {
            "requests": self.requests,
            "retries": max(0, self.requests - self.sent - self.failed),
            "answers": dict(self.answers),
            "requests_per_second": round(self.requests_per_second, 1),
            "reading_seconds": round(self.reading_seconds, 2),
            "sending_seconds": round(self.sending_seconds, 2),
        }
        return {name: value for name, value in counts.items() if value is not None}

    def told(self) -> dict[str, int]:
        """Return the counts of the event; none of them before there is a plan."""
        if self.kinds is None:
            return {}
        return {
            "processedCount": self.sent,
            "errorCount": self.failed,
            "leftCount": self.left or 0,
            "doneBeforeCount": self.done_before or 0,
            "rightCount": self.kinds.get(Kind.RIGHT, 0),
            "keptCount": self.kinds.get(Kind.KEPT, 0),
            "conflictCount": self._sum(CONFLICTS),
            "skippedCount": self._sum(REPORTED - CONFLICTS),
            "totalCount": sum(self.kinds.values()),
        }

    def metrics(self) -> dict[str, tuple[float, str]]:
        """Return the metrics, each with its unit: the counts of the event without `Count`, and how fast it went."""
        counts = {f"{name[0].upper()}{name[1:].removesuffix('Count')}": count for name, count in self.told().items()}
        return {
            **{name: (float(count), "Count") for name, count in counts.items()},
            "Rows": (float(self.rows or 0), "Count"),
            "Requests": (float(self.requests), "Count"),
            "RequestsPerSecond": (round(self.requests_per_second, 3), "Count/Second"),
            "ReadingTime": (round(self.reading_seconds, 3), "Seconds"),
            "SendingTime": (round(self.sending_seconds, 3), "Seconds"),
        }
