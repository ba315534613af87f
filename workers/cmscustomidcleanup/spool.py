"""Records on disk, in parts by their key, so that what belongs together is read together and memory holds one part.

A million assets with their rows do not fit into the memory of a small task as Python objects. Here each key's records
lie in one of 64 files, in the order they came; whoever groups them holds a sixty-fourth.
"""

from __future__ import annotations

import io
import tempfile
import zlib
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

PARTS = 64
BUFFER_BYTES = 1 << 15


def storable(text: str) -> bool:
    """Whether a field may hold the text: without control characters, which are what keeps fields and records apart."""
    return text.isprintable()


def part_of(key: str) -> int:
    """Return the part that has the key's records, from 0."""
    return zlib.crc32(key.encode()) % PARTS


class Spool:
    """Records of text fields, in parts; its files have no name and go with the process, however it ends."""

    def __init__(self) -> None:
        """Begin with nothing; a part's file is made with its first record, in the folder for temporary files."""
        self._files: dict[int, IO[str]] = {}

    def add(self, part: int, *fields: str) -> None:
        """Append a record; every field is `storable`."""
        file = self._files.get(part)
        if file is None:
            file = self._files[part] = _temporary_file()
        file.write("\t".join(fields) + "\n")

    def records(self, part: int) -> Iterator[list[str]]:
        """Yield the records of a part in the order they came. One reader a part at a time, and no writer meanwhile."""
        file = self._files.get(part)
        if file is None:
            return
        file.seek(0)
        for line in file:
            yield line[:-1].split("\t")
        file.seek(0, io.SEEK_END)

    def close(self) -> None:
        """Give the disk back."""
        for file in self._files.values():
            file.close()

    def __enter__(self) -> Spool:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _temporary_file() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", buffering=BUFFER_BYTES)
