"""A report, wherever it is and however it is compressed, to a CSV file on this machine."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from workers.claimsreport.intake.columns import no_text
from workers.claimsreport.intake.refusals import UNREADABLE, cut_short, empty, refused
from workers.frame.problems import Problem, WrongInputError
from workers.frame.storage import Location, Storage, local_errors

AMBIGUOUS = "snapshot-ambiguous"

_CHUNK_BYTES = 1 << 18  # stays in the cache of a core while it is hashed, counted and written
_BEGIN_BYTES = 512
_LINE_FEED = ord("\n")
_GZIP = b"\x1f\x8b"
_OTHERS = {b"PK\x03\x04": "a ZIP archive", b"\x28\xb5\x2f\xfd": "Zstandard", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_DATE = re.compile(r"(?<!\d)(20\d\d)([-_]?)(\d\d)\2(\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was read once from its first to its last byte.

    Attributes:
        path: on this machine, uncompressed; its name has nothing in it that DuckDB would take for a pattern.
        source: where it is from, for messages.
        digest: SHA-256 of its uncompressed bytes, in hexadecimal.
        size_bytes: uncompressed.
        lines: that end in it.
        date: the day it is of.
        compressed: whether it was.
        stamp: size and time of the last change of `path` when it was read.
    """

    path: Path
    source: str
    digest: str
    size_bytes: int
    lines: int
    date: dt.date
    compressed: bool
    stamp: tuple[int, int]

    @property
    def folder(self) -> Path:
        """The run's own folder."""
        return self.path.parent

    def check_unchanged(self) -> None:
        """Raise WrongInputError if somebody wrote to the file since it was fetched."""
        if _stamp(self.path) != self.stamp:
            detail = f"{self.source} was written to while it was read"
            raise WrongInputError(Problem("changed", "It changed meanwhile", detail, None, self.source))


def fetch(
    storage: Storage,
    location: Location,
    folder: Path,
    *,
    name: str = "claims",
    date: dt.date | None = None,
    check: Callable[[], None] = lambda: None,
) -> Fetched:
    """Read a report from its first to its last byte, into a folder where it has to be copied or uncompressed.

    Args:
        storage: reads it.
        location: of a CSV file or of one in gzip, whatever its name; what ends with `/` is a folder or a prefix, of
            which the report with the latest date in its name is taken.
        folder: the run's own.
        name: of the file in it, without its ending.
        date: the day of the snapshot; by default the one in its name, else that of its last change in UTC.
        check: called now and then; what it raises ends the reading.

    Raises:
        WrongInputError: it is not there, is empty, is no text, is cut short, or changed meanwhile.
        ServiceDownError: it cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if location.key.endswith("/") or (location.bucket is not None and not location.key):
        location = latest(storage, location)
    if date is None:
        date = date_in(location.key.rsplit("/", 1)[-1]) or date_in(location.key)
    path = folder / f"{name}.csv"
    with io.BufferedReader(cast("io.RawIOBase", storage.open(location)), _CHUNK_BYTES // 2) as stream:
        begin = stream.peek(8)[:8]
        other = next((name for magic, name in _OTHERS.items() if begin.startswith(magic)), None)
        if other:
            detail = f"{location} is {other}; a CSV file is read, or one in gzip"
            raise refused(UNREADABLE, "A file is no CSV", detail)
        compressed = begin.startswith(_GZIP)
        content = cast("BinaryIO", gzip.GzipFile(fileobj=stream)) if compressed else cast("BinaryIO", stream)
        if location.bucket is None and not compressed:
            path.symlink_to(location.path.absolute())
            stamp = _stamp(path)
            seen = _Seen()
            for chunk in _chunks(content, location, check):
                seen.add(chunk)
        else:
            seen = _Seen()
            with local_errors(Location(None, str(path)), "write"), path.open("wb") as copy:
                for chunk in _chunks(content, location, check):
                    seen.add(chunk)
                    copy.write(chunk)
            stamp = _stamp(path)
    if not seen.size:
        raise empty(str(location))
    if error := no_text(seen.begin, str(location)):
        raise error
    if seen.last not in b"\r\n":
        raise cut_short(str(location), f"its last line, after {seen.lines} others, has no end")
    if date is None:
        date = storage.modified(location).date()
    return Fetched(path, str(location), seen.digest, seen.size, seen.lines, date, compressed, stamp)


def date_in(name: str) -> dt.date | None:
    """Return the last date in a name: 2026-11-16, 20261116 or 2026_11_16."""
    found = None
    for match in _DATE.finditer(name):
        try:
            found = dt.date(int(match[1]), int(match[3]), int(match[4]))
        except ValueError:
            continue
    return found


def latest(storage: Storage, folder: Location) -> Location:
    """Return the report in a folder, or under a prefix, that has the latest date in its name.

    Raises:
        WrongInputError: there is none, or there are several of that day.
    """
    dated: dict[dt.date, list[str]] = {}
    for name in storage.names(folder):
        date = date_in(name.rsplit("/", 1)[-1]) or date_in(name)
        if date is not None:
            dated.setdefault(date, []).append(name)
    if not dated:
        detail = f"{folder} has no file with a date in its name, such as claims-2026-11-16.csv.gz"
        raise WrongInputError(Problem("not-found", "What is asked for is not there", detail, None, str(folder)))
    names = dated[max(dated)]
    if len(names) > 1:
        detail = f"{folder} has {len(names)} files of {max(dated)}, and only one can be read: {', '.join(names[:5])}"
        raise refused(AMBIGUOUS, "Which snapshot is meant is not clear", detail)
    return folder.join(names[0])


class _Seen:
    """What is known of bytes that went by."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.size = 0
        self.lines = 0
        self.begin = b""
        self.last = b"\n"

    def add(self, chunk: memoryview) -> None:
        self._hash.update(chunk)
        self.begin = self.begin or bytes(chunk[:_BEGIN_BYTES])
        self.size += len(chunk)
        # A third of the time of bytes.count, which looks for one line end after the other.
        self.lines += int(np.count_nonzero(np.frombuffer(chunk, dtype=np.uint8) == _LINE_FEED))
        self.last = bytes(chunk[-1:])

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def _chunks(content: BinaryIO, location: Location, check: Callable[[], None]) -> Iterator[memoryview]:
    """Yield the content piece by piece; the next one takes the place of the last, since new memory costs more."""
    buffer = memoryview(bytearray(_CHUNK_BYTES))
    while True:
        check()
        try:
            size = cast("io.BufferedIOBase", content).readinto(buffer)
        except EOFError as error:
            raise cut_short(str(location), "its gzip ends before its end mark") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise cut_short(str(location), f"its gzip is damaged ({error})") from error
        if not size:
            return
        yield buffer[:size]


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
