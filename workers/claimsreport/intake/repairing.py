"""A copy of a CSV file in which every record can be read, and what could not be.

For files that DuckDB's reader loses lines of. One physical line is put aside where quotes do not add up, and reading
goes on with the next: a quote that is not closed takes no other line with it. Each record of the copy begins with the
line it had, as a first column more. This is Python, and takes several times as long as DuckDB; few files need it.
"""

from __future__ import annotations

import csv
import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workers.claimsreport.intake.reasons import Reason
from workers.claimsreport.intake.refusals import UNREADABLE, refused

LONGEST_TEXT = 2000  # characters of a row that quarantine keeps
LINE = "line"  # the column that the copy has more
_MOST_LINES = 200  # of one record
_MOST_BROKEN = 200_000  # lines of a file, of which one may then say that it is no CSV


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair leaves.

    Attributes:
        path: of the copy. Each line ends with a line feed, none is empty; what is no UTF-8 stays as it is.
        records: in it, without the header.
        broken: of a CSV file with what was put aside: line, reason, detail, text.
        broken_lines: in that.
    """

    path: Path
    records: int
    broken: Path
    broken_lines: int

    def remove(self) -> None:
        """Delete both files."""
        self.path.unlink()
        self.broken.unlink()


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    text: str
    cells: list[str] | None  # None where the text can stay as it is, since no quote is in it
    mistake: str = ""


def repair(path: Path, folder: Path, source: str) -> Repaired:
    """Copy a file whose header is known to be right.

    Args:
        path: of the file.
        folder: where the copy goes.
        source: what messages call the file.

    Raises:
        RefusedError: too many lines cannot be read for this to be a CSV file.
    """
    copy, broken = folder / "repaired.csv", folder / "broken.csv"
    records, broken_lines = 0, 0
    with (
        path.open(encoding="utf-8-sig", errors="surrogateescape", newline=None) as lines,
        copy.open("w", newline="", encoding="utf-8", errors="surrogateescape") as good,
        broken.open("w", newline="", encoding="utf-8", errors="replace") as bad,
    ):
        rewritten = csv.writer(good, lineterminator="\n")
        aside = csv.writer(bad, lineterminator="\n")
        for record in _records(lines):
            if record.mistake:
                broken_lines += 1
                if broken_lines > _MOST_BROKEN:
                    detail = f"more than {_MOST_BROKEN} lines of {source} cannot be read, such as line {record.line}"
                    raise refused(UNREADABLE, "A file is no CSV", detail)
                reason = Reason.TOO_LONG if record.mistake.startswith("field larger") else Reason.QUOTES_WRONG
                detail = f"the row cannot be read: {record.mistake}"
                aside.writerow([record.line, reason.value, detail, record.text[:LONGEST_TEXT]])
                continue
            first = str(record.line) if records else LINE
            if record.cells is None:
                good.write(f"{first},{record.text}\n")
            else:
                rewritten.writerow([first, *record.cells])
            records += 1
    return Repaired(copy, records - 1, broken, broken_lines)


def _records(lines: Iterable[str]) -> Iterator[_Record]:
    """Yield each record with the line it begins on, from 1; lines that are empty are none."""
    numbered = enumerate((line.removesuffix("\n") for line in lines), start=1)
    again: deque[tuple[int, str]] = deque()  # lines that a quote took in which was not closed
    while (first := again.popleft() if again else next(numbered, None)) is not None:
        line, text = first
        if '"' not in text:
            if text:
                yield _Record(line, text, None)
            continue
        taken: list[tuple[int, str]] = []
        try:
            cells = next(csv.reader(_from(first, again, numbered, taken), strict=True))
        except csv.Error as error:
            yield _Record(line, text, None, str(error))
            again.extendleft(reversed(taken))
        else:
            yield _Record(line, text, cells)


def _from(
    first: tuple[int, str],
    again: deque[tuple[int, str]],
    numbered: Iterator[tuple[int, str]],
    taken: list[tuple[int, str]],
) -> Iterator[str]:
    """Yield a line and those that follow it, and note which of these were asked for."""
    yield first[1] + "\n"
    for _ in itertools.repeat(None, _MOST_LINES):
        following = again.popleft() if again else next(numbered, None)
        if following is None:
            return
        taken.append(following)
        yield following[1] + "\n"
