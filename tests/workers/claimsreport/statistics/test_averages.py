"""Totals of one series: what is expected next, and what stands out."""

from __future__ import annotations

import numpy as np
import pytest

from workers.claimsreport.statistics.averages import LEAST_ERRORS, WEIGHT, expectations

NEVER = np.zeros(200, dtype=np.bool_)


def judged(*values: float, restarts: tuple[int, ...] = ()) -> tuple[list[float], list[float], list[float]]:
    at = np.isin(np.arange(len(values)), restarts)
    found = expectations(np.array(values, dtype=np.float64), at)
    return found.mean.tolist(), found.low.tolist(), found.high.tolist()


def test_nothing_is_said_before_there_are_errors_to_go_by() -> None:
    mean, low, high = judged(*[100.0] * 7)
    for column in (mean, low, high):
        assert [np.isnan(each) for each in column] == [True] * (LEAST_ERRORS + 1) + [False] * 2


def test_the_mean_is_the_weighted_one_of_logarithms() -> None:
    values = [100.0, 120.0, 90.0, 110.0, 105.0, 500.0]
    average = np.log1p(values[0])
    for value in values[1:5]:
        average = (1 - WEIGHT) * average + WEIGHT * np.log1p(value)
    assert judged(*values)[0][5] == pytest.approx(np.expm1(average))


def test_a_value_does_not_judge_itself() -> None:
    first, second = judged(*[100.0] * 6, 100.0), judged(*[100.0] * 6, 10_000.0)
    np.testing.assert_array_equal(first, second)


def test_a_jump_is_outside_and_the_usual_is_inside() -> None:
    draw = np.random.default_rng(1)
    outside = []
    for _ in range(200):
        values = 1e6 * np.exp(0.05 * draw.standard_normal(26))
        found = expectations(values, NEVER[:26])
        outside.append(bool(values[-1] > found.high[-1] or values[-1] < found.low[-1]))
        assert 1.5 * values[-1] > found.high[-1]
        assert values[-1] / 1.5 < found.low[-1]
    assert np.mean(outside) < 0.03


def test_gaps_are_gone_over_and_a_restart_forgets() -> None:
    nan = float("nan")
    with_gap, without = judged(10, 11, nan, 12, 10, 11, 12), judged(10, 11, 12, 10, 11, 12)
    assert with_gap[0][-1] == pytest.approx(without[0][-1])
    mean, _, _ = judged(*[10.0] * 6, *[1000.0] * 6, restarts=(6,))
    assert np.isnan(mean[6:11]).all()
    assert mean[11] == pytest.approx(1000.0)


def test_zeros_are_no_trouble() -> None:
    mean, low, high = judged(*[0.0] * 7)
    assert (mean[-1], low[-1]) == (0, 0)
    assert 0 < high[-1] < 1


def test_no_weeks() -> None:
    assert expectations(np.array([]), NEVER[:0]).mean.size == 0
