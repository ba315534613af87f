"""The records of who owns what, a CSV file, to the table `rights`.

There is no form of such records that everybody has; this is ours. One row for each owner of a recording or an asset:
`isrc` or `asset_id` or both, `owner`, `ours`, and where they are known `share`, `territories`, `valid_from`,
`valid_to`.
"""

from __future__ import annotations

import duckdb

from workers.claimsreport.intake.columns import Column, Form, bind
from workers.claimsreport.intake.counting import Counts, put_aside
from workers.claimsreport.intake.fetching import Fetched
from workers.claimsreport.intake.passing import Sort
from workers.claimsreport.intake.reading import read
from workers.claimsreport.intake.reasons import Reason
from workers.claimsreport.intake.refusals import COLUMNS_WRONG, refused
from workers.claimsreport.intake.rules import Rule, missing, unreadable
from workers.claimsreport.sql import fill
from workers.claimsreport.tables import RIGHTS

SOURCE = "rights"
COLUMNS = (
    Column("isrc", Form.ISRC, ("isrc",)),
    Column("asset_id", Form.TEXT, ("asset_id",)),
    Column("owner", Form.NAME, ("owner", "rights_owner", "owner_name"), required=True),
    Column("ours", Form.YES_NO, ("ours", "is_ours"), required=True),
    Column("share", Form.SHARE, ("share", "ownership_share", "ownership")),
    Column("territories", Form.TEXT, ("territories", "territory", "countries")),
    Column("valid_from", Form.DATE, ("valid_from", "start_date")),
    Column("valid_to", Form.DATE, ("valid_to", "end_date")),
)
_DAY = "a day such as 2026-11-16, or nothing"
RULES = (
    unreadable("isrc", Reason.ISRC_UNREADABLE, "two letters, three letters or digits, seven digits"),
    Rule(
        Reason.NO_SUBJECT, "isrc IS NULL AND asset_id IS NULL", "'isrc and asset_id are empty: one says what is owned'"
    ),
    missing("owner", Reason.NO_OWNER, "each right is of somebody"),
    Rule(
        Reason.OURS_UNREADABLE,
        "ours IS NULL",
        "'ours is \"' || coalesce(left(raw_ours, 60), '') || '\": yes or no says whether the owner is us'",
    ),
    unreadable("share", Reason.SHARE_WRONG, "from 0 to 1, or from 0% to 100%"),
    Rule(
        Reason.SHARE_WRONG,
        "share < 0 OR share > 1",
        "'share is \"' || left(raw_share, 60) || '\": from 0 to 1, or from 0% to 100%'",
    ),
    unreadable("valid_from", Reason.DATE_UNREADABLE, _DAY),
    unreadable("valid_to", Reason.DATE_UNREADABLE, _DAY),
    Rule(
        Reason.DATES_REVERSED,
        "valid_to < valid_from",
        "'valid_to is ' || valid_to || ', valid_from ' || valid_from || ': a right ends after it begins'",
    ),
)
_RIGHTS = "CREATE OR REPLACE TABLE rights AS SELECT {columns} FROM taken_rights WHERE reason IS NULL ORDER BY line"


def take_in(connection: duckdb.DuckDBPyConnection, fetched: Fetched) -> Counts:
    """Leave the table `rights`, and add to `quarantine`.

    Args:
        connection: with the table `quarantine`.
        fetched: the records.

    Raises:
        RefusedError: the file is no such CSV, or is cut short.
        WrongInputError: it was written to meanwhile.
    """
    header = bind(fetched.path, COLUMNS, fetched.source)
    if not {"isrc", "asset_id"} & set(header.positions):
        detail = f"{fetched.source} has no column isrc and no column asset_id: one of them says what is owned"
        raise refused(COLUMNS_WRONG, "A file does not have the columns that are needed", detail)
    rejected = read(connection, fetched, header, Sort(SOURCE, COLUMNS, RULES), "taken_rights")
    counts = put_aside(connection, "taken_rights", SOURCE, rejected)
    connection.execute(fill(_RIGHTS, columns=", ".join(RIGHTS)))
    connection.execute("DROP TABLE taken_rights")
    return counts
