"""How many newly contested claims are usual for each asset, and how far out those of this week are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workers.claimsreport.detection.counting import WEEK
from workers.claimsreport.statistics.counts import negative_binomial_tail
from workers.claimsreport.statistics.multiple import q_values

if TYPE_CHECKING:
    from workers.claimsreport.series import Floats, Series, Texts

WEEKS = 12  # that are looked back on: what was usual half a year ago says less, and costs as much


@dataclass(frozen=True)
class Usual:
    """What is usual of newly contested claims, and how far from it this week is; each (n,).

    Attributes:
        counts: so many there are, as history counts them: by status, owners and ids of policies alone.
        expected: so many are usual.
        p: the probability of so many, or more.
        q: the same after Benjamini and Hochberg (1995), all assets of the catalogue being tested.
    """

    counts: Floats
    expected: Floats
    p: Floats
    q: Floats


def newly_contested(series: Series, assets: Texts) -> Usual | None:
    """Return how probable so many newly contested claims are; None where no snapshot came before.

    With a single one before, what peers have this week is all that says what is usual.

    Args:
        series: of `claims` and `newly_contested`, of all assets.
        assets: (n,) ids.
    """
    if not len(series.ids) or np.isnan(series.days[-1]):
        return None
    # This week, and those that are looked back on.
    counts, claims = (series.measures[name][:, -(WEEKS + 1) :] for name in ("newly_contested", "claims"))
    exposure = np.nan_to_num(claims)
    exposure *= np.nan_to_num(series.days[-(WEEKS + 1) :]) / WEEK
    # An asset that has lost all its claims had some of them in between; one at least keeps the rate finite.
    np.maximum(exposure, 1.0, out=exposure)
    tail = negative_binomial_tail(counts[:, -1], counts[:, :-1], exposure[:, :-1], exposure[:, -1])
    rows = np.minimum(np.searchsorted(series.ids, assets), len(series.ids) - 1)
    known = series.ids[rows] == assets
    found = (counts[rows, -1], tail.expected[rows], tail.p[rows], q_values(tail.p)[rows])
    return Usual(*(np.where(known, values, np.nan) for values in found))
