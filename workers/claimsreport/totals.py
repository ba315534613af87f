"""Totals of the catalogue from week to week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from workers.claimsreport.report.content import MEASURES, Total, Trend
from workers.claimsreport.statistics.averages import expectations

if TYPE_CHECKING:
    from workers.claimsreport.series import Series

DAYS = 7
# Counted since the snapshot before, however long ago that is: only per week can they be compared.
SINCE_BEFORE = ("new_claims", "lost_claims")
# What YouTube's changes of its counting change; engaged views stay what they were.
BROKEN = ("weekly_views",)


class Totals(Protocol):
    """The weeks up to this one, in sums: a `history.series.StoredHistory` has them."""

    def totals(self, table: str, measure: str) -> Series:
        """Return a measure of all subjects of a table together, as of one; NaN where none is known."""


def trends_of(history: Totals) -> list[Trend]:
    """Return the trend of each measure that is known in any week, in the order of `MEASURES`."""
    found = []
    for measure in MEASURES:
        series = history.totals("assets", measure)
        sums = series.measures[measure][0]
        if np.isnan(sums).all():
            continue
        weeks = np.where(np.isnan(series.days), DAYS, series.days) / DAYS if measure in SINCE_BEFORE else 1.0
        restarts = series.breaks if measure in BROKEN else np.zeros_like(series.breaks)
        expected = expectations(sums / weeks, restarts)
        columns = (sums, expected.mean * weeks, expected.low * weeks, expected.high * weeks)
        rows = zip(series.dates, *(map(_known, column) for column in columns), strict=True)
        found.append(Trend(measure, tuple(Total(*row) for row in rows)))
    return found


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
