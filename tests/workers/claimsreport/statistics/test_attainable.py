"""Tests that chance can hardly make count take no power from the others."""

from __future__ import annotations

import numpy as np

from workers.claimsreport.statistics import multiple
from workers.claimsreport.statistics.attainable import q_values


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
