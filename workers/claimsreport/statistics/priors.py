"""What rates there are among peers: a prior that is learnt from all of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Subjects whose places are computed at once, at most.
CHUNK = 20_000
_ROUNDS = 60
# Subjects that the prior is learnt from, at most; more change nothing that can be seen.
_SAMPLE = 5_000
# What the prior has at every place of its grid, so that nothing is impossible that no peer happens to be.
_EVERYWHERE = 1e-4


def sample(rows: int) -> npt.NDArray[np.intp]:
    """Return indices of at most `_SAMPLE` of the rows, evenly spread and always the same."""
    if rows <= _SAMPLE:
        return np.arange(rows)
    return np.linspace(0, rows - 1, _SAMPLE).astype(np.intp)


def learn(log_likelihood: Floats, times: Floats) -> Floats:
    """Return the (k,) weights of a mixture by maximum likelihood.

    The nonparametric estimate of Kiefer and Wolfowitz (1956) on a fixed grid, as Koenker and Mizera (2014) have it,
    found by expectation and maximisation (Laird 1978). DuMouchel's (1999) mixture of two gammas is the same with two
    places instead of a grid.

    Args:
        log_likelihood: (m, k) of each observation, if it came from each component.
        times: (m,) how often each observation was made.
    """
    size = log_likelihood.shape[1]
    weights = np.full(size, 1 / size)
    if log_likelihood.shape[0]:
        likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
        for _ in range(_ROUNDS):
            weights *= (times / (likelihood @ weights)) @ likelihood
            weights /= weights.sum()
    result: Floats = (1 - _EVERYWHERE) * weights + _EVERYWHERE / size
    return result


def posterior(log_likelihood: Floats, weights: Floats) -> Floats:
    """Return the (m, k) probabilities that each observation came from each component."""
    logarithm = log_likelihood + np.log(weights)
    result: Floats = np.exp(logarithm - logarithm.max(axis=1, keepdims=True))
    result /= result.sum(axis=1, keepdims=True)
    return result
