"""How far out a count is: what tests of counts return, and the tails of their distributions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]

# So little that nothing is divided by zero, and less than any rate or mean ever is.
LITTLE = 1e-9
# Terms that are summed at once, at most.
_TERMS = 1_000_000
# Terms that are summed one by one where all would be many; and no slower do the others fall than this.
_FIRST, _EVENLY = 48, 0.99
# With less than this for all others, the terms hardly fall, or rise again towards the totals: all of them are summed.
_SLOW = 4.0


@dataclass(frozen=True)
class Tail:
    """How far out each of n counts is.

    Attributes:
        p: (n,) the probability of a count as high, or higher; NaN where there is no count.
        expected: (n,) what history, peers and the movement common to all explain.
        dispersion: (n,) the variance of a count is `expected + dispersion * expected**2`.
        weight: (n,) how much of the expectation is the subject's own history, 0 to 1; the rest is its peers'.
    """

    p: Floats
    expected: Floats
    dispersion: Floats
    weight: Floats

    def limit(self, probability: float) -> Floats:
        """Return the (n,) highest counts that are not rarer than `probability`, approximately."""
        return negative_binomial_limit(self.expected, self.dispersion, probability)


def negative_binomial_limit(expected: npt.ArrayLike, dispersion: npt.ArrayLike, probability: float) -> Floats:
    """Return the (n,) highest counts that are not rarer than `probability`, given the means and dispersions."""
    mean = np.maximum(np.asarray(expected, dtype=np.float64), LITTLE)
    size = 1 / np.maximum(np.asarray(dispersion, dtype=np.float64), LITTLE)
    # The inverse is continuous, counts are not; it is NaN where a count of 0 is already less rare.
    inverse = special.nbdtrik(1 - probability, size, size / (size + mean))
    result: Floats = np.ceil(np.where(np.isnan(inverse), 0.0, np.maximum(inverse, 0.0)))
    return result


def negative_binomial(counts: Floats, expected: Floats, dispersion: Floats) -> Floats:
    """P(X >= counts): the regularised incomplete beta function, whose small values are exact to many digits."""
    size = 1 / dispersion
    mean = np.maximum(expected, LITTLE)
    p = special.betainc(np.maximum(counts, 1.0), size, mean / (mean + size))
    result: Floats = np.where(counts <= 0, 1.0, p)
    return result


def beta_binomial(counts: Floats, totals: Floats, a: Floats, b: Floats) -> Floats:
    """P(X >= counts) of whole counts from 0 to totals, by summing the terms."""
    result = np.ones(counts.shape)
    asked = np.flatnonzero(counts > 0)
    terms = (totals - counts)[asked].astype(np.intp) + 1
    group = (np.cumsum(terms) - 1) // _TERMS
    for each in np.unique(group):
        rows = asked[group == each]
        result[rows] = _summed(counts[rows], totals[rows], a[rows], b[rows])
    return result


def beta_binomial_about(counts: Floats, totals: Floats, a: Floats, b: Floats) -> Floats:
    """P(X >= counts) of whole counts from 1 to totals, about: the first terms, and the others as if they fell evenly.

    A fraction of the time, where totals are large; exact where there are no more terms than those.
    """
    at = counts[:, None] + np.arange(_FIRST)
    left = np.maximum(totals[:, None] - at, 0.0)
    # Each term is the one before times this; beyond the totals there are none.
    ratios = left * (at + a[:, None]) / ((at + 1) * (left + b[:, None] - 1 + (left == 0)))
    first = np.exp(
        special.betaln(counts + a, totals - counts + b)
        - special.betaln(counts + 1, totals - counts + 1)
        - special.betaln(a, b)
        - np.log(totals + 1)
    )
    terms = np.cumprod(ratios, axis=1)
    last = np.minimum(ratios[:, -1], _EVENLY)
    result: Floats = first * (1 + terms.sum(axis=1) + terms[:, -1] * last / (1 - last))
    slow = b < _SLOW
    result[slow] = beta_binomial(counts[slow], totals[slow], a[slow], b[slow])
    return np.minimum(result, 1.0)


def _summed(counts: Floats, totals: Floats, a: Floats, b: Floats) -> Floats:
    terms = (totals - counts).astype(np.intp) + 1
    start = np.cumsum(terms) - terms
    row = np.repeat(np.arange(counts.size), terms)
    of_one = counts[row] + (np.arange(row.size) - start[row])
    of_others = totals[row] - of_one
    logarithm = (
        special.betaln(of_one + a[row], of_others + b[row])
        - special.betaln(of_one + 1, of_others + 1)
        - (special.betaln(a, b) + np.log(totals + 1))[row]
    )
    result: Floats = np.minimum(np.add.reduceat(np.exp(logarithm), start), 1.0)
    return result
