"""Counts of events: whether there are more of them than a subject's history, and its peers', explain.

Events that come in bursts spread wider than a Poisson distribution, which would alert too often. Here the rate of each
subject has a prior, a mixture of gamma distributions as DuMouchel (1999) has for the cells of a table, and the counts
of a subject spread round its rate with a dispersion of their own: the next count is a mixture of negative binomials.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from workers.claimsreport.statistics import priors
from workers.claimsreport.statistics.tails import LITTLE, Tail, negative_binomial

__all__ = ["Tail", "negative_binomial_tail"]

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

# Rates of the prior: this many places, each a gamma distribution of this shape, which fills the gaps between them.
_PLACES = 32
_SHAPE = 8.0
# Dispersions are rounded to powers of this: subjects that are alike are then computed once.
_CLASS = 1.5
# The dispersion where no counts tell it.
_UNTOLD = 0.7
# Weeks that are too few to know how a subject's counts spread.
_FEW = 4
# Events that a week is taken to have had as usual: the movement common to few events is not told from chance.
_AS_USUAL = 20.0


def negative_binomial_tail(
    count: npt.ArrayLike,
    history_counts: npt.ArrayLike,
    exposure: npt.ArrayLike,
    now: npt.ArrayLike = 1.0,
    cohort: npt.ArrayLike | None = None,
    *,
    common: bool = True,
) -> Tail:
    """Return how probable it is that each count is as high as it is, or higher.

    Args:
        count: (n,) of this week; NaN where it is not known.
        history_counts: (n, w) of the weeks before, NaN where they are not known; w may be 0.
        exposure: (w,) or (n, w) what the counts before are proportional to: days, or days times things that can have
            one. NaN, or 0 and less: the week says nothing.
        now: a number or (n,), the exposure of this week, in the same unit.
        cohort: (n,) whole numbers: subjects with the same one are peers; all are without it.
        common: whether what moves all subjects of a week together (season, holidays) is taken off.
    """
    counts = np.asarray(count, dtype=np.float64)
    history = np.asarray(history_counts, dtype=np.float64)
    exposures = np.broadcast_to(np.asarray(exposure, dtype=np.float64), history.shape)
    current = np.broadcast_to(np.asarray(now, dtype=np.float64), counts.shape)
    known = ~np.isnan(history) & (exposures > 0)
    history, exposures = np.where(known, history, 0.0), np.where(known, exposures, 0.0)
    if common:
        exposures, current = _moved(counts, history, exposures, current)
    result = Tail(*(np.full(counts.size, np.nan) for _ in range(4)))
    peers = np.zeros(counts.size, np.intp) if cohort is None else np.asarray(cohort)
    for each in np.unique(peers):
        rows = np.flatnonzero(peers == each)
        found = _cohort(counts[rows], history[rows], exposures[rows], current[rows])
        for name in ("p", "expected", "dispersion", "weight"):
            getattr(result, name)[rows] = getattr(found, name)
    return result


def _moved(counts: Floats, history: Floats, exposures: Floats, current: Floats) -> tuple[Floats, Floats]:
    """Return the exposures times what all subjects of a week have more of than usual.

    No subject adds more than four standard deviations, so that bursts do not count as a movement of all; with a few
    weeks only that is not known.
    """
    rate = history.sum(axis=1) / np.maximum(exposures.sum(axis=1), LITTLE)
    dispersion = _dispersions(history, exposures)
    seen = ~np.isnan(counts) & (exposures.sum(axis=1) > 0)
    few = (exposures > 0).sum(axis=1) < _FEW
    weeks = [*zip(history.T, exposures.T, strict=True), (np.where(seen, counts, 0.0), np.where(seen, current, 0.0))]
    factor = np.empty(len(weeks))
    # A week at a time: arrays of all weeks of all subjects are large.
    for week, (happened, exposed) in enumerate(weeks):
        usual = rate * exposed
        most = usual + 4 * np.sqrt(usual + dispersion * usual**2)
        most[few] = np.inf
        factor[week] = (np.minimum(happened, most).sum() + _AS_USUAL) / (usual.sum() + _AS_USUAL)
    return exposures * factor[:-1], current * factor[-1]


def _dispersions(history: Floats, exposures: Floats) -> Floats:
    """Return the (n,) dispersions by moments: the peers', and each subject's own as far as its counts can tell."""
    known = exposures > 0
    weeks = known.sum(axis=1)
    total = exposures.sum(axis=1)
    mean = (history.sum(axis=1) / np.where(total > 0, total, 1.0))[:, None] * exposures
    free = np.maximum(weeks - 1, 0) / np.maximum(weeks, 1)
    above = ((history - mean) ** 2).sum(axis=1) - free * mean.sum(axis=1)
    # The square of the rate from products of different weeks, which chance does not make larger.
    products = np.maximum(history.sum(axis=1) ** 2 - (history**2).sum(axis=1), 0.0)
    exposed = (exposures**2).sum(axis=1)
    squared = free * exposed * products / np.maximum(total**2 - exposed, LITTLE)
    common = _UNTOLD
    spread = np.ones_like(total)
    for _ in range(3):
        spread = np.maximum(2 * _fourth(mean, common), LITTLE)
        worth = squared / spread
        # As if a few subjects more had been seen, that are dispersed as it is supposed without any.
        common = float(((above * worth).sum() + _UNTOLD) / ((squared * worth).sum() + 1))
        common = max(common, 0.01)
    information = squared**2 / spread
    single = above / np.maximum(squared, LITTLE)
    result: Floats = (information * single + 1 / common) / (information + 1 / common**2)
    # Few weeks show less of it than there is: the rate that they are compared with is their own.
    wide: Floats = np.clip(result, common, 50.0) * (1 + 12 / np.maximum(weeks, 2.5) ** 2)
    return wide


def _fourth(mean: Floats, dispersion: float) -> Floats:
    """Return the (n,) sums of the squares of the variances of (n, w) counts."""
    result = np.empty(mean.shape[0])
    # As many rows at once as the processor's cache has room for.
    for begin in range(0, mean.shape[0], priors.CHUNK):
        rows = mean[begin : begin + priors.CHUNK]
        variance = rows**2
        variance *= dispersion
        variance += rows
        variance *= variance
        result[begin : begin + priors.CHUNK] = variance.sum(axis=1)
    return result


@dataclass(frozen=True)
class _Subjects:
    """What is known of m subjects, or of m sorts of them, each (m,)."""

    count: Floats  # of this week; -1 where it is not known
    current: Floats  # exposure of this week
    total: Floats  # of the counts before
    exposed: Floats  # the exposures before, together
    pooled: Floats  # the dispersion of `total`
    dispersion: Floats  # of one week

    def take(self, rows: slice | Indices) -> _Subjects:
        return _Subjects(*(getattr(self, each.name)[rows] for each in fields(self)))


def _cohort(counts: Floats, history: Floats, exposures: Floats, current: Floats) -> Tail:
    dispersion = _dispersions(history, exposures)
    dispersion = _CLASS ** np.ceil(np.log(dispersion) / np.log(_CLASS))
    total, exposed = history.sum(axis=1), exposures.sum(axis=1)
    # The dispersion of the sum of weeks that are dispersed each by itself.
    pooled = dispersion * (exposures**2).sum(axis=1) / np.maximum(exposed, LITTLE) ** 2
    asked = np.nan_to_num(counts, nan=-1.0)
    first, back, times = _alike(asked, current, total, exposed, dispersion)
    subjects = _Subjects(asked, current, total, exposed, pooled, dispersion).take(first)
    places, weights = _prior(subjects, times)
    parts = [
        _predict(subjects.take(slice(begin, begin + priors.CHUNK)), places, weights)
        for begin in range(0, first.size, priors.CHUNK)
    ]
    p, expected, wide, weight = (np.concatenate(each)[back] for each in zip(*parts, strict=True))
    return Tail(np.where(np.isnan(counts), np.nan, p), expected, wide, weight)


def _alike(*columns: Floats) -> tuple[Indices, Indices, Floats]:
    """Return where each sort of subjects is first, of each subject the sort, and of each sort the number."""
    code = np.zeros(columns[0].size, np.intp)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        # Numbered anew after each column, so that the numbers never grow beyond the number of subjects.
        code = np.unique(code * values.size + place, return_inverse=True)[1]
    _, first, back, times = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
    return first, back, times.astype(np.float64)


def _prior(subjects: _Subjects, times: Floats) -> tuple[Floats, Floats]:
    """Return the rates that subjects may have, and how probable each is."""
    seen = np.flatnonzero(subjects.exposed > 0)
    if not seen.size:
        # No history at all: peers are known by this week alone.
        seen = np.flatnonzero((subjects.count >= 0) & (subjects.current > 0))
        subjects = replace(subjects, total=subjects.count, exposed=subjects.current, pooled=subjects.dispersion)
    if not seen.size:
        return np.ones(1), np.ones(1)
    chosen = subjects.take(seen[priors.sample(seen.size)])
    low = 0.3 / float(chosen.exposed.max())
    places = np.geomspace(low, max(float((chosen.total / chosen.exposed).max()) * 1.5, low * 10), _PLACES)
    return places, priors.learn(_log_likelihood(chosen, places), times[seen[priors.sample(seen.size)]])


def _log_likelihood(subjects: _Subjects, places: Floats) -> Floats:
    """Return the (m, k) logarithms of the probabilities of the totals, but for what is the same for every place."""
    size = 1 / (subjects.pooled + 1 / _SHAPE)[:, None]
    ratio = np.maximum(subjects.exposed[:, None] * places, LITTLE) / size
    # The negative binomial's gamma functions do not depend on its mean.
    result: Floats = subjects.total[:, None] * np.log(ratio / (1 + ratio)) - size * np.log1p(ratio)
    return result


def _predict(subjects: _Subjects, places: Floats, weights: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return of each p, the expected count, its dispersion, and the weight of its own history."""
    probable = priors.posterior(_log_likelihood(subjects, places), weights)
    own = (subjects.total / np.maximum(subjects.exposed, LITTLE))[:, None]
    # Within one gamma distribution: the credibility of Bühlmann and Straub (1970), by precision.
    noise = 1 / np.maximum(subjects.exposed[:, None] * places, LITTLE) + subjects.pooled[:, None]
    credible = 1 / (1 + _SHAPE * noise)
    rate = credible * own + (1 - credible) * places
    uncertain = (1 - credible) / _SHAPE
    mean = (probable * rate).sum(axis=1)
    variance = (probable * (rate**2 * (1 + uncertain))).sum(axis=1) - mean**2
    expected = np.maximum(mean * subjects.current, LITTLE)
    wide = subjects.dispersion + np.maximum(variance, 0.0) / mean**2
    p = negative_binomial(subjects.count, expected, wide)
    # The mixture in full where it may matter: its tail is longer than that of one distribution as wide.
    row, place = np.nonzero((probable > 1e-9) & (p < 0.2)[:, None])
    if row.size:
        many = subjects.dispersion[row]
        spread = many + uncertain[row, place] * (1 + many)
        each = negative_binomial(subjects.count[row], rate[row, place] * subjects.current[row], spread)
        mixed = np.bincount(row, weights=probable[row, place] * each, minlength=p.size)
        p = np.where(mixed > 0, np.minimum(mixed, 1.0), p)
    return p, expected, wide, (probable * credible).sum(axis=1)
