"""How surprising surprises usually are: p-values set beside those that the weeks before have had.

No model is exact far out, where findings lie. The p-values that the same model gave the same subjects in earlier weeks
say by how much: where more of them were small than should be, the tail is drawn anew from the smallest ones, as peaks
over a threshold (Pickands 1975) with an exponential tail of `-log(p)`.
"""

from __future__ import annotations

import math

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
# No model is better than this far out, whatever the nearer part of its tail says.
_LEAST_SLOPE = 1.2
# Events that ought to have been found, in each week that is remembered, at most: what they are is not usual.
_FOUND = 0.25
# The first weeks of all say little of how forecasts with more history do.
_WARM = 4
_SMALLEST = 1e-300


class Surprises:
    """The p-values of weeks gone by."""

    def __init__(self, unknown: float = _UNKNOWN) -> None:
        """Remember none yet.

        Args:
            unknown: how many times slower than it should the tail falls, where nothing tells.
        """
        self._unknown = unknown
        self._logarithms: list[Floats] = []
        self._weights: list[Floats] = []
        self._tests: list[float] = []
        self._most: list[float] = []

    def add(self, p: Floats, weights: Floats, most: float = 0.0) -> None:
        """Remember those of one week; NaN was no test, and 1 is one that can never be far out.

        Args:
            p: (n,) p-values.
            weights: (n,) how many tests each stands for.
            most: the largest p-value below 1 that there can be, where that is known.
        """
        tests = float(weights[~np.isnan(p)].sum())
        with np.errstate(invalid="ignore"):
            small = (p < 1) & (weights > 0)
        self._tests.append(tests)
        self._most.append(most * tests)
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
        first = min(_WARM, len(self._tests) // 2)
        tests = sum(self._tests[first:])
        if tests < _TESTS:
            return 1.0, 0.0, self._unknown, _DOUBT
        values, weights = np.concatenate(self._logarithms[first:]), np.concatenate(self._weights[first:])
        order = np.argsort(-values, kind="stable")
        values, above = values[order], np.cumsum(weights[order])
        count = max(int(_FIFTH * values.size), _LEAST)
        if count < values.size:
            threshold, share = float(values[count]), float(above[count]) / tests
        else:  # Fewer were ever far out than the tail would be drawn from: they all make it, and one more.
            # It begins where p-values that count do: from the smallest that was seen on, all would be as good as that.
            count = values.size
            most = sum(self._most[first:]) / tests
            threshold = -math.log(most) if most else float(values[-1]) if values.size else 0.0
            share = min(1.0, (float(above[-1]) + 1 if values.size else 1.0) / tests)
        # What ought to be found may be among them: the largest are known to be as large as the next one, no more
        # (censored maximum likelihood of an exponential distribution: Epstein and Sobel 1953).
        found = min(int((len(self._tests) - first) * _FOUND), max(count - 1, 0))
        excess = float(np.maximum(np.minimum(values[:count], values[found : found + 1]) - threshold, 0.0).sum())
        told = count - found
        slope = max(_LEAST_SLOPE, (excess + _DOUBT * self._unknown) / (told + _DOUBT))
        return share, threshold, slope, told + _DOUBT
