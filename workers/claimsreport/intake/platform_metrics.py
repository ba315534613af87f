"""The metrics of other platforms, a CSV file, to the table `platform_metrics`.

Each platform has a form of its own; this is ours. One row for each time, platform and recording: `date`, the last day
of that time, `platform`, `isrc`, `views` (or `plays`, or `streams`) in that time, and `engagements`, or what there is
of `likes`, `comments`, `shares` and `creations`. Rows of one day, platform and recording add up: those of several
countries may be there.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from workers.claimsreport.intake.columns import Column, Form, bind
from workers.claimsreport.intake.counting import Counts, put_aside
from workers.claimsreport.intake.fetching import Fetched
from workers.claimsreport.intake.passing import Sort
from workers.claimsreport.intake.reading import read
from workers.claimsreport.intake.reasons import Reason
from workers.claimsreport.intake.rules import AHEAD, Rule, missing, negative, unreadable
from workers.claimsreport.sql import fill

SOURCE = "metrics"
_PARTS = ("likes", "comments", "shares", "creations")
COLUMNS = (
    Column("date", Form.DATE, ("date", "day", "week_ending", "end_date"), required=True),
    Column("platform", Form.CODE, ("platform", "service"), required=True),
    Column("isrc", Form.ISRC, ("isrc",), required=True),
    Column("views", Form.COUNT, ("views", "plays", "streams"), required=True),
    Column("engagements", Form.COUNT, ("engagements",)),
    *(Column(name, Form.COUNT, (name,)) for name in _PARTS),
)
_PLATFORM_METRICS = """
CREATE OR REPLACE TABLE platform_metrics AS
SELECT date, platform, isrc, views,
    coalesce(engagements, CASE WHEN coalesce({parts}) IS NOT NULL THEN {sum} END) AS engagements
FROM taken_metrics WHERE reason IS NULL ORDER BY line"""


def rules(date: dt.date) -> tuple[Rule, ...]:
    """Return the rules of the metrics, for a snapshot of a day."""
    latest = date + AHEAD
    counts = ("views", "engagements", *_PARTS)
    return (
        unreadable("date", Reason.DATE_UNREADABLE, "a day such as 2026-11-16"),
        missing("date", Reason.NO_DATE, "each row is of a time"),
        Rule(
            Reason.DATE_IN_FUTURE,
            f"date > DATE '{latest}'",
            f"'date is \"' || left(raw_date, 60) || '\": the snapshot is of {date}'",
        ),
        missing("platform", Reason.NO_PLATFORM, "each row is of a platform"),
        unreadable("isrc", Reason.ISRC_UNREADABLE, "two letters, three letters or digits, seven digits"),
        missing("isrc", Reason.NO_SUBJECT, "each row is of a recording"),
        *(unreadable(name, Reason.COUNT_UNREADABLE, "a whole number, or nothing") for name in counts),
        *(negative(name, Reason.COUNT_NEGATIVE, "nothing happens fewer than 0 times") for name in counts),
    )


def take_in(connection: duckdb.DuckDBPyConnection, fetched: Fetched, date: dt.date) -> Counts:
    """Leave the table `platform_metrics`, and add to `quarantine`.

    Args:
        connection: with the table `quarantine`.
        fetched: the metrics.
        date: of the snapshot.

    Raises:
        RefusedError: the file is no such CSV, or is cut short.
        WrongInputError: it was written to meanwhile.
    """
    header = bind(fetched.path, COLUMNS, fetched.source)
    rejected = read(connection, fetched, header, Sort(SOURCE, COLUMNS, rules(date)), "taken_metrics")
    counts = put_aside(connection, "taken_metrics", SOURCE, rejected)
    summed = " + ".join(f"coalesce({name}, 0)" for name in _PARTS)
    connection.execute(fill(_PLATFORM_METRICS, parts=", ".join(_PARTS), sum=summed))
    connection.execute("DROP TABLE taken_metrics")
    return counts
