"""What an exponentially weighted moving average leads one to expect next: for totals, which are one series each.

Roberts (1959), "Control Chart Tests Based on Geometric Moving Averages", Technometrics 1(3). Limits are for the next
value, and not for the average, so that the scale is that of the errors which the average has made so far.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WEIGHT = 0.3  # of the newest value
LEAST_ERRORS = 4  # before anything is said
LIMIT = 3.0  # standard deviations
LEAST_DEVIATION = 0.02  # of the logarithm: a total that was the same for weeks may still move by some percent
_GAUSSIAN = 1.4826  # makes a standard deviation of a median of absolute errors


@dataclass(frozen=True)
class Expected:
    """What was to be expected of each value, by those before it: (w,) each, NaN where they say nothing."""

    mean: Floats
    low: Floats
    high: Floats


def expectations(values: Floats, restarts: npt.NDArray[np.bool_]) -> Expected:
    """Return what each value's past leads one to expect of it.

    Args:
        values: (w,) not negative, oldest first; NaN where not known.
        restarts: (w,) whether what was before says nothing of this value and the ones after it.
    """
    found = Expected(*(np.full(len(values), np.nan) for _ in range(3)))
    average, errors = np.nan, list[float]()
    for week, value in enumerate(np.log1p(values)):
        if restarts[week]:
            average, errors = np.nan, []
        if len(errors) >= LEAST_ERRORS:
            deviation = max(_GAUSSIAN * float(np.median(np.abs(errors))), LEAST_DEVIATION)
            found.mean[week] = np.expm1(average)
            found.low[week] = max(np.expm1(average - LIMIT * deviation), 0.0)
            found.high[week] = np.expm1(average + LIMIT * deviation)
        if np.isnan(value):
            continue
        if np.isnan(average):
            average = value
        else:
            errors.append(value - average)
            average += WEIGHT * (value - average)
    return found
