"""What little history says, drawn to what peers' history says."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]
Whole = npt.NDArray[np.integer[Any]]

# From so many weeks on, a series is judged by its own history more than by its peers'.
LONG = 8
# Peers are of one order of magnitude: these are the bounds, in logarithms of 1 + weekly value.
_BOUNDS = np.log1p([10.0, 100.0, 1_000.0, 10_000.0, 100_000.0])


def cohorts(level: Floats) -> tuple[Whole, int]:
    """Return the (n,) cohort of each level, a logarithm of 1 + value, and how many cohorts there are."""
    return np.searchsorted(_BOUNDS, level).astype(np.int8), _BOUNDS.size + 1


def shrunk_variance(squares: Floats, weeks: Floats, prior: Floats) -> Floats:
    """Return the (n,) variances of series: the mean of a series' own squared deviations and of its peers' variance.

    The mean of the posterior of a variance under an inverse gamma prior, but for a constant: `LONG` weeks of its own
    weigh as much as the peers.

    Args:
        squares: (n,) sums of squared deviations.
        weeks: (n,) how many there are of them.
        prior: (n,) variances of the peers.
    """
    result: Floats = (squares + LONG * prior) / (weeks + LONG)
    return result
