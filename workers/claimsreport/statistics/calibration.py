"""p-values of scores whose distribution is not known: from the scores that the same rule gave before.

Far out, where findings lie, a Gaussian tail says one in a million of what happens every week. Here the null is
empirical (Efron 2004): a score is set beside the scores of earlier weeks. Beyond the last percent of those, their
tail is continued by a generalised Pareto distribution (Pickands 1975), fitted by maximum likelihood. What is highest
among them may be no chance, but a spike of then: of the highest twentieth of the tail it is only taken that they are
high (they are censored), not how high; and those for which there is no place in the tail at all are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[Any]

# The tail is this share of the scores, from at least and at most so many of them.
_SHARE = 0.01
_LEAST, _MOST = 50, 5_000
_CENSORED = 0.05
# Tails of weekly logarithms are about as heavy as that of Student's t with four degrees of freedom: a prior.
_SHAPE, _SHAPE_WITHIN = 0.25, 0.1
# Scores so high that fewer than this of all should be there are left out, and the tail is fitted again.
_NO_PLACE, _ROUNDS = 0.02, 5
# Fewer scores than this tell nothing of a tail; then it is that of Student's t with so many degrees of freedom.
ENOUGH = 500
_FREEDOM = 3.0
# What the body of the distribution is read from, at most: quantiles of it.
_BODY = 2_000


@dataclass(frozen=True)
class Null:
    """What scores are like where nothing is unusual.

    Attributes:
        body: (b,) quantiles of the scores, evenly spaced from 0 to 1; empty: Student's t.
        share: of the scores, those beyond the threshold.
        threshold: where the tail begins.
        scale: of the generalised Pareto distribution.
        shape: of it, more than 0: the larger, the heavier is the tail.
    """

    body: Floats
    share: float = 1.0
    threshold: float = 0.0
    scale: float = 1.0
    shape: float = 0.0

    def p_values(self, scores: Floats) -> Floats:
        """Return the (n,) probabilities of scores as high, or higher; NaN where there is none."""
        values = np.asarray(scores, dtype=np.float64)
        if not self.body.size:
            tail: Floats = np.asarray(special.stdtr(_FREEDOM, -values))
            return tail
        beyond = np.maximum(values - self.threshold, 0.0)
        tail = self.share * np.exp(-np.log1p(self.shape * beyond / self.scale) / self.shape)
        places = np.linspace(0, 1, self.body.size)
        inside = np.maximum(1 - np.interp(values, self.body, places), self.share)
        result: Floats = np.where(values > self.threshold, tail, inside)
        return np.where(np.isnan(values), np.nan, result)

    def score(self, p: float) -> float:
        """Return the score that has a p-value of `p`."""
        if not self.body.size:
            return float(-special.stdtrit(_FREEDOM, p))
        if p >= self.share:
            return float(np.interp(1 - p, np.linspace(0, 1, self.body.size), self.body))
        return self.threshold + self.scale * float(np.expm1(self.shape * np.log(self.share / p))) / self.shape


def student() -> Null:
    """Return what is taken where there are too few scores to learn from: a tail heavier than most."""
    return Null(np.empty(0))


def learn(scores: Floats) -> Null:
    """Return what scores are like, from (m,) scores of the same rule; NaN does not count."""
    values = np.sort(scores[~np.isnan(scores)]).astype(np.float64)
    if values.size < ENOUGH:
        return student()
    for _ in range(_ROUNDS):
        null = _fitted(values)
        usual = int(np.searchsorted(values, null.score(_NO_PLACE / values.size), side="right"))
        if usual == values.size:
            break
        values = values[:usual]
    return null


def _fitted(values: Floats) -> Null:
    count = int(min(max(values.size * _SHARE, _LEAST), _MOST))
    threshold = float(values[-count - 1])
    scale, shape = _pareto(values[-count:] - threshold)
    return Null(np.quantile(values, np.linspace(0, 1, _BODY)), count / values.size, threshold, scale, shape)


def _pareto(excess: Floats) -> tuple[float, float]:
    """Return scale and shape of the generalised Pareto distribution of (k,) sorted values, the highest censored.

    By maximum likelihood in one dimension (Grimshaw 1993): the shape follows from the ratio of shape and scale.
    """
    count = excess.size
    seen = count - int(count * _CENSORED)
    values = np.minimum(excess, excess[seen - 1])
    mean = max(float(values.mean()), 1e-12)
    ratios = np.geomspace(1e-3, 10, 80) / mean
    logarithms = np.log1p(ratios[:, None] * values)
    everything = logarithms.sum(axis=1)
    shapes = np.maximum(everything / seen, 1e-6)
    likelihood = -seen * np.log(shapes / ratios) - logarithms[:, :seen].sum(axis=1) - seen
    best = int(np.argmax(likelihood - ((shapes - _SHAPE) / _SHAPE_WITHIN) ** 2 / 2))
    shape = float(shapes[best])
    ratio = float(ratios[best])
    return float(shapes[best]) / ratio, shape
