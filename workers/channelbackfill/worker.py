"""The worker: reads the channel file, lists what is there, writes what differs, and tells how it went."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import sys
import time
from typing import TYPE_CHECKING, Any

from workers.channelbackfill import channel_csv, events, printing
from workers.channelbackfill.differences import difference
from workers.channelbackfill.progress import Progress
from workers.channelbackfill.sending import send
from workers.channelbackfill.settings import ChannelBackfillSettings
from workers.channels.api import ChannelsApi
from workers.frame.exits import ExitCode
from workers.frame.metrics import emit
from workers.frame.problems import Problem, WrongInputError
from workers.frame.running import Outcome
from workers.frame.storage import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workers.channelbackfill.channel_csv import ChannelFile
    from workers.channelbackfill.differences import Difference
    from workers.frame.publishing import Event
    from workers.frame.running import Context
    from workers.frame.settings import WorkerSettings

LARGEST_FILE = 32 << 20  # bytes; 372 channels are some 30 kB, and a video report is not a channel file
PROGRESS = "backfill"  # under which the context has it


class ChannelBackfill:
    """Brings the partner channels of the GraphQL API to what the channel file says. Nothing is ever deleted."""

    name: str = "channelbackfill"
    settings: type[WorkerSettings] = ChannelBackfillSettings

    async def work(self, context: Context) -> Outcome:
        """Do the backfill, or say what it would do.

        Raises:
            WrongInputError: the channel file is not there or is none.
            ServiceDownError: the GraphQL API, S3 or the credentials fail.
            StoppedError: the run was asked to stop.
        """
        settings: ChannelBackfillSettings = context.settings
        progress = context.progress[PROGRESS] = Progress()
        begin = time.monotonic()
        try:
            await self._backfill(context, settings, progress)
        finally:
            if not settings.dry_run:
                _emit(settings, progress, time.monotonic() - begin)
        outcome = Outcome(None, progress.errors, progress.total, progress.counts())
        above = outcome.code(settings.error_threshold) is ExitCode.ITEM_ERRORS
        return dataclasses.replace(outcome, event=_event(progress, settings.error_threshold, above=above))

    def failed(self, problem: Problem, progress: Mapping[str, Any]) -> Event:
        """Return the event of a run that did not come to its end, with the counts so far."""
        return events.failed(problem.detail, progress.get(PROGRESS, Progress()))

    async def _backfill(self, context: Context, settings: ChannelBackfillSettings, progress: Progress) -> None:
        location = Location.parse(settings.channels_csv)
        file = await asyncio.to_thread(_read, context, location)
        progress.total, progress.repeats = file.total, len(file.repeats)
        progress.problems += file.problems
        at_terminal = settings.dry_run and sys.stdout.isatty()
        if at_terminal:  # the page that follows says it all
            logging.getLogger().setLevel(logging.CRITICAL)
        _log_file(context, file, location)
        channels = await ChannelsApi.connect(settings, context.session, context.clients, context.stop)
        found = difference(file.rows, await channels.list_channels())
        progress.unchanged, progress.elsewhere = len(found.unchanged), found.elsewhere
        progress.problems += found.problems
        _log_difference(context, found)
        if not settings.dry_run:
            stop, log = context.stop, context.log
            await send(found, channels, concurrency=settings.concurrency, stop=stop, progress=progress, log=log)
        elif at_terminal:
            sys.stdout.write(printing.page(found, progress, str(location)))
        else:
            printing.log_lines(found, context.log)


def _read(context: Context, location: Location) -> ChannelFile:
    """Read the channel file; it blocks."""
    with context.storage.open(location) as stream:
        content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        detail = f"{location} has more than {LARGEST_FILE >> 20} MiB: is it the channel file?"
        raise WrongInputError(Problem("channel-file-too-large", "The channel file is too large", detail))
    return channel_csv.read(content, str(location))


def _log_file(context: Context, file: ChannelFile, location: Location) -> None:
    context.log.info("channel file read", file=str(location), rows=file.total, other_columns=list(file.other_columns))
    for problem in file.problems:
        context.log.error("row refused", problem=problem.as_dict())
    for line, earlier in file.repeats:
        context.log.warning("row repeats another", line=line, earlier_line=earlier)


def _log_difference(context: Context, found: Difference) -> None:
    for problem in found.problems:
        context.log.error("row refused", problem=problem.as_dict())
    context.log.info(
        "compared",
        to_create=len(found.create),
        to_change=len(found.change),
        unchanged=len(found.unchanged),
        elsewhere=found.elsewhere,
    )


def _event(progress: Progress, threshold: float, *, above: bool) -> Event:
    """Return the event of a run that is through: a success, unless too many rows have errors.

    What follows a success trusts the channels, and updates every asset of theirs.
    """
    if not above:
        return events.completed(progress)
    rows = f"{progress.errors} of {progress.total} rows have errors, more than the {threshold:.4g} of them that may"
    return events.failed(f"{rows}; the first: {progress.problems[0].detail}", progress)


def _emit(settings: ChannelBackfillSettings, progress: Progress, seconds: float) -> None:
    """Write the metrics; also of a run that failed, as far as it came."""
    counts = {
        "ChannelsCreated": progress.created,
        "ChannelsChanged": progress.changed,
        "ChannelsUnchanged": progress.unchanged,
        "RowErrors": progress.errors,
        "RowsLeft": progress.left,
    }
    metrics: dict[str, tuple[float, str]] = {name: (count, "Count") for name, count in counts.items()}
    metrics["Duration"] = (round(seconds, 3), "Seconds")
    emit(settings.metrics_namespace, {"Worker": ChannelBackfill.name}, metrics)


WORKER = ChannelBackfill()
