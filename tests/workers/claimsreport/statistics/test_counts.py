import numpy as np
import pytest
from numpy.random import Generator

from workers.claimsreport.statistics.counts import negative_binomial_tail
from workers.claimsreport.statistics.tails import beta_binomial, negative_binomial_limit


def drawn(random: Generator, rate: np.ndarray, days: np.ndarray, dispersion: float) -> np.ndarray:
    """Negative binomial counts, (n, w)."""
    shape = (rate.size, days.size)
    return random.poisson(rate[:, None] * days * random.gamma(1 / dispersion, dispersion, shape)).astype(float)


def rarer(p: np.ndarray, than: float) -> float:
    """How many times as many p-values as there should be lie at or below."""
    return float((p <= than).mean() / than)


@pytest.mark.parametrize("weeks", [0, 1, 3, 8, 26])
@pytest.mark.parametrize("dispersion", [0.1, 1.0])
def test_p_values_are_as_rare_as_they_say(weeks: int, dispersion: float) -> None:
    random = np.random.default_rng(weeks)
    rate = random.lognormal(-1.0, 1.8, 50_000) / 7
    days = np.full(weeks + 1, 7.0)
    days[: weeks // 2] = 9
    counts = drawn(random, rate, days, dispersion)
    p = negative_binomial_tail(counts[:, -1], counts[:, :-1], days[:-1], 7.0).p
    assert rarer(p, 1e-2) < 1.2
    assert rarer(p, 1e-3) < 1.5
    assert rarer(p, 1e-4) < 2.5


@pytest.mark.parametrize("mean", [5.0, 200.0])
def test_power_is_not_lost_on_the_way(mean: float) -> None:
    # Were rate and dispersion known, the p-value would be this; history knows them nearly.
    random = np.random.default_rng(3)
    history = drawn(random, np.full(2000, mean), np.ones(26), 0.2)
    count = np.full(2000, np.ceil(mean * 5))
    tail = negative_binomial_tail(count, history, np.ones(26), common=False)
    known = float((drawn(random, np.full(400_000, mean), np.ones(1), 0.2)[:, 0] >= mean * 4).mean())
    assert known < 1e-3
    assert np.median(tail.p) < 1e-3
    assert np.median(tail.expected) == pytest.approx(mean, rel=0.1)


def test_the_tail_is_that_of_the_negative_binomial_distribution() -> None:
    # One subject among many that are alike, with a long history: its rate and dispersion are known well.
    random = np.random.default_rng(4)
    counts = drawn(random, np.full(3000, 10.0), np.ones(60), 0.25)
    p = negative_binomial_tail(np.full(3000, 30.0), counts, np.ones(60), common=False).p
    # P(X >= 30), mean 10, variance 10 + 0.25 * 100: by summing the terms.
    x = np.arange(30)
    size, chance = 4.0, 4.0 / 14.0
    terms = np.cumprod(np.concatenate([[chance**size], (x[1:] - 1 + size) / x[1:] * (1 - chance)]))
    assert np.median(p) == pytest.approx(1 - terms.sum(), rel=1)


def test_a_holiday_of_all_is_not_unusual_of_one() -> None:
    random = np.random.default_rng(5)
    rate = random.lognormal(1, 1, 20_000)
    history = drawn(random, rate, np.ones(26), 0.1)
    count = drawn(random, rate * 2.5, np.ones(1), 0.1)[:, 0]
    assert rarer(negative_binomial_tail(count, history, np.ones(26)).p, 1e-3) < 1.5
    assert rarer(negative_binomial_tail(count, history, np.ones(26), common=False).p, 1e-3) > 20


def test_a_late_week_has_more_days() -> None:
    random = np.random.default_rng(6)
    rate = random.lognormal(1, 1, 5_000)
    history = drawn(random, rate, np.full(26, 7.0), 0.1)
    count = drawn(random, rate, np.array([21.0]), 0.1)[:, 0]
    assert rarer(negative_binomial_tail(count, history, np.full(26, 7.0), 21.0, common=False).p, 1e-2) < 1.3
    assert rarer(negative_binomial_tail(count, history, np.full(26, 7.0), 7.0, common=False).p, 1e-2) > 10


def test_peers_stand_in_for_history() -> None:
    # Two cohorts: what is usual in one is a burst in the other, also for a subject without any history.
    random = np.random.default_rng(7)
    cohort = np.repeat([3, 8], 2000)
    history = drawn(random, np.where(cohort == 3, 0.5, 60.0), np.ones(26), 0.2)
    history[[0, -1]] = np.nan
    tail = negative_binomial_tail(np.full(4000, 60.0), history, np.ones(26), cohort=cohort, common=False)
    assert tail.p[0] < 1e-6
    assert tail.p[-1] > 0.1
    assert tail.weight[0] == pytest.approx(0, abs=1e-6)
    assert tail.weight[-2] > 0.05
    assert tail.expected[-1] == pytest.approx(60, rel=0.1)


def test_unknown_counts_and_empty_weeks() -> None:
    history = np.array([[1.0, np.nan, 2.0], [np.nan] * 3, [0.0, 0.0, 0.0]])
    tail = negative_binomial_tail([np.nan, 3.0, 0.0], history, [7.0, 7.0, np.nan], 7.0)
    assert np.isnan(tail.p[0])
    assert 0 < tail.p[1] < 1
    assert tail.p[2] == 1
    assert np.isfinite(tail.expected).all()


@pytest.mark.parametrize("weeks", [0, 4])
def test_nothing_at_all(weeks: int) -> None:
    assert negative_binomial_tail(np.empty(0), np.empty((0, weeks)), np.ones(weeks)).p.shape == (0,)


def test_the_limit_is_the_highest_count_that_is_not_rarer() -> None:
    random = np.random.default_rng(8)
    mean, dispersion, probability = np.array([0.2, 3.0, 500.0]), np.array([0.5, 0.5, 0.05]), 0.01
    limit = negative_binomial_limit(mean, dispersion, probability)
    for each, spread, most in zip(mean, dispersion, limit, strict=True):
        counts = drawn(random, np.full(400_000, each), np.ones(1), spread)
        assert (counts > most).mean() <= probability * 1.1
        assert (counts >= most).mean() >= probability * 0.9


def test_the_tail_of_a_share_is_exact() -> None:
    # A beta-binomial with a = b = 1 is uniform: each of 0..20 has 1/21.
    one = np.ones(3)
    assert beta_binomial(np.array([0.0, 1.0, 20.0]), 20 * one, one, one) == pytest.approx([1, 20 / 21, 1 / 21])
