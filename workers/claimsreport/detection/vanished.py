"""Assets whose claims vanished: more of them lost since the last snapshot than its own and the catalogue's usual loss.

The claims that an asset loses of those that it had are beta-binomial: each is as likely to be lost as the history of
the asset and of assets of its size says, for each week that went by, and losses come together. What the whole
catalogue loses in a week is taken off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workers.claimsreport.detection.claimed import Claimed, lost_claims, titles
from workers.claimsreport.detection.counting import Excess, Weekly, excess, stock_before
from workers.claimsreport.detection.wording import grown, number, ordered, part, percent, plural, surprise, times
from workers.claimsreport.finding import Finding, Kind
from workers.claimsreport.statistics.forecasts import Notable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workers.claimsreport.series import Series, Week

LEAST_SHARE = 0.2  # of an asset's claims that must be lost
_RATIO = 2.0  # times what was expected
_SURPRISE, _SHARE, _SIZE, _VIEWS = 40.0, 20.0, 15.0, 25.0
_FULL_SIZE = 100.0  # times `least_claims` beyond what was expected
_FULL_VIEWS = 100.0  # times `least_views` lost in a week
_WEEKS_OF_VIEWS = 4  # before this one, whose median is what an asset had


def find(week: Week) -> list[Finding]:
    """Return the assets whose claims vanished, in the order of findings."""
    series = week.history.series("assets", "claims", "new_claims", "lost_claims")
    claims, new, lost = (series.measures[name] for name in ("claims", "new_claims", "lost_claims"))
    stock = stock_before(claims, new[:, :1] - lost[:, :1])
    # An asset that is not in a snapshot any more has lost all that it had.
    counts = np.where(np.isnan(claims) & (stock > 0), stock, lost)
    np.minimum(counts, stock, out=counts)
    notable = Notable(week.settings.least_claims, _RATIO, LEAST_SHARE)
    weekly = Weekly(counts, stock, proportional=True, of_stock=True)
    found = excess(series, weekly, notable, week.settings.false_discovery_rate)
    if found is None:
        return []
    del claims, new, lost  # before there are as many views: these arrays are large
    series = week.history.series("assets", "claims", "weekly_views")
    subjects = [str(each) for each in series.ids[found.rows]]
    names = titles(week.connection, "asset_id", "asset_title", subjects)
    gone = lost_claims(week.connection, subjects)
    findings = [
        _finding(
            week, series, found, which, stock=float(stock[row, -1]), names=names, gone=gone.get(subject, Claimed())
        )
        for which, (row, subject) in enumerate(zip(found.rows, subjects, strict=True))
    ]
    return sorted(findings, key=lambda each: each.order)


def _finding(
    week: Week, series: Series, found: Excess, which: int, *, stock: float, names: Mapping[str, str], gone: Claimed
) -> Finding:
    settings, row = week.settings, found.rows[which]
    subject = str(series.ids[row])
    lost, expected, q = float(found.counts[which, -1]), float(found.expected[which, -1]), float(found.q[which])
    share, more = lost / stock, lost - expected
    before, now = _views(series, row, whole=lost == stock)
    views = max(before - now, 0.0)
    channels, videos = gone["channels"], gone["videos"]
    days, weeks = float(found.days[-1]), int(found.weeks[which])
    most = float(found.high[which, -1])
    history = f"its own {plural(weeks, 'week')} of history and assets of its size" if weeks else "assets of its size"
    all_of = "All" if lost == stock else f"{number(lost)} of"
    explained = f"{history} explain about {number(expected)}, and {number(most)} at most"
    sentences = [f"{all_of} {plural(stock, 'claim')} are gone after {plural(days, 'day')}, where {explained}."]
    if channels.ids:
        where = f"They were on {plural(videos.distinct, 'video')} of {plural(channels.distinct, 'channel')}"
        most_of = (
            f"; {channels.names[0]} had {percent(channels.first / lost)} of them." if channels.distinct > 1 else "."
        )
        sentences.append(where + most_of)
    sentences.append(f"The asset had about {number(before)} views a week, and has {number(now)}.")
    if abs(found.level - 1) >= 0.1:
        sentences.append(f"That all assets together lost {times(found.level)} the usual is taken off.")
    return Finding(
        kind=Kind.CLAIMS_VANISHED,
        subject=subject,
        title=names.get(subject, subject),
        why=" ".join(sentences),
        rule=(
            f"claims lost since the snapshot before: q <= {settings.false_discovery_rate:g} ({found.tests:,} assets "
            f"tested), at least {settings.least_claims} more than expected, {_RATIO:g} times as many, and "
            f"{percent(LEAST_SHARE)} of what the asset had"
        ),
        parts=ordered(
            surprise(q, settings.false_discovery_rate, _SURPRISE),
            part("share", share, _SHARE, f"{percent(share)} of the asset's claims are gone"),
            grown("size", more / settings.least_claims, _FULL_SIZE, _SIZE, f"{number(more)} more than expected"),
            grown(
                "views", views / max(settings.least_views, 1), _FULL_VIEWS, _VIEWS,
                f"{number(views)} views a week are gone with them",
            ),
        ),
        numbers={
            "lost_claims": int(lost),
            "expected_lost_claims": expected,
            "most_lost_claims_expected": most,
            "claims_before": int(stock),
            "claims_now": int(stock - lost) if np.isnan(series.measures["claims"][row, -1])
            else int(series.measures["claims"][row, -1]),
            "lost_share": share,
            "weekly_views_before": before,
            "weekly_views_now": now,
            "weekly_views_lost": views,
            "channels": channels.distinct,
            "videos": videos.distinct,
            "days": days,
            "catalogue_times_usual": found.level,
            "weeks_of_history": weeks,
        },
        history=found.points(which),
        unit="claims lost a week",
        p_value=float(found.p[which]),
        q_value=q,
        related={name: gone[name].ids for name in ("claims", "videos", "channels") if gone[name].ids},
    )  # fmt: skip


def _views(series: Series, row: int, *, whole: bool) -> tuple[float, float]:
    """Return the weekly views of an asset before (the median of a few weeks) and now; 0 where they are not known."""
    views = series.measures["weekly_views"][row]
    before = views[:-1][~np.isnan(views[:-1])][-_WEEKS_OF_VIEWS:]
    now = 0.0 if whole or np.isnan(views[-1]) else float(views[-1])
    return float(np.median(before)) if before.size else 0.0, now
