"""Medians and what goes with them, of rows and of groups: what a few wild values do not move.

The median absolute deviation is scaled so that it estimates the standard deviation of what is Gaussian (Rousseeuw and
Croux 1993).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]
Whole = npt.NDArray[np.integer[Any]]

# The median absolute deviation of a Gaussian distribution, times this, is its standard deviation.
GAUSSIAN = 1.4826


def row_medians(values: Floats) -> Floats:
    """Return the (n,) medians of the rows of an (n, w) array, without its NaN; NaN where there is nothing else."""
    if not values.shape[1]:
        return np.full(values.shape[0], np.nan)
    # NaN is sorted to the end.
    ordered = np.sort(values, axis=1)
    known = values.shape[1] - np.isnan(ordered).sum(axis=1)
    rows = np.arange(values.shape[0])
    low, high = np.maximum((known - 1) // 2, 0), np.minimum(known // 2, values.shape[1] - 1)
    result: Floats = (ordered[rows, low] + ordered[rows, high]) / 2
    return result


def group_medians(values: Floats, groups: Whole, count: int) -> tuple[Floats, Whole]:
    """Return the (count,) medians of groups, NaN where a group has nothing, and how many values each has.

    Args:
        values: (n,); NaN does not count.
        groups: (n,) the group of each, 0 to count - 1.
        count: how many groups there are.
    """
    medians = np.full(count, np.nan)
    known = ~np.isnan(values)
    order = np.argsort(groups[known], kind="stable")
    ordered = values[known][order]
    sizes = np.bincount(groups[known], minlength=count)
    for group, members in enumerate(np.split(ordered, np.cumsum(sizes)[:-1])):
        if members.size:
            medians[group] = np.median(members)
    return medians, sizes


def shrunk_medians(values: Floats, groups: Whole, count: int, worth: float) -> Floats:
    """Return the (count,) medians of groups, each drawn to that of all values as if `worth` of those were its own.

    0 where there is no value at all.
    """
    medians, sizes = group_medians(values, groups, count)
    known = values[~np.isnan(values)]
    overall = float(np.median(known)) if known.size else 0.0
    result: Floats = (np.where(sizes > 0, medians, 0.0) * sizes + overall * worth) / (sizes + worth)
    return result
