"""What spreads: assets, and recordings of several assets, with more views or engagement than their history explains.

A recording with one asset is that asset, and is not tested beside it. Nor is a recording told of whose growth is
that of one asset which is told of already, while its others stayed as they were: what is found then is that asset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workers.claimsreport.detection.claimed import titles
from workers.claimsreport.detection.propagation import Platform, Spread, platforms, spreads
from workers.claimsreport.detection.spikes import (
    LEAST_RATIO,
    LEAST_SHARE_RATIO,
    Course,
    Spikes,
    Whole,
    spikes,
)
from workers.claimsreport.detection.wording import grown, number, ordered, part, percent, plural, surprise, times
from workers.claimsreport.finding import Finding, Kind, Part, Point

if TYPE_CHECKING:
    from workers.claimsreport.series import Week

# The other assets of a recording have grown as well where, by logarithms, they did by this much of what it did.
_AS_WELL = 0.5
_SURPRISE, _SIZE, _RATIO, _SPREAD, _ELSEWHERE, _PERSISTENCE = 30.0, 25.0, 20.0, 15.0, 5.0, 5.0
_FULL_SIZE = 300.0  # times `least_views` beyond what was expected
_FULL_RATIO = 10.0  # times what was expected
_FULL_CHANNELS = 10
_HELD = 2.0  # standard deviations that the week before was above its own expectation


@dataclass(frozen=True)
class _Context:
    """What findings of one table are told with."""

    week: Week
    kind: Kind
    what: str
    found: Spikes
    level: float
    tests: int
    names: Mapping[str, str]
    spreads: Mapping[str, Spread]
    platforms: Mapping[str, tuple[Platform, ...]]
    recordings: Mapping[str, str]


@dataclass(frozen=True)
class _Subject:
    """What is told of one subject."""

    course: Course
    place: int
    by_engagement: bool
    q: float
    spread: Spread
    elsewhere: tuple[Platform, ...]

    @property
    def excess(self) -> float:
        return float(self.course.excess[self.place])

    @property
    def ratio(self) -> float:
        return float(self.course.ratio[self.place])

    @property
    def weeks(self) -> int:
        return int(self.course.found.weeks[self.place])

    @property
    def grown(self) -> list[Platform]:
        return [each for each in self.elsewhere if each.grown]


def find(week: Week) -> list[Finding]:
    """Return the assets and the recordings that spread, in the order of findings."""
    assets, by_asset = _found(week, "assets", "asset_id")
    recordings, by_recording = _found(week, "recordings", "isrc")
    findings = _told(week, Kind.VIRAL_ASSET, assets, by_asset)
    by_recording = _not_one_asset(week, assets, by_asset, recordings, by_recording)
    findings += _told(week, Kind.VIRAL_RECORDING, recordings, by_recording)
    return sorted(findings, key=lambda each: each.order)


def _found(week: Week, table: str, column: str) -> tuple[Spikes | None, Whole]:
    """Return the subjects of a table that are found, and the courses of these alone."""
    found = spikes(week.history, table, week.settings.least_views)
    if found is None:
        return None, np.empty(0, np.intp)
    rows = np.flatnonzero(np.nan_to_num(found.q, nan=1.0) <= week.settings.false_discovery_rate)
    found = found.only(rows)
    return found, _more_than_one_video(week, column, found, rows)


def _more_than_one_video(week: Week, column: str, found: Spikes, rows: Whole) -> Whole:
    """Return the subjects that are findings without the one new video that has most views: its success is its own."""
    if not rows.size:
        return rows
    subjects = [str(each) for each in found.series.ids[rows]]
    largest = dict(
        week.connection.execute(
            f"SELECT {column}, max(weekly_views) FROM claims WHERE is_new AND weekly_views IS NOT NULL "  # noqa: S608
            f"AND {column} IN (SELECT unnest(?::VARCHAR[])) GROUP BY {column}",
            [subjects],
        ).fetchall()
    )
    kept = []
    for row, subject in zip(rows, subjects, strict=True):
        course, place = _course(found, int(row))
        rest = float(course.excess[place]) - float(largest.get(subject, 0.0))
        enough = max(week.settings.least_views, (LEAST_RATIO - 1) * float(course.expected[place]))
        kept.append(course is found.engagement or rest >= enough)
    result: Whole = rows[np.array(kept)]
    return result


def _not_one_asset(week: Week, assets: Spikes | None, by_asset: Whole, recordings: Spikes | None, rows: Whole) -> Whole:
    """Return the recordings, of those that were found, whose growth is more than that of one asset that was found."""
    if assets is None or recordings is None or not rows.size or not by_asset.size:
        return rows
    subjects = [str(each) for each in recordings.series.ids[rows]]
    members = dict(_recordings(week, "isrc", subjects))
    found = {str(assets.series.ids[row]): int(row) for row in by_asset}
    largest: dict[str, int] = {}
    for asset, recording in members.items():
        row = found.get(asset)
        if row is not None and (recording not in largest or _excess(assets, row) > _excess(assets, largest[recording])):
            largest[recording] = row
    kept = [
        subject not in largest or _others_grew(recordings, int(row), assets, largest[subject])
        for row, subject in zip(rows, subjects, strict=True)
    ]
    result: Whole = rows[np.array(kept)]
    return result


def _others_grew(recordings: Spikes, row: int, assets: Spikes, of_asset: int) -> bool:
    """Return whether a recording grew without one of its assets, too."""
    (course, place), (own, own_place) = _course(recordings, row), _course(assets, of_asset)
    excess = float(course.excess[place] - own.excess[own_place])
    expected = float(course.expected[place] - own.expected[own_place])
    needed = float(course.ratio[place]) ** _AS_WELL
    return excess > 0 and excess >= (needed - 1) * max(expected, 0.0)


def _recordings(week: Week, column: str, subjects: list[str]) -> list[tuple[str, str]]:
    """Return (asset id, ISRC) of the assets with such a value in a column."""
    return week.connection.execute(
        f"SELECT asset_id, isrc FROM assets WHERE {column} IN (SELECT unnest(?::VARCHAR[])) "  # noqa: S608
        "AND isrc IS NOT NULL ORDER BY asset_id",
        [subjects],
    ).fetchall()


def _course(found: Spikes, row: int) -> tuple[Course, int]:
    """Return the measure that makes a subject unusual, and where it is in it."""
    if found.engagement is not None and found.by_engagement(row):
        return found.engagement, int(found.place[row])
    return found.views, int(found.place[row])


def _excess(found: Spikes, row: int) -> float:
    course, place = _course(found, row)
    return float(course.excess[place])


def _told(week: Week, kind: Kind, found: Spikes | None, rows: Whole) -> list[Finding]:
    if found is None or not rows.size:
        return []
    column, what = ("asset_id", "asset") if kind is Kind.VIRAL_ASSET else ("isrc", "recording")
    subjects = [str(each) for each in found.series.ids[rows]]
    of_asset = dict(_recordings(week, "asset_id", subjects)) if kind is Kind.VIRAL_ASSET else {}
    isrcs = sorted(set(of_asset.values())) if of_asset else subjects if kind is Kind.VIRAL_RECORDING else []
    tests = int(np.count_nonzero(~np.isnan(found.p)))
    context = _Context(
        week=week,
        kind=kind,
        what=what,
        found=found,
        # What a p-value had to be at most; two tests were made of each subject where there are engaged views.
        level=week.settings.false_discovery_rate * max(len(rows), 1) / max(tests, 1) / (2 if found.engagement else 1),
        tests=tests,
        names=titles(week.connection, column, "asset_title", subjects),
        spreads=spreads(week.connection, column, subjects),
        platforms=platforms(week.history, isrcs),
        recordings=of_asset or {subject: subject for subject in subjects},
    )
    return [_finding(context, int(row), subject) for row, subject in zip(rows, subjects, strict=True)]


def _finding(context: _Context, row: int, subject: str) -> Finding:
    found, settings = context.found, context.week.settings
    course, place = _course(found, row)
    one = _Subject(
        course,
        place,
        course is found.engagement,
        float(found.q[row]),
        context.spreads.get(subject, Spread()),
        context.platforms.get(context.recordings.get(subject, ""), ()),
    )
    points, spread = _points(context, one), one.spread
    last = points[-1]
    sort = "engaged views" if found.engaged else "views"
    what = "share of engaged views" if one.by_engagement else f"weekly {sort}"
    known = {
        "weekly_views": float(found.series.measures["weekly_views"][row, -1]),
        "weekly_engaged_views": _or_none(float(found.series.measures["weekly_engaged_views"][row, -1])),
        "engaged_percent" if one.by_engagement else f"weekly_{sort.replace(' ', '_')}_tested": last.value,
        "expected": last.expected,
        "most_expected": last.high,
        "times_expected": one.ratio,
        "weekly_views_more": one.excess,
        "robust_z": float(course.found.scores[-1, place]),
        "weeks_of_history": one.weeks,
        "active_channels": spread.active_channels,
        "new_channels": spread.new_channels,
        "largest_channel_share": spread.largest_share,
        "platforms": len(one.elsewhere),
        "platforms_grown": len(one.grown),
    }
    related = {"claims": spread.claims, "videos": spread.videos, "channels": spread.channels}
    related["platforms"] = tuple(each.name for each in one.grown)
    return Finding(
        kind=context.kind,
        subject=subject,
        title=context.names.get(subject, subject),
        why=_why(last, sort, one),
        rule=(
            f"{what}: q <= {settings.false_discovery_rate:g} ({context.tests:,} {context.what}s tested), at least "
            f"{settings.least_views} views a week more than expected, and "
            f"{LEAST_SHARE_RATIO if one.by_engagement else LEAST_RATIO:g} times as much"
        ),
        parts=_parts(context, one),
        numbers=known,
        history=points,
        unit="% of views engaged" if one.by_engagement else f"{sort} a week",
        p_value=float(found.p[row]),
        q_value=one.q,
        related={name: ids for name, ids in related.items() if ids},
    )


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value


def _points(context: _Context, one: _Subject) -> tuple[Point, ...]:
    course, place = one.course, one.place
    high = course.found.limit(np.array([place]), context.level)[:, 0]
    shown = [course.values[:, place]]
    for each in (course.found.expected[:, place], high):
        known = each.astype(np.float64)
        shown.append(100 / (1 + np.exp(-known)) if one.by_engagement else np.maximum(np.expm1(known), 0.0))
    return tuple(
        Point(date, *(_or_none(float(each[week])) for each in shown))
        for week, date in enumerate(context.found.series.dates)
    )


def _parts(context: _Context, one: _Subject) -> tuple[Part, ...]:
    settings, spread = context.week.settings, one.spread
    before = float(np.nan_to_num(one.course.found.scores[-2, one.place]))
    rest = 1 - (1.0 if spread.largest_share is None else spread.largest_share)
    of_least = one.excess / max(settings.least_views, 1)
    channels = plural(spread.active_channels, "channel")
    return ordered(
        surprise(one.q, settings.false_discovery_rate, _SURPRISE),
        grown("size", of_least, _FULL_SIZE, _SIZE, f"{number(one.excess)} views a week more than expected"),
        grown("ratio", one.ratio, _FULL_RATIO, _RATIO, f"{times(one.ratio)} what was expected"),
        part(
            "spread",
            rest * min(spread.active_channels / _FULL_CHANNELS, 1.0),
            _SPREAD,
            f"{channels} with views, {percent(rest)} of these not on the largest one",
        ),
        part(
            "elsewhere",
            len(one.grown) / 2,
            _ELSEWHERE,
            f"plays rose on {', '.join(each.name for each in one.grown)} as well",
        ),
        part(
            "persistence",
            float(before >= _HELD),
            _PERSISTENCE,
            f"the week before was {number(before)} standard deviations above its own expectation",
        ),
    )


def _why(last: Point, sort: str, one: _Subject) -> str:
    value, expected, high = (each or 0.0 for each in (last.value, last.expected, last.high))
    spread = one.spread
    history = f"{plural(one.weeks, 'week')} of history and what its peers did this week"
    if one.by_engagement:
        words = f"{number(value)}% of its views are engaged ones, where {history} explain about {number(expected)}%"
        words += f", and {number(high)}% at most: {number(one.excess)} engaged views a week more than expected."
    else:
        words = (
            f"It had {number(value)} {sort} a week, {times(one.ratio)} the {number(expected)} that {history} explain"
        )
        words += f", and more than the {number(high)} that they explain at most."
    if spread.largest_share is not None:
        new = f", {number(spread.new_channels)} of them new" if spread.new_channels else ""
        words += f" The views are on {plural(spread.active_channels, 'channel')}{new}"
        if spread.active_channels > 1:
            words += f"; {spread.largest_channel} has {percent(spread.largest_share)} of them"
        words += "."
    rose = [f"{each.name} ({times(each.now / each.usual) if each.usual else 'new'})" for each in one.grown]
    if rose:
        words += f" Plays rose as well on {', '.join(rose)}."
    return words
