import numpy as np
import pytest
from scipy import special

from workers.claimsreport.statistics import calibration


def rarer(p: np.ndarray, than: float) -> float:
    return float((p <= than).mean() / than)


@pytest.mark.parametrize("freedom", [3, 6, 1000])
def test_p_values_are_honest_far_out(freedom: int) -> None:
    # Learned from 60,000 scores, tried on two million: there are 200 of one in ten thousand, 20 of one in 100,000.
    random = np.random.default_rng(freedom)
    null = calibration.learn(random.standard_t(freedom, 60_000))
    p = null.p_values(random.standard_t(freedom, 2_000_000))
    assert 0.9 < rarer(p, 1e-1) < 1.1
    assert 0.9 < rarer(p, 1e-2) < 1.1
    assert 0.6 < rarer(p, 1e-3) < 1.3
    assert rarer(p, 1e-4) < 1.5
    assert rarer(p, 1e-5) < 2.5
    assert rarer(p, 1e-6) < 4


def test_a_gaussian_tail_would_not_be() -> None:
    scores = np.random.default_rng(1).standard_t(6, 2_000_000)
    assert rarer(special.ndtr(-scores), 1e-5) > 50


def test_spikes_of_then_leave_it_nearly_as_it_is() -> None:
    random = np.random.default_rng(2)
    scores = random.standard_t(6, 60_000)
    wild = scores.copy()
    wild[:20] = 40 + 10 * random.random(20)
    clean, mixed = calibration.learn(scores), calibration.learn(wild)
    assert mixed.score(1e-5) < 1.4 * clean.score(1e-5)


def test_p_values_fall_where_scores_rise() -> None:
    null = calibration.learn(np.random.default_rng(3).standard_t(6, 20_000))
    scores = np.linspace(-5, 60, 2_000)
    p = null.p_values(scores)
    assert (np.diff(p) <= 0).all()
    assert 0 < p[-1] < 1e-6
    assert np.isnan(null.p_values(np.array([np.nan]))).all()


@pytest.mark.parametrize("size", [0, 20_000])
@pytest.mark.parametrize("p", [0.2, 1e-3, 1e-7])
def test_the_score_of_a_p_value_has_it(size: int, p: float) -> None:
    null = calibration.learn(np.random.default_rng(4).standard_t(6, size))
    assert null.p_values(np.array([null.score(p)]))[0] == pytest.approx(p, rel=0.02)


def test_with_few_scores_it_is_students() -> None:
    # P(T > 12.92) with three degrees of freedom is 0.0005, as any table has it.
    null = calibration.learn(np.random.default_rng(5).standard_normal(calibration.ENOUGH - 1))
    assert null.p_values(np.array([12.924]))[0] == pytest.approx(0.0005, rel=0.01)


def test_scores_that_are_all_alike() -> None:
    null = calibration.learn(np.zeros(5_000))
    assert null.p_values(np.array([0.0, 1.0]))[1] < null.p_values(np.array([0.0, 1.0]))[0] <= 1
