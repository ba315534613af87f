"""Views without revenue: assets whose views lie on claims that monetize nowhere.

Four things can make a finding, and each says which it was:

- the test of claims: more of the asset's claims stopped to monetize since the last snapshot than if claims did so one
  by one, as often as on all other assets;
- the test of the share: the share of the asset's views that earns nothing is higher than its own history and other
  assets explain;
- the rule of change: a claim with enough views stopped to monetize;
- the rule of standing: the asset has earned nothing with most of its views for as long as is known. It may well be
  meant to be so: such findings have no part for change, and only those with most views are named.

The two tests are one: the smaller p-value counts, twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workers.claimsreport.detection.claimed import titles
from workers.claimsreport.detection.unpaid import Unpaid, unpaid
from workers.claimsreport.detection.wording import (
    grown,
    number,
    ordered,
    part,
    percent,
    plural,
    probability,
    surprise,
)
from workers.claimsreport.finding import Finding, Kind, Point
from workers.claimsreport.statistics.departures import Departures, departures
from workers.claimsreport.statistics.multiple import q_values

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from workers.claimsreport.series import Floats, Series, Week
    from workers.claimsreport.statistics.departures import Truths, Whole

LEAST_RISE = 0.15  # of the share without revenue, above what is expected
STANDING_SHARE = 0.8  # of an asset's views without revenue, where nothing has changed
STANDING_MOST = 50  # findings of the rule of standing: those with most views
_SURPRISE, _CHANGE, _VIEWS, _CLAIMS, _SHARE = 30.0, 20.0, 25.0, 15.0, 10.0
_FULL_CLAIMS = 8.0
_FEW = 100.0  # views a week
_FULL_VIEWS = 100.0  # times `least_views`
_QUIET = 10_000  # assets that never had as many views without revenue as a finding needs stand for all such
# Views on either side as if they had been there: shares of few views are not far from one another.
_HALF = 30.0


@dataclass(frozen=True)
class _Tested:
    """What the tests say of n assets: expected and high are shares, (n, w); `share_p` is that of the share alone."""

    expected: Floats
    high: Floats
    share_p: Floats
    p: Floats
    q: Floats
    weeks: Whole
    tests: int


def find(week: Week) -> list[Finding]:
    """Return the assets with views without revenue, in the order of findings."""
    series = week.history.series("assets", "weekly_views", "unmonetized_views")
    views, lost = series.measures["weekly_views"], series.measures["unmonetized_views"]
    least = max(week.settings.least_views, 1)
    if not views.size:
        return []
    with np.errstate(invalid="ignore"):
        candidates = np.flatnonzero(lost[:, -1] >= least)
    if not candidates.size:
        return []
    behind = unpaid(week.connection, [str(each) for each in series.ids[candidates]])
    tested = _test(week, series, candidates, behind)
    found, standing = [], []
    for at, row in enumerate(candidates.tolist()):
        asset = behind.get(str(series.ids[row]), Unpaid())
        rise = max(LEAST_RISE * views[row, -1], least)
        if tested.q[at] <= week.settings.false_discovery_rate:
            # Without weeks before, no share is usual, and only the claims can have been tested.
            of_claims = asset.p is not None and not asset.p > tested.share_p[at]
            found.append((row, at, "test of claims" if of_claims else "test of the share"))
        elif asset.changed_views >= rise:
            found.append((row, at, "rule of change"))
        elif lost[row, -1] >= STANDING_SHARE * views[row, -1]:
            standing.append((row, at, "rule of standing"))
    standing.sort(key=lambda each: (-lost[each[0], -1], each[0]))
    found += standing[:STANDING_MOST]
    names = titles(week.connection, "asset_id", "asset_title", [str(series.ids[row]) for row, _, _ in found])
    findings = []
    for row, at, by in found:
        subject = str(series.ids[row])
        title, asset = names.get(subject, subject), behind.get(subject, Unpaid())
        findings.append(
            _finding(week, series, tested, row, at, by=by, title=title, behind=asset, standing=len(standing))
        )
    return sorted(findings, key=lambda each: each.order)


def _told(lost: Floats, least: float) -> tuple[Whole, Floats]:
    """Return the assets that are looked at, and how many each stands for."""
    with np.errstate(invalid="ignore"):
        active = np.any(lost >= least, axis=1)
    quiet = np.flatnonzero(~active)
    sample = quiet[:: max(1, -(-quiet.size // _QUIET))]
    rows = np.sort(np.concatenate([np.flatnonzero(active), sample]))
    weights: Floats = np.where(active[rows], 1.0, quiet.size / max(sample.size, 1))
    return rows, weights


def _test(week: Week, series: Series, candidates: Whole, behind: Mapping[str, Unpaid]) -> _Tested:
    """Test the candidates, in their order, among all assets."""
    every_view, every_lost = series.measures["weekly_views"], series.measures["unmonetized_views"]
    tests = int((~np.isnan(every_lost[:, -1])).sum())
    rows, weights = _told(every_lost, max(week.settings.least_views, 1))
    place = np.searchsorted(rows, candidates)
    views, lost = every_view[rows], every_lost[rows]
    with np.errstate(invalid="ignore"):
        paid = np.maximum(views - lost, 0)
        odds = np.log(np.maximum(lost, 0) + _HALF) - np.log(paid + _HALF)
        # Few views say nothing of the share that more would have.
        odds = np.where(views >= _FEW, odds, np.nan)
        size = np.log10(np.nan_to_num(views).clip(min=0.0) + 1).mean(axis=1)
    by_week, odds_by_week = np.ascontiguousarray(views.T), np.ascontiguousarray(odds.T)

    def notable(departure: Floats, number_of_week: int) -> Truths:
        with np.errstate(invalid="ignore"):
            now = odds_by_week[number_of_week]
            rise = _share(now) - _share(now - departure)
            worth: Truths = (rise >= LEAST_RISE) & (rise * by_week[number_of_week] >= week.settings.least_views)
        return worth

    found: Departures = departures(
        odds, size.astype(np.intp), np.zeros(len(odds), np.intp), notable, both=False, weights=weights
    )
    share_p = found.p[place]
    claims_p = np.array([_of_claims(week, behind.get(str(series.ids[row])), every_view[row, -1]) for row in candidates])
    p = np.minimum(2 * np.fmin(share_p, claims_p), 1.0)
    q = q_values(p, tests)
    rate = week.settings.false_discovery_rate
    level = rate * max(int((q <= rate).sum()), 1) / max(tests, 1) / 2
    high = _share(found.expected[place] + found.needed(level) * found.deviation[place])
    return _Tested(_share(found.expected[place]), high, share_p, p, q, found.weeks[place], tests)


def _of_claims(week: Week, asset: Unpaid | None, views: float) -> float:
    """Return the p-value of the claims that changed; 1 where these have too few views for a finding."""
    if asset is None or asset.p is None:
        return float("nan")
    return asset.p if asset.changed_views >= max(LEAST_RISE * views, week.settings.least_views) else 1.0


def _share(odds: Floats) -> Floats:
    """Return the share that has these log odds."""
    share: Floats = 0.5 * (1 + np.tanh(odds / 2))
    return share


def _finding(
    week: Week,
    series: Series,
    tested: _Tested,
    row: int,
    at: int,
    *,
    by: str,
    title: str,
    behind: Unpaid,
    standing: int,
) -> Finding:
    settings = week.settings
    views, lost = series.measures["weekly_views"][row], series.measures["unmonetized_views"][row]
    now, share = float(lost[-1]), float(lost[-1] / views[-1])
    test = by.startswith("test")
    expected = float(tested.expected[at, -1])
    before = _before(views, lost)
    changed = max(share - expected, 0.0) if by == "test of the share" else 0.0
    if behind.changed:
        changed = max(changed, min(behind.changed_views / float(views[-1]), share))
    since = _since(series, views, lost)
    sentences = [f"{number(now)} of {number(float(views[-1]))} views a week ({percent(share)}) earn nothing."]
    if by == "test of the share":
        sentences.append(
            f"{plural(int(tested.weeks[at]), 'week')} of its own history and other assets explain about "
            f"{percent(expected)}, and {percent(float(tested.high[at, -1]))} at most."
        )
    if behind.changed:
        sentences.append(
            f"{plural(behind.changed, 'claim')} of them with {number(behind.changed_views)} views a week monetized in "
            "the snapshot before"
            + (
                f": by chance, as claims change on other assets, with probability {probability(behind.p or 0)}."
                if by == "test of claims"
                else "."
            )
        )
    elif before is not None and changed > 0:
        sentences.append(f"It was {percent(before)} the week before.")
    if by == "rule of standing":
        sentences.append(
            "It is so since the first week that is known." if since is None else f"It is so since {since.isoformat()}."
        )
    return Finding(
        kind=Kind.VIEWS_WITHOUT_REVENUE,
        subject=str(series.ids[row]),
        title=title,
        why=" ".join(sentences),
        rule=_rule(week, by, tested.tests),
        parts=ordered(
            part("change", changed, _CHANGE, f"{percent(changed)} of the views earned something before"),
            *([surprise(float(tested.q[at]), settings.false_discovery_rate, _SURPRISE)] if test else []),
            grown("claims", behind.changed, _FULL_CLAIMS, _CLAIMS, f"{plural(behind.changed, 'claim')} changed"),
            grown(
                "views", now / max(settings.least_views, 1), _FULL_VIEWS, _VIEWS, f"{number(now)} views a week"
            ),
            part("share", share, _SHARE, f"{percent(share)} of the asset's views"),
        ),
        numbers={
            "found_by": by,
            "unmonetized_weekly_views": now,
            "weekly_views": float(views[-1]),
            "unmonetized_share": share,
            "expected_unmonetized_share": expected if by == "test of the share" else None,
            "unmonetized_share_before": before,
            "claims_without_revenue": behind.claims,
            "claims_changed": behind.changed,
            "weekly_views_of_claims_changed": behind.changed_views,
            "policies": ", ".join(behind.policies) or None,
            "without_revenue_since": None if since is None else since.isoformat(),
            "assets_without_revenue_throughout": standing if by == "rule of standing" else None,
            "weeks_of_history": int(tested.weeks[at]),
        },
        history=_points(series, tested, row, at, test=by == "test of the share"),
        unit="views without revenue a week",
        p_value=float(tested.p[at]) if test else None,
        q_value=float(tested.q[at]) if test else None,
        related=dict(behind.named),
    )  # fmt: skip


def _rule(week: Week, by: str, tests: int) -> str:
    settings = week.settings
    views = f"at least {settings.least_views:,} views a week without revenue"
    if by == "test of claims":
        return (
            f"claims that stopped to monetize: q <= {settings.false_discovery_rate:g} ({tests:,} assets tested), with "
            f"at least {settings.least_views:,} views a week and {percent(LEAST_RISE)} of the asset's"
        )
    if by == "test of the share":
        return (
            f"share of the views without revenue: q <= {settings.false_discovery_rate:g} ({tests:,} assets tested), at "
            f"least {percent(LEAST_RISE)} of the views and {settings.least_views:,} views a week more than expected"
        )
    if by == "rule of change":
        return f"{views}, and as many, and {percent(LEAST_RISE)} of the asset's, on claims that monetized until now"
    return f"{views}, {percent(STANDING_SHARE)} of the asset's; the {STANDING_MOST} assets with most of them"


def _before(views: Floats, lost: Floats) -> float | None:
    """Return the share without revenue in the last week before this one that is known."""
    for seen, nothing in zip(views[-2::-1].tolist(), lost[-2::-1].tolist(), strict=True):
        if seen > 0 and nothing == nothing:  # noqa: PLR0124 (it is not NaN)
            return float(nothing / seen)
    return None


def _since(series: Series, views: Floats, lost: Floats) -> dt.date | None:
    """Return the date of the snapshot since which at least half as much of the views as now earns nothing."""
    share = lost[-1] / views[-1]
    since = None
    for week in range(views.size - 1, -1, -1):
        if np.isnan(views[week]) or np.isnan(lost[week]) or views[week] <= 0:
            continue
        if lost[week] / views[week] < share / 2:
            return since
        since = series.dates[week]
    return None


def _points(series: Series, tested: _Tested, row: int, at: int, *, test: bool) -> tuple[Point, ...]:
    views, lost = series.measures["weekly_views"][row], series.measures["unmonetized_views"][row]
    expected, high = tested.expected[at] * views, tested.high[at] * views

    def known(value: float) -> float | None:
        return None if np.isnan(value) or not test else float(value)

    return tuple(
        Point(date, None if np.isnan(lost[each]) else float(lost[each]), known(expected[each]), known(high[each]))
        for each, date in enumerate(series.dates)
    )
