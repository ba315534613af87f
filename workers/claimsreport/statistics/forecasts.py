"""Counts that come week by week: what each week was expected to bring, from the weeks before it alone.

A gamma-Poisson model that forgets (Smith 1979; West and Harrison 1997, ch. 10), in bursts: the rate of a subject is
the rate of its cohort times a factor of its own, whose gamma prior has mean 1 and whose evidence fades from week to
week; counts spread round it with a dispersion of their own, so that the next one is negative binomial. What all
subjects do in a week is taken off first. Every week is forecast before it is learned from, and how far such forecasts
have been wrong before says how far this one may be (`workers.claimsreport.statistics.surprises`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from workers.claimsreport.statistics.surprises import Surprises
from workers.claimsreport.statistics.tails import beta_binomial

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.intp]

# What a week's evidence is worth a week later: so much that fourteen weeks halve it.
FADING = 0.95
# How many weeks of its own a subject must have before its own dispersion counts as much as that of its peers.
_WEEKS_OF_PEERS = 8.0
# A count counts as no more than this many standard deviations when something is learned from it.
_RATE_CAP, _DISPERSION_CAP = 3.0, 5.0
# Gamma priors of the factors: their shapes lie within these, so that subjects never are all alike.
_LEAST_SHAPE, _MOST_SHAPE = 0.05, 5.0
_LEAST_DISPERSION = 0.005
_DISPERSION_FADING = 0.95
# Dispersions are learned by bands of what is expected, each four times the one before: rare counts come in other
# bursts than frequent ones.
_BANDS = 12


@dataclass(frozen=True)
class Notable:
    """Which counts are worth a finding, however rare they are.

    Attributes:
        least: at least this many beyond what was expected.
        ratio: and this many times what was expected.
        share: and this share of what is counted of, where counts are of something.
    """

    least: float
    ratio: float
    share: float = 0.0

    def among(self, count: Floats, expected: Floats, of: Floats | None) -> npt.NDArray[np.bool_]:
        """Return which of the counts are; NaN is not."""
        with np.errstate(invalid="ignore"):
            enough = (count >= expected + self.least) & (count >= self.ratio * expected)
            return enough if of is None else enough & (count >= self.share * of)


@dataclass(frozen=True)
class Forecasts:
    """What each week of n subjects was expected to bring.

    Attributes:
        expected: (n, w) from the weeks before each; NaN where they say nothing.
        dispersion: (n, w) the variance of a count is `expected + dispersion * expected**2`.
        level: (w,) how many times what was expected all subjects together did, which `expected` has taken off.
        p: (n,) of the last week: the probability of a count as high that is notable; 1 where it is not notable, NaN
            where nothing was expected or counted.
        weeks: (n,) weeks of its own history that the last forecast rests on.
        surprises: those of the weeks before, of which the ones of beginners come last.
    """

    expected: Floats
    dispersion: Floats
    level: Floats
    p: Floats
    weeks: Whole
    surprises: tuple[Surprises, Surprises]


def limit(expected: Floats, dispersion: Floats, probability: Floats) -> Floats:
    """Return the highest counts that are not rarer than `probability`, each of which may be different.

    All three of one shape; NaN where nothing is expected.
    """
    known = ~np.isnan(expected)
    mean, spread = np.where(known, expected, 0.0), np.where(known, dispersion, 1.0)
    low, high = np.zeros_like(mean), np.ceil(mean) + 2
    while (rare := tail(high, mean, spread) >= probability).any():
        high = np.where(rare, high * 2, high)
    while ((high - low) > 1).any():
        middle = np.floor((low + high) / 2)
        inside = tail(middle, mean, spread) >= probability
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return np.where(known, low, np.nan)


def tail(count: Floats, expected: Floats, dispersion: Floats) -> Floats:
    """Return P(X >= count) of negative binomial counts with these means and dispersions."""
    size = 1 / dispersion
    p = special.betainc(np.maximum(count, 1.0), size, expected / (expected + size))
    return np.where(count <= 0, 1.0, p)


def tail_of(count: Floats, of: Floats, expected: Floats, dispersion: Floats) -> Floats:
    """Return P(X >= count) where the counts are of so many: beta-binomial, the share being as wide as `dispersion`."""
    share = np.minimum(expected / of, 0.999)
    both = np.maximum((1 - share) / (dispersion * share) - 1, 0.05)
    return beta_binomial(count, of, share * both, (1 - share) * both)


def forecasts(
    counts: Floats,
    exposure: Floats,
    cohort: Whole,
    notable: Notable,
    *,
    of: Floats | None = None,
    beginners: int = 0,
    weights: Floats | None = None,
) -> Forecasts:
    """Forecast each week of each subject from the weeks before.

    Args:
        counts: (n, w), oldest week first; NaN where they are not known.
        exposure: (n, w) what a count is proportional to, such as days; NaN or 0 where nothing could be counted.
        cohort: (n, w) which peers a subject has in each week, from 0.
        notable: which counts are worth a finding.
        of: (n, w) what the counts are of, where they can be no more than something.
        beginners: the first so many cohorts are of subjects that have just begun. They do not tell what all subjects
            do in a week, and their surprises are set beside those of beginners only.
        weights: (n,) how many subjects each stands for; 1 without it.
    """
    subjects, weeks = counts.shape
    cohorts = int(cohort.max(initial=0)) + 1
    model = _Model(subjects, cohorts, beginners, notable, np.ones(subjects) if weights is None else weights)
    expected, dispersion = np.full((weeks, subjects), np.nan), np.full((weeks, subjects), np.nan)
    level = np.ones(weeks)
    p = np.full(subjects, np.nan)
    # A week at a time: columns of arrays that lie row by row would be slow to walk.
    counted, exposed, peers = (np.ascontiguousarray(each.T) for each in (counts, exposure, cohort))
    totals = [None] * weeks if of is None else list(np.ascontiguousarray(of.T))
    for week in range(weeks):
        if week:
            model.learn(counted[week - 1], exposed[week - 1] * level[week - 1], peers[week - 1], expected[week - 1], p)
        expected[week], dispersion[week], level[week], p = model.forecast(
            counted[week], exposed[week], peers[week], totals[week]
        )
    if weeks:
        p = np.where(peers[-1] < beginners, *(each.calibrated(p) for each in reversed(model.surprises)))
    return Forecasts(expected.T, dispersion.T, level, p, model.weeks, model.surprises)


class _Model:
    """What is known after some weeks."""

    def __init__(self, subjects: int, cohorts: int, beginners: int, notable: Notable, weights: Floats) -> None:
        """Know nothing yet."""
        self.weights = weights
        self.beginners = beginners
        self.notable = notable
        self.weeks = np.zeros(subjects, np.intp)
        self._seen, self._exposed = np.zeros(subjects), np.zeros(subjects)  # evidence on the factor of each
        self._excess, self._squares = np.zeros(subjects), np.zeros(subjects)  # evidence on the dispersion of each
        self._cohort = np.zeros((2, cohorts))  # counts and exposure, which fade
        self._between = np.zeros((2, cohorts))  # evidence on how much subjects of a cohort differ
        self._shape = np.full(cohorts, 0.3)
        self._before = np.zeros(subjects), np.zeros(subjects)
        self._bands = np.zeros((2, 2, _BANDS))  # of all others, and of beginners
        self.surprises = Surprises(), Surprises()

    def forecast(
        self, counts: Floats, exposure: Floats, cohort: Whole, of: Floats | None
    ) -> tuple[Floats, Floats, float, Floats]:
        """Return expectation, dispersion, level and raw p-value of a week."""
        with np.errstate(invalid="ignore", divide="ignore"):
            rate = np.where(self._cohort[1] > 0, self._cohort[0] / self._cohort[1], np.nan)
            peers = rate[cohort] * np.where(exposure > 0, exposure, np.nan)
        shape = self._shape[cohort]
        expected = peers * (shape + self._seen) / (shape + self._exposed)
        own = self._dispersion(expected, cohort)
        level = self._level(counts, expected, own, cohort)
        expected = expected * level
        # Of beginners nothing is known yet: how much they differ is how they are dispersed.
        dispersion = own + np.where(cohort < self.beginners, 0.0, 1 / (shape + self._seen))
        p = np.where(np.isnan(counts) | np.isnan(expected), np.nan, 1.0)
        asked = np.flatnonzero(self.notable.among(counts, expected, of))
        those = counts[asked], expected[asked], dispersion[asked]
        p[asked] = tail(*those) if of is None else tail_of(those[0], of[asked], *those[1:])
        return expected, dispersion, level, p

    def learn(self, counts: Floats, exposure: Floats, cohort: Whole, expected: Floats, p: Floats) -> None:
        """Learn from a week, whose level is in its exposure."""
        beginning = cohort < self.beginners
        for sort, history in enumerate(self.surprises):
            history.add(p, self.weights * (beginning == bool(sort)))
        known = ~np.isnan(counts) & (exposure > 0)
        foreseen = known & ~np.isnan(expected)
        x, mu = np.where(foreseen, counts, 0.0), np.where(foreseen, expected, 0.0)
        own = self._dispersion(mu, cohort)
        deviation = np.sqrt(mu + (own + 1 / (self._shape[cohort] + self._seen)) * mu**2)
        moderate = np.minimum(x, mu + _DISPERSION_CAP * deviation + 1)
        self._learn_dispersion(moderate, mu, cohort)
        capped = np.where(foreseen, np.minimum(x, mu + _RATE_CAP * deviation + 1), np.where(known, counts, 0.0))
        exposed = np.where(known, exposure, 0.0)
        self._cohort *= FADING
        self._cohort[0] += np.bincount(cohort, capped * self.weights, self._shape.size)
        self._cohort[1] += np.bincount(cohort, exposed * self.weights, self._shape.size)
        rate = self._cohort[0] / np.maximum(self._cohort[1], 1e-12)
        peers = rate[cohort] * exposed
        self._learn_shape(np.where(foreseen, moderate, capped), peers, cohort)
        # In bursts, many counts of one week say little more than a few.
        worth = 1 / (1 + own * np.maximum(mu, peers))
        self._seen = FADING * self._seen + worth * capped
        self._exposed = FADING * self._exposed + worth * peers
        self.weeks += known

    def _level(self, counts: Floats, expected: Floats, dispersion: Floats, cohort: Whole) -> float:
        """Return how many times what was expected they all did; no subject has much of a say in it."""
        told = ~np.isnan(counts) & ~np.isnan(expected) & (cohort >= self.beginners)
        x, mu, spread = counts[told], expected[told], dispersion[told]
        worth = self.weights[told] / (1 + spread * mu)
        level = 1.0
        for _ in range(4):
            most = level * mu + _RATE_CAP * np.sqrt(level * mu + spread * (level * mu) ** 2) + 1
            level = float((worth * np.minimum(x, most)).sum() + 5) / float((worth * mu).sum() + 5)
        return level

    def _dispersion(self, expected: Floats, cohort: Whole) -> Floats:
        """Return the dispersion of each subject: its band's, and its own as far as its weeks can tell."""
        pooled = (self._bands[0].sum(axis=1) + 1) / (self._bands[1].sum(axis=1) + 1)
        bands = (self._bands[0] + 20 * pooled[:, None]) / (self._bands[1] + 20)
        beginning = cohort < self.beginners
        common = np.maximum(bands, _LEAST_DISPERSION)[beginning.astype(np.intp), _band(expected)]
        own = (_WEEKS_OF_PEERS * common + self._excess) / (_WEEKS_OF_PEERS + self._squares)
        result: Floats = np.where(beginning, common, np.maximum(own, common / 4))
        return result

    def _learn_dispersion(self, x: Floats, mu: Floats, cohort: Whole) -> None:
        """Learn by moments how far off forecasts are, each week having the worth that its size gives it."""
        damping = 1 / (1 + mu) ** 2
        square = mu**2 * damping
        excess = ((x - mu) ** 2 - mu) * damping
        beginning = cohort < self.beginners
        band = _band(mu) + _BANDS * beginning
        self._bands *= _DISPERSION_FADING
        self._bands[0] += np.bincount(band, excess * self.weights, 2 * _BANDS).reshape(2, _BANDS)
        self._bands[1] += np.bincount(band, square * self.weights, 2 * _BANDS).reshape(2, _BANDS)
        self._excess += np.where(beginning, 0.0, excess)
        self._squares += np.where(beginning, 0.0, square)

    def _learn_shape(self, x: Floats, peers: Floats, cohort: Whole) -> None:
        """Learn how much subjects of a cohort differ: as far as they are off its rate again and again."""
        size = peers / (1 + peers)
        residual = (x - peers) / (1 + peers)
        before, sizes = self._before
        self._between[0] += np.bincount(cohort, residual * before * self.weights, self._shape.size)
        self._between[1] += np.bincount(cohort, size * sizes * self.weights, self._shape.size)
        self._before = residual, size
        between = (self._between[0] + 10 / 0.3) / (self._between[1] + 10)
        self._shape = 1 / np.clip(between, 1 / _MOST_SHAPE, 1 / _LEAST_SHAPE)


def _band(expected: Floats) -> Whole:
    """Return the band of each expectation: up to 1/64, 1/16, 1/4, 1, 4, ..."""
    with np.errstate(invalid="ignore", divide="ignore"):
        exponent = np.floor(np.log2(expected) / 2) + 4
    bands: Whole = np.clip(np.nan_to_num(exponent, nan=0.0, neginf=0.0), 0, _BANDS - 1).astype(np.intp)
    return bands
