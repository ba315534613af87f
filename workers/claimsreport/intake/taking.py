"""A fetched claims report to the tables `reported` and `quarantine`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb
import numpy as np

from workers.claimsreport.intake import columns, rules
from workers.claimsreport.intake.columns import bind
from workers.claimsreport.intake.counting import Counts, put_aside
from workers.claimsreport.intake.fetching import Fetched
from workers.claimsreport.intake.passing import Sort
from workers.claimsreport.intake.reading import read
from workers.claimsreport.intake.reasons import Reason
from workers.claimsreport.intake.refusals import Kept
from workers.claimsreport.sql import fill, quoted
from workers.claimsreport.tables import REPORTED, create

SOURCE = "claims"

# Equal ids have equal hashes; of the few rows whose hash is there twice, the ids tell.
_HASHES = "SELECT hash(claim_id) AS hashed FROM taken WHERE reason IS NULL"
_DOUBLES = """
CREATE OR REPLACE TEMP TABLE intake_doubles AS
WITH doubtful AS (
    SELECT rowid AS id, * FROM taken WHERE reason IS NULL AND hash(claim_id) IN (SELECT unnest($hashes::UBIGINT[]))
), ranked AS (
    SELECT *, row_number() OVER ranks AS rank, first_value(line) OVER ranks AS kept_line,
        first_value(fingerprint) OVER ranks AS kept_fingerprint, first_value(views) OVER ranks AS kept_views
    FROM doubtful
    WINDOW ranks AS (PARTITION BY claim_id
        ORDER BY views DESC NULLS LAST, engaged_views DESC NULLS LAST, fingerprint, line)
)
SELECT id, concat_ws(', ', {columns}) AS text,
    format('the claim is on line {} as well, ', kept_line) || CASE WHEN fingerprint = kept_fingerprint
    THEN 'the same in all that is read: one row counts'
    ELSE format('with {} views, and {} here: the row with most counts',
        coalesce(kept_views::VARCHAR, 'no'), coalesce(views::VARCHAR, 'none')) END AS detail
FROM ranked WHERE rank > 1"""
_PUT_ASIDE = """
UPDATE taken t SET reason = {reason}, detail = d.detail, text = left(d.text, 2000)
FROM intake_doubles d WHERE d.id = t.rowid"""

_REPORTED = "CREATE OR REPLACE VIEW reported AS SELECT {columns} FROM taken WHERE reason IS NULL"
# A sum is the same whatever the order, and, unlike an exclusive or, not without rows that are there twice.
_CONTENT = "SELECT coalesce(sum(fingerprint::HUGEINT), 0) FROM taken WHERE reason IS NULL"


@dataclass(frozen=True)
class Taken:
    """How a report was taken in.

    Attributes:
        kept: what is to be remembered of it.
        counts: of its rows; those that can be right are in `reported`.
        columns: of `reported` that the report has, in that order.
        missing: of `reported` that it has not: NULL throughout.
        other_columns: of the report, which nothing here needs.
    """

    kept: Kept
    counts: Counts
    columns: tuple[str, ...]
    missing: tuple[str, ...]
    other_columns: tuple[str, ...]


def take_in(connection: duckdb.DuckDBPyConnection, fetched: Fetched, date: dt.date) -> Taken:
    """Leave the tables `reported` (a view) and `quarantine` of a claims report.

    Of several rows of one claim the one with most views counts, since views grow; then the one with most engaged views;
    then whichever, but the same wherever it stands. The others go to quarantine.

    Args:
        connection: where the tables are made anew.
        fetched: the report.
        date: of the snapshot.

    Raises:
        RefusedError: it is no claims report, or is cut short.
        WrongInputError: it was written to meanwhile.
    """
    header = bind(fetched.path, columns.CLAIMS, fetched.source)
    connection.execute(create("quarantine"))
    rejected = read(connection, fetched, header, Sort(SOURCE, columns.CLAIMS, rules.of_claims(date)), "taken")
    _put_doubles_aside(connection)
    counts = put_aside(connection, "taken", SOURCE, rejected, claim_id="claim_id")
    connection.execute(fill(_REPORTED, columns=", ".join(REPORTED)))
    (content,) = connection.execute(_CONTENT).fetchone() or (0,)
    names = [column.name for column in columns.CLAIMS]
    return Taken(
        # DuckDB does not promise that its hash is the same in the next version.
        Kept(date, fetched.digest, f"duckdb-{duckdb.__version__}:{content:x}", counts.right),
        counts,
        tuple(name for name in names if name in header.positions),
        tuple(name for name in names if name not in header.positions),
        header.others,
    )


def _put_doubles_aside(connection: duckdb.DuckDBPyConnection) -> None:
    hashes = np.sort(connection.execute(_HASHES).fetchnumpy()["hashed"])
    twice = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
    if len(twice):
        kept = ", ".join(column for column in REPORTED if column != "line")
        connection.execute(fill(_DOUBLES, columns=kept), {"hashes": twice.tolist()})
        connection.execute(fill(_PUT_ASIDE, reason=quoted(Reason.CLAIM_ID_TWICE)))
