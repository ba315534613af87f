"""From the rows of a report to what is to be sent, an asset at a time, in the order of the report.

Rows and results lie on disk in parts by asset (`spool`), so that a million assets need no more memory than a thousand.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from workers.cmscustomidcleanup.decisions import REPORTED, Change, Decision, Kind, PartnerChannels, decide, describe
from workers.cmscustomidcleanup.report import Lines, Row
from workers.cmscustomidcleanup.spool import PARTS, Spool, part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Set

    from workers.cmscustomidcleanup.sharding import Shard


class Rows:
    """The rows of one shard's assets, by asset."""

    def __init__(self, spool: Spool, shard: Shard) -> None:
        """Write to `spool` what is the shard's."""
        self.spool = spool
        self.no_asset = Lines()
        self.other_shards = 0
        self._shard = shard

    def add_all(self, rows: Iterable[Row]) -> None:
        """Take rows in the order of the report; those without an asset id are counted, by the first shard alone."""
        for row in rows:
            if not row.asset_id:
                if self._shard.index == 0:
                    self.no_asset.add(row.line)
            elif self._shard.has(row.asset_id):
                self.spool.add(
                    part_of(row.asset_id), row.asset_id, row.video_id, row.custom_id, row.channel_id, str(row.line)
                )
            else:
                self.other_shards += 1


class Plan:
    """What is to be sent, and what a person must look at.

    Attributes:
        kinds: how many assets each decision was made for; `send` has also those that were done before.
        done_before: of those to be sent, how many the ledger has.
    """

    def __init__(self, changes: Spool, reported: Spool) -> None:
        """Write what is to be sent to one spool, and what is to be looked at to the other."""
        self.kinds: Counter[Kind] = Counter()
        self.done_before = 0
        self._changes = changes
        self._reported = reported

    @property
    def assets(self) -> int:
        """How many assets there are."""
        return self.kinds.total()

    @property
    def to_send(self) -> int:
        """How many updates are left to send."""
        return self.kinds[Kind.SEND] - self.done_before

    @property
    def to_look_at(self) -> int:
        """How many assets `reported` yields."""
        return sum(self.kinds[kind] for kind in REPORTED)

    def __iter__(self) -> Iterator[Change]:
        """Yield what is left to send in the order of the report. One reader at a time."""
        for line, asset_id, custom_id, before in _in_order(self._changes):
            yield Change(asset_id, custom_id, before, line)

    def reported(self) -> Iterator[dict[str, Any]]:
        """Yield what `decisions.describe` says of assets that must be looked at, in the order of the report."""
        for _, text in _in_order(self._reported):
            yield json.loads(text)

    def add_part(self, part: int, assets: Iterable[tuple[Decision, list[Row]]], done: Set[tuple[str, str]]) -> None:
        """Take one part's assets in the order of the report; what the ledger has as done is not sent again."""
        for decision, rows in assets:
            self.kinds[decision.kind] += 1
            change = decision.change
            if decision.kind in REPORTED:
                self._reported.add(part, str(rows[0].line), json.dumps(describe(decision, rows)))
            elif decision.kind is Kind.SEND and (change.asset_id, change.custom_id) in done:
                self.done_before += 1
            elif decision.kind is Kind.SEND:
                self._changes.add(part, str(change.line), change.asset_id, change.custom_id, change.before)


def _in_order(spool: Spool) -> Iterator[Any]:
    """Yield records that begin with a line in the order of the lines, as each part has them already."""

    def part(number: int) -> Iterator[list[Any]]:
        for line, *rest in spool.records(number):
            yield [int(line), *rest]

    return heapq.merge(*map(part, range(PARTS)))


def make_plan(
    plan: Plan,
    rows: Spool,
    done: Callable[[int], Set[tuple[str, str]]],
    channels: PartnerChannels,
    *,
    overwrite: bool,
    check: Callable[[], None],
) -> None:
    """Decide for every asset.

    Args:
        plan: an empty one, to fill.
        rows: as `Rows` writes them.
        done: for a part, which pairs of asset id and custom id the ledger has.
        channels: what the partner channels want.
        overwrite: as in `decide`.
        check: called for each part; what it raises ends this.
    """
    for part in range(PARTS):
        check()
        # The first row of an asset says where it stands; a dict keeps that order.
        assets: dict[str, list[Row]] = {}
        for asset_id, video_id, custom_id, channel_id, line in rows.records(part):
            assets.setdefault(asset_id, []).append(Row(asset_id, video_id, custom_id, channel_id, int(line)))
        decided = ((decide(of_asset, channels, overwrite=overwrite), of_asset) for of_asset in assets.values())
        plan.add_part(part, decided, done(part))
