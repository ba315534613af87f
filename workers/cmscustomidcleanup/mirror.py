"""The copy of a ledger that outlives the machine: files in a folder or objects in S3, of 256 KiB at most or so.

S3 cannot append. The newest file is written anew with each flush until it is large enough, so that a flush costs no
more late in a run than early. A file whose writing failed is never written again: nobody can tell whether that write,
with fewer entries, comes through after all, and after the next one.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workers.frame.storage import Location, Storage

FILE_BYTES = 1 << 18
READERS = 8
SUFFIX = ".ledger"
CONTENT_TYPE = "text/plain; charset=utf-8"


class Mirror:
    """The files of one ledger, and what this run adds to them."""

    def __init__(
        self,
        storage: Storage,
        writing: Storage,
        folder: Location,
        name: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare, and write nothing yet.

        Args:
            storage: what reads.
            writing: what writes.
            folder: of the ledger, with the files of all runs and shards.
            name: of this run's files, which no other run has; a path under `folder`.
            clock: seconds.
        """
        self._storage = storage
        self._writing = writing
        self._folder = folder
        self._name = name
        self._clock = clock
        self._number = 1
        self._lines: list[bytes] = []
        self._written = 0
        self._behind_since: float | None = None
        self._lock = asyncio.Lock()

    @property
    def waiting(self) -> int:
        """How many entries are not in the mirror yet."""
        return len(self._lines) - self._written

    @property
    def behind_seconds(self) -> float:
        """How long the oldest of them has waited."""
        return 0.0 if self._behind_since is None else self._clock() - self._behind_since

    def contents(self) -> Iterator[bytes]:
        """Yield the contents of all files; blocks.

        Raises:
            ServiceDownError: they cannot be read.
        """
        names = [name for name in self._storage.names(self._folder) if name.endswith(SUFFIX)]
        with ThreadPoolExecutor(READERS) as readers:
            for start in range(0, len(names), READERS):  # no more at once than are read at once
                locations = map(self._folder.join, names[start : start + READERS])
                yield from filter(None, readers.map(self._storage.read, locations))

    def add(self, line: bytes) -> None:
        """Take an entry, to be written with the next flush."""
        self._lines.append(line)
        if self._behind_since is None:
            self._behind_since = self._clock()

    async def flush(self) -> None:
        """Write what waits; what was added meanwhile waits for the next one.

        Raises:
            ServiceDownError, WrongInputError: it cannot be written; it waits on.
        """
        async with self._lock:
            count, begun = len(self._lines), self._clock()
            if count == self._written:
                return
            data = b"".join(self._lines[:count])
            location = self._folder.join(f"{self._name}-{self._number:04}{SUFFIX}")
            try:
                await asyncio.to_thread(self._writing.write, location, data, CONTENT_TYPE)
            except BaseException:  # also when cancelled: the thread goes on, and what comes of it is not known
                self._next_file(self._written)
                raise
            self._written = count
            self._behind_since = begun if self.waiting else None
            if len(data) >= FILE_BYTES:
                self._next_file(count)

    def _next_file(self, first: int) -> None:
        """Begin another file, with the entries from `first` on."""
        self._lines = self._lines[first:]
        self._written = 0
        self._number += 1
