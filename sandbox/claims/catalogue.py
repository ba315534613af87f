"""What there is: recordings, assets, channels, videos, claims, and when each of these comes and goes.

Times are days from the first snapshot, as fractions; what is before it is negative. Whatever happens to a claim is
drawn once and kept as the day of it, so that an injection is a change of such days and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sandbox.claims import ids
from sandbox.claims.shape import WEEK

if TYPE_CHECKING:
    from sandbox.claims.shape import Shape

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

NEVER = 1e9
_RELEASES = 8  # weeks before the first snapshot in which what still rises and decays was released

# Weekly rates of what usually happens to a claim.
ARRIVALS = 0.012
LOSSES = 0.004
BATCHES = 0.02  # of an asset: it loses some claims together, since a reference was cut or a channel closed
DISPUTES = 0.0008
POLICY_CHANGES = 0.0002
OTHER_OWNERS = 0.0003


@dataclass(frozen=True)
class Catalogue:
    """Arrays by asset (a), video (v) and claim (c). The primary asset of a video drives its views.

    Attributes:
        shape: what all follows from.
        recording: (a,) number of the recording.
        has_isrc: (a,) whether the asset has its recording's ISRC.
        asset_level: (a,) logarithm of the usual weekly views.
        growth: (a,) weekly change of that logarithm.
        noise: (a,) standard deviation of its weekly innovations.
        released: (a,) day of release; -NEVER for what is long out.
        asset_policy: (a,) number of the policy.
        video_asset: (v,) the primary asset.
        video_channel: (v,) the channel.
        video_level: (v,) logarithm of the usual weekly views of a video.
        uploaded: (v,) day.
        engaged_share: (v,) of the views, those that are engaged ones.
        recounted: (v,) by what its count of views rises where views are counted differently.
        seconds: (v,) length of the video.
        claim_asset: (c,) the asset.
        claim_video: (c,) the video.
        claim_policy: (c,) number of the policy at first.
        created: (c,) day of the claim.
        lost: (c,) day from which it is no longer in a snapshot.
        disputed: (c,) day.
        resolved: (c,) day on which a dispute ends, or becomes an appeal.
        appealed: (c,) whether it becomes an appeal, which then lasts for four weeks.
        other_owner_from: (c,) day from which another owner claims the asset or video too.
        policy_changed: (c,) day.
        policy_after: (c,) number of the policy from that day on.
        longest_match: (c,) seconds.
        matched: (c,) seconds, all together.
    """

    shape: Shape
    recording: Integers
    has_isrc: npt.NDArray[np.bool_]
    asset_level: Floats
    growth: Floats
    noise: Floats
    released: Floats
    asset_policy: Integers
    video_asset: Integers
    video_channel: Integers
    video_level: Floats
    uploaded: Floats
    engaged_share: Floats
    recounted: Floats
    seconds: Integers
    claim_asset: Integers
    claim_video: Integers
    claim_policy: Integers
    created: Floats
    lost: Floats
    disputed: Floats
    resolved: Floats
    appealed: npt.NDArray[np.bool_]
    other_owner_from: Floats
    policy_changed: Floats
    policy_after: Integers
    longest_match: Integers
    matched: Integers

    @property
    def claims(self) -> int:
        """How many claims there ever are."""
        return len(self.claim_asset)


def make(shape: Shape) -> Catalogue:
    """Return the catalogue of a shape."""
    assets = _assets(shape)
    born_of, created = _births(shape, assets)
    videos = _videos(shape, assets, born_of, created)
    return Catalogue(shape, **assets, **videos, **_claims(shape, assets, videos, born_of, created))


def _assets(shape: Shape) -> dict[str, Any]:
    draw, n = shape.random("assets"), shape.assets
    # Most recordings have one asset: others have several, as when two labels deliver the same one.
    sizes = draw.choice([1, 2, 3, 4, 6], n, p=[0.88, 0.07, 0.03, 0.015, 0.005])
    recording = np.repeat(np.arange(n), sizes)[:n]
    alone = np.bincount(recording)[recording] == 1
    # The assets of a recording come out together, and are about as popular.
    popularity = draw.standard_normal(n)[recording]
    released = np.where(draw.random(n) < 0.08, draw.uniform(-WEEK * _RELEASES, WEEK * shape.weeks, n), -NEVER)[
        recording
    ]
    # Lognormal, and for a few a Pareto tail on top.
    level = 6.9 + 1.4 * popularity + 1.0 * draw.standard_normal(n)
    level += np.where(draw.random(n) < 0.03, np.log1p(draw.pareto(1.5, n)), 0.0)
    kind = draw.random(n)
    usual = np.minimum(draw.zipf(1.7, n) - 1, 50) % ids.MONETIZING
    return {
        "recording": recording,
        "has_isrc": ~(alone & (draw.random(n) < 0.05)),
        "asset_level": level,
        "growth": draw.normal(-0.003, 0.008, n) * np.where(draw.random(n) < 0.05, 4.0, 1.0),
        "noise": 0.10 * np.exp(0.35 * draw.standard_normal(n)),
        "released": released,
        "asset_policy": np.where(
            kind < 0.04,
            draw.choice(ids.TRACKING, n),
            np.where(kind < 0.06, draw.choice(ids.BLOCKING, n), usual),
        ).astype(np.int64),
    }


def _births(shape: Shape, assets: dict[str, Any]) -> tuple[Integers, Floats]:
    """Return the asset of each claim and the day on which it is made: those before the first snapshot first."""
    draw, n = shape.random("births"), shape.assets
    weights = np.exp(0.8 * (assets["asset_level"] - 6.9))
    weights = np.minimum(weights / weights.sum(), 0.02)
    weights /= weights.sum()
    expected = weights * shape.claims
    out = assets["released"] <= 0
    first = draw.poisson(expected)
    first[(first == 0) & out] = 1
    standing = np.repeat(np.arange(n), first)
    released = assets["released"][standing]
    # What is new collects its claims from its release on: most of them in the first weeks.
    created = np.where(
        released > -NEVER,
        released + draw.exponential(12.0, len(standing)),
        -draw.exponential(420.0, len(standing)) - 1.0,
    )
    born_of, days = [standing], [created]
    # Small shapes are far from Poisson: one uploader brings a series of videos, one trend a dozen of them.
    dispersion = draw.uniform(0.4, 2.5, n)
    for week in range(shape.weeks + 1):
        bursts = 1 + 3 * np.exp(-np.maximum(WEEK * week - assets["released"], 0) / 14)
        rate = ARRIVALS * expected * bursts * draw.gamma(dispersion) / dispersion * draw.gamma(60.0) / 60
        new = np.repeat(np.arange(n), draw.poisson(np.where(assets["released"] < WEEK * week, rate, 0.0)))
        born_of.append(new)
        days.append(WEEK * week + draw.uniform(0.0, WEEK, len(new)))
    return np.concatenate(born_of), np.concatenate(days)


def _videos(shape: Shape, assets: dict[str, Any], born_of: Integers, created: Floats) -> dict[str, Any]:
    draw, n = shape.random("videos"), len(born_of)
    channel_weights = np.arange(1, shape.channels + 1) ** -0.9
    order = draw.permutation(shape.channels)
    channel = np.empty(n, dtype=np.int64)
    weeks = np.floor(np.clip(created / WEEK, -1, shape.weeks)).astype(np.int64)
    for week in range(-1, shape.weeks + 1):
        # Channels upload in batches: some weeks much, others nothing.
        moved = channel_weights * (draw.gamma(0.8, size=shape.channels) if week >= 0 else 1.0)
        of_week = np.flatnonzero(weeks == week)
        cumulated = np.cumsum(moved)
        channel[of_week] = order[np.searchsorted(cumulated / cumulated[-1], draw.random(len(of_week)))]
    new = created > 0
    age = np.where(new & (draw.random(n) < 0.7), draw.exponential(1.0, n), draw.exponential(400.0, n) + 1.0)
    released = assets["released"][born_of]
    of_release = released > -NEVER
    uploaded = np.where(of_release, np.maximum(created - age, released), created - age)
    asset_level = assets["asset_level"][born_of]
    share = 1.2 * draw.standard_normal(n) - np.log(np.maximum(np.bincount(born_of), 1))[born_of] - 0.7
    # A new video of what is long out has few views, whatever becomes of it later.
    share = np.where(new & ~of_release, np.minimum(share - 1.5, np.log(0.05)), share)
    shorts = draw.random(n) < 0.3
    seconds = np.where(shorts, draw.integers(12, 61, n), np.clip(np.exp(5.4 + 0.7 * draw.standard_normal(n)), 45, 9000))
    return {
        "video_asset": born_of,
        "video_channel": channel,
        "video_level": asset_level + share,
        "uploaded": uploaded,
        "engaged_share": draw.beta(16, 12, n),
        "recounted": np.where(shorts, draw.uniform(1.3, 2.4, n), 1.0),
        "seconds": seconds.astype(np.int64),
    }


def _claims(
    shape: Shape, assets: dict[str, Any], videos: dict[str, Any], born_of: Integers, created: Floats
) -> dict[str, Any]:
    draw, n = shape.random("claims"), len(born_of)
    video = _shared_videos(shape, assets, born_of, created)
    policy = assets["asset_policy"][born_of]
    overridden = draw.random(n) < 0.04
    known = np.maximum(created, 0.0)
    # Some assets have ten times as many disputes as others.
    inclined = draw.gamma(0.5, 2.0, shape.assets)[born_of] + 0.02
    disputed = np.maximum(created, -100.0) + WEEK * draw.exponential(1 / (DISPUTES * inclined))
    resolved = disputed + WEEK * (0.5 + draw.exponential(2.5, n))
    outcome = draw.random(n)
    lost = np.minimum(known + WEEK * draw.exponential(1 / LOSSES, n), _batches(shape, born_of, known))
    seconds = videos["seconds"][video]
    longest = np.where(draw.random(n) < 0.03, draw.integers(5, 15, n), np.maximum(seconds * draw.beta(4, 2, n), 15))
    longest = np.minimum(longest, seconds).astype(np.int64)
    return {
        "claim_asset": born_of,
        "claim_video": video,
        "claim_policy": np.where(overridden, draw.integers(0, len(ids.POLICIES), n), policy),
        "created": np.maximum(created, videos["uploaded"][video]),
        "lost": np.where(outcome < 0.55, np.minimum(lost, resolved), lost),
        "disputed": disputed,
        "resolved": resolved,
        "appealed": outcome > 0.9,
        "other_owner_from": np.where(
            draw.random(n) < 0.02, -NEVER, known + WEEK * draw.exponential(1 / OTHER_OWNERS, n)
        ),
        "policy_changed": known + WEEK * draw.exponential(1 / POLICY_CHANGES, n),
        "policy_after": draw.integers(0, len(ids.POLICIES), n),
        "longest_match": longest,
        "matched": np.minimum(longest * draw.uniform(1.0, 1.5, n), seconds).astype(np.int64),
    }


def _batches(shape: Shape, born_of: Integers, known: Floats) -> Floats:
    """Return the day on which each claim is lost in a batch; NEVER for most."""
    draw, lost = shape.random("batches"), np.full(len(born_of), NEVER)
    for week in range(shape.weeks + 1):
        share = np.where(draw.random(shape.assets) < BATCHES, draw.beta(1.0, 12.0, shape.assets), 0.0)
        day = WEEK * week + draw.uniform(0.0, WEEK, shape.assets)
        gone = (draw.random(len(born_of)) < share[born_of]) & (known < day[born_of])
        lost = np.where(gone, np.minimum(lost, day[born_of]), lost)
    return lost


def _shared_videos(shape: Shape, assets: dict[str, Any], born_of: Integers, created: Floats) -> Integers:
    """Return the video of each claim: for a few it is that of another one, mostly of the same recording."""
    draw, n = shape.random("shared videos"), len(born_of)
    own = np.arange(n)
    standing = np.flatnonzero(created <= 0)
    if not len(standing):
        return own
    first = np.full(shape.assets, -1)
    first[born_of[standing[::-1]]] = standing[::-1]
    recording = assets["recording"]
    neighbour = np.where(
        np.append(recording[1:], -1) == recording, np.arange(shape.assets) + 1, np.arange(shape.assets) - 1
    )
    neighbour = np.where(recording[neighbour] == recording, neighbour, -1)
    sibling = np.where(neighbour[born_of] >= 0, first[neighbour[born_of]], -1)
    shared = np.where(sibling >= 0, draw.random(n) < 0.2, draw.random(n) < 0.02)
    anyone = standing[draw.integers(0, len(standing), n)]
    chosen = np.where(sibling >= 0, sibling, anyone)
    # Whose video is taken keeps its own.
    shared[chosen[shared]] = False
    return np.where(shared & (chosen != own), chosen, own)
