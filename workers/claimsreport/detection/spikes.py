"""Which subjects have more views, or more engaged ones among them, than their history and their peers explain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workers.claimsreport.series import Floats, Series
from workers.claimsreport.statistics.attainable import q_values
from workers.claimsreport.statistics.surprise import Surprise, surprise

if TYPE_CHECKING:
    from workers.claimsreport.series import History

Whole = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

# What a finding needs besides q: so many times the views that were expected, or the engaged share of them.
LEAST_RATIO = 1.25
LEAST_SHARE_RATIO = 1.25
# What is usual is read from this many subjects, or nearly twice as many.
_PEERS = 10_000
_VIEWS = ("weekly_views", "weekly_engaged_views")
_CLAIMS = ("claims", "new_claims", "lost_claims", "brought_views")


@dataclass(frozen=True)
class Course:
    """One measure of m subjects: of all that may be findings, and of those that say what is usual.

    Attributes:
        values: (w, m) views per 7 days, or percentages of them.
        found: how surprising each is.
        p: (m,) of the last week; 1 where the effect is too small to matter.
        by_chance: (m,) the probability that chance makes an effect large enough to matter.
        expected: (m,) views that were.
        excess: (m,) views beyond these.
        ratio: (m,) of what there is and what was expected.
    """

    values: Floats
    found: Surprise
    p: Floats
    by_chance: Floats
    expected: Floats
    excess: Floats
    ratio: Floats

    def take(self, places: Whole) -> Course:
        """Return that of some of the subjects."""
        last = (self.p, self.by_chance, self.expected, self.excess, self.ratio)
        return Course(self.values[:, places], self.found.take(places), *(each[places] for each in last))


@dataclass(frozen=True)
class Spikes:
    """What was found of the subjects of a series.

    Attributes:
        series: that was looked at, of which the last week's views and engaged views are left: (n, 1).
        engaged: whether views are engaged ones.
        views: their course.
        engagement: that of the engaged share; None without engaged views.
        p: (n,) the lower one of the two, NaN where neither could be tested.
        q: (n,) likewise; both are tests of their own.
        place: (n,) of each subject in these; -1 where it is not.
    """

    series: Series
    engaged: bool
    views: Course
    engagement: Course | None
    p: Floats
    q: Floats
    place: Whole

    def by_engagement(self, row: int) -> bool:
        """Return whether it is the engaged share, rather than the views, that makes a subject unusual."""
        place = int(self.place[row])
        return self.engagement is not None and bool(self.engagement.p[place] < self.views.p[place])

    def only(self, rows: Whole) -> Spikes:
        """Return it without the courses of all but some subjects, each of which was tested."""
        places = self.place[rows]
        place = np.full(self.place.size, -1)
        place[rows] = np.arange(rows.size)
        engagement = None if self.engagement is None else self.engagement.take(places)
        return replace(self, views=self.views.take(places), engagement=engagement, place=place)


def spikes(history: History, table: str, least_views: float) -> Spikes | None:
    """Test every subject that has views this week and in a week before; None where there is nothing to test.

    Of recordings, only those of several assets are tested. What is usual is read from all subjects, or an even sample
    of them. Subjects with fewer views than a finding needs are tests like any other, and their p-value is 1; nothing
    is computed for them, and nothing is held of them once it is known which they are.

    Args:
        history: the weeks.
        table: `assets` or `recordings`.
        least_views: weekly views beyond what was expected that a finding needs.
    """
    tested, grown = _several(history) if table == "recordings" else (None, None)
    if tested is not None and not tested.any():
        return None
    series = history.series(table, *_VIEWS)
    views, engaged = (series.measures[name] for name in _VIEWS)
    n = series.ids.size
    known = np.isfinite(views)
    known_weeks = known.any(axis=0)
    if not n or known_weeks.sum() < 2:
        return None
    uses_engaged = bool((np.isfinite(engaged).any(axis=0) >= known_weeks).all())
    tests = known[:, -1] & known[:, :-1].any(axis=1) & (True if tested is None else tested)
    peers = np.zeros(n, np.bool_)
    peers[:: max(1, n // _PEERS)] = True
    large = tests & (np.nan_to_num(views[:, -1]) >= least_views)
    rows = np.flatnonzero(peers | large)
    of = {name: _taken(series, name, rows) for name in _VIEWS}
    # The arrays of all subjects are the largest that there are: they are let go before there are others.
    series = replace(series, measures={name: series.measures[name][:, -1:].copy() for name in _VIEWS})
    del views, engaged, known
    of |= {name: values.T for name, values in history.series(table, *_CLAIMS, among=rows).measures.items()}
    own = _Subjects(series.breaks, of, peers[rows], least_views, None if grown is None else grown[:, rows])
    del of
    course = own.views(engaged=uses_engaged)
    engagement = own.engagement(course) if uses_engaged else None
    courses = [course] if engagement is None else [course, engagement]
    p, q = np.where(tests, 1.0, np.nan), np.where(tests, 1.0, np.nan)
    both = np.where(tests[rows], np.array([each.p for each in courses]), np.nan)
    # Of the tests that were not computed it is known from the peers how much chance would make of them.
    small = tests & ~large
    worth = np.where(large[rows], 1.0, float(small.sum()) / max(float((small & peers).sum()), 1.0))
    by_chance = np.array([each.by_chance for each in courses])
    found = q_values(both.ravel(), by_chance.ravel(), np.tile(worth, len(courses))).reshape(both.shape)
    p[rows], q[rows] = np.fmin.reduce(both), np.fmin.reduce(found)
    place = np.full(n, -1)
    place[rows] = np.arange(rows.size)
    return Spikes(series, uses_engaged, course, engagement, p, q, place)


def _several(history: History) -> tuple[Flags, Flags]:
    """Return which recordings have several assets, (n,), and the (w, n) weeks in which another one came to each.

    The release of another asset is no spike of those that there were.
    """
    assets = history.series("recordings", "assets").measures["assets"].T
    grown = np.zeros(assets.shape, np.bool_)
    np.greater(assets[1:], assets[:-1], out=grown[1:])
    return np.nan_to_num(assets[-1:]).max(axis=0, initial=0.0) >= 2, grown


def _taken(series: Series, measure: str, rows: Whole) -> Floats:
    """Return the (w, m) measure of some subjects."""
    values = series.measures[measure].T
    result = np.empty((values.shape[0], rows.size))
    for week, of_week in enumerate(values):  # a week of all subjects lies in one piece
        result[week] = of_week[rows]
    return result


class _Subjects:
    """Some of the subjects of a table, as (w, m) arrays."""

    def __init__(self, breaks: Flags, of: dict[str, Floats], peers: Flags, least: float, anew: Flags | None) -> None:
        # Of claims, only what follows here is needed: these arrays are large.
        self.of = {name: of[name] for name in _VIEWS}
        self.breaks, self.peers, self.least, self.anew = breaks, peers, least, anew
        new, lost = (np.nan_to_num(of[name]) for name in ("new_claims", "lost_claims"))
        claims = np.maximum(np.nan_to_num(of["claims"]), 1.0)
        # A claim on a video that has long been there brings that video's views in the week after its first one.
        new[1:] += np.nan_to_num(of["new_claims"][:-1])
        self.renewed = np.minimum(new / claims, 1.0)
        views = np.nan_to_num(of["weekly_views"])
        self.brought = np.clip(np.nan_to_num(of["brought_views"]) / np.maximum(views, 1.0), 0.0, 1.0)
        self.lost = lost / (claims + lost)

    def views(self, *, engaged: bool) -> Course:
        """Test the views; engaged ones are counted as before where the way in which views are counted changes."""
        everything = self.of["weekly_engaged_views" if engaged else "weekly_views"]
        # Old videos that a claim brings are set beside no week without them: they count from the next one on.
        values = everything * (1 - self.brought)
        logarithms = np.log1p(values, dtype=np.float32)
        joined = np.nan_to_num(np.log1p(everything, dtype=np.float32) - logarithms)
        breaks = np.zeros_like(self.breaks) if engaged else self.breaks
        found = surprise(logarithms, breaks, renewed=self.renewed, peers=self.peers, anew=self.anew, joined=joined)
        ratio = np.exp(logarithms[-1].astype(np.float64) - found.expected[-1])
        expected = np.nan_to_num(self.of["weekly_views"][-1] * (1 - self.brought[-1]) / ratio)
        excess = expected * np.nan_to_num(ratio - 1)
        enough = (excess >= self.least) & (ratio >= LEAST_RATIO)
        needed = np.maximum(1 + self.least / np.maximum(expected, 1e-9), LEAST_RATIO)
        by_chance = found.p_values(np.log(needed) / found.scale[-1])
        return Course(
            values, found, np.where(np.isnan(found.p) | enough, found.p, 1.0), by_chance, expected, excess, ratio
        )

    def engagement(self, views: Course) -> Course:
        """Test the share of engaged views, where the engaged views themselves are more than expected."""
        engaged = self.of["weekly_engaged_views"]
        others = np.maximum(self.of["weekly_views"] - engaged, 0.0)
        share = (engaged + 0.5) / (engaged + others + 1.0)
        odds = np.log(share / (1 - share)).astype(np.float32)
        sizes = np.log1p(engaged + others)
        # What remains has another share, where videos with few engaged views are lost.
        changed = self.renewed + self.lost
        found = surprise(odds, self.breaks, renewed=changed, sizes=sizes, peers=self.peers, anew=self.anew)
        expected = 1 / (1 + np.exp(-found.expected[-1].astype(np.float64)))
        excess = np.nan_to_num((share[-1] - expected) * self.of["weekly_views"][-1])
        ratio = np.nan_to_num(share[-1] / expected)
        enough = (excess >= self.least) & (np.fmin(ratio, views.ratio) >= LEAST_SHARE_RATIO)
        p = np.where(np.isnan(found.p) | enough, found.p, 1.0)
        needed = expected + self.least / np.maximum(np.nan_to_num(self.of["weekly_views"][-1]), 1.0)
        needed = np.maximum(needed, LEAST_SHARE_RATIO * expected)
        possible = needed < 1
        odds_needed = np.log(needed / (1 - needed), where=possible, out=np.full(needed.shape, np.inf))
        by_chance = found.p_values((odds_needed - found.expected[-1]) / found.scale[-1])
        # Nor without more engaged views than expected.
        by_views = views.found.p_values(np.log(LEAST_SHARE_RATIO) / views.found.scale[-1])
        return Course(
            100 * share, found, p, np.fmin(by_chance, by_views), expected * self.of["weekly_views"][-1], excess, ratio
        )
