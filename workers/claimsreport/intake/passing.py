"""The statement of the one pass over a CSV file: values read, rules held against them, lines counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.claimsreport.intake.columns import Column, Form, Header
from workers.claimsreport.intake.forms import READ, TYPES
from workers.claimsreport.intake.repairing import LONGEST_TEXT
from workers.claimsreport.intake.rules import Rule
from workers.claimsreport.sql import fill, quoted

LONGEST_ROW = 2 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Sort:
    """What sort of file is read.

    Attributes:
        source: what quarantine calls it.
        columns: of the table.
        rules: that its rows are held to.
    """

    source: str
    columns: Sequence[Column]
    rules: Sequence[Rule]


# auto_detect would guess the delimiter from the beginning. A new_line that is given, and is not the file's, makes the
# reader return no row and tell of none: it finds out by itself, and refuses a file that has several.
_STATEMENT = """
SELECT ({line})::BIGINT AS line, {columns}, hash({columns}) AS fingerprint, breaks::INTEGER AS breaks,
    CASE broken {reasons} END AS reason,
    CASE broken {details} END AS detail,
    CASE WHEN broken IS NOT NULL THEN left({text}, {longest_text}) END AS text
FROM (
    SELECT *, CASE {conditions} END AS broken
    FROM (
        SELECT *, {values}, {raws}, CASE WHEN {any_break} THEN {all_breaks} ELSE 0 END AS breaks
        FROM read_csv($path, header = true, auto_detect = false, columns = {{file}}, delim = ',', quote = '"',
            escape = '"', strict_mode = true, max_line_size = {longest_row}, store_rejects = true, rejects_limit = 0)
    )
)"""
_LINE = "{header} + (sum(1 + breaks) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) - breaks"
_BREAKS = "coalesce(strlen({raw}) - strlen(replace({raw}, chr(10), '')), 0)"
_FIELD = """
CASE WHEN contains({raw}, ',') OR contains({raw}, '"') OR contains({raw}, chr(10)) OR contains({raw}, chr(13))
THEN '"' || replace({raw}, '"', '""') || '"' ELSE coalesce({raw}, '') END"""


def statement(header: Header, sort: Sort, line: str | None = None) -> str:
    """Return the statement, whose parameter is `path`.

    Args:
        header: of the file, bound to the columns.
        sort: of the file.
        line: name of a column before all others that has the line of each row; without it, lines are counted.
    """
    raws = [f"c{number}" for number in range(len(header.cells))]
    bound = {name: raws[position] for name, position in header.positions.items()}
    # Where a line break may be: in names, and in what nobody needs here. One elsewhere makes the lines not add up.
    names = {bound[column.name] for column in sort.columns if column.form is Form.NAME and column.name in bound}
    free = [raw for raw in raws if raw in names or raw not in bound.values()]
    numbered = list(enumerate(sort.rules))
    return fill(
        _STATEMENT,
        line=line or fill(_LINE, header=str(1 + header.breaks)),
        columns=", ".join(column.name for column in sort.columns),
        reasons=" ".join(f"WHEN {number} THEN {quoted(rule.reason)}" for number, rule in numbered),
        details=" ".join(f"WHEN {number} THEN {rule.detail}" for number, rule in numbered),
        conditions=" ".join(f"WHEN {rule.condition} THEN {number}" for number, rule in numbered),
        text=" || ',' || ".join(fill(_FIELD, raw=raw) for raw in raws),
        values=", ".join(_value(column, bound.get(column.name)) for column in sort.columns),
        raws=", ".join(f"{bound.get(column.name, 'NULL::VARCHAR')} AS raw_{column.name}" for column in sort.columns),
        any_break=" OR ".join(f"contains({raw}, chr(10))" for raw in free) or "false",
        all_breaks=" + ".join(fill(_BREAKS, raw=raw) for raw in free) or "0",
        file=", ".join(f"{name}: 'VARCHAR'" for name in ([line, *raws] if line else raws)),
        longest_text=str(LONGEST_TEXT),
        longest_row=str(LONGEST_ROW),
    )


def _value(column: Column, raw: str | None) -> str:
    value = "NULL" if raw is None else READ[column.form](raw)
    return f"({value})::{TYPES.get(column.form, 'VARCHAR')} AS {column.name}"
