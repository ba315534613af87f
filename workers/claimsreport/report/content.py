"""What a report says, as one value: every file of it is made from this and nothing else."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workers.claimsreport.finding import Finding, Kind, Priority


@dataclass(frozen=True, slots=True)
class Standing:
    """How long something has been found.

    Attributes:
        since: date of the report that found it first, without an end to it since.
        alerted: date of the report with which an alert went out for it; None without one.
    """

    since: dt.date
    alerted: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What the last report found and this one does not.

    Attributes:
        identity: as `Finding.identity`.
        title: as the last report had it.
        since: as it stood then.
    """

    identity: str
    title: str
    since: dt.date


@dataclass(frozen=True, slots=True)
class Total:
    """A total of the catalogue at the end of one week.

    Attributes:
        date: of the snapshot.
        value: what it was; None where it is not known.
        expected: what an exponentially weighted average of the weeks before explains; None without enough of them.
        low: the least that it explains; None likewise.
        high: the most that it explains; None likewise.
    """

    date: dt.date
    value: float | None
    expected: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """A total of the catalogue from week to week.

    Attributes:
        measure: one of `MEASURES`.
        totals: oldest first; ends with the week of the report.
    """

    measure: str
    totals: tuple[Total, ...]


# What is totalled, in the order of the report; what each is called, and the unit of its values.
MEASURES: Mapping[str, tuple[str, str]] = {
    "weekly_views": ("Views", "views a week"),
    "weekly_engaged_views": ("Engaged views", "engaged views a week"),
    "claims": ("Claims", "claims"),
    "new_claims": ("New claims", "claims since the snapshot before"),
    "lost_claims": ("Claims that are gone", "claims since the snapshot before"),
    "disputed": ("Disputed or appealed claims", "claims"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A row that cannot be right.

    Attributes:
        line: of the claims report; None where the row could not be read as one.
        claim_id: None where it has none.
        detail: the value and the rule.
    """

    line: int | None
    claim_id: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows went to quarantine.

    Attributes:
        reason: one of `workers.claimsreport.intake.reasons`.
        rows: how many.
        examples: the first of them by line, a few.
    """

    reason: str
    rows: int
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Quality:
    """What the claims report itself was like.

    Attributes:
        rows: that were read, without the header.
        reported: claims that the findings rest on.
        quarantine: by reason, the most frequent first.
        missing_columns: optional columns that the report does not have, in the order of their names.
        carried_forward: claims taken as they were in the snapshot before, because their row cannot be right.
        missing_sources: other inputs that were not given, in words, such as "platform metrics".
    """

    rows: int
    reported: int
    quarantine: tuple[Reason, ...] = ()
    missing_columns: tuple[str, ...] = ()
    carried_forward: int = 0
    missing_sources: tuple[str, ...] = ()

    @property
    def quarantined(self) -> int:
        """Rows that went to quarantine."""
        return sum(reason.rows for reason in self.quarantine)


@dataclass(frozen=True, slots=True)
class Rates:
    """The settings that decide what is a finding, as `ClaimsReportSettings` has them."""

    false_discovery_rate: float
    least_views: int
    least_claims: int
    weeks: int


@dataclass(frozen=True)
class Report:
    """Everything that one week's report says.

    Attributes:
        date: of the snapshot.
        previous: date of the snapshot before; None for the first one.
        weeks_of_history: snapshots before this one that were looked at.
        source: the setting `claims_report` as it was given; of a local file its last part alone, since a path tells
            where it ran.
        findings: sorted by `Finding.order`, each identity once.
        standing: by identity, each finding once.
        ended: sorted by identity.
        trends: in the order of `MEASURES`; one that is not known in any week is left out.
        changepoints: days on which views began to be counted differently, oldest first.
        quality: of the claims report.
        rates: what decided.
    """

    date: dt.date
    previous: dt.date | None
    weeks_of_history: int
    source: str
    findings: tuple[Finding, ...]
    standing: Mapping[str, Standing]
    ended: tuple[Ended, ...]
    trends: tuple[Trend, ...]
    quality: Quality
    rates: Rates
    changepoints: tuple[dt.date, ...] = field(default=())

    @property
    def days(self) -> int | None:
        """Days since the snapshot before; None for the first one."""
        return None if self.previous is None else (self.date - self.previous).days

    @cached_property
    def by_priority(self) -> Mapping[Priority, tuple[Finding, ...]]:
        """The findings of each priority, in their order."""
        found: dict[Priority, list[Finding]] = {priority: [] for priority in Priority}
        for each in self.findings:
            found[each.priority].append(each)
        return {priority: tuple(findings) for priority, findings in found.items()}

    def is_new(self, finding: Finding) -> bool:
        """Tell whether the last report did not have it."""
        return self.standing[finding.identity].since == self.date

    @cached_property
    def counts(self) -> Mapping[Kind, Mapping[Priority, int]]:
        """Findings by kind and priority, with every zero."""
        counted = Counter((each.kind, priority) for priority, found in self.by_priority.items() for each in found)
        return {kind: {priority: counted[kind, priority] for priority in Priority} for kind in Kind}
