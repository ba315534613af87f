"""Counts that come week by week: what each week was expected to bring, from the weeks before it alone.

A gamma-Poisson model that forgets (Smith 1979; West and Harrison 1997, ch. 10), in bursts: the rate of a subject is
the rate of its cohort times a factor of its own, whose gamma prior has mean 1 and whose evidence fades from week to
week; counts spread round it with a dispersion of their own, so that the next one is negative binomial. What all
subjects do in a week is taken off first. Every week is forecast before it is learned from. How improbable a count is
is set beside how many of the week's tests chance makes as improbable and large enough to matter
(`workers.claimsreport.statistics.attainable`), and that beside how often it was so in the weeks before
(`workers.claimsreport.statistics.surprises`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from workers.claimsreport.statistics.attainable import ByChance
from workers.claimsreport.statistics.surprises import Surprises
from workers.claimsreport.statistics.tails import LITTLE, beta_binomial, beta_binomial_about

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.intp]
Probability = Callable[[Floats, Floats, Floats, Floats], Floats]

# What a week's evidence is worth a week later: so much that fourteen weeks halve it.
FADING = 0.95
# How many weeks of its own a subject must have before its own dispersion counts as much as that of its peers.
_WEEKS_OF_PEERS = 8.0
# A count counts as no more than this many standard deviations when something is learned from it.
_RATE_CAP, _DISPERSION_CAP = 3.0, 5.0
# Gamma priors of the factors: their shapes lie within these, so that subjects never are all alike.
_LEAST_SHAPE, _MOST_SHAPE = 0.05, 5.0
_LEAST_DISPERSION = 0.005
# How much subjects differ where nothing tells it: the shape of their factors, and as how much evidence that counts.
_GUESS, _GUESSES = 0.3, 5.0
# How much slower than it should the tail of those that have just begun falls, as long as little tells it: they are few,
# and begin in more ways than one distribution has.
_OF_BEGINNERS = 2.0
_DISPERSION_FADING = 0.95
# Dispersions are learned by bands of what is expected, each four times the one before: rare counts come in other
# bursts than frequent ones.
_BANDS = 12
# Events that a week is taken to have had as usual: whole catalogues differ by a fifth from week to week, and what is
# more than that is to be shown by more events than these.
_AS_USUAL = 25.0


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
            return np.asarray(count >= self.fewest(expected, of))

    def fewest(self, expected: Floats, of: Floats | None) -> Floats:
        """Return the smallest counts that are; NaN where nothing is expected."""
        enough = np.maximum(expected + self.least, self.ratio * expected)
        return np.ceil(enough if of is None else np.maximum(enough, self.share * of))


@dataclass(frozen=True)
class Forecasts:
    """What each week of n subjects was expected to bring.

    Attributes:
        expected: (n, w) from the weeks before each; NaN where they say nothing.
        dispersion: (n, w) the variance of a count is `expected + dispersion * expected**2`.
        level: (w,) how many times what was expected all subjects together did, which `expected` has taken off.
        p: (n,) of the last week: the share of its tests that chance alone makes notable and as improbable; 1 where the
            count is not notable, NaN where nothing was expected or counted.
        weeks: (n,) weeks of its own history that the last forecast rests on.
        surprises: those of the weeks before, of which the ones of beginners come last.
        by_chance: how many tests of the last week chance makes count, likewise.
    """

    expected: Floats
    dispersion: Floats
    level: Floats
    p: Floats
    weeks: Whole
    surprises: tuple[Surprises, Surprises]
    by_chance: tuple[ByChance, ByChance]

    def needed(self, probability: float) -> tuple[float, float]:
        """Return the probabilities of counts by the model alone that come to this one in `p`; of beginners last."""
        usual, begun = (
            chance.p_value(surprises.needed(probability) * chance.tests)
            for surprises, chance in zip(self.surprises, self.by_chance, strict=True)
        )
        return usual, begun


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


def tail_of(
    count: Floats, of: Floats, expected: Floats, dispersion: Floats, probability: Probability = beta_binomial
) -> Floats:
    """Return P(X >= count) where the counts are of so many: beta-binomial, the share being as wide as `dispersion`."""
    share = np.clip(expected / of, LITTLE, 0.999)
    both = np.maximum((1 - share) / (dispersion * share) - 1, 0.05)
    return probability(count, of, share * both, (1 - share) * both)


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
    return Forecasts(expected.T, dispersion.T, level, p, model.weeks, model.surprises, model.by_chance)


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
        self._shape = np.full(cohorts, _GUESS)
        self._before = np.zeros(subjects), np.zeros(subjects)
        self._bands = np.zeros((2, 2, _BANDS))  # of all others, and of beginners
        self.surprises = Surprises(), Surprises(_OF_BEGINNERS)
        self.by_chance = ByChance(np.empty(0), np.empty(0)), ByChance(np.empty(0), np.empty(0))

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
        those = expected[asked], dispersion[asked]
        p[asked] = tail(counts[asked], *those) if of is None else tail_of(counts[asked], of[asked], *those)
        tested = np.flatnonzero(~np.isnan(p))
        # How probable chance makes it that each is notable: it cannot be where that is more than it is counted of.
        fewest, least = self.notable.fewest(expected, of), np.zeros(p.size)
        rows = tested if of is None else tested[fewest[tested] <= of[tested]]
        those = expected[rows], dispersion[rows]
        least[rows] = (
            tail(fewest[rows], *those)
            if of is None
            else tail_of(fewest[rows], of[rows], *those, probability=beta_binomial_about)
        )
        beginning = cohort < self.beginners
        self.by_chance = self._chance(least, tested[~beginning[tested]]), self._chance(least, tested[beginning[tested]])
        for chance, rows in zip(self.by_chance, (asked[~beginning[asked]], asked[beginning[asked]]), strict=True):
            p[rows] = chance.number(p[rows]) / max(chance.tests, 1.0)
        return expected, dispersion, level, p

    def _chance(self, least: Floats, rows: Whole) -> ByChance:
        return ByChance(least[rows], self.weights[rows])

    def learn(self, counts: Floats, exposure: Floats, cohort: Whole, expected: Floats, p: Floats) -> None:
        """Learn from a week, whose level is in its exposure."""
        beginning = cohort < self.beginners
        for sort, (history, chance) in enumerate(zip(self.surprises, self.by_chance, strict=True)):
            history.add(p, self.weights * (beginning == bool(sort)), chance.most / max(chance.tests, 1.0))
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
            happened = float((worth * np.minimum(x, most)).sum())
            level = (happened + _AS_USUAL) / (float((worth * mu).sum()) + _AS_USUAL)
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
        # A cohort of a few subjects says little of that: all together say more.
        pooled = (self._between[0].sum() + _GUESSES / _GUESS) / (self._between[1].sum() + _GUESSES)
        between = (self._between[0] + 10 * max(pooled, 0.0)) / (self._between[1] + 10)
        self._shape = 1 / np.clip(between, 1 / _MOST_SHAPE, 1 / _LEAST_SHAPE)


def _band(expected: Floats) -> Whole:
    """Return the band of each expectation: up to 1/64, 1/16, 1/4, 1, 4, ..."""
    with np.errstate(invalid="ignore", divide="ignore"):
        exponent = np.floor(np.log2(expected) / 2) + 4
    bands: Whole = np.clip(np.nan_to_num(exponent, nan=0.0, neginf=0.0), 0, _BANDS - 1).astype(np.intp)
    return bands
