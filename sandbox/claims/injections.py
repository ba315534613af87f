"""What a detector should find, put into a catalogue at known places, in several sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sandbox.claims.catalogue import NEVER
from sandbox.claims.injecting import MAKERS, SIZES, Added, Changes, Injected, Injecting, facts_of
from sandbox.claims.weeks import Effects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.claims.catalogue import Catalogue, Floats, Integers
    from sandbox.claims.weeks import Snapshot

__all__ = ["SIZES", "Injected", "Injections", "inject"]


@dataclass(frozen=True)
class Injections:
    """A catalogue with what was put into it.

    Attributes:
        catalogue: the changed one; what is not touched is exactly as it was.
        effects: what simulation and metrics put on top.
        injected: what should be found.
    """

    catalogue: Catalogue
    effects: Effects
    injected: tuple[Injected, ...]


def inject(
    catalogue: Catalogue, clean: Sequence[Snapshot], plan: Mapping[int, Mapping[str, Sequence[float]]]
) -> Injections:
    """Put things that should be found into a catalogue.

    Subjects are drawn among those on which the effect is large enough to matter, and no two have a recording in
    common.

    Args:
        catalogue: the clean one.
        clean: its snapshots, all of them.
        plan: by number of the snapshot that shows it first (none of those missing, nor the first), what is put in: by
            sort, its sizes, as SIZES has them.

    Raises:
        ValueError: the catalogue is too small for so many.
    """
    changes = Changes(catalogue)
    for week, sizes in plan.items():
        place = next(place for place, snapshot in enumerate(clean) if snapshot.week == week)
        facts = facts_of(catalogue, clean[place], clean[place - 1])
        work = Injecting(changes, facts, catalogue.shape.random("injections", week))
        for sort in (each for each in SIZES if each in sizes):
            for size in sizes[sort]:
                MAKERS[sort](work, size)
    return Injections(
        _with(catalogue, changes),
        Effects(_by_week(changes.views), _by_week(changes.engagement), _by_week(changes.platforms)),
        tuple(changes.injected),
    )


def _by_week(effects: Sequence[tuple[int, int, float]]) -> dict[int, tuple[Integers, Floats]]:
    return {
        week: (
            np.array([place for each, place, _ in effects if each == week], dtype=np.int64),
            np.array([factor for each, _, factor in effects if each == week], dtype=np.float64),
        )
        for week in sorted({each for each, _, _ in effects})
    }


def _with(clean: Catalogue, changes: Changes) -> Catalogue:
    """Return the changed catalogue: what was there keeps its number, what is added comes after."""
    added: list[Added] = changes.added
    n, videos = len(added), len(clean.video_asset)
    asset = np.array([each.asset for each in added], dtype=np.int64)
    created = np.array([each.created for each in added], dtype=np.float64)
    never = np.full(n, NEVER)
    more: Mapping[str, npt.NDArray[Any]] = {
        "video_asset": asset,
        "video_channel": np.array([each.channel for each in added], dtype=np.int64),
        "video_level": clean.asset_level[asset] + np.log(0.005),  # a burst of claims, and none of views
        "uploaded": created - 0.5,
        "engaged_share": np.full(n, 0.57),
        "recounted": np.ones(n),
        "seconds": np.full(n, 180),
        "claim_asset": asset,
        "claim_video": np.arange(videos, videos + n),
        "claim_policy": np.array([each.policy for each in added], dtype=np.int64),
        "created": created,
        "lost": never,
        "disputed": never,
        "resolved": never,
        "appealed": np.zeros(n, dtype=np.bool_),
        "other_owner_from": never,
        "policy_changed": never,
        "policy_after": np.zeros(n, dtype=np.int64),
        "longest_match": np.full(n, 90),
        "matched": np.full(n, 90),
    }
    changed: Mapping[str, Any] = {
        name: np.concatenate([changes.arrays.get(name, getattr(clean, name)), extra]) for name, extra in more.items()
    }
    return replace(clean, **changed)
