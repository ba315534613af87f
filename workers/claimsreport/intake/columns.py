"""Which column of a file is which: bound by the names in its header, never by their position."""

from __future__ import annotations

import codecs
import csv
import difflib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from workers.claimsreport.intake.refusals import COLUMNS_WRONG, RefusedError, refused

LONGEST_HEADER = 1 << 16  # bytes
_OTHER_ENCODINGS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "pipes"}


class Form(Enum):
    """How a value is written."""

    TEXT = auto()
    NAME = auto()  # text for people, in which a line break may be
    CODE = auto()  # text whose case does not matter
    OWNERS = auto()  # names, or yes and no
    ISRC = auto()
    COUNT = auto()
    DATE = auto()
    SECONDS = auto()
    SHARE = auto()
    YES_NO = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, and where its values come from.

    Attributes:
        name: in the table.
        form: how its values are written.
        headers: what it may be called in a file, in the form of `folded`; the first that is there is taken.
        required: whether a file without it is refused.
    """

    name: str
    form: Form
    headers: tuple[str, ...]
    required: bool = False


# What YouTube calls them in its claims reports (YouTube Reporting API, system-managed reports, "Claims"), and what its
# other reports and the tables here call the same.
CLAIMS = (
    Column("claim_id", Form.TEXT, ("claim_id",), required=True),
    Column("asset_id", Form.TEXT, ("asset_id",), required=True),
    Column("asset_title", Form.NAME, ("asset_title",)),
    Column("isrc", Form.ISRC, ("isrc",)),
    Column("video_id", Form.TEXT, ("video_id",), required=True),
    Column("video_title", Form.NAME, ("video_title",)),
    Column("channel_id", Form.TEXT, ("channel_id",), required=True),
    Column("channel_name", Form.NAME, ("channel_display_name", "channel_name")),
    Column("status", Form.CODE, ("claim_status", "status"), required=True),
    Column("status_detail", Form.NAME, ("claim_status_detail", "status_detail")),
    Column("origin", Form.TEXT, ("claim_origin", "origin")),
    Column("reference_id", Form.TEXT, ("reference_id",)),
    Column("policy_id", Form.TEXT, ("claim_policy_id", "policy_id")),
    # Without it, every claim would seem to earn nothing.
    Column("monetize", Form.TEXT, ("claim_policy_monetize",), required=True),
    Column("track", Form.TEXT, ("claim_policy_track",)),
    Column("block", Form.TEXT, ("claim_policy_block",)),
    Column("asset_policy_id", Form.TEXT, ("asset_policy_id",)),
    Column("asset_monetize", Form.TEXT, ("asset_policy_monetize",)),
    Column("asset_track", Form.TEXT, ("asset_policy_track",)),
    Column("asset_block", Form.TEXT, ("asset_policy_block",)),
    Column("other_owners", Form.OWNERS, ("other_owners_claiming", "claimed_by_another_owner")),
    Column("match_seconds", Form.SECONDS, ("matching_duration",)),
    Column("longest_match_seconds", Form.SECONDS, ("longest_match",)),
    Column("video_seconds", Form.SECONDS, ("video_duration_sec", "video_duration", "video_length")),
    Column("views", Form.COUNT, ("views",), required=True),
    Column("engaged_views", Form.COUNT, ("engaged_views",)),
    Column("created", Form.DATE, ("claim_created_date", "claim_created")),
    Column("uploaded", Form.DATE, ("video_upload_date", "time_uploaded")),
)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a file, bound.

    Attributes:
        cells: the header as it is.
        positions: of each column that is there, by its name in the table; the first position is 0.
        others: headers that nothing here needs.
        breaks: line breaks within it.
    """

    cells: tuple[str, ...]
    positions: Mapping[str, int]
    others: tuple[str, ...]
    breaks: int = 0


def folded(cell: str) -> str:
    """Return a header without case, and with its words joined by `_`: `Claim ID ` is `claim_id`."""
    return "_".join(cell.replace("-", " ").replace("_", " ").casefold().split())


def no_text(begin: bytes, source: str) -> RefusedError | None:
    """Return the error of a file that is no text in UTF-8 by what it begins with; None for one that may be."""
    if begin.startswith(_OTHER_ENCODINGS):
        return _refused(f"{source} is in UTF-16 or UTF-32; save it as UTF-8")
    # Further on it is one row that cannot be right.
    if b"\0" in begin.partition(b"\n")[0]:
        return _refused(f"{source} is no text: its first line has null bytes; save it as CSV in UTF-8")
    return None


def bind(path: Path, columns: Sequence[Column], source: str) -> Header:
    """Read the header of a CSV file, and find the columns in it.

    Args:
        path: of the file, uncompressed: UTF-8, with or without a byte order mark.
        columns: what to look for.
        source: what messages call the file.

    Raises:
        RefusedError: with all that is wrong: it is no such CSV, a column is missing, or is there twice.
    """
    raw = _cells(path, source)
    breaks = sum(cell.count("\n") for cell in raw)
    cells = tuple(cell.strip() for cell in raw)
    names = [folded(cell) for cell in cells]
    positions: dict[str, int] = {}
    problems = []
    missing = []
    for column in columns:
        called = next((header for header in column.headers if header in names), None)
        if called is not None:
            positions[column.name] = names.index(called)
            if names.count(called) > 1:
                problems.append(f"has {names.count(called)} columns {called}")
        elif column.required:
            missing.append(column)
    if missing:
        problems.insert(0, _of_missing(missing, cells, names))
    if problems:
        raise _refused(f"{source} {'; '.join(problems)}")
    bound = set(positions.values())
    others = tuple(cell for place, cell in enumerate(cells) if place not in bound and cell)
    return Header(cells, positions, others, breaks)


def _cells(path: Path, source: str) -> tuple[str, ...]:
    """Return the fields of the first record."""
    with path.open("rb") as file:
        begin = file.read(LONGEST_HEADER)
    text = begin.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), strict=True), [])
    except csv.Error as error:
        raise _refused(f"{source} is no CSV: its header cannot be read ({error})") from error
    if not any(cell.strip() for cell in cells):
        raise _refused(f"{source} has no header: its first line is empty")
    separator = next((mark for mark in _SEPARATORS if len(cells) == 1 and mark in cells[0]), None)
    if separator:
        raise _refused(f"the columns of {source} are separated by {_SEPARATORS[separator]}, and not by commas")
    return tuple(cells)


def _of_missing(missing: Sequence[Column], cells: Sequence[str], names: Sequence[str]) -> str:
    """Return what is missing, each with the nearest there is, or else all there are."""
    told = []
    unclear = False
    for column in missing:
        nearest = difflib.get_close_matches(column.headers[0], names, n=1, cutoff=0.75)
        told.append(column.headers[0] + (f' (the nearest is "{cells[names.index(nearest[0])]}")' if nearest else ""))
        unclear |= not nearest
    text = f"has no column {', '.join(told)}"
    return f"{text}; its columns are {', '.join(shown(cell) for cell in cells if cell)}" if unclear else text


def shown(cell: str) -> str:
    """Return a header for a message."""
    return cell if cell.isprintable() and len(cell) <= 40 else ascii(cell[:40])


def _refused(detail: str) -> RefusedError:
    return refused(COLUMNS_WRONG, "A file does not have the columns that are needed", detail)
