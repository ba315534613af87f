"""Tests that chance can hardly make count take no power from the others."""

from __future__ import annotations

import numpy as np
import pytest

from workers.claimsreport.statistics import multiple
from workers.claimsreport.statistics.attainable import ByChance, q_values


def test_it_is_benjamini_and_hochberg_where_all_tests_can_count() -> None:
    p = np.array([0.001, 0.02, np.nan, 0.3, 0.004, 1.0])
    np.testing.assert_allclose(q_values(p, np.ones(6), np.ones(6)), multiple.q_values(p))


def test_what_chance_cannot_make_costs_nothing() -> None:
    p = np.concatenate([[0.001, 0.5], np.ones(98)])
    least = np.concatenate([np.ones(2), np.zeros(98)])
    assert q_values(p, least, np.ones(100))[0] == 0.002
    assert q_values(p, np.ones(100), np.ones(100))[0] == 0.1


def test_tests_that_stand_for_others_cost_as_much_as_these() -> None:
    p, worth = np.array([0.001, 1.0]), np.array([1.0, 9.0])
    np.testing.assert_allclose(q_values(p, np.ones(2), worth)[0], 0.01)


def test_effects_too_small_are_never_found() -> None:
    assert q_values(np.ones(50), np.full(50, 1e-6), np.ones(50)).min() == 1


def test_chance_is_counted_test_by_test() -> None:
    least, worth = np.array([0.5, 0.01, 0.0, 1e-4]), np.array([1.0, 2.0, 500.0, 10.0])
    chance = ByChance(least, worth)
    asked = np.array([1e-6, 1e-4, 0.003, 0.01, 0.2, 0.5, 1.0])
    by_hand = [(np.minimum(p, least) * worth).sum() for p in asked]
    np.testing.assert_allclose(chance.number(asked), by_hand)
    assert (chance.tests, chance.most) == (513, pytest.approx(by_hand[-1]))
    # And back, as far as there is a way back.
    np.testing.assert_allclose([chance.p_value(number) for number in by_hand[:5]], asked[:5])
    assert [chance.p_value(number) for number in (chance.most, 600.0)] == [1, 1]


def test_without_tests_chance_makes_nothing() -> None:
    nothing = ByChance(np.empty(0), np.empty(0))
    assert nothing.number(np.array([0.1, 1.0])).tolist() == [0, 0]
    assert nothing.p_value(0.0) == 1
