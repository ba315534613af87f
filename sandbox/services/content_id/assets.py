"""The assets of the stand-in, and many of them made from a seed."""

from __future__ import annotations

import random
import re
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# "metadataMine.customId" of the Content ID API's asset: at most 64 bytes of these characters.
CUSTOM_ID = re.compile(r"[A-Za-z0-9_.@/-]{1,64}")
VIDEO_ID_LETTERS = string.ascii_letters + string.digits + "-_"


@dataclass(slots=True)
class Asset:
    """One asset.

    Attributes:
        id: what YouTube calls it.
        custom_id: what its owner calls it; None if it has none.
        video_id: of the video that its claim is on, YouTube's default for the custom id.
        owner: who may change it.
        alias_ids: the ids of assets that were merged into it.
    """

    id: str
    custom_id: str | None = None
    video_id: str = ""
    owner: str = ""
    alias_ids: list[str] = field(default_factory=list)

    def resource(self, *, with_metadata: bool) -> dict[str, Any]:
        """Return the asset resource of the API."""
        found: dict[str, Any] = {"kind": "youtubePartner#asset", "id": self.id, "type": "web", "status": "active"}
        if self.alias_ids:
            found["aliasId"] = list(self.alias_ids)
        if with_metadata:
            found["metadataMine"] = {} if self.custom_id is None else {"customId": self.custom_id}
        return found


class Assets:
    """All assets, found by their id and by their aliases."""

    def __init__(self) -> None:
        self._by_id: dict[str, Asset] = {}

    def put(self, assets: Iterable[Asset]) -> int:
        """Take assets, in the place of those that have the same ids, and return how many."""
        count = 0
        for asset in assets:
            for each in (asset.id, *asset.alias_ids):
                self._by_id[each] = asset
            count += 1
        return count

    def find(self, asset_id: str) -> Asset | None:
        """Return the asset of an id; of an alias the one that it was merged into."""
        return self._by_id.get(asset_id)

    def all(self) -> Iterator[Asset]:
        """Return each asset once."""
        return (asset for asset_id, asset in self._by_id.items() if asset_id == asset.id)

    def clear(self) -> None:
        """Forget all."""
        self._by_id.clear()


def generate(count: int, seed: int = 1, *, owner: str, merged: float = 0, own_custom_id: float = 0) -> list[Asset]:
    """Return assets that the same seed makes again.

    Args:
        count: how many.
        seed: of the random numbers.
        owner: whose they are.
        merged: the share of them that another asset was merged into.
        own_custom_id: the share whose custom id is no longer YouTube's default, the id of the video.
    """
    chance = random.Random(seed)  # noqa: S311 - made again, not secret
    numbers = iter(chance.sample(range(10**15), count * 2))
    assets = []
    for _ in range(count):
        video = "".join(chance.choices(VIDEO_ID_LETTERS, k=11))
        own, has_alias = chance.random() < own_custom_id, chance.random() < merged
        assets.append(
            Asset(
                id=f"A{next(numbers):015d}",
                custom_id=f"own-{video}" if own else video,
                video_id=video,
                owner=owner,
                alias_ids=[f"A{next(numbers):015d}"] if has_alias else [],
            )
        )
    return assets
