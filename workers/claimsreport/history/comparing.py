"""Each claim of this week beside what is kept of it from before.

The table `compared` has all of it; `claims` is a view of it, as `workers.claimsreport.tables` says. What is kept of a
claim is the value that its next one is compared with, its baseline, for each of the two counts of views:

- A count that grows, or stays, becomes the baseline; what was gained is the difference.
- One that fell below the baseline goes to quarantine, and the baseline stays: if the count comes back, nothing has
  happened but a fault of one report. What fell is kept beside it.
- If the next count is below the baseline as well, and not below what it fell to, the fall was a correction: the count
  becomes the baseline, and what was gained is measured from the fallen one.
- A claim whose row is in quarantine for another reason is kept as it was: it has not vanished.

Whether other owners claim it too is kept as well, since only what is new of that is news. A report that says so of no
claim at all may be one without the column: then it is not known, and in the next one nothing of it is new.

What a claim gained since a baseline that is older than the previous snapshot is spread evenly over the days since then,
and the share of the days since the previous snapshot counts, as a whole number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from workers.claimsreport.intake.reasons import Reason
from workers.claimsreport.sql import day, fill, quoted

# What is kept of each claim, as claims.parquet.
KEPT = {
    "claim_id": "VARCHAR",
    "asset_id": "VARCHAR",
    "isrc": "VARCHAR",
    "video_id": "VARCHAR",
    "channel_id": "VARCHAR",
    "policy_id": "VARCHAR",
    "status": "VARCHAR",
    "monetized": "BOOLEAN",
    "claimed_by_others": "BOOLEAN",
    "views": "BIGINT",  # the baseline
    "views_date": "DATE",  # of the snapshot that it is from; NULL: this one
    "fell_views": "BIGINT",  # what this snapshot has, where that is less
    "engaged_views": "BIGINT",
    "engaged_views_date": "DATE",
    "fell_engaged_views": "BIGINT",
    "first_seen": "DATE",
}


@dataclass(frozen=True)
class Before:
    """The snapshot that this one is compared with.

    Attributes:
        date: its day.
        tables: its Parquet files on this machine, by table.
    """

    date: dt.date
    tables: Mapping[str, Path]


_NONE_BEFORE = "CREATE OR REPLACE TEMP VIEW before_claims AS SELECT {columns}, 0 AS place WHERE false"
_BEFORE = """
CREATE OR REPLACE TEMP VIEW before_claims AS
SELECT {columns}, file_row_number AS place FROM read_parquet({path}, file_row_number = true)"""

# A claim without a policy of its own has that of its asset.
_MONETIZED = """
CASE WHEN r.policy_id IS NULL AND r.monetize IS NULL AND r.track IS NULL AND r.block IS NULL
     THEN r.asset_monetize IS NOT NULL ELSE r.monetize IS NOT NULL END"""

_SHARED = """
CREATE OR REPLACE TEMP TABLE shared_videos AS
SELECT video_id FROM reported WHERE video_id IS NOT NULL GROUP BY video_id HAVING count(*) > 1"""

# Where the snapshot before has no engaged views, those of new videos alone would pass for the whole week's.
_COUNTED = """
SELECT count(views) > 0 OR count(*) = 0, count(engaged_views) > 0 OR count(*) = 0 FROM before_claims"""

_OTHERS_KNOWN = "SELECT count(other_owners) > 0 FROM reported"

# What of a claim is to be looked at now. Of one that was pending it is not known for what it waited, and the policy of
# a new one has not changed.
_NEWLY_CONTESTED = """
{before} IS NOT NULL AND (
    coalesce(r.status IN ('disputed', 'appealed') AND (
        b.claim_id IS NULL OR b.status NOT IN ('disputed', 'appealed', 'pending')
        OR (r.status = 'appealed' AND b.status = 'disputed')
    ), false)
    OR (r.other_owners IS NOT NULL AND coalesce(NOT b.claimed_by_others, b.claim_id IS NULL))
    OR coalesce(b.claim_id IS NOT NULL AND r.policy_id IS DISTINCT FROM b.policy_id
        AND r.policy_id <> r.asset_policy_id, false)
)"""

_FELL = "(r.{count} < b.{count} AND (b.fell_{count} IS NULL OR r.{count} < b.fell_{count}))"

_GAINED = """
CASE WHEN b.claim_id IS NULL THEN CASE WHEN r.uploaded > {before} AND {counted} THEN r.{count} END
     WHEN r.{count} >= b.{count} THEN
         CASE WHEN b.{count}_date IS NULL THEN r.{count} - b.{count}
              ELSE ((r.{count} - b.{count})::HUGEINT * {days} // date_diff('day', b.{count}_date, {date}))::BIGINT END
     WHEN r.{count} >= b.fell_{count} THEN r.{count} - b.fell_{count} END"""

_COMPARED = """
CREATE OR REPLACE TEMP TABLE compared AS
SELECT r.line, r.claim_id, r.asset_id, r.isrc, r.video_id, r.channel_id, r.policy_id, r.status,
    {monetized} AS monetized,
    b.claim_id IS NULL AND {before} IS NOT NULL AS is_new,
    b.status AS previous_status,
    b.policy_id AS previous_policy_id,
    b.monetized AS previous_monetized,
    CASE WHEN {others_known} THEN r.other_owners IS NOT NULL END AS claimed_by_others,
    b.claimed_by_others AS previous_claimed_by_others,
    {newly_contested} AS newly_contested,
    r.views AS reported_views,
    r.engaged_views AS reported_engaged_views,
    {gained_views} AS gained,
    {gained_engaged_views} AS gained_engaged,
    CASE WHEN {fell_views} THEN b.views ELSE r.views END AS views,
    CASE WHEN {fell_views} THEN coalesce(b.views_date, {before}) END AS views_date,
    CASE WHEN {fell_views} THEN r.views END AS fell_views,
    CASE WHEN {fell_engaged_views} THEN b.engaged_views ELSE r.engaged_views END AS engaged_views,
    CASE WHEN {fell_engaged_views} THEN coalesce(b.engaged_views_date, {before}) END AS engaged_views_date,
    CASE WHEN {fell_engaged_views} THEN r.engaged_views END AS fell_engaged_views,
    coalesce(b.first_seen, {date}) AS first_seen,
    coalesce(b.first_seen = {before} AND r.uploaded <= {before} - {days}, false) AS brought,
    b.place AS place_before,
    coalesce(r.status IN ('disputed', 'appealed'), false) AS disputed,
    coalesce(r.video_id IN (FROM shared_videos), false) AS shared
FROM reported r LEFT JOIN before_claims b USING (claim_id)"""

_CLAIMS = """
CREATE OR REPLACE TEMP VIEW claims AS
SELECT claim_id, asset_id, isrc, video_id, channel_id, policy_id, status, monetized, is_new, previous_status,
    previous_policy_id, previous_monetized, claimed_by_others, previous_claimed_by_others, reported_views AS views,
    gained * 7 / {days} AS weekly_views,
    gained_engaged * 7 / {days} AS weekly_engaged_views
FROM compared"""

# By their places in the file: ids of that many claims are slow to compare once more.
_GONE = """
CREATE OR REPLACE TEMP TABLE gone AS
SELECT b.* FROM before_claims b
SEMI JOIN (SELECT place FROM before_claims ANTI JOIN (SELECT place_before AS place FROM compared) USING (place))
USING (place)"""

# Before anything is added to the quarantine: these claims are in the report, if not in a row that can be right.
_CARRIED = "CREATE OR REPLACE TEMP TABLE carried AS SELECT {columns} FROM gone SEMI JOIN quarantine USING (claim_id)"
_LOST = "CREATE OR REPLACE TEMP TABLE lost AS SELECT {columns} FROM gone ANTI JOIN quarantine USING (claim_id)"

# The text is what was read of the row, and not the row: to look that up takes one more pass over the report.
_QUARANTINE = """
INSERT INTO quarantine (source, line, claim_id, reason, detail, text)
SELECT 'claims', line, claim_id, {reason},
    concat_ws('; ',
        CASE WHEN fell_views IS NOT NULL
             THEN format('views {}, and were {} on {}', fell_views, views, views_date) END,
        CASE WHEN fell_engaged_views IS NOT NULL
             THEN format('engaged views {}, and were {} on {}',
                 fell_engaged_views, engaged_views, engaged_views_date) END),
    to_json({'claim_id': claim_id, 'asset_id': asset_id, 'isrc': isrc, 'video_id': video_id, 'channel_id': channel_id,
        'policy_id': policy_id, 'status': status, 'views': reported_views, 'engaged_views': reported_engaged_views})
FROM compared
WHERE fell_views IS NOT NULL OR fell_engaged_views IS NOT NULL
ORDER BY line"""


def compare(connection: duckdb.DuckDBPyConnection, date: dt.date, before: Before | None) -> None:
    """Leave the tables `claims`, `compared` and `lost`, and the rows whose views fell in `quarantine`.

    Args:
        connection: with `reported` and `quarantine`.
        date: of the snapshot.
        before: the one before; None for the first.
    """
    if before is None:
        columns = ", ".join(f"NULL::{kind} AS {name}" for name, kind in KEPT.items())
        connection.execute(fill(_NONE_BEFORE, columns=columns))
    else:
        columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in KEPT.items())
        connection.execute(fill(_BEFORE, columns=columns, path=quoted(before.tables["claims"])))
    days = "NULL::INTEGER" if before is None else str((date - before.date).days)
    known = {"date": day(date), "before": day(None if before is None else before.date), "days": days}
    counted = connection.execute(_COUNTED).fetchone() or (False, False)
    of_counts = {
        f"{name}_{count}": fill(text, count=count, counted=str(is_counted), **known)
        for name, text in (("fell", _FELL), ("gained", _GAINED))
        for count, is_counted in zip(("views", "engaged_views"), counted, strict=True)
    }
    (others_known,) = connection.execute(_OTHERS_KNOWN).fetchone() or (False,)
    of_owners = {"others_known": str(others_known), "newly_contested": _NEWLY_CONTESTED}
    connection.execute(_SHARED)
    connection.execute(fill(_COMPARED, monetized=_MONETIZED, **of_counts, **of_owners, **known))
    connection.execute(fill(_CLAIMS, days=days))
    connection.execute(_GONE)
    connection.execute(fill(_LOST, columns=", ".join(KEPT)))
    carried = {
        "views_date": "coalesce(views_date, {before})",
        "engaged_views_date": "coalesce(engaged_views_date, {before})",
    }
    carried |= {"fell_views": "NULL::BIGINT", "fell_engaged_views": "NULL::BIGINT"}
    columns = ", ".join(f"{carried.get(name, name)} AS {name}" for name in KEPT)
    connection.execute(fill(fill(_CARRIED, columns=columns), **known))
    connection.execute(fill(_QUARANTINE, reason=quoted(Reason.VIEWS_FELL)))
