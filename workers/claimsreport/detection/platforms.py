"""The same content performing differently across platforms: one that departs from what YouTube does.

For each recording and platform: the logarithm of its weekly views there over those on YouTube stays about where it is.
A week departs if it is further from there than the recording's own history, recordings of its size, and what all
recordings did on that platform in that week explain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workers.claimsreport.detection.claimed import titles
from workers.claimsreport.detection.wording import grown, number, ordered, percent, plural, surprise, times
from workers.claimsreport.finding import Finding, Kind, Part, Point
from workers.claimsreport.statistics.departures import Departures, departures
from workers.claimsreport.statistics.multiple import q_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workers.claimsreport.series import Floats, Series, Texts, Week
    from workers.claimsreport.statistics.departures import Truths, Whole

RATIO = 1.5  # times more, or fewer, views than YouTube's explain, at least
_SURPRISE, _SIZE, _RATIO, _OPPOSITE = 40.0, 25.0, 25.0, 10.0
_FULL_SIZE = 100.0  # times `least_views`
_FULL_RATIO = 8.0
_WEEKS_OF_GROWTH = 4
_CLAIMS = ("claims", "new_claims", "lost_claims")
_CHANGED = 0.1  # of a recording's claims
_MOVED = 1.1  # times more or fewer views are a direction


@dataclass(frozen=True)
class _Compared:
    """Recordings on platforms: n pairs, w weeks.

    Attributes:
        isrcs: (n,) of the recordings.
        platforms: (n,) names.
        there: (n, w) weekly views on the platform.
        youtube: (n, w) weekly views, or engaged ones, on YouTube.
        engaged: whether YouTube's are engaged ones.
        changed: (n, w) whether so many of the recording's claims came or went that its views are those of other videos.
        came: (n, w) whether any came, which may raise what YouTube is known to have had.
        went: (n, w) whether any went, which may lower it.
    """

    isrcs: Texts
    platforms: Texts
    there: Floats
    youtube: Floats
    engaged: bool
    changed: Truths
    came: Truths
    went: Truths


def find(week: Week) -> list[Finding]:
    """Return the recordings that do otherwise on a platform than on YouTube, in the order of findings."""
    there = week.history.series("platforms", "weekly_views")
    if not there.ids.size:
        return []
    recordings = week.history.series("recordings", "weekly_views", "weekly_engaged_views", *_CLAIMS)
    compared = _compared(there, recordings, week.settings.least_views)
    if not compared.isrcs.size:
        return []
    fresh = None if compared.engaged else np.broadcast_to(_recounted(there), compared.there.shape)
    by_itself = _by_itself(compared.there, compared.youtube, compared.changed)
    found = _departures(week, compared, by_itself, fresh)
    # The most improbable of the platforms of a recording stands for it, as many times more probable as there are.
    isrcs, of = np.unique(compared.isrcs, return_inverse=True)
    tested = ~np.isnan(found.p)
    best = np.full(isrcs.size, np.nan)
    np.fmin.at(best, of[tested], found.p[tested])
    best = np.minimum(best * np.bincount(of[tested], minlength=isrcs.size), 1.0)
    q = q_values(best)
    rate = week.settings.false_discovery_rate
    chosen = np.flatnonzero(q <= rate)
    if not chosen.size:
        return []
    names = titles(week.connection, "isrc", "asset_title", [str(isrcs[each]) for each in chosen])
    level = rate * chosen.size / int((~np.isnan(best)).sum())
    findings = []
    for each in chosen:
        pairs = np.flatnonzero((of == each) & tested)
        pairs = pairs[np.argsort(found.p[pairs], kind="stable")]
        findings.append(
            _finding(
                week, there, compared, found, pairs,
                by_itself=by_itself[pairs[0]], level=level / pairs.size, names=names,
                p=float(best[each]), q=float(q[each]), tests=int((~np.isnan(best)).sum()),
            )
        )  # fmt: skip
    return sorted(findings, key=lambda each: each.order)


def _compared(there: Series, recordings: Series, least: float) -> _Compared:
    """Return the pairs of which YouTube knows the recording too, and that ever had as many views as a finding needs."""
    with np.errstate(invalid="ignore"):
        large = np.flatnonzero(np.any(there.measures["weekly_views"] >= least, axis=1))
    names = [str(each).split("|", 1) for each in there.ids[large]]
    known = {isrc: row for row, isrc in enumerate(recordings.ids.tolist())}
    place = np.array([known.get(isrc, -1) for _, isrc in names], np.intp)
    rows, both = place[place >= 0], large[place >= 0]
    views, engaged = recordings.measures["weekly_views"][rows], recordings.measures["weekly_engaged_views"][rows]
    # Engaged views are what did not change its meaning: they count where every week has them.
    preferred = bool(views.size) and not (np.isnan(engaged) & ~np.isnan(views)).any()
    claims, new, lost = (recordings.measures[name][rows] for name in _CLAIMS)
    return _Compared(
        isrcs=recordings.ids[rows],
        platforms=np.array([platform for (platform, _), row in zip(names, place, strict=True) if row >= 0], object),
        there=there.measures["weekly_views"][both],
        youtube=engaged if preferred else views,
        engaged=preferred,
        changed=_moved_by(claims, new, lost, _CHANGED) | _moved_by(claims, lost, new, _CHANGED),
        came=_moved_by(claims, new, lost, 0),
        went=_moved_by(claims, lost, new, 0),
    )


def _moved_by(claims: Floats, some: Floats, others: Floats, share: float) -> Truths:
    """Return (n, w) whether more than a share of a recording's claims came (or went) in a week or the one before.

    The first views that are known of an old video that is newly claimed are those of the week after.
    """
    with np.errstate(invalid="ignore"):
        stock = np.maximum(claims, claims - some + others)
        moved: Truths = some > share * np.maximum(stock, 1)
    moved[:, 1:] |= moved[:, :-1].copy()
    return moved


def _recounted(series: Series) -> Truths:
    """Return (w,) whether views are counted otherwise than in the week before: in the week of a change and after it."""
    recounted = series.breaks.copy()
    recounted[1:] |= series.breaks[:-1]
    return recounted


def _by_itself(there: Floats, youtube: Floats, changed: Truths) -> Floats:
    """Return the (n, w) logarithms of views on YouTube, as far as they may be set beside those on the platform.

    Where so many of the recording's claims changed that YouTube's views are those of other videos, nobody knows how far
    YouTube moved for that, and how far by itself. It is taken to have done what the platform did, as far as it moved at
    all: only what neither explains is a departure, and the level goes on from there. Until the views of both are known,
    the week of the change goes on.
    """
    with np.errstate(invalid="ignore"):
        platforms, known = np.log1p(np.maximum(there, 0)), np.log1p(np.maximum(youtube, 0))
    result = np.empty_like(platforms)
    other_videos = np.zeros(len(platforms))
    waiting = np.zeros(len(platforms), np.bool_)
    platform, before = platforms[:, 0], known[:, 0]
    for week in range(platforms.shape[1]):
        changes = changed[:, week] | waiting
        step = known[:, week] - before
        itself = np.clip(platforms[:, week] - platform, np.minimum(step, 0.0), np.maximum(step, 0.0))
        other_videos += np.where(changes & ~np.isnan(itself), step - itself, 0.0)
        result[:, week] = known[:, week] - other_videos
        waiting = changes & (np.isnan(platforms[:, week]) | np.isnan(known[:, week]))
        platform = np.where(waiting | np.isnan(platforms[:, week]), platform, platforms[:, week])
        before = np.where(waiting | np.isnan(known[:, week]), before, known[:, week])
    return result


def _departures(week: Week, compared: _Compared, by_itself: Floats, fresh: Truths | None) -> Departures:
    there, youtube = compared.there, compared.youtube
    with np.errstate(invalid="ignore"):
        values = np.log1p(np.maximum(there, 0)) - by_itself
        usual = np.log10(np.nan_to_num(np.fmin(there, youtube), nan=0.0).clip(min=0.0) + 1).mean(axis=1)
    least = math.log(RATIO)
    by_week = np.ascontiguousarray(np.nan_to_num(there).T) + 1
    # Where claims came or went, YouTube's views may have moved with them: then the platform must have moved itself.
    own = np.diff(np.log1p(there), axis=1, prepend=np.nan)
    with np.errstate(invalid="ignore"):
        above, below = ((own >= least) | ~compared.went).T, ((own <= -least) | ~compared.came).T

    def notable(departure: Floats, number_of_week: int) -> Truths:
        with np.errstate(invalid="ignore", over="ignore"):
            beyond = by_week[number_of_week] * np.abs(np.expm1(-departure))
            far = (np.abs(departure) >= least) & (beyond >= week.settings.least_views)
            worth: Truths = far & np.where(departure > 0, above[number_of_week], below[number_of_week])
        return worth

    platforms = np.unique(compared.platforms, return_inverse=True)[1]
    return departures(values, (2 * usual).astype(np.intp), platforms, notable, fresh=fresh)


def _finding(
    week: Week,
    series: Series,
    compared: _Compared,
    found: Departures,
    pairs: Whole,
    *,
    by_itself: Floats,
    level: float,
    names: Mapping[str, str],
    p: float,
    q: float,
    tests: int,
) -> Finding:
    """Return the finding of a recording, the first of whose pairs with platforms departs most."""
    settings, pair = week.settings, pairs[0]
    isrc, platform = str(compared.isrcs[pair]), str(compared.platforms[pair])
    others = [str(compared.platforms[each]) for each in pairs[1:] if found.p[each] <= level]
    values, youtube = compared.there[pair], compared.youtube[pair]
    # As many views as it would have had, had it done what it does on YouTube.
    expected = np.exp(found.expected[pair] + by_itself)
    now, usual = float(values[-1]), float(expected[-1])
    ratio = (now + 1) / usual
    there_growth, youtube_growth = _growth(values), _growth(youtube)
    deviations = math.log(ratio) / float(found.deviation[pair, -1])
    high = expected * np.exp(found.needed(level) * found.deviation[pair])
    factor = max(ratio, 1 / ratio)
    # Where one hardly moves, the other one's direction is not against it.
    opposite = min(max(there_growth, youtube_growth), 1 / max(min(there_growth, youtube_growth), 1e-3)) >= _MOVED
    weeks = int(found.weeks[pair])
    sort = "engaged views" if compared.engaged else "views"
    explained = f"what YouTube did, {plural(weeks, 'week')} of history and all recordings on {platform} explain"
    sentences = [
        f"{number(now)} views a week on {platform}, where {explained} about {number(usual)}.",
        f"That is {_moved(there_growth)} on {platform}, and {_moved(youtube_growth)} on YouTube ({sort}).",
    ]
    if others:
        sentences.append(f"It departs from YouTube on {' and '.join(others)} too.")
    return Finding(
        kind=Kind.PLATFORM_DISCREPANCY,
        subject=isrc,
        title=names.get(isrc, isrc),
        why=" ".join(sentences),
        rule=(
            f"weekly views on a platform over those on YouTube: q <= {settings.false_discovery_rate:g} ({tests:,} "
            f"recordings tested), at least {settings.least_views:,} views and {RATIO:g} times off what is expected"
        ),
        parts=ordered(
            surprise(q, settings.false_discovery_rate, _SURPRISE),
            grown(
                "size", abs(now - usual) / max(settings.least_views, 1), _FULL_SIZE, _SIZE,
                f"{number(abs(now - usual))} views {'more' if ratio > 1 else 'fewer'} than expected",
            ),
            grown("ratio", factor, _FULL_RATIO, _RATIO, f"{times(factor)} {'more' if ratio > 1 else 'fewer'}"),
            Part("opposite", _OPPOSITE if opposite else 0.0, _OPPOSITE, "one rises where the other one falls"),
        ),
        numbers={
            "platform": platform,
            "direction": "above YouTube" if ratio > 1 else "below YouTube",
            "platform_weekly_views": now,
            "expected_platform_weekly_views": usual,
            "times_expected": ratio,
            "youtube_weekly_views": float(youtube[-1]),
            "youtube_counts": sort,
            "platform_times_usual": there_growth,
            "youtube_times_usual": youtube_growth,
            "robust_z": deviations,
            "platforms_tested": int(pairs.size),
            "weeks_of_history": weeks,
        },
        history=tuple(
            Point(date, *(None if np.isnan(each[at]) else float(each[at]) for each in (values, expected, high)))
            for at, date in enumerate(series.dates)
        ),
        unit=f"views a week on {platform}",
        p_value=p,
        q_value=q,
        related={"platforms": (platform, *others, "youtube")},
    )  # fmt: skip


def _growth(views: Floats) -> float:
    """Return how many times the median of the weeks before this week's views are; 1 where that is not known."""
    before = views[:-1][~np.isnan(views[:-1])][-_WEEKS_OF_GROWTH:]
    return float((views[-1] + 1) / (np.median(before) + 1)) if before.size else 1.0


def _moved(growth: float) -> str:
    if 1 / _MOVED < growth < _MOVED:
        return "about as much as usual"
    return f"{times(growth)} the usual" if growth >= 1 else f"{percent(growth)} of the usual"
