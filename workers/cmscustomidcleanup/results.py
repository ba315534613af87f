"""The JSON report of a run: where the worker always wrote it, and where it outlives the machine."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workers.cmscustomidcleanup.statistics import Statistics
from workers.frame.logs import masked
from workers.frame.problems import WorkerError
from workers.frame.storage import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from workers.cmscustomidcleanup.decisions import Change
    from workers.cmscustomidcleanup.sharding import Shard
    from workers.frame.problems import Problem
    from workers.frame.storage import Storage

LISTED = 10_000
LISTED_SENT = 50_000  # more than one owner's report has on partner channels today
CONTENT_TYPE = "application/json"


def run_name(now: datetime) -> str:
    """Return a name that no other run has and that sorts by time: `20261122T203010Z-1a2b3c4d`."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}"


def as_item(change: Change) -> dict[str, Any]:
    """Return an update as the report lists it."""
    return asdict(change)


def safe_name(filter_target: str) -> str:
    """Return the filter target as a name for a file: one that stays in its folder whatever it is."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", filter_target).strip("-.")[:100] or "report"


@dataclass(slots=True)
class Listed:
    """The first of a list that may be long, and how many there are.

    Attributes:
        limit: how many are kept; the counts are of all, and the ledger has all that was sent.
        lines: each as JSON, which takes a tenth of the memory that the objects would.
        count: of all.
    """

    limit: int = LISTED
    lines: list[bytes] = field(default_factory=list)
    count: int = 0

    def add(self, item: Mapping[str, Any]) -> None:
        """Count one more, and keep it while there is room."""
        self.count += 1
        if len(self.lines) < self.limit:
            self.lines.append(json.dumps(item).encode())

    def add_all(self, items: Iterable[Mapping[str, Any]], count: int) -> None:
        """Take the first of `items`, of which there are `count`."""
        for item in islice(items, self.limit):
            self.add(item)
        self.count = count

    def first(self, count: int) -> Iterator[dict[str, Any]]:
        """Yield the first ones again."""
        return (json.loads(line) for line in self.lines[:count])

    def as_json(self) -> bytes:
        """Return it for the report, an item a line."""
        return b'{"count": %d, "listed": %d, "items": [\n%s\n ]}' % (
            self.count,
            len(self.lines),
            b",\n".join(self.lines),
        )


@dataclass(slots=True)
class Results:
    """What the report of a run says.

    Attributes:
        about: what it worked on, as far as it is known: report, channels, ledger, policy, shard, event.
        sent: assets that have their custom id now, with the one before; of a dry run those that would be sent.
        failed: assets that the API refused, with the problem.
        reported: assets that a person must look at, with the lines of their rows.
    """

    run: str
    started: datetime
    about: dict[str, Any] = field(default_factory=dict)
    statistics: Statistics = field(default_factory=Statistics)
    sent: Listed = field(default_factory=lambda: Listed(LISTED_SENT))
    failed: Listed = field(default_factory=Listed)
    reported: Listed = field(default_factory=Listed)

    def add_sent(self, change: Change) -> None:
        """Note one more."""
        self.sent.add(as_item(change))

    def add_failed(self, change: Change, problem: Problem) -> None:
        """Note one more."""
        self.failed.add(as_item(change) | {"problem": masked(problem).as_dict()})

    def document(self, status: str, problem: Problem | None) -> bytes:
        """Return the report as JSON.

        Args:
            status: `success`, `failed`, `stopped` or `dry-run`.
            problem: what ended the run before its end; None where nothing did.
        """
        content: Mapping[str, Any] = {
            "run": self.run,
            "started": self.started.isoformat(timespec="seconds"),
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "status": status,
            "problem": masked(problem).as_dict() if problem else None,
            **self.about,
            "statistics": self.statistics.as_dict(),
        }
        lists = {"failed": self.failed, "reported": self.reported, "sent": self.sent}
        head = json.dumps(content, indent=1).removesuffix("\n}").encode()
        return b"".join(
            [head, *(b',\n "%s": %s' % (name.encode(), each.as_json()) for name, each in lists.items()), b"\n}\n"]
        )


def places(output: Location | None, filter_target: str, shard: Shard, results: Results) -> list[Location]:
    """Return where the report goes: the folder for temporary files, as ever, and the output if there is one.

    In the output its name has the day, the run and the shard, so that no run writes over another's.
    """
    safe = safe_name(filter_target)
    local = f"{safe}.json" if shard.count == 1 else f"{safe}-{shard.name}.json"
    found = [Location(None, str(Path(tempfile.gettempdir()) / local))]
    if output is not None:
        day = f"{results.started.astimezone(UTC):%Y-%m-%d}"
        found.append(output.join(f"{day}/{safe}-{results.run}-{shard.name}.json"))
    return found


async def write(storage: Storage, data: bytes, where: Iterable[Location]) -> tuple[str | None, list[WorkerError]]:
    """Write a report to each place; return the last one that has it, if any, and what went wrong with others."""
    written: str | None = None
    errors: list[WorkerError] = []
    for place in where:
        try:
            await asyncio.to_thread(storage.write, place, data, CONTENT_TYPE)
            written = str(place)
        except WorkerError as error:
            errors.append(error)
    return written, errors
