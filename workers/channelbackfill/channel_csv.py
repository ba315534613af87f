"""The channel CSV: which channel has which custom id and which name, each row with the line it is on.

Columns are found by the header's names, whatever their order, case and blanks: `channelID`, `customID`, `displayName`;
others are left alone. What is wrong with the file as a whole ends the run; what is wrong with a row costs that row
alone.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.frame.problems import Problem, WrongInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COLUMNS = ("channelID", "customID", "displayName")
# UTF-32's little-endian mark begins with that of UTF-16.
OTHER_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
UNSEEN = ("Cc", "Cf", "Zl", "Zp")  # control, format, line and paragraph separator: no part of an id
LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One channel as the file wants it.

    Attributes:
        line: the physical line that the row begins on; the file's first is 1.
        channel_id: YouTube's id of the channel.
        custom_id: the custom id of the channel's assets.
        display_name: the channel's name; empty where the file has none, and then nothing is said about it.
    """

    line: int
    channel_id: str
    custom_id: str
    display_name: str

    @property
    def content(self) -> tuple[str, str, str]:
        """What the row says, wherever it is."""
        return (self.channel_id, self.custom_id, self.display_name)


@dataclass(frozen=True, slots=True)
class ChannelFile:
    """What a channel CSV says.

    Attributes:
        rows: one for each channel that the file is clear about, in its order.
        problems: one for each row that cannot be used, in the file's order; `instance` names the line.
        repeats: rows that say again what an earlier one says: (line, line of the earlier one).
        other_columns: columns that nothing here needs.
    """

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    repeats: tuple[tuple[int, int], ...]
    other_columns: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many rows the file has; header and blank lines are none."""
        return len(self.rows) + len(self.problems) + len(self.repeats)


def read(content: bytes, name: str) -> ChannelFile:
    """Read a channel CSV.

    Args:
        content: the whole file, in UTF-8, with or without a byte order mark.
        name: what messages call the file.

    Raises:
        WrongInputError: the file is empty, has no row, or is no CSV with these columns.
    """
    records = _records(_text(content, name))
    header = next(((line, cells) for line, cells in records if isinstance(cells, str) or any(cells)), None)
    if header is None:
        raise WrongInputError(Problem("channel-file-empty", "The channel file is empty", f"{name} is empty"))
    columns, other_columns = _columns(header[1], name, header[0])
    rows: list[Row] = []
    problems: dict[int, Problem] = {}
    for line, cells in records:
        if isinstance(cells, str):
            problems[line] = row_problem(line, cells)
        elif any(cells):
            mistake = _mistake(cells, columns, len(header[1]))
            if mistake:
                problems[line] = row_problem(line, mistake)
            else:
                rows.append(Row(line, *(cells[columns[column]] for column in COLUMNS)))
    clear, repeats = _one_a_channel(rows, problems)
    if not (clear or problems):
        # Nobody wants a backfill of nothing, and its success would start the clean-up.
        detail = f"{name} has a header and no row"
        raise WrongInputError(Problem("channel-file-empty", "The channel file is empty", detail))
    return ChannelFile(tuple(clear), tuple(problems[line] for line in sorted(problems)), repeats, other_columns)


def row_problem(line: int, detail: str) -> Problem:
    """Return the problem of a row that cannot be used."""
    return Problem(
        "row-refused", "A row of the channel file cannot be used", f"line {line}: {detail}", None, f"line {line}"
    )


def _text(content: bytes, name: str) -> str:
    """Return the file's text; bytes that are no UTF-8 are kept as surrogates, for their row to be refused."""
    for mark, encoding in OTHER_ENCODINGS:
        if content.startswith(mark):
            detail = f"{name} is in {encoding}; save it as UTF-8"
            raise WrongInputError(Problem("channel-file-encoding", "The channel file is not UTF-8", detail))
    return content.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="surrogateescape")


def _records(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield each record with the line it begins on: its cells without the blanks round them, or why it has none.

    A quote that is not closed takes in the lines after it. They are not lost with it: where quotes do not add up, one
    line is refused and reading goes on with the next.
    """
    lines = list(io.StringIO(text, newline=""))
    begin = 0
    while begin < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(begin, len(lines))), strict=True)
        before = 0
        try:
            for cells in reader:
                yield begin + before + 1, [cell.strip() for cell in cells]
                before = reader.line_num
        except csv.Error as error:
            yield begin + before + 1, f"the quotes do not add up ({error})"
            begin += before + 1
        else:
            return


def _columns(header: list[str] | str, name: str, line: int) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return where each column is, and the columns that nothing here needs."""
    if isinstance(header, str):
        detail = f"{name}, line {line}, is no header: {header}"
        raise WrongInputError(Problem("channel-file-columns", "The channel file lacks columns", detail))
    wanted = {_plain(column): column for column in COLUMNS}
    found: dict[str, list[int]] = {column: [] for column in COLUMNS}
    others = []
    for position, cell in enumerate(header):
        column = wanted.get(_plain(cell))
        if column:
            found[column].append(position)
        elif cell:
            others.append(cell)
    problems = []
    missing = [column for column, positions in found.items() if not positions]
    if missing:
        there = ", ".join(shown(cell) for cell in header if cell)
        problems.append(f"has no column {', '.join(missing)}; the columns of its line {line} are {there}")
        separator = next((mark for mark in (";", "\t") if len(header) == 1 and mark in header[0]), None)
        if separator:
            problems.append(
                f"its columns are separated by {'tabs' if separator != ';' else 'semicolons'}, not by commas"
            )
    twice = [column for column, positions in found.items() if len(positions) > 1]
    if twice:
        problems.append(f"has more than one column {', '.join(twice)}")
    if problems:
        detail = f"{name} {'; '.join(problems)}"
        raise WrongInputError(Problem("channel-file-columns", "The channel file lacks columns", detail))
    return {column: positions[0] for column, positions in found.items()}, tuple(others)


def _mistake(cells: Sequence[str], columns: dict[str, int], width: int) -> str | None:
    """Return why a row cannot be used; None if it can. Empty cells behind the last column are what Excel leaves."""
    if len(cells) < width or any(cells[width:]):
        return f"has {len(cells)} values under {width} columns"
    values = {column: cells[position] for column, position in columns.items()}
    for column, value in values.items():
        if any("\udc80" <= character <= "\udcff" for character in value):
            return f"{column} is not UTF-8: {shown(value)}"
        if "\0" in value:
            return f"{column} has a NUL: {shown(value)}"
    for column in ("channelID", "customID"):
        if not values[column]:
            return f"{column} is empty"
        if any(unicodedata.category(character) in UNSEEN for character in values[column]):
            return f"{column} has a line break or another character that does not show: {shown(values[column])}"
    return None


def _one_a_channel(rows: list[Row], problems: dict[int, Problem]) -> tuple[list[Row], tuple[tuple[int, int], ...]]:
    """Return one row for each channel, and the rows that repeat one.

    Rows of one channel that say different things are all refused, each with the lines of the others: whichever were
    taken would be a guess, and it would rename every asset of the channel.
    """
    of_channel: dict[str, list[Row]] = {}
    for row in rows:
        of_channel.setdefault(row.channel_id, []).append(row)
    clear, repeats = [], []
    for channel_id, same in of_channel.items():
        if len({row.content for row in same}) == 1:
            clear.append(same[0])
            repeats += [(row.line, same[0].line) for row in same[1:]]
            continue
        for row in same:
            others = ", ".join(f"line {other.line} ({_said(other)})" for other in same if other.content != row.content)
            mistake = f"channel {shown(channel_id)} is {_said(row)} here, and not on {others}; none of them is used"
            problems[row.line] = row_problem(row.line, mistake)
    return clear, tuple(sorted(repeats))


def _said(row: Row) -> str:
    return f"{shown(row.custom_id)}, {shown(row.display_name)}"


def _plain(name: str) -> str:
    """Return a column's name without blanks and case."""
    return "".join(name.split()).casefold()


def shown(value: str) -> str:
    """Return a value as a message has it: in quotes, with control characters escaped and not longer than a line."""
    short = value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"
    return '"' + "".join(character if character.isprintable() else ascii(character)[1:-1] for character in short) + '"'
