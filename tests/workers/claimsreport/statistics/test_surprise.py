from functools import cache

import numpy as np
import pytest

from workers.claimsreport.statistics.surprise import Surprise, surprise

NO_BREAKS = np.zeros(27, np.bool_)


@cache
def catalogue(seed: int, n: int = 6_000, weeks: int = 27) -> np.ndarray:
    """Weekly views: lognormal levels, noise that lasts and has heavy tails, growth, season, holidays, new releases."""
    random = np.random.default_rng(seed)
    level = random.normal(7, 1.5, n) + np.arange(weeks)[:, None] * random.normal(-0.003, 0.01, n)
    scale = 0.1 * np.exp(0.35 * random.standard_normal(n))
    noise = np.zeros((weeks, n))
    for week in range(1, weeks):
        noise[week] = 0.5 * noise[week - 1] + scale * random.standard_t(6, n) * 0.82
    season = 0.05 * np.sin(np.arange(weeks) / 4) + 0.02 * random.standard_normal(weeks)
    season[[10, 20]] += 0.3
    # One in twelve is released in some week, rises, and decays.
    age = np.arange(weeks)[:, None] - np.where(random.random(n) < 1 / 12, random.integers(1, weeks, n), -99)
    life = np.where(age < 50, np.log(0.3 + 3 * np.exp(-np.maximum(age, 0) / 4)) * (age > 0), 0.0)
    views = random.poisson(np.exp(np.clip(level + noise + season[:, None] + life, 0, 16))).astype(float)
    views[age < 0] = np.nan
    return views


def judged(views: np.ndarray, breaks: np.ndarray | None = None, **more: np.ndarray) -> Surprise:
    flags = np.zeros(views.shape[0], np.bool_) if breaks is None else breaks
    return surprise(np.log1p(views, dtype=np.float32), flags, **more)


def rarer(p: np.ndarray, than: float) -> float:
    known = p[~np.isnan(p)]
    return float((known <= than).mean() / than)


@pytest.mark.parametrize("weeks", [3, 6, 12, 27])
def test_p_values_are_as_rare_as_they_say(weeks: int) -> None:
    p = np.concatenate([judged(catalogue(seed)[-weeks:]).p for seed in range(4)])
    assert 0.85 < rarer(p, 1e-1) < 1.2
    assert 0.7 < rarer(p, 1e-2) < 1.35
    assert rarer(p, 1e-3) < 2
    assert rarer(p, 1e-4) < 4


@pytest.mark.parametrize("weeks", [4, 8, 27])
def test_a_spike_is_surprising(weeks: int) -> None:
    views = catalogue(1)[-weeks:].copy()
    steady = np.flatnonzero(~np.isnan(views).any(axis=0) & (np.nanmin(views, axis=0) > 300))[:20]
    assert (judged(views).p[steady] > 1e-4).all()
    views[-1, steady] *= 6
    assert np.median(judged(views).p[steady]) < 1e-5


def test_a_holiday_is_not_one() -> None:
    views = catalogue(2).copy()
    views[-1] *= 2
    assert rarer(judged(views).p, 1e-3) < 2
    assert np.nanmedian(np.abs(judged(views).scores[-1])) < 1


def test_a_spike_of_then_does_not_hide_one_of_now() -> None:
    views = catalogue(3).copy()
    steady = np.flatnonzero(~np.isnan(views).any(axis=0) & (np.nanmin(views, axis=0) > 1000))[:40]
    views[8, steady[20:30]] *= 5
    views[12, steady[10:20]] *= 8
    views[-1, steady[:20]] *= 6
    assert np.median(judged(views).p[steady[:20]]) < 1e-4


def test_a_release_that_decays_as_others_do_is_usual_and_one_that_does_not_is_less_so() -> None:
    views = catalogue(4)
    weeks = (~np.isnan(views)).sum(axis=0)
    young = np.flatnonzero((weeks >= 3) & (weeks <= 8) & (views[-1] > 500))
    assert young.size > 50
    assert rarer(judged(views).p[young], 0.05) < 1.6
    rising = views.copy()
    rising[-1, young] *= 5
    assert np.median(judged(rising).p[young]) < np.median(judged(views).p[young]) / 5


def test_where_views_are_counted_differently_peers_are_what_a_week_is_compared_with() -> None:
    views, random = catalogue(5).copy(), np.random.default_rng(5)
    breaks = NO_BREAKS.copy()
    breaks[-1] = True
    views[-1] *= np.exp(random.uniform(0, 0.8, views.shape[1]))
    assert rarer(judged(views, breaks).p, 1e-3) < 2
    # Three weeks on, the new level is the level.
    views = catalogue(5).copy()
    breaks = np.roll(breaks, -3)
    views[-4:] *= np.exp(random.uniform(0, 2.5, views.shape[1]))
    assert rarer(judged(views, breaks).p, 1e-3) < 2
    assert rarer(judged(views).p, 1e-2) < rarer(judged(views, breaks).p, 1e-2) + 1
    last = judged(views, breaks)
    old = ~np.isnan(views).any(axis=0)
    assert np.median(np.abs(np.log1p(views[-1, old]) - last.expected[-1, old])) < 0.2


def test_only_the_past_says_what_was_expected() -> None:
    views = catalogue(6)
    changed = views.copy()
    changed[-1, :5] *= 100
    assert np.array_equal(judged(views).expected[:-1], judged(changed).expected[:-1], equal_nan=True)
    assert np.array_equal(judged(views[:-1]).scores, judged(views).scores[:-1], equal_nan=True)


def test_the_limit_is_where_the_p_value_is() -> None:
    views = catalogue(7)
    found = judged(views)
    rows = np.flatnonzero(~np.isnan(found.p))[:50]
    limits = found.limit(rows, 1e-3)
    beyond = np.log1p(views[-1, rows]) > limits[-1]
    assert np.array_equal(beyond, found.p[rows] < 1e-3)


def test_renewed_series_are_set_beside_renewed_ones() -> None:
    # One in five weeks something comes to a series, and makes it jump.
    random = np.random.default_rng(8)
    views = np.exp(7 + 0.1 * random.standard_normal((27, 6_000)))
    renewed = np.where(random.random(views.shape) < 0.2, 0.5, 0.0)
    renewed[0] = 0
    views *= np.exp(np.cumsum(np.where(renewed > 0, np.abs(random.standard_t(3, views.shape)) * 0.3, 0.0), axis=0))
    told = judged(views, renewed=renewed)
    steady = renewed[-1] == 0
    assert rarer(told.p[~steady], 1e-2) < 2
    assert np.median(told.scores[-1][~steady]) > 1
    spiked = views.copy()
    spiked[-1, steady] *= np.where(np.arange(steady.sum()) < 20, 6, 1)
    of = np.flatnonzero(steady)[:20]
    assert np.median(judged(spiked, renewed=renewed).p[of]) < np.median(judged(spiked).p[of])


def test_who_begins_anew_is_new() -> None:
    views = catalogue(9)
    anew = np.zeros(views.shape, np.bool_)
    anew[-1, :100] = anew[-2, 100:200] = True
    found = judged(views, anew=anew)
    assert np.isnan(found.p[:100]).all()
    assert not np.isnan(found.p[100:200]).all()


def test_peers_alone_say_what_is_usual() -> None:
    views = catalogue(10).copy()
    peers = np.zeros(views.shape[1], np.bool_)
    peers[::2] = True
    alone = judged(views[:, peers]).p
    views[-1, ~peers] *= 3
    assert judged(views, peers=peers).p[peers] == pytest.approx(alone, nan_ok=True)


@pytest.mark.parametrize("weeks", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 3])
def test_nearly_nothing_is_known(weeks: int, n: int) -> None:
    views = np.full((weeks, n), 50.0)
    found = judged(views)
    assert found.p.shape == (n,)
    assert np.isnan(found.p).all() == (weeks == 1)
    assert np.isnan(judged(np.full((weeks, n), np.nan)).p).all()


def test_gaps_are_gaps() -> None:
    views = catalogue(11).copy()
    views[5] = np.nan
    views[np.random.default_rng(1).random(views.shape) < 0.1] = np.nan
    assert rarer(judged(views).p, 1e-3) < 2


def test_the_week_after_a_change_has_the_rest_of_it() -> None:
    # Views are counted differently from the middle of a week on: half of the change is in it, the rest in the next.
    views, random = catalogue(12).copy(), np.random.default_rng(12)
    change = random.uniform(0, 2, views.shape[1])
    views[-2] *= np.exp(change / 2)
    views[-1] *= np.exp(change)
    breaks = NO_BREAKS.copy()
    breaks[-2] = True
    found = judged(views, breaks)
    assert rarer(found.p, 1e-3) < 2
    # The last week begins another level as well: what comes next is compared with it alone.
    after = judged(np.vstack([views, views[-1:]]), np.append(breaks, [False]))
    old = ~np.isnan(views).any(axis=0)
    assert np.median(np.abs(np.log1p(views[-1, old]) - after.expected[-1, old])) < 0.1


def test_releases_are_expected_to_move_as_releases_do() -> None:
    views = catalogue(13)
    weeks = (~np.isnan(views)).sum(axis=0)
    off = np.log1p(views[-1]) - judged(views).expected[-1]
    # They rise at first, and decay then.
    assert abs(float(np.median(off[weeks == 3]))) < 0.2
    assert abs(float(np.median(off[(weeks >= 7) & (weeks <= 11)]))) < 0.1


def test_steps_that_last_do_not_hide_spikes_of_what_is_steady() -> None:
    # One in fifty weeks a series steps, and stays there: the week after, it is as far from its level again.
    random = np.random.default_rng(14)
    views = np.exp(8 + 0.1 * random.standard_normal((27, 6_000)))
    views *= np.exp(
        np.cumsum(np.where(random.random(views.shape) < 0.004, random.normal(0, 2, views.shape), 0), axis=0)
    )
    steady = np.flatnonzero(np.abs(np.diff(np.log(views), axis=0)).max(axis=0) < 0.6)[:20]
    views[-1, steady] *= 3
    found = judged(views)
    stepped = np.abs(found.scores[-2]) > 5
    assert stepped.sum() > 5
    assert np.median(found.p[steady]) < np.nanmin(found.p[stepped])
