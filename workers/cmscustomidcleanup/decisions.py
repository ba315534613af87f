"""What is done with an asset, from all its rows of partner channels.

An asset has one custom id, several videos (a row each), and the videos may be on several channels. What is *wanted* is
the custom id of the partner channel. What the asset has *now* is in every one of its rows.

| the rows of the asset say | by default | with `overwrite` |
|---|---|---|
| now = wanted | right: nothing is sent | the same |
| now = the id of one of these videos: still what YouTube gave it | send | send |
| now = anything else, or nothing | kept: somebody chose it | send |
| different things now, each the id of one of these videos | send | send |
| different things now, otherwise | conflict | conflict |
| channels that want different ids | conflict | conflict |
| a channel with a custom id, and one without, or with two | conflict | conflict |
| only channels without a custom id | channel without | the same |
| only channels that have two custom ids each | channel ambiguous | the same |
| no asset id | no asset | the same |

Two channels with the same custom id want the same. A video on a channel that is no partner's says nothing: its row is
not read, and an asset whose custom id is that video's id is kept. Ids are compared as they are, upper and lower case
apart, without blanks round them; no video id and no custom id are not the same thing. Rows that disagree about the
asset are a mistake of the report or of the channel list, and writing by one row could undo what another is right
about: a person must look.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from workers.cmscustomidcleanup.spool import storable
from workers.content_id.update import Update

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Set

    from workers.cmscustomidcleanup.report import Row

LISTED_ROWS = 10


class Kind(StrEnum):
    """What is decided of an asset."""

    SEND = "send"
    RIGHT = "right"
    KEPT = "kept"
    CONFLICT_WANTED = "conflict-wanted"
    CONFLICT_NOW = "conflict-now"
    CHANNEL_WITHOUT = "channel-without-custom-id"
    CHANNEL_AMBIGUOUS = "channel-with-two-custom-ids"


CONFLICTS = frozenset({Kind.CONFLICT_WANTED, Kind.CONFLICT_NOW})
# What a person is told of with lines; the others are as they should be.
REPORTED = CONFLICTS | {Kind.CHANNEL_WITHOUT, Kind.CHANNEL_AMBIGUOUS}


@dataclass(frozen=True, slots=True)
class Change(Update):
    """An update of one asset, with what a person wants to know of it.

    Attributes:
        before: the custom id that it has by the report.
        line: of the report, where its first row begins.
    """

    before: str
    line: int


class Decision(NamedTuple):
    """What is done with one asset.

    Attributes:
        kind: what is decided.
        change: what would be sent; `custom_id` is empty where no one id is wanted.
        wanted: the custom ids of the channels of its rows, by alphabet.
    """

    kind: Kind
    change: Change
    wanted: tuple[str, ...]


class PartnerChannels:
    """What partner channels want: their custom ids, by channel id."""

    def __init__(self, channels: Iterable[tuple[str, str]]) -> None:
        """Take pairs of channel id and custom id, blanks round them or not.

        A channel without an id is left out; a custom id with control characters in it is none.
        """
        custom_ids: dict[str, tuple[str, ...]] = {}
        for channel_id, custom_id in ((channel.strip(), custom.strip()) for channel, custom in channels):
            if channel_id:
                usable = {custom_id} if custom_id and storable(custom_id) else set()
                custom_ids[channel_id] = tuple(sorted(usable.union(custom_ids.get(channel_id, ()))))
        # By alphabet, so that the order in which a service lists them makes no difference to anything.
        self._custom_ids = dict(sorted(custom_ids.items()))

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the channels."""
        return frozenset(self._custom_ids)

    def __getitem__(self, channel_id: str) -> tuple[str, ...]:
        """Return its custom ids by alphabet: one, or none, or several where records contradict each other."""
        return self._custom_ids[channel_id]

    def __len__(self) -> int:
        """How many channels there are."""
        return len(self._custom_ids)

    def incomplete(self) -> dict[str, list[str]]:
        """Return the channels without a custom id, and those with more than one, by what is wrong with them."""
        return {
            "without_custom_id": [channel for channel, ids in self.items() if not ids],
            "with_two_custom_ids": [channel for channel, ids in self.items() if len(ids) > 1],
        }

    def items(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """Return channel ids with their custom ids, by alphabet."""
        return self._custom_ids.items()


def decide(rows: Sequence[Row], channels: PartnerChannels, *, overwrite: bool) -> Decision:
    """Return what is done with the asset that has these rows.

    Args:
        rows: all of one asset that are of partner channels, at least one, in the order of the report.
        channels: what they want.
        overwrite: also where somebody chose another custom id.
    """
    first = rows[0]
    wants = {channels[row.channel_id] for row in rows}
    wanted = tuple(sorted(set().union(*wants)))
    custom_id = wanted[0] if len(wanted) == 1 else ""
    change = Change(first.asset_id, custom_id, first.custom_id, first.line)
    kind = (
        _without_one_wanted(wants) if len(wants) > 1 or not custom_id else _with(custom_id, rows, overwrite=overwrite)
    )
    return Decision(kind, change, wanted)


def _without_one_wanted(wants: Set[tuple[str, ...]]) -> Kind:
    if len(wants) > 1:
        return Kind.CONFLICT_WANTED
    return Kind.CHANNEL_AMBIGUOUS if any(wants) else Kind.CHANNEL_WITHOUT


def _with(wanted: str, rows: Sequence[Row], *, overwrite: bool) -> Kind:
    now = {row.custom_id for row in rows}
    if now == {wanted}:
        return Kind.RIGHT
    if wanted not in now and now <= {row.video_id for row in rows} - {""}:
        return Kind.SEND
    if len(now) > 1:
        return Kind.CONFLICT_NOW
    return Kind.SEND if overwrite else Kind.KEPT


def describe(decision: Decision, rows: Sequence[Row]) -> dict[str, object]:
    """Return what a person is told of an asset that nothing is decided for: its first ten rows, with their lines."""
    return {
        "asset_id": decision.change.asset_id,
        "reason": decision.kind.value,
        "wanted": list(decision.wanted),
        "row_count": len(rows),
        "rows": [
            {"line": row.line, "video_id": row.video_id, "custom_id": row.custom_id, "channel_id": row.channel_id}
            for row in rows[:LISTED_ROWS]
        ],
    }
