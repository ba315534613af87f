"""Counts that come week by week, and how surprising surprises usually are."""

from __future__ import annotations

import numpy as np
import pytest

from workers.claimsreport.statistics.departures import departures
from workers.claimsreport.statistics.forecasts import Notable, forecasts, limit, tail, tail_of
from workers.claimsreport.statistics.surprises import Surprises
from workers.claimsreport.statistics.tails import beta_binomial, beta_binomial_about


def by_gamma(draw: np.random.Generator, subjects: int, weeks: int, dispersion: float) -> tuple[np.ndarray, np.ndarray]:
    rates = np.exp(draw.normal(1, 1, subjects))
    shape = 1 / dispersion
    return rates, draw.poisson(rates[:, None] * draw.gamma(shape, 1 / shape, (subjects, weeks))).astype(float)


def test_expectations_find_the_rates_and_their_dispersion() -> None:
    rates, counts = by_gamma(np.random.default_rng(1), 3000, 30, 0.4)
    found = forecasts(counts, np.ones_like(counts), np.zeros(counts.shape, np.intp), Notable(5, 2))
    busy = rates > 4
    assert np.median(np.abs(found.expected[busy, -1] / rates[busy] - 1)) < 0.2
    # What is not known of the rate comes on top of what is drawn.
    assert np.median(found.dispersion[busy, -1]) == pytest.approx(0.45, abs=0.15)
    assert found.level[2:] == pytest.approx(1, abs=0.15)
    assert np.isnan(found.expected[:, 0]).all()
    assert (found.weeks == 29).all()


def test_p_values_of_what_is_notable_are_not_too_small() -> None:
    small = 0
    for seed in range(20):
        _, counts = by_gamma(np.random.default_rng(seed), 1000, 20, 0.8)
        found = forecasts(counts, np.ones_like(counts), np.zeros(counts.shape, np.intp), Notable(1, 1))
        small += int((found.p <= 0.001).sum())
    # 20 of 20,000 are expected; more than 35 would be improbable.
    assert small <= 35


def test_exposure_is_what_counts_are_proportional_to() -> None:
    draw = np.random.default_rng(3)
    exposure = np.ones((2000, 20))
    exposure[:, -1] = 4
    counts = draw.poisson(3 * exposure).astype(float)
    found = forecasts(counts, exposure, np.zeros(counts.shape, np.intp), Notable(5, 2))
    assert np.median(found.expected[:, -1]) == pytest.approx(12, rel=0.1)
    assert found.level[-1] == pytest.approx(1, abs=0.1)


def test_what_is_not_known_is_not_judged() -> None:
    counts = np.full((3, 5), np.nan)
    counts[0] = 1
    found = forecasts(counts, np.ones_like(counts), np.zeros(counts.shape, np.intp), Notable(5, 2))
    assert np.isnan(found.p[1:]).all()
    assert found.p[0] == 1
    nothing = forecasts(np.zeros((0, 4)), np.zeros((0, 4)), np.zeros((0, 4), np.intp), Notable(5, 2))
    assert nothing.p.size == 0


@pytest.mark.parametrize("dispersion", [0.01, 1.0, 5.0])
@pytest.mark.parametrize("expected", [0.1, 3.0, 4000.0])
@pytest.mark.parametrize("probability", [0.2, 1e-4, 1e-9])
def test_limits_are_where_tails_pass_a_probability(expected: float, dispersion: float, probability: float) -> None:
    mean, spread = np.array([expected, np.nan]), np.array([dispersion, dispersion])
    high, unknown = limit(mean, spread, np.full(2, probability))
    assert np.isnan(unknown)
    assert tail(np.array([high + 1]), mean[:1], spread[:1])[0] < probability
    assert tail(np.array([high]), mean[:1], spread[:1])[0] >= probability


def test_a_tail_of_so_many_ends_there() -> None:
    count, of = np.array([1.0, 5.0]), np.array([5.0, 5.0])
    p = tail_of(count, of, np.array([1.0, 1.0]), np.array([1e-9, 1e-9]))
    # As good as binomial: 1 - 0.8**5, and 0.2**5.
    assert p == pytest.approx([1 - 0.8**5, 0.2**5], rel=1e-3)


def test_a_tail_of_many_is_about_what_all_its_terms_are() -> None:
    draw = np.random.default_rng(20)
    totals = draw.integers(5, 3000, 500).astype(float)
    counts = np.ceil(totals * draw.uniform(0.2, 1, 500))
    # As wide as losses are, or a good deal wider or narrower.
    a, b = np.exp(draw.uniform(-4, 0.5, 500)), np.exp(draw.uniform(-2, 4, 500))
    exact, about = beta_binomial(counts, totals, a, b), beta_binomial_about(counts, totals, a, b)
    few = totals - counts < 48
    np.testing.assert_allclose(about[few], exact[few], rtol=1e-6)
    assert (np.abs(np.log10(about / exact))[exact > 1e-12] < 0.5).all()


def test_surprises_are_never_made_more_surprising() -> None:
    surprises = Surprises()
    draw = np.random.default_rng(4)
    p = draw.random(5000)
    surprises.add(p, np.ones(5000))
    asked = np.array([1e-12, 1e-5, 0.01, 0.5, 1.0, np.nan])
    calibrated = surprises.calibrated(asked)
    assert (calibrated[:5] >= asked[:5]).all()
    assert calibrated[1] < 1e-3
    assert np.isnan(calibrated[5])


def test_surprises_that_are_common_are_none() -> None:
    surprises = Surprises()
    draw = np.random.default_rng(5)
    # Far too sure of itself: -log(p) falls five times too slowly.
    surprises.add(np.exp(-5 * draw.exponential(size=20_000)), np.ones(20_000))
    assert surprises.calibrated(np.array([1e-10]))[0] == pytest.approx(np.exp(-23 / 5), rel=0.5)
    assert surprises.calibrated(np.array([surprises.needed(1e-4)]))[0] == pytest.approx(1e-4, rel=0.01)


def test_the_few_events_of_the_past_do_not_make_others_like_them_usual() -> None:
    surprises = Surprises()
    draw = np.random.default_rng(7)
    for week in range(24):
        p = np.ones(2000)
        p[:1] = np.exp(-1 - draw.exponential(size=1))
        if week % 5 == 0:  # something that ought to be found
            p[1] = 1e-40
        surprises.add(p, np.ones(2000))
    assert surprises.calibrated(np.array([1e-7]))[0] < 0.05 / 2000
    # But what happens every week is usual, however rare it should be.
    usual = Surprises()
    for _ in range(24):
        usual.add(np.r_[np.full(2, 1e-12), np.ones(1998)], np.ones(2000))
    assert usual.calibrated(np.array([1e-12]))[0] > 0.05 / 2000


def test_single_weeks_hardly_widen_the_spread_of_rare_counts() -> None:
    counts = np.random.default_rng(8).poisson(0.1, (1000, 25)).astype(float)
    for week in range(3, 24, 3):
        counts[week, week] = 40
    found = forecasts(counts, np.ones_like(counts), np.zeros(counts.shape, np.intp), Notable(5, 2))
    # Their own 0 has come to 0.4; were they taken as they are, or up to eight deviations, to more than 0.6.
    assert np.median(found.dispersion[:, -1]) < 0.5


def test_a_few_subjects_are_judged_by_their_own_weeks() -> None:
    # As many as a catalogue has policies: too few for a tail of their own.
    draw = np.random.default_rng(9)
    counts = draw.poisson(draw.uniform(1, 5, 14)[:, None], (14, 25)).astype(float)
    counts[3, -1] = counts[3, :-1].mean() + 25
    found = forecasts(counts, np.ones_like(counts), np.zeros(counts.shape, np.intp), Notable(5, 1.25))
    assert found.p[3] < 0.05 / 14
    assert np.nanmin(np.delete(found.p, 3)) > 0.05 / 14


def test_subjects_that_chance_cannot_make_notable_cost_the_others_nothing() -> None:
    draw = np.random.default_rng(11)
    busy = draw.poisson(3.0, (20, 25)).astype(float)
    busy[4, -1] = 16

    def p_of(quiet: int) -> float:
        counts = np.concatenate([busy, np.zeros((quiet, 25))])
        cohort = np.concatenate([np.zeros(20, np.intp), np.ones(quiet, np.intp)])[:, None] + np.zeros(25, np.intp)
        found = forecasts(counts, np.ones_like(counts), cohort, Notable(5, 2))
        return float(found.p[4]) * len(counts)

    # As often in a week by chance, whether there are a thousand others that never have anything, or none.
    assert p_of(0) < 0.05
    assert p_of(1000) == pytest.approx(p_of(0), rel=0.5)


def test_what_is_needed_is_what_comes_to_that_probability() -> None:
    # Nine in ten can hardly have anything that is notable.
    mean = np.repeat([3.0, 0.01], [100, 900])
    counts = np.random.default_rng(12).poisson(mean[:, None], (1000, 25)).astype(float)
    counts[:40, -1] += np.arange(40)
    cohort = np.repeat([0, 1], [100, 900])[:, None] + np.zeros(25, np.intp)
    found = forecasts(counts, np.ones_like(counts), cohort, Notable(5, 2))
    raw = tail(counts[:, -1], found.expected[:, -1], found.dispersion[:, -1])
    for probability in (1e-3, 1e-4, 1e-5):
        needed, _ = found.needed(probability)
        assert 0 < needed < 1
        assert ((raw <= needed) == (found.p <= probability))[found.p < 1].all()


def test_the_few_events_of_the_past_do_not_hide_smaller_ones() -> None:
    counts = np.random.default_rng(17).poisson(0.1, (2000, 25)).astype(float)
    for number, events in enumerate((12, 13, 14)):
        counts[20 + number, 8 + 5 * number] = events
    counts[9, -1] = 10
    found = forecasts(counts, np.ones_like(counts), np.zeros(counts.shape, np.intp), Notable(5, 2))
    assert found.p[9] < 0.05 / 2000


def test_what_never_happened_before_is_judged_without_dividing_by_it() -> None:
    counts, of = np.zeros((300, 12)), np.full((300, 12), 20.0)
    counts[3, -1] = 15
    found = forecasts(counts, of, np.zeros(counts.shape, np.intp), Notable(5, 2, 0.2), of=of)
    assert 0 <= found.p[3] < 0.05 / 300


def test_those_that_have_just_begun_are_given_more_room() -> None:
    draw = np.random.default_rng(18)
    counts = draw.poisson(1.0, (400, 12)).astype(float)
    cohort = np.repeat([0, 1], 200)[:, None] + np.zeros(12, np.intp)
    found = forecasts(counts, np.ones_like(counts), cohort, Notable(5, 2), beginners=1)
    usual, begun = found.needed(1e-4)
    assert begun < usual / 5


def test_cohorts_of_a_few_differ_as_all_do() -> None:
    # Ten cohorts of subjects that are all alike: none of them alone could tell.
    counts = np.random.default_rng(13).poisson(0.2, (200, 25)).astype(float)
    cohort = np.arange(200, dtype=np.intp)[:, None] % 10 + np.zeros(25, np.intp)
    found = forecasts(counts, np.ones_like(counts), cohort, Notable(5, 2))
    assert 0.15 < found.expected[:, -1].mean() < 0.25
    # Were each cohort judged by itself, subjects would seem to differ twice as much.
    assert found.expected[:, -1].std() < 0.055


def test_a_few_events_do_not_raise_the_level_of_all() -> None:
    counts = np.random.default_rng(14).poisson(1.0, (15, 25)).astype(float)
    counts[:3, -1] += 5
    found = forecasts(counts, np.ones_like(counts), np.zeros(counts.shape, np.intp), Notable(5, 2))
    assert found.level[-1] < 1.35
    counts = np.tile(counts, (100, 1))
    counts[:, -1] = 2 * counts[:, -2]
    found = forecasts(counts, np.ones_like(counts), np.zeros(counts.shape, np.intp), Notable(5, 2))
    assert found.level[-1] == pytest.approx(2 * found.level[-2], rel=0.15)


def test_the_tail_begins_where_p_values_that_count_do() -> None:
    surprises = Surprises()
    for week in range(24):
        p = np.ones(2000)
        if week in (10, 20):
            p[0] = 1e-9
        surprises.add(p, np.ones(2000), most=1e-4)
    # Two of 40,000 tests were further out; what is less so than they were is no worse than what begins to count.
    near, far = surprises.calibrated(np.array([5e-5, 1e-8]))
    assert far < near / 20
    assert far * 2000 < 0.05


def test_the_first_weeks_tell_nothing_once_there_are_others() -> None:
    early, without = Surprises(), Surprises()
    draw = np.random.default_rng(15)
    for week in range(24):
        p = np.where(np.arange(2000) < 20, draw.random(2000) / 100, 1.0)
        without.add(p, np.ones(2000))
        early.add(np.where(p < 1, p**5, 1.0) if week < 4 else p, np.ones(2000))
    assert early.calibrated(np.array([1e-8]))[0] == pytest.approx(without.calibrated(np.array([1e-8]))[0])


def test_no_tail_is_believed_to_the_end() -> None:
    surprises, draw = Surprises(), np.random.default_rng(19)
    for _ in range(24):
        # As they should be.
        p = draw.random(2000)
        surprises.add(np.where(p < 0.1, p, 1.0), np.ones(2000))
    assert surprises.calibrated(np.array([1e-9]))[0] > 1e-8


def test_what_nothing_tells_of_is_given_room() -> None:
    draw = np.random.default_rng(16)
    p = draw.random((20, 50))
    usual, begun = Surprises(), Surprises(unknown=2.0)
    for week in p:
        usual.add(np.where(week < 0.02, week, 1.0), np.ones(50))
        begun.add(np.where(week < 0.02, week, 1.0), np.ones(50))
    asked = np.array([1e-7])
    assert begun.calibrated(asked)[0] > 3 * usual.calibrated(asked)[0]
    assert Surprises(unknown=2.0).calibrated(asked)[0] > 3 * Surprises().calibrated(asked)[0]


def test_without_weeks_before_much_is_asked_for() -> None:
    assert Surprises().calibrated(np.array([1e-6]))[0] > 1e-4


def test_departures_are_from_the_level_and_from_the_week_before() -> None:
    draw = np.random.default_rng(6)
    values = draw.normal(0, 0.1, (300, 20)) + draw.normal(0, 3, 300)[:, None]
    values[0, -1] += 2  # goes
    values[1, -2:] += 2  # went
    values[2, -2] += 2  # comes back
    values[:, -1] += 5  # all do
    zeros = np.zeros(300, np.intp)
    found = departures(values, zeros, zeros, lambda departure, _: np.abs(departure) > 0.5)
    # Two more went as far among 300 times 18 before: once more is not rarer than that.
    assert 1e-4 < found.p[0] < 1e-3
    assert (found.p[1:] == 1).all()
    assert found.expected[5, -1] == pytest.approx(values[5, -1], abs=0.5)
    assert np.median(found.deviation[:, -1]) == pytest.approx(0.11, abs=0.03)
