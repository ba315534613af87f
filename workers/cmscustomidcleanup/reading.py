"""From the channel list and the report to the rows that matter: in a thread, since the run is to hear signals."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workers.channels.api import ChannelsApi
from workers.cmscustomidcleanup.decisions import PartnerChannels
from workers.cmscustomidcleanup.plan import Rows
from workers.cmscustomidcleanup.progress import reporting
from workers.cmscustomidcleanup.report import ReportReader
from workers.frame.problems import Problem, WrongInputError
from workers.frame.storage import Location

if TYPE_CHECKING:
    from workers.cmscustomidcleanup.settings import CleanupSettings
    from workers.cmscustomidcleanup.sharding import Shard
    from workers.cmscustomidcleanup.spool import Spool
    from workers.frame.running import Context


async def read_channels(context: Context, settings: CleanupSettings) -> PartnerChannels:
    """Return the partner channels of the GraphQL API.

    Raises:
        WrongInputError: there is none, so that nothing could be decided.
    """
    api = await ChannelsApi.connect(settings, context.session, context.clients, context.stop)
    listed = await api.list_channels()
    channels = PartnerChannels((channel.channel_id, channel.custom_id) for channel in listed)
    if not channels:
        detail = f"{settings.graphql_url} has no partner channel: run channelbackfill first"
        raise WrongInputError(Problem("no-partner-channels", "There is no partner channel", detail))
    context.log.info("channels", count=len(channels), **channels.incomplete())
    return channels


@dataclass(frozen=True, slots=True)
class ReportRead:
    """A report that was read to its end.

    Attributes:
        sha256: of its content, hexadecimal.
        seconds: for the pass.
    """

    reader: ReportReader
    rows: Rows
    sha256: str
    seconds: float

    def about(self, location: str) -> dict[str, Any]:
        """Return what the JSON report says of it."""
        return {
            "location": location,
            "bytes": self.reader.bytes_read,
            "sha256": self.sha256,
            "malformed_rows": {"count": self.reader.malformed.count, "first_lines": self.reader.malformed.first},
            "rows_without_asset": {"count": self.rows.no_asset.count, "first_lines": self.rows.no_asset.first},
        }


async def read_report(
    context: Context, settings: CleanupSettings, channels: PartnerChannels, shard: Shard, spool: Spool
) -> ReportRead:
    """Read the video report, and keep the rows of partner channels whose assets are this shard's.

    Raises:
        WrongInputError: it is not there, or is no such report.
        ServiceDownError: it cannot be read.
        StoppedError: the run was asked to stop.
    """
    location = Location.parse(settings.video_report)
    begin = time.monotonic()
    rows = Rows(spool, shard)
    stream = await asyncio.to_thread(context.storage.open, location)
    reader = ReportReader(stream, str(location), channels.ids, context.stop.check)

    def read() -> None:
        with stream:  # closed by this thread: another one would wait until what it reads is there
            rows.add_all(reader)

    def so_far() -> dict[str, Any]:
        return {"bytes": reader.bytes_read, "rows_of_partners": reader.kept}

    async with reporting(context, "reading", so_far):
        await asyncio.to_thread(read)
    report = ReportRead(reader, rows, reader.sha256, time.monotonic() - begin)
    context.log.info(
        "report read", location=str(location), rows=reader.rows, rows_of_partners=reader.kept,
        sha256=report.sha256, seconds=round(report.seconds, 2),
    )  # fmt: skip
    for what, lines in (("rows do not fit the header", reader.malformed), ("rows have no asset id", rows.no_asset)):
        if lines.count:
            context.log.warning(what, count=lines.count, first_lines=lines.first)
    return report
