"""Unusual claim patterns: more new claims on an asset, a channel or a policy than its history explains.

Each kind is a test of its own. What the whole catalogue does in a week (a snapshot that is late, a holiday, a new
reference file that claims everywhere) is taken off, and a subject that has just begun is compared with how others of
its kind began.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.claimsreport.detection.claimed import Claimed, new_claims, titles
from workers.claimsreport.detection.counting import Excess, Weekly, excess, stock_before
from workers.claimsreport.detection.wording import (
    grown,
    number,
    ordered,
    part,
    percent,
    plural,
    surprise,
    times,
)
from workers.claimsreport.finding import Finding, Kind, Part
from workers.claimsreport.statistics.forecasts import Notable

if TYPE_CHECKING:
    from workers.claimsreport.series import Week

# Points of the parts of a score, at most; and what earns all of them.
_SURPRISE, _SIZE, _RATIO, _CONCENTRATION = 40.0, 25.0, 25.0, 10.0
_FULL_SIZE = 25.0  # times `least_claims` beyond what was expected
_FULL_RATIO = 16.0
_OTHERS = "; so too without the asset that has most of them"


@dataclass(frozen=True)
class _Pattern:
    """One kind of subject.

    Attributes:
        kind: of the findings.
        table: with its weekly counts.
        column: with its id.
        name: column of `reported` that people know it by; None without one.
        noun: what it is.
        ratio: how many times what was expected a finding needs at least.
        related: what else is named.
        lies: by what its new claims may be concentrated, one of which is told.
        proportional: whether new claims are expected in proportion to those that there are. So it is with policies:
            there are few, of very different sizes, and they have no peers but that.
        others: whether new claims on one asset are that asset's alone: what is on all others must be enough for a
            finding too. A release brings its claims under one policy, and is compared with how other assets began.
    """

    kind: Kind
    table: str
    column: str
    name: str | None
    noun: str
    ratio: float
    related: tuple[str, ...]
    lies: tuple[str, ...]
    proportional: bool = False
    others: bool = False


_PATTERNS = (
    _Pattern(
        Kind.CLAIMS_ON_ASSET, "assets", "asset_id", "asset_title", "asset", 2.0,
        ("claims", "videos", "channels"), ("channels",),
    ),
    _Pattern(
        Kind.CLAIMS_ON_CHANNEL, "channels", "channel_id", "channel_name", "channel", 1.5,
        ("claims", "videos", "assets"), ("assets", "references"),
    ),
    _Pattern(
        Kind.CLAIMS_ON_POLICY, "policies", "policy_id", None, "policy", 1.25,
        ("claims", "videos", "channels", "assets"), ("channels", "assets", "references"),
        proportional=True, others=True,
    ),
)  # fmt: skip


def find(week: Week) -> list[Finding]:
    """Return assets, channels and policies with more new claims than their history explains, in order."""
    return sorted((each for pattern in _PATTERNS for each in _find(week, pattern)), key=lambda each: each.order)


def _find(week: Week, pattern: _Pattern) -> list[Finding]:
    series = week.history.series(pattern.table, "claims", "new_claims")
    claims, new = series.measures["claims"], series.measures["new_claims"]
    notable = Notable(week.settings.least_claims, pattern.ratio)
    weekly = Weekly(new, stock_before(claims, new), proportional=pattern.proportional, beginners=True)
    found = excess(series, weekly, notable, week.settings.false_discovery_rate)
    if found is None:
        return []
    subjects = [str(each) for each in series.ids[found.rows]]
    names = titles(week.connection, pattern.column, pattern.name, subjects) if pattern.name else {}
    behind = new_claims(week.connection, pattern.column, subjects)
    return [
        _finding(
            week,
            pattern,
            found,
            which,
            subject=subject,
            title=names.get(subject, subject),
            behind=behind.get(subject, Claimed()),
        )
        for which, subject in enumerate(subjects)
        if not pattern.others or _of_others(found, which, behind.get(subject, Claimed()), notable)
    ]


def _of_others(found: Excess, which: int, behind: Claimed, notable: Notable) -> bool:
    """Return whether there would be enough new claims without the asset that has most of them."""
    others = found.counts[which, -1] - behind["assets"].first
    return bool(notable.among(others, found.expected[which, -1], None))


def _finding(
    week: Week, pattern: _Pattern, found: Excess, which: int, *, subject: str, title: str, behind: Claimed
) -> Finding:
    count, expected = float(found.counts[which, -1]), float(found.expected[which, -1])
    days, least = float(found.days[-1]), week.settings.least_claims
    more, ratio, q = count - expected, count / max(expected, 0.5), float(found.q[which])
    sort, concentration = _concentration(behind, pattern, count)
    parts = ordered(
        surprise(q, week.settings.false_discovery_rate, _SURPRISE),
        grown("size", more / least, _FULL_SIZE, _SIZE, f"{number(more)} claims more than expected"),
        grown("ratio", ratio, _FULL_RATIO, _RATIO, f"{times(ratio)} the {number(expected)} that were expected"),
        concentration,
    )
    lies = behind[sort]
    return Finding(
        kind=pattern.kind,
        subject=subject,
        title=title,
        why=_why(pattern, found, which, days, behind),
        rule=(
            f"new claims since the snapshot before: q <= {week.settings.false_discovery_rate:g} "
            f"({found.tests:,} {pattern.table} tested), at least {least} more than expected and at least "
            f"{pattern.ratio:g} times as many{_OTHERS if pattern.others else ''}"
        ),
        parts=parts,
        numbers={
            "new_claims": int(count),
            "expected_new_claims": expected,
            "most_new_claims_expected": float(found.high[which, -1]),
            "times_expected": ratio,
            "days": days,
            "catalogue_times_usual": found.level,
            "weeks_of_history": int(found.weeks[which]),
            "has_just_begun": int(found.beginning[which]),
            "videos": behind["videos"].distinct,
            "channels": behind["channels"].distinct,
            "assets": behind["assets"].distinct,
            "references": behind["references"].distinct,
            "concentrated_by": sort,
            "share_of_first": lies.first / count,
        },
        history=found.points(which),
        unit="new claims a week",
        p_value=float(found.p[which]),
        q_value=q,
        related={name: behind[name].ids for name in pattern.related if behind[name].ids},
    )


def _concentration(behind: Claimed, pattern: _Pattern, count: float) -> tuple[str, Part]:
    """Return by what the new claims are most concentrated, and the part of the score for it."""
    sort = max(pattern.lies, key=lambda each: behind[each].first)
    lies = behind[sort]
    share = lies.first / count
    # Half on one of them is nothing to speak of.
    why = f"{percent(share)} of the new claims are on one of {plural(lies.distinct, sort.removesuffix('s'))}"
    return sort, part("concentration", 2 * share - 1, _CONCENTRATION, why)


def _why(pattern: _Pattern, found: Excess, which: int, days: float, behind: Claimed) -> str:
    count, expected = float(found.counts[which, -1]), float(found.expected[which, -1])
    weeks = int(found.weeks[which])
    if found.beginning[which]:
        explained = f"{pattern.table} that have just begun, as this one has, usually have about {number(expected)}"
    elif weeks:
        explained = f"its own {plural(weeks, 'week')} of history and its peers explain about {number(expected)}"
    else:
        explained = f"it has no history, and its peers explain about {number(expected)}"
    most = number(float(found.high[which, -1]))
    sentences = [f"{plural(count, 'new claim')} in {plural(days, 'day')}, where {explained}, and {most} at most."]
    channels, first = behind["channels"], behind["assets" if pattern.kind is Kind.CLAIMS_ON_CHANNEL else "channels"]
    if first.ids:
        over = f"on {plural(behind['videos'].distinct, 'video')}"
        if pattern.kind is not Kind.CLAIMS_ON_CHANNEL:
            over += f" of {plural(channels.distinct, 'channel')}"
        noun = "asset" if pattern.kind is Kind.CLAIMS_ON_CHANNEL else "channel"
        sentences.append(
            f"They are {over}; the {noun} with most of them, {first.names[0]}, has {percent(first.first / count)}."
        )
    if abs(found.level - 1) >= 0.1:
        sentences.append(
            f"That all {pattern.table} together had {times(found.level)} the usual this week is taken off."
        )
    return " ".join(sentences)
