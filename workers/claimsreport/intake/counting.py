"""How many rows of a file are where: none is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from workers.claimsreport.intake.reasons import Reason
from workers.claimsreport.sql import fill, quoted

_QUARANTINE = """
INSERT INTO quarantine (source, line, claim_id, reason, detail, text)
SELECT {source}, line, {claim_id}, reason, detail, text FROM {table} WHERE reason IS NOT NULL ORDER BY line"""
_ROWS = "SELECT count(*), count(*) FILTER (reason IS NULL) FROM {table}"
_REASONS = """
SELECT reason, count(*) FROM quarantine WHERE source = {source} GROUP BY reason ORDER BY count(*) DESC, reason"""


@dataclass(frozen=True, slots=True)
class Counts:
    """The rows of a file, without its header.

    Attributes:
        right: that can be right.
        quarantined: the others, by reason, most first.
    """

    right: int
    quarantined: Mapping[Reason, int]

    @property
    def wrong(self) -> int:
        """Those in quarantine."""
        return sum(self.quarantined.values())

    @property
    def total(self) -> int:
        """All of them."""
        return self.right + self.wrong


def put_aside(
    connection: duckdb.DuckDBPyConnection, table: str, source: str, rejected: int, claim_id: str = "NULL"
) -> Counts:
    """Put the rows that have a reason into quarantine, and return how many of the file are where.

    Args:
        connection: with `quarantine` and the table.
        table: that `reading.read` made.
        source: what quarantine calls the file.
        rejected: rows of the file that are in quarantine already.
        claim_id: the expression for it.

    Raises:
        RuntimeError: a row is neither in the table nor in quarantine, or in both: a defect.
    """
    connection.execute(fill(_QUARANTINE, source=quoted(source), table=table, claim_id=claim_id))
    rows, right = connection.execute(fill(_ROWS, table=table)).fetchone() or (0, 0)
    found = connection.execute(fill(_REASONS, source=quoted(source))).fetchall()
    counts = Counts(right, {Reason(reason): count for reason, count in found})
    if counts.total != rows + rejected:
        raise RuntimeError(f"{source}: of {rows + rejected} rows, {counts.total} are accounted for")
    return counts
