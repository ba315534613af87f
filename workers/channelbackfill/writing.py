"""Brings one record to what its row says, also where somebody else writes it at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from workers.channelbackfill.channel_csv import row_problem, shown
from workers.channelbackfill.differences import agrees
from workers.channels.answers import UNAUTHORIZED, RefusedError
from workers.channels.api import ChangedMeanwhileError

if TYPE_CHECKING:
    from workers.channelbackfill.channel_csv import Row
    from workers.channels.channel import Channel
    from workers.frame.problems import Problem

TRIES = 3  # of one row, each after a look at what is there by now


class Channels(Protocol):
    """What writes channels."""

    async def get(self, record_id: str) -> Channel | None:
        """Return a record."""

    async def create(self, channel_id: str, custom_id: str, display_name: str) -> Channel:
        """Create a record."""

    async def update(self, existing: Channel, custom_id: str, display_name: str) -> Channel:
        """Change a record."""


class RowRefusedError(Exception):
    """A row cannot be written; the others may.

    Attributes:
        problem: why; it names the line.
        unauthorized: whether this caller may not write it; if that goes for one row after another, it goes for all.
    """

    def __init__(self, problem: Problem, *, unauthorized: bool = False) -> None:
        """Carry the problem."""
        super().__init__(problem.detail)
        self.problem = problem
        self.unauthorized = unauthorized


async def write(channels: Channels, row: Row, existing: Channel | None) -> None:
    """Bring the record of a row's channel to what the row says.

    A write is done when an answer has the record as the row says. A versioned API may keep what somebody else wrote
    (Automerge), and an answer with errors may have been a write all the same: what still differs is sent again.

    Args:
        channels: the API.
        row: what the record is to say.
        existing: the record as it was last seen; None where there was none.

    Raises:
        RowRefusedError: the API refuses the row, or the record never says what was written.
        WorkerError: what ends the run, as ChannelsApi has it.
    """
    said = ""
    for _ in range(TRIES):
        try:
            existing, said = await _send(channels, row, existing)
        except RefusedError as error:
            problem = row_problem(row.line, error.problem.detail)
            raise RowRefusedError(problem, unauthorized=error.error_type == UNAUTHORIZED) from error
        if existing is not None and existing.channel_id != row.channel_id:
            other = f"the record {shown(existing.id)} is of channel {shown(existing.channel_id)}"
            raise RowRefusedError(row_problem(row.line, f"{other}, not of {shown(row.channel_id)}; it is left alone"))
        if existing is not None and agrees(row, existing):
            return
    raise RowRefusedError(
        row_problem(row.line, f"written {TRIES} times, and the record still says something else: {said}")
    )


async def _send(channels: Channels, row: Row, existing: Channel | None) -> tuple[Channel | None, str]:
    """Send one write; return the record as it is then, and what the API said."""
    record_id = row.channel_id if existing is None else existing.id
    try:
        if existing is None:
            now = await channels.create(row.channel_id, row.custom_id, row.display_name)
        else:
            now = await channels.update(existing, row.custom_id, row.display_name)
    except ChangedMeanwhileError as error:
        return await channels.get(record_id), error.problem.detail
    except RefusedError as error:
        if error.partial is None:
            raise
        return await channels.get(record_id), error.problem.detail
    return now, "it is deleted" if now.deleted else f"{shown(now.custom_id)}, {shown(now.display_name)}"
