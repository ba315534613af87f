"""How surprising surprises usually are: p-values set beside those that the weeks before have had.

No model is exact far out, where findings lie. The p-values that the same model gave the same subjects in earlier weeks
say by how much: where more of them were small than should be, the tail is drawn anew from the smallest ones, as peaks
over a threshold (Pickands 1975) with an exponential tail of `-log(p)`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# The tail is drawn from the smallest fifth of the p-values that were notable, from at least so many of them.
_FIFTH, _LEAST = 0.2, 60
# With fewer tests than this, none of them says anything of a tail.
_TESTS = 200
# How much slower than it should the tail falls, where nothing tells: as careful as weeks without history must be.
_UNKNOWN = 1.25
# What that counts for: as much as this many p-values.
_DOUBT = 20.0
# Events that ought to have been found, in each week that is remembered, at most: what they are is not usual.
_FOUND = 0.25
_SMALLEST = 1e-300


class Surprises:
    """The p-values of weeks gone by."""

    def __init__(self) -> None:
        """Remember none yet."""
        self._logarithms: list[Floats] = []
        self._weights: list[Floats] = []
        self._tests = 0.0

    def add(self, p: Floats, weights: Floats) -> None:
        """Remember those of one week; NaN was no test, and 1 is one that can never be far out."""
        self._tests += float(weights[~np.isnan(p)].sum())
        with np.errstate(invalid="ignore"):
            small = (p < 1) & (weights > 0)
        self._logarithms.append(-np.log(np.maximum(p[small], _SMALLEST)))
        self._weights.append(weights[small])

    def calibrated(self, p: Floats) -> Floats:
        """Return the p-values as the remembered ones make them; never smaller than they were."""
        share, threshold, slope, told = self._tail()
        with np.errstate(invalid="ignore", divide="ignore"):
            beyond = (-np.log(np.maximum(p, _SMALLEST)) - threshold) / slope
            # Below the threshold there are at least as many as beyond it. What is exponential with a slope that so many
            # values tell is a Pareto distribution (Lomax 1954) to predict.
            drawn = share * (1 + np.maximum(beyond, 0.0) / told) ** -told
            return np.where(p < 1, np.maximum(p, drawn), p)

    def needed(self, probability: float) -> float:
        """Return the p-value that is `probability` when set beside the remembered ones."""
        share, threshold, slope, told = self._tail()
        beyond = threshold + slope * told * (max(probability / share, _SMALLEST) ** (-1 / told) - 1)
        return float(min(probability, np.exp(-beyond))) if probability < share else probability

    def _tail(self) -> tuple[float, float, float, float]:
        """Return where the tail begins (share, `-log(p)`), how many times too slowly it falls, and how many tell it."""
        if self._tests < _TESTS or not self._logarithms:
            return 1.0, 0.0, _UNKNOWN, _DOUBT
        values, weights = np.concatenate(self._logarithms), np.concatenate(self._weights)
        order = np.argsort(-values, kind="stable")
        values, above = values[order], np.cumsum(weights[order])
        count = max(int(_FIFTH * values.size), _LEAST)
        if count < values.size:
            threshold, share = float(values[count]), float(above[count]) / self._tests
        else:  # Fewer were ever far out than the tail would be drawn from: they all make it, and one more.
            count = values.size
            threshold = float(values[-1]) if values.size else 0.0
            share = min(1.0, (float(above[-1]) + 1 if values.size else 1.0) / self._tests)
        # What ought to be found may be among them: the largest are known to be as large as the next one, no more
        # (censored maximum likelihood of an exponential distribution: Epstein and Sobel 1953).
        found = min(int(len(self._logarithms) * _FOUND), max(count - 1, 0))
        excess = float((np.minimum(values[:count], values[found : found + 1]) - threshold).sum())
        told = count - found
        slope = max(1.0, (excess + _DOUBT * _UNKNOWN) / (told + _DOUBT))
        return share, threshold, slope, told + _DOUBT
