"""How sure a share is that was counted."""

from __future__ import annotations

from scipy.special import betaincinv


def clopper_pearson(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact confidence interval of a share (Clopper and Pearson, 1934); 0 to 1 without trials."""
    if not trials:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = float(betaincinv(hits, trials - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, trials - hits, 1 - tail)) if hits < trials else 1.0
    return low, high
