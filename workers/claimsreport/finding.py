"""What is found, with all that says why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What sort of thing was found; the subject of each is named behind it."""

    VIRAL_ASSET = "viral-asset"  # asset id
    VIRAL_RECORDING = "viral-recording"  # ISRC
    CLAIMS_ON_ASSET = "claims-on-asset"  # asset id
    CLAIMS_ON_CHANNEL = "claims-on-channel"  # channel id
    CLAIMS_ON_POLICY = "claims-on-policy"  # claim policy id
    CONFLICT = "conflict"  # asset id
    PLATFORM_DISCREPANCY = "platform-discrepancy"  # ISRC
    VIEWS_WITHOUT_REVENUE = "views-without-revenue"  # asset id
    CLAIMS_VANISHED = "claims-vanished"  # asset id


class Priority(StrEnum):
    """What needs attention first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Part:
    """One named part of a score.

    Attributes:
        name: a word or two, in kebab case, which docs/claims-report.md explains.
        points: what it adds to the score, in points.
        most: what it can add at most.
        why: the numbers that it follows from, as a person can check them.
    """

    name: str
    points: float
    most: float
    why: str


@dataclass(frozen=True, slots=True)
class Point:
    """One week of the history of a finding, for its chart.

    Attributes:
        date: of the snapshot at its end.
        value: what was measured, per 7 days; None where it is not known.
        expected: what the history before that week explains; None where it says nothing.
        high: the most that it explains at the finding's level; None likewise.
    """

    date: dt.date
    value: float | None
    expected: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        kind: of what sort.
        subject: the id that it is about: asset, ISRC, channel or policy.
        title: what a person knows the subject by; the id where it has no name.
        why: one or two sentences with the numbers, for a person who knows the catalogue and no statistics.
        rule: what was asked, such as "weekly views, q <= 0.05 and at least 1000 more than expected".
        parts: which make the score together, largest first; none without a score of 0.
        numbers: what the finding rests on, by name in snake case, with the unit in the name: `weekly_views`,
            `expected_weekly_views`, `weeks_of_history`, `robust_z`, ...
        history: oldest first; ends with the week of the report.
        unit: of the history's values, such as "views a week".
        p_value: of the observation, where a test was made.
        q_value: the same after Benjamini and Hochberg (1995) over all subjects of this kind.
        related: ids of what else takes part, by sort ("claims", "videos", "channels", "platforms"); at most 20 each.
    """

    kind: Kind
    subject: str
    title: str
    why: str
    rule: str
    parts: tuple[Part, ...]
    numbers: Mapping[str, float | int | str | None] = field(default_factory=dict)
    history: tuple[Point, ...] = ()
    unit: str = ""
    p_value: float | None = None
    q_value: float | None = None
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """The same from week to week, while it lasts."""
        return f"{self.kind}:{self.subject}"

    @property
    def score(self) -> float:
        """0 to 100: the sum of its parts, to one decimal."""
        return round(min(100.0, sum(part.points for part in self.parts)), 1)

    @property
    def priority(self) -> Priority:
        """By its score."""
        return next(priority for priority, least in LEAST_SCORE.items() if self.score >= least)

    @property
    def order(self) -> tuple[float, str, str]:
        """Sorts findings: what needs attention first is first."""
        return (-self.score, self.kind, self.subject)


LEAST_SCORE: Mapping[Priority, float] = {Priority.HIGH: 70, Priority.MEDIUM: 40, Priority.LOW: 0}
