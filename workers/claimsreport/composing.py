"""One report out of what the parts of a run have found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.claimsreport.report.content import (
    Ended,
    Example,
    Quality,
    Rates,
    Reason,
    Report,
    Standing,
    Trend,
)
from workers.frame.storage import S3

if TYPE_CHECKING:
    import duckdb

    from workers.claimsreport import standing
    from workers.claimsreport.finding import Finding
    from workers.claimsreport.settings import ClaimsReportSettings

EXAMPLES = 5  # rows of each reason that the report shows; quarantine.csv has all

_REASONS = (
    "SELECT reason, count(*) FROM quarantine WHERE source = 'claims' GROUP BY reason ORDER BY count(*) DESC, reason"
)
_EXAMPLES = f"""
SELECT reason, line, claim_id, detail FROM quarantine WHERE source = 'claims'
QUALIFY row_number() OVER (PARTITION BY reason ORDER BY line NULLS LAST, claim_id, detail, text) <= {EXAMPLES}
ORDER BY reason, line NULLS LAST, claim_id, detail, text"""  # noqa: S608 - a number of our own


@dataclass(frozen=True, slots=True)
class Weeks:
    """Which weeks a report is about.

    Attributes:
        date: of the snapshot.
        before: dates of the snapshots before it that were looked at, oldest first.
    """

    date: dt.date
    before: tuple[dt.date, ...]

    @property
    def previous(self) -> dt.date | None:
        """The one that this one was compared with."""
        return self.before[-1] if self.before else None


@dataclass(frozen=True, slots=True)
class Lasting:
    """Which findings last.

    Attributes:
        previous: as of the snapshot before; None for the first.
        now: as of this one.
    """

    previous: standing.Standing | None
    now: standing.Standing


def compose(
    weeks: Weeks,
    findings: Sequence[Finding],
    lasting: Lasting,
    *,
    source: str,
    trends: Sequence[Trend],
    quality: Quality,
    settings: ClaimsReportSettings,
) -> Report:
    """Return what the report says; it holds nothing of the machine, the clock or the order of work.

    Args:
        weeks: that it is about.
        findings: in any order.
        lasting: which of them last.
        source: where the snapshot was read from.
        trends: of the catalogue.
        quality: of the claims report.
        settings: that decided.
    """
    ordered = tuple(sorted(findings, key=lambda finding: finding.order))
    return Report(
        date=weeks.date,
        previous=weeks.previous,
        weeks_of_history=len(weeks.before),
        source=_source(source),
        findings=ordered,
        standing=_standing(ordered, lasting.now),
        ended=_ended(ordered, lasting.previous),
        trends=tuple(trends),
        quality=quality,
        rates=Rates(settings.false_discovery_rate, settings.least_views, settings.least_claims, settings.weeks),
        changepoints=tuple(sorted(settings.changepoints)),
    )


def quality_of(
    connection: duckdb.DuckDBPyConnection,
    rows: int,
    missing_columns: Sequence[str],
    missing_sources: Sequence[str],
) -> Quality:
    """Return what the claims report was like.

    Args:
        connection: with `reported`, `quarantine` and `carried`.
        rows: of the report, without its header.
        missing_columns: optional ones that it does not have.
        missing_sources: inputs that were not given, in words.
    """
    examples: dict[str, list[Example]] = {}
    for reason, line, claim_id, detail in connection.execute(_EXAMPLES).fetchall():
        examples.setdefault(reason, []).append(Example(line, claim_id, detail))
    reasons = connection.execute(_REASONS).fetchall()
    return Quality(
        rows=rows,
        reported=rows - sum(count for _, count in reasons),
        quarantine=tuple(Reason(reason, count, tuple(examples[reason])) for reason, count in reasons),
        missing_columns=tuple(sorted(missing_columns)),
        carried_forward=_count(connection, "carried"),
        missing_sources=tuple(missing_sources),
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return len(connection.table(table))


def _source(place: str) -> str:
    """Return where the snapshot is from; of a path of the machine the last part, since it says where it ran."""
    return place if place.startswith(S3) else place.rpartition("/")[2]


def _standing(findings: Sequence[Finding], now: standing.Standing) -> Mapping[str, Standing]:
    known = ((finding.identity, now.findings[finding.identity]) for finding in findings)
    return {identity: Standing(one.first_seen, one.alerted_on) for identity, one in known}


def _ended(findings: Sequence[Finding], previous: standing.Standing | None) -> tuple[Ended, ...]:
    """Return what the last report had and this one does not."""
    if previous is None:
        return ()
    present = {finding.identity for finding in findings}
    return tuple(
        Ended(identity, one.title, one.first_seen)
        for identity, one in sorted(previous.findings.items())
        if one.last_seen == previous.date and identity not in present
    )
