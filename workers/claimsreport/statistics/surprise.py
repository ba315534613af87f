"""How surprising the last week of each of many series is, given its own weeks before and what its peers did.

Every week of a series is forecast from the weeks before alone: by exponential smoothing that a wild week moves only so
far (Gelper, Fried and Croux 2010), with what all peers do in that week taken off. A score is how far the week is from
its forecast, in terms of how far such forecasts of the series have been off before. The last week's scores are then
set beside those of earlier weeks (`workers.claimsreport.statistics.calibration`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workers.claimsreport.statistics import calibration
from workers.claimsreport.statistics.robust import GAUSSIAN, shrunk_medians
from workers.claimsreport.statistics.shrinkage import LONG, cohorts, shrunk_variance

Floats = npt.NDArray[Any]
Whole = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]

# What a week adds to the level that the next one is expected at.
_SMOOTHING = 0.35
# A week moves it by no more than this many standard deviations, and twice, thrice as much if it follows others like it.
_CLIP = 2.5
# Beyond this many, a week is wild: what follows it is set beside what follows such weeks.
_WILD = 4.0
# What a week's deviation is worth for the scale a week later.
_FADING = 0.95
_SCALE_CLIP = 3.0
# Peers' medians count as if so many series more moved as all do.
_WORTH = 30.0
# A series that began this many weeks ago or less is new: it rises and decays as new ones do.
NEW = 12
_LEAST_SCALE = 0.02
# The first weeks of all say little of how forecasts with more history do.
_WARM = 4


@dataclass(frozen=True)
class Surprise:
    """The weeks of n series, oldest first; logarithms are of 1 + value.

    Attributes:
        scores: (w, n) in standard deviations; NaN where there is nothing to compare.
        expected: (w, n) the logarithm that was expected; NaN likewise.
        scale: (w, n) its standard deviation.
        weeks: (n,) of history that the last week is compared with.
        p: (n,) of the last week; NaN where it was not tested.
        groups: (n,) which of `nulls` the p-value is from.
        nulls: what scores are like.
    """

    scores: Floats
    expected: Floats
    scale: Floats
    weeks: Whole
    p: Floats
    groups: Whole
    nulls: tuple[calibration.Null, ...]

    def p_values(self, scores: Floats) -> Floats:
        """Return the (n,) probabilities of scores as high in the last week, or higher, where nothing is unusual."""
        result = np.full(scores.shape, np.nan)
        for group, null in enumerate(self.nulls):
            rows = np.flatnonzero(self.groups == group)
            if rows.size:
                result[rows] = null.p_values(scores[rows])
        return result

    def limit(self, rows: Whole, p: float) -> Floats:
        """Return the (w, rows) logarithms up to which weeks are not rarer than `p`."""
        scores = np.array([null.score(p) for null in self.nulls])[self.groups[rows]]
        result: Floats = self.expected[:, rows] + self.scale[:, rows] * scores
        return result

    def take(self, rows: Whole) -> Surprise:
        """Return some of the series."""
        weeks = self.scores[:, rows], self.expected[:, rows], self.scale[:, rows]
        return Surprise(*weeks, self.weeks[rows], self.p[rows], self.groups[rows], self.nulls)


def surprise(
    values: Floats,
    breaks: Flags,
    *,
    renewed: Floats | None = None,
    sizes: Floats | None = None,
    peers: Flags | None = None,
    anew: Flags | None = None,
    joined: Floats | None = None,
) -> Surprise:
    """Judge the last week of each series.

    Args:
        values: (w, n) logarithms, oldest week first; NaN where they are not known.
        breaks: (w,) weeks since which values are measured differently: in them a series is compared with its peers'
            change alone, and its own level begins anew.
        renewed: (w, n) share of what a series is the sum of that it did not have before: such weeks are set beside
            such weeks alone, since they jump more often. None: it is never so.
        sizes: (w, n) logarithms of 1 + what makes peers alike, where that is not the value itself.
        peers: (n,) which series say what is usual: all without it. To be honest these must not have been chosen by
            their last week.
        anew: (w, n) weeks in which a series begins anew: it is new again from then on. None: it is never so.
        joined: (w, n) what a series is higher by, from the week after on, for what joins it with a past of its own: it
            is no part of `values` in the week itself. None: nothing does.
    """
    asked = np.ones(values.shape[1], np.bool_) if peers is None else peers
    forecasts = _Forecasts(values, renewed, sizes, asked, joined)
    broken = breaks.copy()
    # The change takes place within a week: the week after is the first that has it in full.
    broken[1:] |= breaks[:-1]
    for week in range(values.shape[0]):
        if anew is not None:
            forecasts.restart(anew[week] & (week > 0))
        forecasts.step(week, broken=bool(broken[week]))
    return _calibrated(forecasts, broken)


class _Forecasts:
    """All series, week after week; after each step they know that week and no later one."""

    def __init__(
        self, values: Floats, renewed: Floats | None, sizes: Floats | None, asked: Flags, joined: Floats | None
    ) -> None:
        weeks, n = values.shape
        self.values = values
        self.renewed = renewed
        self.sizes = sizes
        self.joined = joined
        self.asked = asked  # whether a series is one of those that say what is usual
        self.level = np.full(n, np.nan, values.dtype)
        self.known = np.zeros(n, np.int16)  # weeks since the level began
        self.seen = np.zeros(n, np.int16)  # weeks known of all
        self.age = np.full(n, -1, np.int16)  # weeks since the first one; before that, -1
        self.run = np.zeros(n, np.int8)  # weeks in a row, and in which direction, that were clipped
        self.wild = np.zeros(n, np.bool_)  # whether the last known week was
        self.squares = np.zeros(n, values.dtype)
        self.worth = np.zeros(n, values.dtype)
        self.ages = _Ages()
        self.peers: Floats | None = None
        # What the last step found, and what all found.
        self.scores = np.full((weeks, n), np.nan, values.dtype)
        self.expected = np.full((weeks, n), np.nan, values.dtype)
        self.scale = np.full((weeks, n), np.nan, values.dtype)
        self.groups = np.full((weeks, n), -1, np.int8)
        self.since_first = np.zeros(n, np.bool_)
        self.history = np.zeros(n, np.int16)

    def step(self, week: int, *, broken: bool) -> None:
        """Judge a week, then learn from it."""
        value = self.values[week]
        here = ~np.isnan(value)
        self.history = self.seen.copy()
        if not self.since_first.any():
            # What is there in the first week that is known has been there for long, as far as one can tell.
            self.since_first = here.copy()
        self.age[self.age >= 0] += 1
        self.age[here & (self.age < 0)] = 0
        rows = np.flatnonzero(here & (self.known > 0))
        if rows.size:
            self._judge(week, rows, broken=broken)
        self._begin(value, here & (self.known == 0))
        if self.joined is not None:
            # No surprise this week, and none in the next one.
            self.level += self.joined[week]
        self.seen[here] += 1

    def restart(self, rows: Flags) -> None:
        """Forget the levels of some series, which will be new next week."""
        self.known[rows] = 0
        self.age[rows] = -1
        self.since_first[rows] = False
        self.wild[rows] = False
        self.run[rows] = 0

    def _judge(self, week: int, rows: Whole, *, broken: bool) -> None:
        value, level = self.values[week, rows], self.level[rows]
        young = ~self.since_first[rows] & (self.age[rows] <= NEW)
        age = np.minimum(self.age[rows], NEW)
        cohort, count = cohorts(level if self.sizes is None else self.sizes[week, rows])
        off = value - level
        drift = np.where(young, self.ages.drift()[age], 0.0)
        # The young are few, and drift: what the week has for all is read from the others, if there are any.
        asked = self.asked[rows]
        steady = np.where(asked & ~(young & (not young.all())), off - drift, np.nan)
        moved = shrunk_medians(steady, cohort, count, _WORTH)[cohort]
        off = (off - moved).astype(value.dtype)
        rest = off - drift
        self.ages.learn(off, age, young & asked)

        peers = self._peers(np.where(asked & ~young, rest, np.nan), cohort, count)
        prior = np.where(young, self.ages.scale(peers.mean())[age], peers[cohort])
        variance = shrunk_variance(self.squares[rows], self.worth[rows], prior**2)
        own = np.sqrt(np.maximum(variance, _LEAST_SCALE**2))
        scale = own * np.sqrt(1 + 1 / np.maximum(self.known[rows], 1))
        # How much wider or narrower than forecasts say this week is for all peers.
        spread = GAUSSIAN * shrunk_medians(np.where(asked, np.abs(rest / scale), np.nan), cohort, count, _WORTH)[cohort]
        wide = (scale * np.where(young, 1.0, np.clip(spread, 0.5, None))).astype(value.dtype)
        self.scores[week, rows] = rest / wide
        self.expected[week, rows] = value - rest
        self.scale[week, rows] = wide
        renewed = None if self.renewed is None else self.renewed[week, rows]
        self.groups[week, rows] = _group(cohort, young, self.known[rows], self.wild[rows], renewed)
        self._learn(rows, rest, drift, own, np.full(rows.size, broken), renewed=renewed)

    def _peers(self, rest: Floats, cohort: Whole, count: int) -> Floats:
        """Return the (count,) scales of the cohorts: of this week and of those before."""
        now = GAUSSIAN * shrunk_medians(np.abs(rest), cohort, count, _WORTH)
        now = np.maximum(now, _LEAST_SCALE)
        before = self.peers
        self.peers = now if before is None else 0.8 * before + 0.2 * now
        return now if before is None else before

    def _learn(
        self, rows: Whole, rest: Floats, drift: Floats, own: Floats, anew: Flags, *, renewed: Floats | None
    ) -> None:
        known, run = self.known[rows], self.run[rows]
        again = np.sign(rest) == np.sign(run)
        most = own * _CLIP * np.where(again, 1 + 2 * np.abs(run), 1)
        beyond = np.abs(rest) > own * _CLIP
        gain = np.maximum(_SMOOTHING, 1 / (known + 1.0))
        if renewed is not None:
            # What it consists of now is more than one wild week: that is where it is from now on.
            replaced = (renewed > _SHARES[1]) & (rest > own * _WILD)
            most, gain = np.where(replaced, np.inf, most), np.where(replaced, 1.0, gain)
        # Where the level begins anew, what it was before says nothing but how steady the series is.
        self.level[rows] += drift + np.where(anew, rest, gain * np.clip(rest, -most, most))
        self.known[rows] = np.where(anew, 1, known + 1)
        self.wild[rows] = (np.abs(rest) > own * _WILD) & ~anew
        self.run[rows] = np.where(beyond & ~anew, np.where(again, run, 0) + np.sign(rest), 0)
        clipped = np.minimum(np.abs(rest), _SCALE_CLIP * own)
        # What the first forecasts are off by more than later ones is not the series' own.
        squares = _FADING * self.squares[rows] + clipped**2 / (1 + 1 / np.maximum(known, 1))
        self.squares[rows] = np.where(anew, self.squares[rows], squares)
        self.worth[rows] = np.where(anew, self.worth[rows], _FADING * self.worth[rows] + 1)

    def _begin(self, value: Floats, new: Flags) -> None:
        self.level[new] = value[new]
        self.known[new] = 1


class _Ages:
    """How new series move from week to week, by how old they are; from all weeks so far."""

    def __init__(self) -> None:
        self.moves: list[list[Floats]] = [[] for _ in range(NEW + 1)]

    def learn(self, moves: Floats, age: Whole, young: Flags) -> None:
        for each in range(1, NEW + 1):
            self.moves[each].append(moves[young & (age == each)])

    def drift(self) -> Floats:
        """Return the (NEW + 1,) median moves."""
        return np.array([_median(each) for each in self.moves])

    def scale(self, otherwise: float) -> Floats:
        """Return the (NEW + 1,) scales of moves round their median."""
        result = []
        for moves in self.moves:
            values = np.concatenate(moves) if moves else np.empty(0)
            deviation = float(GAUSSIAN * np.median(np.abs(values - np.median(values)))) if values.size else 0.0
            result.append((values.size * deviation + 10 * 2 * otherwise) / (values.size + 10))
        return np.array(result)


def _median(moves: list[Floats]) -> float:
    values = np.concatenate(moves) if moves else np.empty(0)
    # As if a few had not moved at all.
    return float(np.median(values)) * values.size / (values.size + 5) if values.size else 0.0


# Which scores are set beside which: by size and sort. Sorts: new; short history; after a wild week, which often goes
# on; much or some renewed; and what has none of these.
_SIZES = 2
_YOUNG, _SHORT, _AFTER, _MUCH, _SOME, _STEADY = range(6)
_SORTS = 6
_USUAL = (_SHORT, _STEADY)
# Shares that are much, and some.
_SHARES = (0.3, 0.1)


def _group(cohort: Whole, young: Flags, known: Whole, wild: Flags, renewed: Floats | None) -> Whole:
    sort = np.where(known < LONG, _SHORT, _STEADY)
    if renewed is not None:
        sort = np.where(renewed > _SHARES[1], np.where(renewed > _SHARES[0], _MUCH, _SOME), sort)
    sort = np.where(young, _YOUNG, np.where(wild, _AFTER, sort))
    return (sort * _SIZES + (cohort >= 2)).astype(np.int8)


def _calibrated(forecasts: _Forecasts, broken: Flags) -> Surprise:
    scores, groups = forecasts.scores, forecasts.groups
    last = scores.shape[0] - 1
    usable = np.flatnonzero(~broken[:-1] & (np.arange(last) > min(_WARM, last // 2)))
    if broken[-1]:
        usable = usable[:0]
    asked = forecasts.asked
    before, of = scores[usable][:, asked], groups[usable][:, asked]
    if np.count_nonzero(of >= 0) < calibration.ENOUGH:
        # Too few weeks for an earlier one to be like this: this week's own scores, nearly all of which are usual.
        before, of = scores[last:, asked], groups[last:, asked]
    p = np.full(scores.shape[1], np.nan)
    nulls = [calibration.student()] * (_SIZES * _SORTS)
    for group in np.unique(groups[last][groups[last] >= 0]).tolist():
        nulls[group] = _null(before, of, group)
        rows = np.flatnonzero(groups[last] == group)
        p[rows] = nulls[group].p_values(scores[last, rows])
    return Surprise(
        scores, forecasts.expected, forecasts.scale, forecasts.history, p, np.maximum(groups[last], 0), tuple(nulls)
    )


def _null(scores: Floats, groups: Whole, group: int) -> calibration.Null:
    """Return what scores of a group are like: by the group, else its sort, else by what is as steady as it or less."""
    sorts = groups // _SIZES
    sort = group // _SIZES
    usual = np.isin(sorts, _USUAL)
    for chosen in (groups == group, sorts == sort, usual if sort in _USUAL else ~usual):
        members = chosen & (groups >= 0)
        if np.count_nonzero(members) >= calibration.ENOUGH:
            return calibration.learn(scores[members])
    return calibration.student()
