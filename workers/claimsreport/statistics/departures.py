"""Values that stay about where they are: how far each week departs from the level that the weeks before it have.

The level of a subject follows its values by exponential smoothing; what all peers do in a week is taken off by their
median. A week departs from the level and from the week before, in the same direction: what stays where it went, or
comes back, has not departed again. How far a subject usually departs is learned from its own weeks and, as long as
these are few, from subjects of its size (as empirical Bayes, Efron and Morris 1973). That is not known exactly, for
which Student's t stands; how much heavier the tails really are, the weeks before say
(`workers.claimsreport.statistics.surprises`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from workers.claimsreport.statistics.surprises import Surprises

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.intp]
Truths = npt.NDArray[np.bool_]

_FADING = 0.85  # of what a week tells of a level
_WEEKS_OF_PEERS = 8.0
_FREEDOM = 20.0  # of Student's t
_CAP = 3.0  # standard deviations that a departure counts for, at most, when something is learned from it
# Without peers nobody knows how far values depart: as if this many had departed so far.
_GUESS, _GUESSES = 0.5, 5.0
_LEAST_DEVIATION = 0.02
# With fewer peers than this their median says nothing of what all of them do.
_PEERS = 10


@dataclass(frozen=True)
class Departures:
    """How far each week of n subjects departs.

    Attributes:
        expected: (n, w) with what all peers do in the week: the value itself where it lies between the level and
            the week before, or else the nearer one of both. NaN where it is not known.
        deviation: (n, w) standard deviation of a departure; NaN likewise.
        p: (n,) of the last week: the probability of a departure as far that is notable; 1 where it is not notable, NaN
            where there is nothing to depart, or to depart from.
        weeks: (n,) weeks of its own history that the last level rests on.
        needed: turns a probability into the number of deviations that it takes in the last week.
    """

    expected: Floats
    deviation: Floats
    p: Floats
    weeks: Whole
    needed: Callable[[float], float]


def departures(
    values: Floats,
    band: Whole,
    peers: Whole,
    notable: Callable[[Floats, int], Truths],
    *,
    fresh: Truths | None = None,
    both: bool = True,
    weights: Floats | None = None,
) -> Departures:
    """Compare each week of each subject with the weeks before.

    Args:
        values: (n, w), oldest week first, on a scale on which departures add, such as logarithms; NaN where unknown.
        band: (n,) subjects with the same one are taken to depart about as far as one another.
        peers: (n,) what subjects with the same one do together in a week is taken off.
        notable: given (n,) departures and the number of the week, which are worth a finding.
        fresh: (n, w) weeks from which on what came before no longer says where the level is.
        both: whether departures to below count too.
        weights: (n,) how many subjects each stands for; 1 without it.
    """
    subjects, weeks = values.shape
    model = _Model(band, peers, np.ones(subjects) if weights is None else weights, both=both)
    expected, deviation = np.full((weeks, subjects), np.nan), np.full((weeks, subjects), np.nan)
    p = np.full(subjects, np.nan)
    surprises = Surprises()
    by_week = np.ascontiguousarray(values.T)
    for week in range(weeks):
        if week:
            surprises.add(p, model.weights)
            model.learn(by_week[week - 1], deviation[week - 1])
        if fresh is not None:
            model.forget(fresh[:, week])
        expected[week], deviation[week] = model.forecast(by_week[week])
        departure = by_week[week] - expected[week]
        p = np.where(np.isnan(departure), np.nan, 1.0)
        asked = np.flatnonzero(notable(departure, week) & ~np.isnan(departure) & (both | (departure > 0)))
        p[asked] = model.tail(departure[asked] / deviation[week][asked])

    def needed(probability: float) -> float:
        raw = max(surprises.needed(probability), 1e-300) / (2 if both else 1)
        return float(-special.stdtrit(_FREEDOM, raw))

    return Departures(expected.T, deviation.T, surprises.calibrated(p), model.weeks, needed)


class _Model:
    """What is known after some weeks."""

    def __init__(self, band: Whole, peers: Whole, weights: Floats, *, both: bool) -> None:
        """Know nothing yet."""
        self.weights = weights
        self.weeks = np.zeros(band.size, np.intp)
        self._both = both
        self._band, self._bands = band, np.zeros((2, int(band.max(initial=0)) + 1))
        self._groups = [np.flatnonzero(peers == each) for each in np.unique(peers)]
        self._level, self._last = np.zeros(band.size), np.zeros(band.size)
        self._evidence = np.zeros(band.size)
        self._common = np.zeros(band.size)
        self._squares, self._number = np.zeros(band.size), np.zeros(band.size)

    def forget(self, which: Truths) -> None:
        """Forget where some levels are; how far values depart from them is still known."""
        self._evidence[which] = 0
        self.weeks[which] = 0

    def forecast(self, values: Floats) -> tuple[Floats, Floats]:
        """Return what is expected of a week, and how far from it values usually are."""
        seen = self._evidence > 0
        level = np.where(seen, self._level, np.nan)
        self._common[:] = 0
        for group in self._groups:
            departure = (values - level)[group]
            departure = departure[~np.isnan(departure)]
            if departure.size >= _PEERS:
                self._common[group] = np.median(departure)
        # Whoever is where it was a week ago, or back where it was before, has not departed now.
        last = np.where(seen, self._last, np.nan)
        expected = np.clip(values - self._common, np.fmin(level, last), np.fmax(level, last))
        expected = np.where(np.isnan(values), level, expected)
        pooled = (self._bands[0].sum() + _GUESSES * _GUESS**2) / (self._bands[1].sum() + _GUESSES)
        bands = (self._bands[0] + 20 * pooled) / (self._bands[1] + 20)
        variance = (_WEEKS_OF_PEERS * bands[self._band] + self._squares) / (_WEEKS_OF_PEERS + self._number)
        # The level itself is only known as well as its weeks tell it.
        variance = np.maximum(variance, _LEAST_DEVIATION**2) * (1 + 1 / np.where(seen, self._evidence, 1.0))
        return expected + self._common, np.where(seen, np.sqrt(variance), np.nan)

    def tail(self, deviations: Floats) -> Floats:
        """Return how probable it is to be as many standard deviations away."""
        p = special.stdtr(_FREEDOM, -np.abs(deviations))
        return np.asarray(2 * p if self._both else p)

    def learn(self, values: Floats, deviation: Floats) -> None:
        """Learn from a week."""
        own = values - self._common
        known = ~np.isnan(values)
        foreseen = known & (self._evidence > 0)
        usual = np.where(foreseen, deviation, 1.0)
        capped = np.clip(np.where(foreseen, own - self._level, 0.0), -_CAP * usual, _CAP * usual)
        square = np.where(foreseen, capped**2 / (1 + 1 / np.maximum(self._evidence, 1.0)), 0.0)
        told = self.weights * foreseen
        self._bands[0] += np.bincount(self._band, square * told, self._bands.shape[1])
        self._bands[1] += np.bincount(self._band, told, self._bands.shape[1])
        self._squares += square
        self._number += foreseen
        self._evidence = np.where(known, _FADING * self._evidence + 1, self._evidence)
        # A first value is the level; later ones move it.
        moved = np.where(foreseen, self._level + capped / np.maximum(self._evidence, 1.0), own)
        self._level = np.where(known, moved, self._level)
        self._last = np.where(known, own, self._last)
        self.weeks += known
