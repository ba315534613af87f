import numpy as np
import pytest

from workers.claimsreport.statistics.robust import group_medians, row_medians, shrunk_medians


def test_medians_of_rows_are_those_of_what_is_known() -> None:
    random = np.random.default_rng(1)
    values = random.standard_normal((200, 9))
    values[random.random(values.shape) < 0.3] = np.nan
    values[7] = np.nan
    values[8, 1:] = np.nan
    expected = [np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else np.nan for row in values]
    assert row_medians(values) == pytest.approx(expected, nan_ok=True)
    assert np.isnan(row_medians(np.empty((3, 0)))).all()


def test_medians_of_groups() -> None:
    medians, sizes = group_medians(np.array([1.0, 9.0, np.nan, 3.0, 2.0]), np.array([0, 2, 2, 0, 0]), 4)
    assert medians == pytest.approx([2.0, np.nan, 9.0, np.nan], nan_ok=True)
    assert sizes.tolist() == [3, 0, 1, 0]


def test_small_groups_are_drawn_to_all() -> None:
    values = np.concatenate([np.zeros(1000), [8.0, 8.0]])
    groups = np.concatenate([np.zeros(1000, int), [1, 1]])
    assert shrunk_medians(values, groups, 3, 6.0).tolist() == [0.0, 2.0, 0.0]
    assert shrunk_medians(np.array([np.nan]), np.array([0]), 2, 6.0).tolist() == [0.0, 0.0]
