"""Many tests at once, most of which could hardly have come to anything."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]


def q_values(p: Floats, least: Floats, worth: Floats) -> Floats:
    """Return the q-value of each p-value, where chance can make some tests count less often than others.

    A test counts only where its effect is large enough as well: where chance makes such an effect with probability
    `b`, it makes a p-value of at most `t` that counts with probability min(t, b). So of all tests together chance makes
    the sum of these, and not one `t` for each (Tarone 1990, Heyse 2011); for the rest it is what Benjamini and Hochberg
    (1995) do, which is what this is where every `b` is 1. Where nothing at all is unusual, the probability that the
    lowest q-value is at most a rate is at most that rate, as the sum is what Bonferroni's bound is.

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
    bound, weight = least[tested], worth[tested]
    by_bound = np.argsort(bound, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum((bound * weight)[by_bound])])
    weights = np.concatenate([[0.0], np.cumsum(weight[by_bound])])
    result[tested] = 1.0
    counts = tested[p[tested] < 1]
    order = counts[np.argsort(p[counts], kind="stable")]
    ordered = p[order]
    below = np.searchsorted(bound[by_bound], ordered, side="right")
    by_chance = sums[below] + ordered * (weights[-1] - weights[below])
    steps = by_chance / np.arange(1, order.size + 1)
    result[order] = np.minimum.accumulate(np.minimum(steps, 1.0)[::-1])[::-1]
    return result
