"""A CSV file to a table, in one pass of DuckDB's reader; what is no row of it goes to quarantine.

DuckDB's reader (2.0.0) is fast, but it can lose rows without a word: from a quote that is never closed it goes on at
the next of its buffers, up to 32 MB on, and tells of one rejected row. So each line that `fetching` counted must be in
a row or in a rejected one. Where one is missing, the file is read again from a copy that `repairing` makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from workers.claimsreport.intake.columns import Header
from workers.claimsreport.intake.fetching import Fetched
from workers.claimsreport.intake.passing import LONGEST_ROW, Sort, statement
from workers.claimsreport.intake.reasons import Reason
from workers.claimsreport.intake.refusals import UNREADABLE, cut_short, refused
from workers.claimsreport.intake.repairing import LINE, LONGEST_TEXT, Repaired, repair
from workers.claimsreport.sql import fill, quoted

# By what DuckDB calls it; of several for one row, the first holds.
_REJECTIONS: Mapping[str, tuple[Reason, str]] = {
    "INVALID ENCODING": (Reason.NOT_UTF8, "the row is not UTF-8"),
    "UNQUOTED VALUE": (Reason.QUOTES_WRONG, "a quote is not closed, or text follows the one that closes"),
    "LINE SIZE OVER MAXIMUM": (Reason.TOO_LONG, f"the row has more than {LONGEST_ROW} bytes"),
    "TOO MANY COLUMNS": (Reason.TOO_MANY_FIELDS, "the row has more fields than the header"),
    "MISSING COLUMNS": (Reason.TOO_FEW_FIELDS, "the row has fewer fields than the header"),
}
_OTHER = (Reason.UNREADABLE, "the row cannot be read")

# Errors of one row have one place. What DuckDB says it begins with may be the rest of the line end before it.
_REJECTED = """
CREATE OR REPLACE TEMP TABLE intake_rejected AS
SELECT row_number() OVER (ORDER BY record, place) - 1 AS nth, record,
    CASE error {reasons} ELSE {other_reason} END AS reason, CASE error {details} ELSE {other_detail} END AS detail,
    text, strlen(text) - strlen(replace(text, chr(10), '')) AS breaks
FROM (
    SELECT line AS record, line_byte_position AS place, trim(any_value(csv_line), chr(10) || chr(13)) AS text,
        arg_min(error_type::VARCHAR, coalesce(list_position([{order}], error_type::VARCHAR), 99)) AS error
    FROM reject_errors GROUP BY line, line_byte_position
)"""

_COUNTS = """
SELECT * FROM (SELECT count(*), coalesce(sum(breaks), 0) FROM {table}),
    (SELECT count(*), coalesce(sum(1 + breaks), 0), count(*) FILTER (reason = {quotes}) FROM intake_rejected)"""

# The reader counts records: before the n-th rejected one, from 0, are n rejected ones, the header, and rows.
_PLACE_REJECTED = """
CREATE OR REPLACE TEMP TABLE intake_rejected AS
WITH placed AS (
    SELECT *, record - 2 - nth AS rows_before,
        coalesce(sum(1 + breaks) OVER (ORDER BY nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
            AS lines_before
    FROM intake_rejected
)
SELECT placed.*, lines_before + coalesce(t.line + t.breaks, {header}) + 1 AS line
FROM placed LEFT JOIN {table} t ON t.rowid = rows_before - 1"""
_SHIFT_ROWS = """
UPDATE {table} t SET line = t.line + shift
FROM (
    SELECT r.rowid AS id, p.shift
    FROM {table} r ASOF JOIN (
        SELECT rows_before, max(lines_before + 1 + breaks) AS shift FROM intake_rejected GROUP BY rows_before
    ) p ON r.rowid >= p.rows_before
) WHERE id = t.rowid"""

_TAKE_LINES = """
CREATE OR REPLACE TEMP TABLE intake_rejected AS
SELECT * REPLACE (substr(text, instr(text, ',') + 1) AS text), TRY_CAST(split_part(text, ',', 1) AS BIGINT) AS line
FROM intake_rejected"""
_TAKE_BROKEN = """
INSERT INTO quarantine (source, line, reason, detail, text)
SELECT {source}, * FROM read_csv($path, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"',
    columns = {line: 'BIGINT', reason: 'VARCHAR', detail: 'VARCHAR', text: 'VARCHAR'})"""

_QUARANTINE = """
INSERT INTO quarantine (source, line, claim_id, reason, detail, text)
SELECT {source}, line, {claim_id}, reason, detail, left(text, {longest}) FROM intake_rejected ORDER BY nth"""

_LAST = """
SELECT reason, line FROM quarantine
WHERE source = {source} AND line > (SELECT coalesce(max(line), 0) FROM {table})
ORDER BY line DESC LIMIT 1"""


class _LinesLostError(Exception):
    """The reader has lost lines, or cannot go on."""


def read(connection: duckdb.DuckDBPyConnection, fetched: Fetched, header: Header, sort: Sort, table: str) -> int:
    """Make a table of a file; put what is no row of it into the table `quarantine`, and return how many those are.

    The table has a row for each other one: `line`, on which it begins; all columns, NULL throughout where the file has
    none such; `fingerprint`, a hash of these; `reason`, `detail` and `text`, NULL but for a row that breaks a rule.

    Raises:
        RefusedError: the file cannot be read as CSV at all, or is cut short.
        WrongInputError: it was written to meanwhile.
    """
    reading = _Reading(connection, header, sort, table)
    try:
        rejected = reading.run(fetched.path, fetched.lines)
    except _LinesLostError:
        repaired = repair(fetched.path, fetched.folder, fetched.source)
        try:
            rejected = reading.run_repaired(repaired)
        except _LinesLostError as error:
            raise refused(UNREADABLE, "A file is no CSV", f"{fetched.source} cannot be read as CSV: {error}") from error
        finally:
            repaired.remove()
    fetched.check_unchanged()
    last = connection.execute(fill(_LAST, source=quoted(sort.source), table=table)).fetchone() if rejected else None
    if last is not None and last[0] in (Reason.TOO_FEW_FIELDS, Reason.QUOTES_WRONG):
        raise cut_short(fetched.source, f"its last row, on line {last[1]}, is not complete ({last[0]})")
    return rejected


class _Reading:
    """One reading of a file; both of its ways lead through `_scan`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, header: Header, sort: Sort, table: str) -> None:
        self._connection = connection
        self._header = header
        self._sort = sort
        self._table = table

    def run(self, path: Path, lines: int) -> int:
        """Read a file; raise _LinesLostError where one of its lines is in no row."""
        self._scan(path, statement(self._header, self._sort))
        rows, breaks, rejected, of_rejected, quotes = self._counts()
        header = 1 + self._header.breaks
        accounted = header + rows + breaks + of_rejected
        if quotes or accounted != lines:
            raise _LinesLostError(f"of {lines} lines, {accounted} are in its rows")
        if rejected:
            self._execute(_PLACE_REJECTED, header=str(header))
            self._execute(_SHIFT_ROWS)
            self._quarantine()
        return rejected

    def run_repaired(self, repaired: Repaired) -> int:
        """Read a copy in which each record begins with its line; raise _LinesLostError where one is in no row."""
        self._scan(repaired.path, statement(self._header, self._sort, line=LINE))
        rows, _, rejected, _, _ = self._counts()
        if rows + rejected != repaired.records:
            raise _LinesLostError(f"of {repaired.records} records, {rows + rejected} are in its rows")
        self._execute(_TAKE_LINES)
        self._quarantine()
        self._execute(_TAKE_BROKEN, {"path": str(repaired.broken)})
        return rejected + repaired.broken_lines

    def _execute(self, text: str, parameters: Mapping[str, str] | None = None, **values: str) -> None:
        known = {"table": self._table, "source": quoted(self._sort.source)}
        self._connection.execute(fill(text, **known, **values), parameters)

    def _scan(self, path: Path, select: str) -> None:
        """Make the tables of rows and of rejected ones."""
        for name in ("reject_errors", "reject_scans"):
            self._connection.execute(f"DROP TABLE IF EXISTS {name}")
        try:
            self._connection.execute(f"CREATE OR REPLACE TABLE {self._table} AS {select}", {"path": str(path)})
        except duckdb.InvalidInputException as error:
            raise _LinesLostError(str(error).splitlines()[0]) from error
        self._execute(
            _REJECTED,
            reasons=" ".join(f"WHEN {quoted(name)} THEN {quoted(reason)}" for name, (reason, _) in _REJECTIONS.items()),
            details=" ".join(f"WHEN {quoted(name)} THEN {quoted(detail)}" for name, (_, detail) in _REJECTIONS.items()),
            order=", ".join(quoted(name) for name in _REJECTIONS),
            other_reason=quoted(_OTHER[0]),
            other_detail=quoted(_OTHER[1]),
        )

    def _counts(self) -> tuple[int, ...]:
        """Return rows, line breaks in these, rejected rows, lines of these, and those whose quotes are wrong."""
        query = fill(_COUNTS, table=self._table, quotes=quoted(Reason.QUOTES_WRONG))
        return tuple(int(count) for count in self._connection.execute(query).fetchone() or ())

    def _quarantine(self) -> None:
        # The fields before the claim id would have to be right for it to be found elsewhere.
        first = self._header.positions.get("claim_id") == 0
        claim_id = "nullif(trim(split_part(text, ',', 1), ' \"'), '')" if first else "NULL"
        self._execute(_QUARANTINE, claim_id=claim_id, longest=str(LONGEST_TEXT))
