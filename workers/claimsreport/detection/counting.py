"""Which subjects have more of something this week than history and peers explain."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workers.claimsreport.finding import Point
from workers.claimsreport.series import Floats, Series
from workers.claimsreport.statistics.forecasts import Forecasts, Notable, forecasts, limit
from workers.claimsreport.statistics.multiple import q_values

Whole = npt.NDArray[np.intp]

WEEK = 7.0  # days
# How many weeks a subject counts as one that has just begun.
BEGINNING = 4
# Of subjects that never had as much as a finding needs, this many stand for all of them.
_QUIET = 10_000
# Of each cohort of a size, at least so many; larger ones are one cohort with it otherwise.
_PEERS = 30


@dataclass(frozen=True)
class Weekly:
    """What is counted, of n subjects in w weeks.

    Attributes:
        counts: (n, w) NaN where they are not known.
        stock: (n, w) the claims that a subject had at the beginning of each week; NaN or 0 where it had none.
        proportional: whether what is counted is expected to be proportional to the stock.
        of_stock: whether it is counted of the stock, and can be no more.
        beginners: whether subjects that have just begun are compared with how others began.
    """

    counts: Floats
    stock: Floats
    proportional: bool
    of_stock: bool = False
    beginners: bool = False


@dataclass(frozen=True)
class Excess:
    """What k subjects have too much of; arrays are (k,) or (k, w).

    Attributes:
        rows: numbers of the subjects.
        counts: as they were counted.
        expected: what history and peers explain, as much as is counted between two snapshots.
        high: the most that they explain at the level of the findings.
        p: p-values, set beside those of earlier weeks.
        q: after Benjamini and Hochberg.
        weeks: of the own history.
        beginning: whether the subject has just begun.
        level: how many times the usual all subjects together had this week.
        tests: how many subjects were tested.
        dates: (w,) of the snapshots.
        days: (w,) since the snapshot before.
    """

    rows: Whole
    counts: Floats
    expected: Floats
    high: Floats
    p: Floats
    q: Floats
    weeks: Whole
    beginning: npt.NDArray[np.bool_]
    level: float
    tests: int
    dates: tuple[dt.date, ...]
    days: Floats

    def points(self, which: int) -> tuple[Point, ...]:
        """Return the history of one of them, per 7 days."""
        weeks = self.days / WEEK

        def known(values: Floats, week: int) -> float | None:
            value = float(values[which, week] / weeks[week])
            return None if np.isnan(value) else value

        return tuple(
            Point(date, known(self.counts, week), known(self.expected, week), known(self.high, week))
            for week, date in enumerate(self.dates)
        )


def stock_before(claims: Floats, more: Floats) -> Floats:
    """Return the (n, w) claims at the beginning of each week: those at the end of the week before.

    Args:
        claims: (n, w) at the end of each week; NaN where a subject is not in the snapshot.
        more: (n, w) what came in each week, net; only the first one is looked at, and the others may be left out.
    """
    stock = np.empty_like(claims)
    stock[:, 1:] = claims[:, :-1]
    stock[:, :1] = claims[:, :1] - more[:, :1]
    return stock


def excess(series: Series, weekly: Weekly, notable: Notable, rate: float) -> Excess | None:
    """Return the subjects that have more this week than is explained; None without any.

    Args:
        series: of the subjects.
        weekly: what is counted.
        notable: which counts are worth a finding.
        rate: of false discoveries.
    """
    if not weekly.counts.size or np.isnan(weekly.counts[:, -1]).all():
        return None
    rows, weights = _told(weekly.counts, notable.least)
    counts, stock = weekly.counts[rows], weekly.stock[rows]
    exposure = np.broadcast_to(series.days / WEEK, counts.shape)
    if weekly.proportional:
        exposure = exposure * stock
    if weekly.beginners:
        # Those whose claims are all gone have not begun with none.
        counts = np.where((stock > 0) | (counts > 0), counts, np.nan)
    ages = _ages(counts, stock) if weekly.beginners else np.full(counts.shape, BEGINNING)
    # What is proportional to the stock already needs no cohorts by it.
    sizes = np.zeros(counts.shape, np.intp) if weekly.proportional and not weekly.of_stock else _sizes(stock)
    cohort = np.where(ages < BEGINNING, ages, BEGINNING + sizes).astype(np.intp)
    found = forecasts(
        counts, exposure, cohort, notable, of=stock if weekly.of_stock else None, beginners=BEGINNING, weights=weights
    )
    tests = int((~np.isnan(weekly.counts[:, -1])).sum())
    q = q_values(found.p, tests)
    chosen = np.flatnonzero(q <= rate)
    if not chosen.size:
        return None
    beginning = cohort[chosen, -1] < BEGINNING
    expected = found.expected[chosen]
    return Excess(
        rows=rows[chosen],
        counts=counts[chosen],
        expected=expected,
        high=_high(found, chosen, beginning, notable, rate * chosen.size / tests),
        p=found.p[chosen],
        q=q[chosen],
        weeks=found.weeks[chosen],
        beginning=beginning,
        level=float(found.level[-1]),
        tests=tests,
        dates=series.dates,
        days=series.days,
    )


def _told(counts: Floats, least: float) -> tuple[Whole, Floats]:
    """Return the subjects that are looked at, and how many each stands for.

    Those that ever had as much as a finding needs are looked at, and as many of the others as make a good sample.
    """
    with np.errstate(invalid="ignore"):
        active = np.any(counts >= least, axis=1)
    quiet = np.flatnonzero(~active)
    every = max(1, -(-quiet.size // _QUIET))
    sample = quiet[::every]
    rows = np.sort(np.concatenate([np.flatnonzero(active), sample]))
    weights: Floats = np.where(active[rows], 1.0, quiet.size / max(sample.size, 1))
    return rows, weights


def _ages(counts: Floats, stock: Floats) -> Whole:
    """Return for how many weeks each subject has been there, up to BEGINNING; what comes back begins anew."""
    ages = np.full(counts.shape, BEGINNING, np.intp)
    for week in range(1, counts.shape[1]):
        there = stock[:, week] > 0
        ages[:, week] = np.where(there, np.minimum(ages[:, week - 1] + 1, BEGINNING), 0)
    # In the first week nothing tells a subject that has just begun but having had nothing before.
    ages[:, 0] = np.where(stock[:, 0] == 0, 0, BEGINNING)
    return ages


def _sizes(stock: Floats) -> Whole:
    """Return cohorts by the claims that subjects have already: each has up to twice as many as the one before."""
    sizes = np.log2(np.nan_to_num(stock, nan=0.0).clip(min=0.0) + 1).astype(np.intp)
    numbers = np.cumsum(np.bincount(sizes[:, -1])[::-1])[::-1]
    result: Whole = np.minimum(sizes, max(int((numbers >= _PEERS).sum()) - 1, 0))
    return result


def _high(
    found: Forecasts, chosen: Whole, beginning: npt.NDArray[np.bool_], notable: Notable, probability: float
) -> Floats:
    """Return the (k, w) highest counts that would not have been found."""
    usual, begun = found.needed(probability)
    expected = found.expected[chosen]
    needed = np.broadcast_to(np.where(beginning, begun, usual)[:, None], expected.shape)
    rare = limit(expected, found.dispersion[chosen], needed)
    small = np.ceil(np.maximum(expected + notable.least, notable.ratio * expected)) - 1
    result: Floats = np.maximum(rare, small)
    return result
