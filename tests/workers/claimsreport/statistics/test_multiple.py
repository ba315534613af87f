import numpy as np
import pytest

from workers.claimsreport.statistics.multiple import q_values


def by_hand(p: list[float], rate: float) -> list[bool]:
    """The procedure as Benjamini and Hochberg (1995) write it: reject the k smallest, k the largest that holds."""
    ordered = sorted(p)
    most = max((i for i, each in enumerate(ordered, 1) if each <= i * rate / len(p)), default=0)
    return [most > 0 and each <= ordered[most - 1] for each in p]


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.2, 0.5])
def test_q_values_reject_what_the_procedure_rejects(rate: float) -> None:
    random = np.random.default_rng(1)
    for size in (1, 2, 7, 100):
        p = random.beta(0.4, 1, size)
        assert list(q_values(p) <= rate) == by_hand(list(p), rate)


def test_the_example_of_the_paper() -> None:
    # Benjamini and Hochberg (1995), section 4.1: at 0.05 the procedure rejects four of these fifteen.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert (q_values(p) <= 0.05).sum() == 4


def test_ties_have_one_q_value() -> None:
    assert q_values([0.02, 0.01, 0.02, 0.5]).tolist() == pytest.approx([0.08 / 3, 0.08 / 3, 0.08 / 3, 0.5])


def test_what_was_not_tested_does_not_count() -> None:
    q = q_values([np.nan, 0.01, np.nan, 0.04])
    assert np.isnan(q[[0, 2]]).all()
    assert q[[1, 3]].tolist() == pytest.approx([0.02, 0.04])


def test_tests_whose_p_values_are_not_given_count() -> None:
    assert q_values([0.001, 0.004], tests=100).tolist() == pytest.approx([0.1, 0.2])
    p = [0.001, 0.004] + [1.0] * 98
    assert q_values(p)[:2].tolist() == pytest.approx([0.1, 0.2])


def test_nothing_at_all() -> None:
    assert q_values([]).shape == (0,)
    assert np.isnan(q_values([np.nan])).all()


@pytest.mark.parametrize("p", [[-0.1], [1.1, 0.5]])
def test_what_is_no_probability_is_refused(p: list[float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        q_values(p)


def test_fewer_tests_than_p_values_are_refused() -> None:
    with pytest.raises(ValueError, match="2 p-values of 1 tests"):
        q_values([0.1, 0.2], tests=1)


def test_where_nothing_is_unusual_the_rate_holds() -> None:
    random = np.random.default_rng(2)
    alarms = sum(bool((q_values(random.random(50)) <= 0.1).any()) for _ in range(2000))
    assert 150 < alarms < 250
