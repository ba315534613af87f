"""Writes all that differs, several records at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from workers.channelbackfill.channel_csv import row_problem
from workers.channelbackfill.writing import Channels, RowRefusedError, write
from workers.channels.answers import CredentialsRefusedError
from workers.frame.problems import Problem, ServiceDownError, WorkerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import structlog

    from workers.channelbackfill.channel_csv import Row
    from workers.channelbackfill.differences import Difference
    from workers.channelbackfill.progress import Progress
    from workers.channels.channel import Channel
    from workers.frame.stopping import Stop

DOWN_AFTER = 5  # rows in succession without an answer, each after all its tries
TELL_EVERY = 50  # rows


async def send(
    difference: Difference,
    channels: Channels,
    *,
    concurrency: int,
    stop: Stop,
    progress: Progress,
    log: structlog.stdlib.BoundLogger,
) -> None:
    """Create and change what differs; `progress` is kept current row by row.

    A row that is refused, or that the service does not answer, costs itself alone. Only if the service answers none of
    several in succession, or lets this caller write none, the run ends. Then the writes under way come to their end.

    Raises:
        ServiceDownError: the service is down, or refuses the credentials.
        StoppedError: the run was asked to stop.
        WorkerError: whatever else of the API ends a run.
    """
    sending = _Sending(difference, channels, stop, progress, log)
    tasks = [asyncio.create_task(sending.work()) for _ in range(min(concurrency, sending.total))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    if sending.end is not None:
        raise sending.end
    if sending.left:
        stop.check()
    if sending.unanswered is not None and not sending.answered:
        raise sending.unanswered


class _Sending:
    """The rows to be sent, and what the tasks that send them know together."""

    def __init__(
        self,
        difference: Difference,
        channels: Channels,
        stop: Stop,
        progress: Progress,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        changes = [(change.row, change.existing) for change in difference.change]
        pairs: list[tuple[Row, Channel | None]] = [*((row, None) for row in difference.create), *changes]
        self.pairs: Iterator[tuple[Row, Channel | None]] = iter(pairs)
        self.total = self.left = len(pairs)
        self.channels = channels
        self.stop = stop
        self.progress = progress
        self.log = log
        self.end: WorkerError | None = None
        self.answered = 0  # rows with an answer of the service
        self.unanswered: ServiceDownError | None = None  # the last row's without one
        self.in_succession = 0  # rows without an answer since the last with one

    async def work(self) -> None:
        """Send one row after another, until none is left or the run ends."""
        while self.end is None and not self.stop.asked:
            pair = next(self.pairs, None)
            if pair is None:
                return
            await self.send(*pair)

    async def send(self, row: Row, existing: Channel | None) -> None:
        """Send one row and count what became of it."""
        try:
            await write(self.channels, row, existing)
        except RowRefusedError as error:
            self.refused(error.problem)
            if error.unauthorized:
                self.has_not_done(CredentialsRefusedError(error.problem))
            else:
                self.has_answered()
        except ServiceDownError as error:
            if isinstance(error, CredentialsRefusedError):
                self.end = self.end or error
                return
            self.refused(row_problem(row.line, error.problem.detail))
            self.has_not_done(error)
        except WorkerError as error:
            self.end = self.end or error
            return
        else:
            if existing is None:
                self.progress.created += 1
            else:
                self.progress.changed += 1
            self.log.debug("channel written", channel=row.channel_id, custom_id=row.custom_id, line=row.line)
            self.has_answered()
        self.left -= 1
        done = self.total - self.left
        if done % TELL_EVERY == 0 or not self.left:
            self.log.info("progress", written=done, of=self.total, errors=self.progress.errors)

    def refused(self, problem: Problem) -> None:
        """Keep and tell the problem of a row."""
        self.progress.problems.append(problem)
        self.log.error("row not written", problem=problem.as_dict())

    def has_answered(self) -> None:
        """The service is there."""
        self.answered += 1
        self.in_succession = 0

    def has_not_done(self, error: ServiceDownError) -> None:
        """The service is not there for one row; if it is not there for several in succession, it is for none."""
        self.unanswered = error
        self.in_succession += 1
        if self.in_succession >= DOWN_AFTER:
            self.end = self.end or error
