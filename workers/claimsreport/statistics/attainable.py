"""Many tests at once, most of which could hardly have come to anything."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]


class ByChance:
    """How many tests chance makes count, of those that count only where an effect is large enough as well.

    Where chance makes such an effect of a test with probability `b`, it makes a p-value of at most `t` that counts
    with probability min(t, b). So of all tests together chance makes the sum of these, and not one `t` for each
    (Tarone 1990, Heyse 2011).

    Attributes:
        tests: how many there are.
        most: how many of them chance makes count, whatever their p-values.
    """

    def __init__(self, least: Floats, worth: Floats) -> None:
        """Take the tests.

        Args:
            least: (n,) the probability that chance makes an effect large enough: it must not depend on the p-values.
            worth: (n,) how many tests each stands for.
        """
        order = np.argsort(least, kind="stable")
        bound, weight = least[order], worth[order]
        below = np.concatenate([[0.0], np.cumsum(bound * weight)])
        above = worth.sum() - np.concatenate([[0.0], np.cumsum(weight)])
        # Straight from one bound to the next, and level beyond the last one.
        self._p = np.concatenate([[0.0], bound])
        self._number = below + self._p * above
        self.tests = float(worth.sum())
        self.most = float(self._number[-1])

    def number(self, p: Floats) -> Floats:
        """Return how many tests chance makes count with p-values of at most each of these."""
        result: Floats = np.interp(p, self._p, self._number)
        return result

    def p_value(self, number: float) -> float:
        """Return the p-value up to which chance makes so many tests count; 1 where it never makes as many."""
        if number >= self.most:
            return 1.0
        return float(np.interp(number, self._number, self._p))


def q_values(p: Floats, least: Floats, worth: Floats) -> Floats:
    """Return the q-value of each p-value, where chance can make some tests count less often than others.

    What Benjamini and Hochberg (1995) do with the number of tests that chance makes count, which it is where every
    `least` is 1. Where nothing at all is unusual, the probability that the lowest q-value is at most a rate is at most
    that rate, as the sum is what Bonferroni's bound is.

    Args:
        p: (n,) p-values, 1 where the effect is too small; NaN where nothing was tested.
        least: (n,) the probability that chance makes an effect large enough: it must not depend on `p`.
        worth: (n,) how many tests each stands for.

    Returns:
        (n,) q-values, at most 1; NaN where `p` is.
    """
    result = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    if not tested.size:
        return result
    chance = ByChance(least[tested], worth[tested])
    result[tested] = 1.0
    counts = tested[p[tested] < 1]
    order = counts[np.argsort(p[counts], kind="stable")]
    steps = chance.number(p[order]) / np.arange(1, order.size + 1)
    result[order] = np.minimum.accumulate(np.minimum(steps, 1.0)[::-1])[::-1]
    return result
