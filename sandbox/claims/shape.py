"""How large a catalogue is, over which weeks, and in which form it is reported."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np

WEEK = 7
# Mondays, as YouTube's weekly reports are; a snapshot that is late comes up to this many days after.
LAST = dt.date(2026, 11, 16)
LATEST = 4


@dataclass(frozen=True)
class Shape:
    """What a catalogue follows from.

    Attributes:
        seed: what everything is drawn from.
        claims: how many there are in the first snapshot, about.
        weeks: number of weekly snapshots, those that are missing counted.
        last: when the last one is due.
        claims_an_asset: how many claims an asset has, on average.
        claims_a_channel: how many claims a channel has, on average.
        late: share of the snapshots that come some days late; never the first one.
        missing: share of the snapshots that do not come at all; never the first one nor the last three.
    """

    seed: int = 1
    claims: int = 12_000
    weeks: int = 27
    last: dt.date = LAST
    claims_an_asset: float = 4.0
    claims_a_channel: float = 37.0
    late: float = 0.08
    missing: float = 0.05

    @property
    def assets(self) -> int:
        """How many assets there are."""
        return max(8, round(self.claims / self.claims_an_asset))

    @property
    def channels(self) -> int:
        """How many channels there are."""
        return max(4, round(self.claims / self.claims_a_channel))

    @property
    def first(self) -> dt.date:
        """Day 0: that of the first snapshot."""
        return self.last - dt.timedelta(days=WEEK * (self.weeks - 1))

    @cached_property
    def days(self) -> tuple[int | None, ...]:
        """The day of each snapshot, counted from the first; None where it is missing."""
        draw = self.random("snapshots")
        late = np.where(draw.random(self.weeks) < self.late, draw.integers(1, LATEST + 1, self.weeks), 0)
        missing = draw.random(self.weeks) < self.missing
        return tuple(
            None if missing[week] and 0 < week < self.weeks - 3 else int(WEEK * week + (late[week] if week else 0))
            for week in range(self.weeks)
        )

    def date(self, day: int) -> dt.date:
        """Return the date of a day."""
        return self.first + dt.timedelta(days=day)

    def random(self, *purpose: str | int) -> np.random.Generator:
        """Return a source of random numbers for one purpose, so that no part depends on how much another one draws."""
        words = [each if isinstance(each, int) else int.from_bytes(each.encode()) for each in purpose]
        return np.random.default_rng([self.seed, *words])
