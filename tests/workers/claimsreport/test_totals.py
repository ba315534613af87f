"""Totals of the catalogue: what is added up, and by which weeks it is judged."""

from __future__ import annotations

import datetime as dt

import numpy as np

from workers.claimsreport.report.content import MEASURES
from workers.claimsreport.series import Series
from workers.claimsreport.totals import trends_of

WEEKS = 12


class Made:
    """A history in sums, of two assets; of one in the first week."""

    def __init__(self, days: float = 7.0, broken: int | None = None, **measures: float) -> None:
        self.measures = measures
        self.days = np.full(WEEKS, 7.0)
        self.days[0] = np.nan
        self.days[-1] = days
        self.breaks = np.arange(WEEKS) == broken

    def totals(self, table: str, measure: str) -> Series:
        assert table == "assets"
        dates = tuple(dt.date(2026, 1, 5) + dt.timedelta(weeks=week) for week in range(WEEKS))
        values = np.full((1, WEEKS), 2 * float(self.measures.get(measure, np.nan)))
        values[:, 0] /= 2
        if measure in ("new_claims", "lost_claims"):
            values[:, -1] *= self.days[-1] / 7
        return Series(np.array([table], dtype=np.object_), dates, self.days, {measure: values}, self.breaks)


def test_what_is_known_is_added_up_in_the_order_of_the_report() -> None:
    trends = trends_of(Made(claims=5, weekly_views=100))
    assert [trend.measure for trend in trends] == [name for name in MEASURES if name in ("claims", "weekly_views")]
    assert [each.value for each in trends[-1].totals] == [5, *[10] * (WEEKS - 1)]
    assert trends[-1].totals[1].expected is None
    assert trends[-1].totals[-1].expected is not None


def test_no_rows_and_nothing_known_are_no_trend() -> None:
    assert trends_of(Made()) == []


def test_counts_of_a_long_week_are_judged_by_the_week() -> None:
    (trend,) = trends_of(Made(days=21.0, new_claims=50))
    last = trend.totals[-1]
    assert last.value == 300
    assert last.expected is not None
    assert last.low is not None
    assert last.high is not None
    assert last.low < 300 < last.high
    assert 280 < last.expected < 310


def test_views_after_a_change_of_their_counting_are_not_judged_by_those_before() -> None:
    trends = {trend.measure: trend for trend in trends_of(Made(broken=10, weekly_views=100, weekly_engaged_views=50))}
    assert trends["weekly_views"].totals[-1].expected is None
    assert trends["weekly_engaged_views"].totals[-1].expected is not None
