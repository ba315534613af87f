"""How many new disputes are usual for each asset, and how far out those of this week are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workers.claimsreport.statistics.counts import negative_binomial_tail
from workers.claimsreport.statistics.multiple import q_values

if TYPE_CHECKING:
    from workers.claimsreport.detection.conflicts.evidence import Counts
    from workers.claimsreport.series import Floats, Series, Texts

WEEK = 7.0  # days
# What is disputed in the first snapshot is taken for the new disputes of so many days before: a dispute stands for 30
# at most (https://support.google.com/youtube/answer/9948004), and many for less. Fewer days make more of them usual.
STANDS = 14.0
WEEKS = 12  # that are looked back on: what was usual half a year ago says less, and costs as much


@dataclass(frozen=True)
class Usual:
    """What is usual of new disputes, and how far from it this week is; each (n,).

    Attributes:
        expected: so many are usual.
        p: the probability of so many, or more.
        q: the same after Benjamini and Hochberg (1995), all assets of the catalogue being tested.
    """

    expected: Floats
    p: Floats
    q: Floats


def new_disputes(series: Series, assets: Texts, counts: Counts) -> Usual | None:
    """Return how probable so many new disputes are; None where no snapshot came before.

    What was disputed in a snapshot is kept, and what was newly disputed is not: of the weeks before, the rise is taken
    for it. That is less than what there was where disputes ended in the same week, so that p-values are smaller than
    they would be: the movement common to all assets, which the test takes off, has most of this.

    Args:
        series: of `claims` and `disputed`, of all assets.
        assets: (n,) ids.
        counts: (n,) new disputes and appeals of each in this week; all other assets have none.
    """
    if not len(series.ids) or np.isnan(series.days[-1]):
        return None
    # This week, and those that are looked back on.
    disputed, claims = (series.measures[name][:, -(WEEKS + 1) :] for name in ("disputed", "claims"))
    days = series.days[-(WEEKS + 1) :].copy()
    days[0] = STANDS
    rows = np.minimum(np.searchsorted(series.ids, assets), len(series.ids) - 1)
    known = series.ids[rows] == assets
    now = np.zeros(len(series.ids))
    now[rows[known]] = counts[known]
    rises = rises_of(disputed)[:, :-1]
    exposure = np.nan_to_num(claims)
    exposure *= days / WEEK
    # Claims of this week alone are not in the snapshot before; one at least keeps the rate finite.
    np.maximum(exposure, 1.0, out=exposure)
    tail = negative_binomial_tail(now, rises, exposure[:, :-1], exposure[:, -1])
    found = Usual(tail.expected[rows], tail.p[rows], q_values(tail.p)[rows])
    return Usual(*(np.where(known, values, np.nan) for values in (found.expected, found.p, found.q)))


def rises_of(disputed: Floats) -> Floats:
    """Return by how much each (n, w) count rose since the week before, and NaN where it is not known.

    In the first week, and where there was none before, it rose from 0.
    """
    before = np.column_stack([np.full(len(disputed), np.nan), disputed[:, :-1]])
    # An asset that was not there had nothing that was disputed.
    before = np.where(np.isnan(before) & ~np.isnan(disputed), 0.0, before)
    rises: Floats = np.maximum(disputed - before, 0.0)
    return rises
