"""Many tests at once: how many of what looks unusual would be chance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def q_values(p: npt.ArrayLike, tests: int | None = None) -> Floats:
    """Return the q-value of each p-value, after Benjamini and Hochberg (1995).

    The q-value is the smallest rate of false discoveries at which a test counts as one: of all with `q <= rate`, a
    share of `rate` at most is expected to be chance, and where nothing at all is unusual, the probability of any is
    `rate` at most. That holds for independent tests and for those that depend on one another positively (Benjamini
    and Yekutieli 2001, theorem 1.2).

    Args:
        p: (n,) p-values; NaN where nothing was tested, which then does not count as a test.
        tests: how many tests were made, where `p` has only those of them that may count: all the others are taken
            to have p-values of 1, which makes the q-values larger, never smaller.

    Returns:
        (n,) q-values, at most 1, equal for equal p-values; NaN where p is.

    Raises:
        ValueError: a p-value is not between 0 and 1, or there are fewer tests than p-values.
    """
    values = np.asarray(p, dtype=np.float64)
    tested = ~np.isnan(values)
    known = values[tested]
    if known.size and not (known.min() >= 0 and known.max() <= 1):
        raise ValueError("a p-value is not between 0 and 1")
    count = known.size if tests is None else tests
    if count < known.size:
        raise ValueError(f"{known.size} p-values of {count} tests")
    result = np.full(values.shape, np.nan)
    if known.size:
        order = np.argsort(known, kind="stable")
        steps = known[order] * (count / np.arange(1, known.size + 1))
        q = np.empty_like(known)
        q[order] = np.minimum.accumulate(np.minimum(steps, 1.0)[::-1])[::-1]
        result[tested] = q
    return result
