"""Time passes: views grow, claims come and go, and now and then a snapshot is taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sandbox.claims.shape import WEEK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.claims.catalogue import Catalogue, Floats, Integers

# The day on which YouTube began to count views of Shorts differently (see workers/claimsreport/settings.py).
RECOUNT = dt.date(2026, 8, 27)
_PERSISTENCE = 0.5  # of an asset's noise, from week to week
_TAIL = 5  # degrees of freedom of Student's t: heavier than Gaussian
_OF_WEEKDAYS = np.array([0.93, 0.92, 0.93, 0.97, 1.08, 1.12, 1.05])
# Of the views of a week, those until the end of each day; a week begins on Monday.
UNTIL = np.concatenate([[0.0], np.cumsum(_OF_WEEKDAYS / _OF_WEEKDAYS.sum())])
_HOLIDAYS = {(12, 25): 0.22, (1, 1): 0.15, (7, 4): 0.06, (11, 26): 0.10, (5, 1): 0.04, (4, 5): 0.05}

ACTIVE, DISPUTED, APPEALED = range(3)


@dataclass(frozen=True)
class Effects:
    """What is put on top of the usual course.

    Attributes:
        views: by week, assets and the factor on the views of each.
        engagement: by week, assets and the factor on the share of engaged views.
        platforms: by week, platforms and recordings (platform * number of assets + recording) and the factor on each.
    """

    views: Mapping[int, tuple[Integers, Floats]] = field(default_factory=dict)
    engagement: Mapping[int, tuple[Integers, Floats]] = field(default_factory=dict)
    platforms: Mapping[int, tuple[Integers, Floats]] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """What a report shows, on one day.

    Attributes:
        week: its number; the views of week - 1 are the last whole week that is in it.
        day: since the first one.
        claims: (k,) numbers of the claims that there are.
        status: (k,) ACTIVE, DISPUTED or APPEALED.
        policy: (k,) number of the policy.
        other_owner: (k,) whether another owner claims too.
        views: (k,) of the claim's video, since its upload.
        engaged_views: (k,) likewise.
    """

    week: int
    day: int
    claims: Integers
    status: npt.NDArray[np.int8]
    policy: Integers
    other_owner: npt.NDArray[np.bool_]
    views: Integers
    engaged_views: Integers


def snapshots(catalogue: Catalogue, effects: Effects | None = None) -> Iterator[Snapshot]:
    """Yield the snapshots that are not missing, oldest first."""
    shape, effects = catalogue.shape, effects or Effects()
    views, engaged = _before(catalogue)
    for week, day in enumerate(shape.days):
        more, more_engaged = _grow(catalogue, week, effects)
        if day is not None:
            share = UNTIL[day - WEEK * week]
            yield _taken(
                catalogue, week, day, views + (more * share).astype(np.int64),
                engaged + (more_engaged * share).astype(np.int64),
            )  # fmt: skip
        views, engaged = views + more, engaged + more_engaged


def season(catalogue: Catalogue, week: int) -> float:
    """Return the factor by which the whole catalogue moves: the year, holidays and what else everybody does."""
    shape = catalogue.shape
    days = [shape.date(WEEK * week + day) for day in range(WEEK)]
    holiday = sum(_HOLIDAYS.get((day.month, day.day), 0.0) for day in days)
    year = 0.06 * np.cos(2 * np.pi * (days[0].timetuple().tm_yday - 10) / 365.25)
    return float(np.exp(year + holiday + 0.02 * shape.random("season", week).standard_normal()))


def recounted(catalogue: Catalogue, week: int) -> float:
    """Return the share of a week in which views are counted the new way."""
    since = (RECOUNT - catalogue.shape.date(WEEK * week)).days
    return float(np.clip((WEEK - since) / WEEK, 0, 1))


def _before(catalogue: Catalogue) -> tuple[Integers, Integers]:
    """Return the views and the engaged ones of each video before the first snapshot."""
    weeks = np.clip(-catalogue.uploaded / WEEK, 0, 520)
    level = catalogue.video_level + np.log(np.where(catalogue.released[catalogue.video_asset] > -365, 2.0, 1.3))
    views = np.exp(level) * weeks * (1 + (catalogue.recounted - 1) * recounted(catalogue, -1))
    return views.astype(np.int64), (np.exp(level) * weeks * catalogue.engaged_share).astype(np.int64)


def assets_of_week(catalogue: Catalogue, week: int) -> Floats:
    """Return, as a logarithm, how far each asset is from its level in a week: noise, growth and its life."""
    noise: Floats = np.zeros(catalogue.shape.assets)
    for before in range(max(0, week - 8), week + 1):  # what is older has died away
        noise = _PERSISTENCE * noise + _shock(catalogue, before)
    return noise + catalogue.growth * week + _life(catalogue, week)


def _shock(catalogue: Catalogue, week: int) -> Floats:
    shape = catalogue.shape
    # The first one begins as if it had gone on for ever.
    scale = float(np.sqrt((_TAIL - 2) / _TAIL) / (1.0 if week else np.sqrt(1 - _PERSISTENCE**2)))
    draw = shape.random("assets of the week", week)
    return catalogue.noise * scale * draw.standard_t(_TAIL, shape.assets)


def _grow(catalogue: Catalogue, week: int, effects: Effects) -> tuple[Integers, Integers]:
    """Return the views and engaged views that each video gets in a week."""
    shape = catalogue.shape
    level = assets_of_week(catalogue, week)
    factor = _factors(shape.assets, effects.views.get(week))
    age = WEEK * (week + 1) - catalogue.uploaded
    n = len(catalogue.video_asset)
    # Each draw has a source of its own: a video more at the end leaves those before it as they are.
    luck, scatter, rounding, engaging = (shape.random("videos of the week", week, number) for number in range(4))
    rate = np.exp(catalogue.video_level + level[catalogue.video_asset] + 0.15 * luck.standard_normal(n))
    rate *= season(catalogue, week) * factor[catalogue.video_asset]
    rate *= (1 + 3 * np.exp(-np.maximum(age, 0) / 14)) * np.clip(age / WEEK, 0, 1)
    # Counts scatter like Poisson's; drawn as normal ones, since those take one number each whatever the rate is.
    counted = np.floor(np.maximum(rate + np.sqrt(rate) * scatter.standard_normal(n), 0) + rounding.random(n))
    share = catalogue.engaged_share * _factors(shape.assets, effects.engagement.get(week))[catalogue.video_asset]
    share = np.minimum(share * np.exp(0.03 * engaging.standard_normal(n)), 0.98)
    views = counted * (1 + (catalogue.recounted - 1) * recounted(catalogue, week))
    return views.astype(np.int64), (counted * share).astype(np.int64)


def _life(catalogue: Catalogue, week: int) -> Floats:
    """Return, as a logarithm, how far each asset is above its level: a release rises and decays."""
    weeks = np.clip((WEEK * (week + 1) - catalogue.released) / WEEK, 0.1, 400)
    risen = (1 - np.exp(-(weeks + 0.3) / 0.7)) * (0.3 + 3 * np.exp(-weeks / 4))
    return np.where(weeks < 400, np.log(risen), 0.0)


def _factors(assets: int, effect: tuple[Integers, Floats] | None) -> Floats:
    factors = np.ones(assets)
    if effect is not None:
        np.multiply.at(factors, *effect)
    return factors


def _taken(catalogue: Catalogue, week: int, day: int, views: Integers, engaged: Integers) -> Snapshot:
    there = np.flatnonzero((catalogue.created <= day) & (catalogue.lost > day))
    disputed = (catalogue.disputed[there] <= day) & (day < catalogue.resolved[there])
    since = day - catalogue.resolved[there]
    appealed = catalogue.appealed[there] & (since >= 0) & (since < 4 * WEEK)
    video = catalogue.claim_video[there]
    return Snapshot(
        week=week,
        day=day,
        claims=there,
        status=np.where(appealed, APPEALED, np.where(disputed, DISPUTED, ACTIVE)).astype(np.int8),
        policy=np.where(
            catalogue.policy_changed[there] <= day, catalogue.policy_after[there], catalogue.claim_policy[there]
        ),
        other_owner=catalogue.other_owner_from[there] <= day,
        views=views[video],
        engaged_views=engaged[video],
    )
