"""The video report: read once, as a stream, and of it the rows of partner channels.

The report is UTF-8 with or without a byte order mark, CSV as RFC 4180 has it: quoted fields hold commas and line ends.
Columns are found by name. The loop over rows does as little as it can: of eight million rows nearly all are left.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from workers.cmscustomidcleanup.spool import storable
from workers.frame.problems import Problem, WrongInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COLUMNS = ("channel_id", "asset_id", "video_id", "custom_id")
CHUNK_BYTES = 1 << 18
LISTED_LINES = 20

# What a file begins with that is no UTF-8 text, and what it is then.
OTHER_FORMS = {
    b"\x1f\x8b": "compressed with gzip",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK\x03\x04": "a ZIP archive",
}


class Row(NamedTuple):
    """A row of a partner channel, without blanks round its values.

    Attributes:
        line: of the file, where the row begins; the header is line 1.
    """

    asset_id: str
    video_id: str
    custom_id: str
    channel_id: str
    line: int


@dataclass(slots=True)
class Lines:
    """How many rows have something the matter, and where the first ones begin."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Count one more."""
        self.count += 1
        if len(self.first) < LISTED_LINES:
            self.first.append(line)


class ReportReader:
    """One pass over a report; what it counted is complete when the pass is.

    Attributes:
        rows: how many there are, without the header and blank lines.
        kept: rows of partner channels.
        malformed: rows that have more or fewer fields than the header, so that nobody can tell which value belongs to
            which column, or a control character in an id; they are left out. Empty fields at the end are none too many.
        bytes_read: so far.
    """

    def __init__(self, stream: BinaryIO, name: str, channels: frozenset[str], check: Callable[[], None]) -> None:
        """Prepare the pass.

        Args:
            stream: the report.
            name: what messages call it.
            channels: ids of the partner channels.
            check: called for each quarter of a mebibyte; what it raises ends the pass.
        """
        self.rows = 0
        self.kept = 0
        self.malformed = Lines()
        self._misfits = 0  # of the malformed, those that do not fit the header
        self._source = _Hashing(stream, check)
        self._name = name
        self._channels = channels

    @property
    def bytes_read(self) -> int:
        """Bytes of the file that were read so far."""
        return self._source.bytes_read

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the file; of what was read of it, before the end."""
        return self._source.digest.hexdigest()

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows of partner channels in the order of the file.

        Raises:
            WrongInputError: it is no such report: empty, compressed, a column missing or twice, a quote never closed.
        """
        text = io.TextIOWrapper(
            io.BufferedReader(self._source, CHUNK_BYTES), encoding="utf-8-sig", errors="replace", newline=""
        )
        reader = csv.reader(text)
        try:
            yield from self._partner_rows(reader)
        except csv.Error as error:
            raise self._wrong(
                f"after line {reader.line_num}: {error}; most likely a quote before it is never closed"
            ) from error
        if self.rows and self._misfits == self.rows:
            raise self._wrong(
                f"none of its {self.rows} rows fits the header; the first begins in line {self.malformed.first[0]}"
            )

    def _partner_rows(self, reader: Any) -> Iterator[Row]:
        header: list[str] = next(reader, [])
        columns = self._columns(header)
        width = len(header)
        channel, channels = columns[0], self._channels
        ids = itemgetter(*columns[1:])
        rows = 0
        for fields in reader:
            rows += 1
            if len(fields) != width:
                if not fields:  # a blank line
                    rows -= 1
                    continue
                if len(fields) < width or any(fields[width:]):
                    self._misfits += 1
                    self.malformed.add(_first_line(reader, fields))
                    continue
            channel_id = fields[channel].strip()
            if channel_id not in channels:
                continue
            asset_id, video_id, custom_id = map(str.strip, ids(fields))
            line = _first_line(reader, fields)
            if not storable(asset_id + video_id + custom_id):
                self.malformed.add(line)
                continue
            self.kept += 1
            self.rows = rows
            yield Row(asset_id, video_id, custom_id, channel_id, line)
        self.rows = rows

    def _columns(self, header: list[str]) -> list[int]:
        if not header:
            form = next((form for begin, form in OTHER_FORMS.items() if self._source.begin.startswith(begin)), None)
            raise self._wrong(
                f"it is {form}, and must be plain UTF-8" if form else "it is empty, or begins with a blank line"
            )
        names = [name.strip() for name in header]
        mistakes = []
        for wanted in COLUMNS:
            if names.count(wanted) > 1:
                mistakes.append(f"it has more than one column {wanted}")
            elif wanted not in names:
                near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
                mistakes.append(f"it has no column {wanted}" + (f"; the nearest is {near[0]!r}" if near else ""))
        if mistakes:
            form = next((form for begin, form in OTHER_FORMS.items() if self._source.begin.startswith(begin)), None)
            raise self._wrong(f"it is {form}, and must be plain UTF-8" if form else "line 1: " + ", ".join(mistakes))
        return [names.index(wanted) for wanted in COLUMNS]

    def _wrong(self, detail: str) -> WrongInputError:
        return WrongInputError(
            Problem(
                "wrong-video-report", "The video report cannot be read", f"{self._name}: {detail}", instance=self._name
            )
        )


def _first_line(reader: Any, fields: list[str]) -> int:
    """Return the line where the row that was just read begins; the reader counts those in quoted fields too."""
    text = "\0".join(fields)  # so that no line end is made of two fields
    line: int = reader.line_num
    return line - text.count("\n") - text.count("\r") + text.count("\r\n")


class _Hashing(io.RawIOBase):
    """Reads on behalf of a buffer, and takes the digest of what passes."""

    def __init__(self, stream: BinaryIO, check: Callable[[], None]) -> None:
        self.digest = hashlib.sha256()
        self.bytes_read = 0
        self.begin = b""
        self._stream = stream
        self._check = check

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what BufferedReader hands over
        self._check()
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.begin = self.begin or data[:4]
        self.bytes_read += len(data)
        self.digest.update(data)
        return len(data)
