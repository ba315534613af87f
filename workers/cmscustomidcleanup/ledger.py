"""What is done, so that no run does it again: a file that is appended to, and its mirror.

The local file has each entry as soon as its answer is there, so that whatever ends the process loses none. The mirror
has it seconds later, and is what is left when the machine is gone. Each run has files of its own, in a folder of the
ledger; a run reads those of all others when it starts, whatever their shard and however many shards there were.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.cmscustomidcleanup.entries import Entry, decode, encode
from workers.cmscustomidcleanup.mirror import SUFFIX, Mirror
from workers.cmscustomidcleanup.spool import PARTS, Spool, part_of
from workers.frame.problems import Problem, ServiceDownError
from workers.frame.storage import Location, local_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from io import FileIO
    from pathlib import Path

    from workers.cmscustomidcleanup.identity import Identity
    from workers.cmscustomidcleanup.sharding import Shard
    from workers.frame.storage import Storage

LATEST = "latest.json"


@dataclass(frozen=True, slots=True)
class Places:
    """Where ledgers are.

    Attributes:
        local: a folder of this machine.
        mirror: a folder or an S3 prefix that outlives the machine; None for none.
    """

    local: Path
    mirror: Location | None

    @property
    def shared(self) -> Location:
        """Where other runs look first: the mirror, if there is one."""
        return self.mirror or Location(None, str(self.local))


@dataclass(frozen=True, slots=True)
class Found:
    """What was there of a ledger when a run started.

    Attributes:
        entries: how many of this shard's assets are done.
        damaged: lines that say nothing, the torn last one of a killed run among them.
        brought: entries that an earlier run did not get into the mirror, and this one will.
        differences: for a ledger that is new, what is not as in the newest one before (`report`, `channels`, ...).
    """

    entries: int
    damaged: int
    brought: int
    differences: tuple[str, ...]


class Ledger:
    """The entries of one piece of work, as far as they are this shard's."""

    def __init__(
        self, storage: Storage, mirroring: Storage, places: Places, identity: Identity, *, shard: Shard, run: str
    ) -> None:
        """Prepare, and write nothing yet.

        Args:
            storage: what reads.
            mirroring: what writes the mirror, without much patience.
            places: where.
            identity: what it is about.
            shard: whose assets it is asked for.
            run: a name that no other run has.
        """
        self._storage = storage
        self._places = places
        self._identity = identity
        self._shard = shard
        self._spool = Spool()
        self._folder = places.local / identity.key
        self._path = self._folder / f"{shard.name}-{run}{SUFFIX}"
        self._file: FileIO | None = None
        self.local_problem: str | None = None
        self.mirror: Mirror | None = None
        if places.mirror is not None:
            self.mirror = Mirror(storage, mirroring, places.mirror.join(identity.key), f"{shard.name}-{run}")

    @property
    def location(self) -> str:
        """Where a person finds it."""
        return str(self._places.shared.join(self._identity.key))

    def load(self, check: Callable[[], None], *, to_write: bool) -> Found:
        """Read what all runs have done; blocks. Afterwards `done` can be asked.

        Args:
            check: called for each file; what it raises ends this.
            to_write: whether this run will add to it; else nothing at all is written.

        Raises:
            ServiceDownError, WrongInputError: it cannot be read or written, so that nothing may be sent.
        """
        damaged = 0
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            check()
            with (
                local_errors(Location(None, str(path)), "read"),
                path.open("rb") as lines,
            ):  # of a whole run, and so by lines; those of the mirror are small
                damaged += self._take(lines, in_mirror=False)
        for content in self.mirror.contents() if self.mirror else ():
            check()
            damaged += self._take(content.split(b"\n"), in_mirror=True)
        brought = entries = 0
        for part in range(PARTS):
            here, there = self._entries(part)
            entries += len(here | there)
            if to_write and self.mirror is not None:
                for entry in sorted(here - there):
                    self.mirror.add(encode(self._identity.key, entry))
                    brought += 1
        differences = () if entries else self._differences()
        if to_write:
            self._begin()
        return Found(entries, damaged, brought, differences)

    def done(self, part: int) -> set[tuple[str, str]]:
        """Return the pairs of asset id and custom id that are done, of one part (`spool.part_of`)."""
        here, there = self._entries(part)
        return {(entry.asset_id, entry.custom_id) for entry in here | there}

    def record(self, entry: Entry) -> None:
        """Note that an asset has its custom id; what comes back without an error survives the end of the process.

        Raises:
            ServiceDownError: the local file cannot be written, and there is no mirror.
        """
        line = encode(self._identity.key, entry)
        if self._file is not None:
            try:
                self._file.write(line)
            except OSError as error:
                # What was written of the line would spoil the next one.
                self._close_file()
                self.local_problem = f"cannot write {self._path}: {error.strerror}"
                if self.mirror is None:
                    raise ServiceDownError(
                        Problem("ledger-not-written", "What is done cannot be noted", self.local_problem)
                    ) from error
        if self.mirror is not None:
            self.mirror.add(line)

    def close(self) -> None:
        """Let go of all files."""
        self._spool.close()
        self._close_file()

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _take(self, lines: Iterable[bytes], *, in_mirror: bool) -> int:
        """Keep the entries of a file that are of this shard; return how many lines say nothing."""
        damaged = 0
        for line in filter(None, (line.rstrip(b"\n") for line in lines)):
            entry = decode(self._identity.key, line)
            if entry is None:
                damaged += 1
            elif self._shard.has(entry.asset_id):
                self._spool.add(part_of(entry.asset_id), *entry, "mirror" if in_mirror else "")
        return damaged

    def _entries(self, part: int) -> tuple[set[Entry], set[Entry]]:
        """Return the entries of one part that are on this machine, and those in the mirror."""
        here: set[Entry] = set()
        there: set[Entry] = set()
        for asset_id, custom_id, before, in_mirror in self._spool.records(part):
            (there if in_mirror else here).add(Entry(asset_id, custom_id, before))
        return here, there

    def _differences(self) -> tuple[str, ...]:
        latest = self._places.shared.join(LATEST)
        content = self._storage.read(latest) if self._storage.is_there(latest) else None
        try:
            return tuple(self._identity.differences(json.loads(content))) if content else ()
        except ValueError:
            return ()

    def _begin(self) -> None:
        """Open the local file, and say which ledger is the newest: what cannot be written is known before a request."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("ab", buffering=0)
        except OSError as error:
            detail = f"cannot write {self._path}: {error.strerror}"
            raise ServiceDownError(Problem("ledger-not-written", "What is done cannot be noted", detail)) from error
        text = json.dumps(self._identity.as_dict() | {"ledger": self._identity.key}, indent=2) + "\n"
        self._storage.write(self._places.shared.join(LATEST), text.encode(), "application/json")
