"""What was told of with a snapshot: `alerts.json` beside its tables, which one run at a time can write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ValidationError

from workers.frame.problems import Problem, ServiceDownError, WrongInputError

if TYPE_CHECKING:
    from workers.frame.storage import Location, Storage

NAME = "alerts.json"
CONTENT_TYPE = "application/json"
TRIES = 20  # as many runs would have to write between the same two looks


@dataclass(frozen=True, slots=True)
class Announcement:
    """Findings that one run tells of, in one message.

    Attributes:
        run: a name that no other run has.
        findings: their identities.
        message_id: what SNS answered; None before it has, and for ever if the run died then.
    """

    run: str
    findings: tuple[str, ...]
    message_id: str | None = None


class _Document(BaseModel, extra="forbid"):
    version: Literal[1] = 1
    date: dt.date
    messages: tuple[Announcement, ...]


class Announcements:
    """Those of one snapshot; it blocks."""

    def __init__(self, storage: Storage, history: Location, date: dt.date) -> None:
        """Read and write nothing yet; `history` is the folder of the partitions."""
        self._storage = storage
        self._date = date
        self._place = history.join(f"date={date.isoformat()}/{NAME}")

    def read(self) -> tuple[Announcement, ...]:
        """Return them, oldest first; raises as `change` does."""
        return self._read()[0]

    def change(self, change: Callable[[tuple[Announcement, ...]], Sequence[Announcement]]) -> tuple[Announcement, ...]:
        """Write what `change` makes of what is there, and return what is there then.

        Args:
            change: called again where another run has written meanwhile; what is to stay as it is is not written.

        Raises:
            WrongInputError: what is there is something else: it is not known then what was told of.
            ServiceDownError: it cannot be read or written.
        """
        for _ in range(TRIES):
            before, tag = self._read()
            after = tuple(change(before))
            if after == before or self._storage.write_if(self._place, self._bytes(after), tag, CONTENT_TYPE):
                return after
        detail = f"{self._place} was written by others {TRIES} times in a row"
        raise ServiceDownError(Problem("alerts-contended", "Too many runs at the same time", detail))

    def _read(self) -> tuple[tuple[Announcement, ...], str | None]:
        if not self._storage.is_there(self._place):
            return (), None
        data, tag = self._storage.read_tagged(self._place)
        try:
            return _Document.model_validate_json(data).messages, tag
        except ValidationError as error:
            detail = f"{self._place} does not say what was told of: {error.error_count()} errors"
            problem = Problem("alerts-unreadable", "It is not known what was told of", detail, None, str(self._place))
            raise WrongInputError(problem) from error

    def _bytes(self, all_of_them: Sequence[Announcement]) -> bytes:
        document = _Document(date=self._date, messages=tuple(all_of_them))
        return document.model_dump_json(indent=1).encode() + b"\n"


def without(run: str) -> Callable[[tuple[Announcement, ...]], Sequence[Announcement]]:
    """Return a change that takes back what a run was about to tell of."""
    return lambda there: [one for one in there if one.run != run]


def answered(run: str, message_id: str) -> Callable[[tuple[Announcement, ...]], Sequence[Announcement]]:
    """Return a change that notes what SNS answered a run."""
    return lambda there: [replace(one, message_id=message_id) if one.run == run else one for one in there]


def told(storage: Storage, history: Location, since: dt.date | None, before: dt.date) -> dict[str, dt.date]:
    """Return when findings were told of, by identity, for `standing.update`; it blocks.

    A run may have told of findings and died before its partition counted: told of they are all the same.

    Args:
        storage: what reads.
        history: the folder of the partitions.
        since: date of the previous partition; None where there is none.
        before: date of this snapshot, whose own announcements are left out.

    Raises:
        WrongInputError, ServiceDownError: as `Announcements.change`.
    """
    dates = sorted(filter(None, (_date_of(name) for name in storage.names(history))))
    found: dict[str, dt.date] = {}
    for date in dates:
        if (since is None or since <= date) and date < before:
            for one in Announcements(storage, history, date).read():
                found |= dict.fromkeys(one.findings, date)
    return found


def _date_of(name: str) -> dt.date | None:
    folder, _, file = name.partition("/")
    try:
        return dt.date.fromisoformat(folder.removeprefix("date=")) if file == NAME else None
    except ValueError:
        return None
