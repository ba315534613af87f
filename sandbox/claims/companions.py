"""What comes beside the claims reports: how recordings do on other platforms, and records of who owns what."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from sandbox.claims import ids
from sandbox.claims.shape import WEEK
from sandbox.claims.weeks import UNTIL, assets_of_week, season

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.claims.catalogue import Catalogue, Floats
    from sandbox.claims.weeks import Effects, Snapshot

PLATFORMS = ("tiktok", "spotify", "facebook")
METRICS_COLUMNS = ("date", "platform", "isrc", "views", "likes", "comments", "shares")
RIGHTS_COLUMNS = ("isrc", "asset_id", "owner", "ours", "share", "territories", "valid_from", "valid_to")
_SINCE = "2015-01-01"
_ABSENT = -50.0
_COMMON = 0.7  # how far a platform follows what the recording does on YouTube


def levels(catalogue: Catalogue) -> Floats:
    """Return the logarithm of usual weekly views, by platform and recording; hardly any where there are none."""
    shape = catalogue.shape
    draw = shape.random("platforms")
    by_recording = np.full(shape.assets, _ABSENT)
    np.maximum.at(by_recording, catalogue.recording, catalogue.asset_level)
    named = np.zeros(shape.assets, dtype=np.bool_)
    named[catalogue.recording[catalogue.has_isrc]] = True
    there = named & (draw.random(shape.assets) < 0.4)
    wanted = by_recording + draw.normal(-0.3, 0.9, (len(PLATFORMS), shape.assets))
    return np.where(there & (draw.random((len(PLATFORMS), shape.assets)) < 0.85), wanted, _ABSENT)


def weekly_views(catalogue: Catalogue, week: int, effects: Effects | None = None) -> Floats:
    """Return the views of a week, by platform and recording; the week before the first is as that one."""
    shape, week = catalogue.shape, max(week, 0)
    common = np.zeros(shape.assets)
    # The first asset of a recording stands for it.
    common[catalogue.recording[::-1]] = assets_of_week(catalogue, week)[::-1]
    own = np.zeros((len(PLATFORMS), shape.assets))
    for before in range(max(0, week - 6), week + 1):
        own = 0.5 * own + 0.08 * shape.random("platforms of the week", before).standard_t(6, own.shape)
    rate = np.exp(levels(catalogue) + _COMMON * common + own) * season(catalogue, week)
    for changed, factor in zip(*(effects.platforms.get(week, ((), ())) if effects else ((), ())), strict=True):
        rate.reshape(-1)[changed] *= factor
    return np.floor(rate)


def views_between(catalogue: Catalogue, since: int, until: int, effects: Effects | None = None) -> Floats:
    """Return the views of the days after `since`, to the end of `until`, by platform and recording."""
    views = np.zeros((len(PLATFORMS), catalogue.shape.assets))
    for week in range(since // WEEK, -(-until // WEEK)):
        begin, end = (max(0, min(WEEK, day - WEEK * week)) for day in (since, until))
        views += weekly_views(catalogue, week, effects) * (UNTIL[end] - UNTIL[begin])
    return np.floor(views)


def write_metrics(
    catalogue: Catalogue, now: Snapshot, before: Snapshot | None, path: Path, effects: Effects | None = None
) -> Path:
    """Write the platform metrics of the time between two snapshots: a row for a recording on a platform."""
    since = before.day if before else now.day - WEEK
    views = views_between(catalogue, since, now.day, effects)
    platforms, recordings = np.nonzero(levels(catalogue) > _ABSENT / 2)
    count = views[platforms, recordings]
    noise = np.exp(0.1 * catalogue.shape.random("engagements", now.week).standard_normal((3, *views.shape)))
    share = np.array([0.04, 0.004, 0.008])[:, None] * noise[:, platforms, recordings]
    engagements = np.floor(count * share).astype(np.int64)
    day = catalogue.shape.date(now.day).isoformat()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(METRICS_COLUMNS)
        names = [ids.isrc(number) for number in recordings.tolist()]
        whole = count.astype(np.int64).tolist()
        for platform, isrc, seen, likes, comments, shares in zip(
            platforms.tolist(), names, whole, *engagements.tolist(), strict=True
        ):
            writer.writerow((day, PLATFORMS[platform], isrc, seen, likes, comments, shares))
    return path


def write_rights(catalogue: Catalogue, path: Path) -> Path:
    """Write who owns each recording: us, alone or for the most part."""
    draw = catalogue.shape.random("rights")
    recordings = np.unique(catalogue.recording[catalogue.has_isrc])
    shared = draw.random(len(recordings)) < 0.05
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(RIGHTS_COLUMNS)
        for number, is_shared in zip(recordings.tolist(), shared.tolist(), strict=True):
            ours = (ids.isrc(number), "", "Us", "yes", "0.5" if is_shared else "1", "", _SINCE, "")
            writer.writerow(ours)
            if is_shared:
                writer.writerow((*ours[:2], f"Another Owner {number % 5}", "no", *ours[4:]))
    return path
