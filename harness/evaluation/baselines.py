"""Two simple rules that many people use on weekly series: a fixed z-score, and a rolling median/MAD rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST_WEEKS = 4  # of history; with less, a rule says nothing
_WINDOW = 12  # weeks that the rolling rule looks back
# Of series of whole numbers that hardly ever change; without it one claim more would be infinitely surprising.
_LEAST_SPREAD = 1.0


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes:
        name: what people call it.
        threshold: from which score on it alerts.
        judge: of (n, w) series, how far the last week is above what the weeks before it say: by the rule's score, and
            in the series' own unit; NaN where these weeks are too few.
    """

    name: str
    threshold: float
    judge: Callable[[Floats], tuple[Floats, Floats]]


def z_scores(series: Floats) -> tuple[Floats, Floats]:
    """Return by how many standard deviations of its history the last week of each series is above its mean."""
    now, before = series[:, -1], series[:, :-1]
    known = (~np.isnan(before)).sum(axis=1)
    values = np.nan_to_num(before)
    mean = values.sum(axis=1) / np.maximum(known, 1)
    squares = np.where(np.isnan(before), 0.0, (before - mean[:, None]) ** 2).sum(axis=1)
    spread = np.sqrt(squares / np.maximum(known - 1, 1))
    return _judged(now - mean, spread, known)


def mad_scores(series: Floats) -> tuple[Floats, Floats]:
    """Return the modified z-score of Iglewicz and Hoaglin (1993) of the last week: 0.6745 (x - median) / MAD."""
    now, before = series[:, -1], series[:, -1 - _WINDOW : -1]
    known = (~np.isnan(before)).sum(axis=1)
    center = _medians(before)
    spread = _medians(np.abs(before - center[:, None]))
    return _judged(now - center, spread / 0.6745, known)


def _medians(values: Floats) -> Floats:
    """Return the median of what is known of each row; NaN where nothing is: np.nanmedian warns of such rows."""
    ordered = np.sort(values, axis=1)  # NaN comes last
    known = (~np.isnan(values)).sum(axis=1)
    rows = np.arange(len(values))
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    low, high = np.maximum((known - 1) // 2, 0), np.minimum(known // 2, values.shape[1] - 1)
    result: Floats = (ordered[rows, low] + ordered[rows, high]) / 2
    return result


def _judged(more: Floats, spread: Floats, known: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    scores = more / np.maximum(spread, _LEAST_SPREAD)
    return np.where(known >= LEAST_WEEKS, scores, np.nan), more


RULES = (Rule("z-score >= 3", 3.0, z_scores), Rule("median/MAD > 3.5", 3.5, mad_scores))
