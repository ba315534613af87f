"""Which of several runs has an asset, and what share of the project's quota each may use.

Runs know nothing of each other: each finds its assets, and its share of the quota (`content_id.rate.share`), from its
index and the number of runs alone, which AWS Batch gives to each child of an array job.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from workers.frame.problems import Problem, WrongInputError


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` runs over the same report.

    Attributes:
        index: from 0.
        count: 1 where one run does all.
    """

    index: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        """Refuse an index that none of `count` runs has.

        Raises:
            WrongInputError: the index is not from 0 to count - 1.
        """
        if self.count < 1 or not 0 <= self.index < self.count:
            raise WrongInputError(
                Problem(
                    "no-such-shard",
                    "The shard does not exist",
                    f"shard {self.index} of {self.count}: the index is from 0 to the count less one",
                )
            )

    def has(self, asset_id: str) -> bool:
        """Whether the asset is this run's."""
        return self.count == 1 or shard_of(asset_id, self.count) == self.index

    @property
    def name(self) -> str:
        """What files of this run are called: `shard-3-of-10`."""
        return f"shard-{self.index}-of-{self.count}"


def shard_of(asset_id: str, count: int) -> int:
    """Return which of `count` runs has the asset, from 0.

    The same on every machine and in every process, which `hash()` is not: the first 8 bytes of the SHA-256 of the
    UTF-8 text, most significant first, modulo `count`.
    """
    return int.from_bytes(hashlib.sha256(asset_id.encode()).digest()[:8], "big") % count
