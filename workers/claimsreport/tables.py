"""The tables between the parts of a run: one DuckDB connection holds them all.

Each part says here which tables it leaves, so that the next one, and its tests, can begin with these alone. A table
may as well be a view, of Parquet files for example. Ids are text as the report has them; `isrc` is upper case without
hyphens; what is empty in the report is NULL. Views are lifetime totals as YouTube reports them, `weekly_*` are per 7
days.
"""

from __future__ import annotations

from collections.abc import Mapping

# Left by intake: every row of the report that can be right by itself, claim ids being unique.
REPORTED = {
    "line": "BIGINT",  # of the report, the header being line 1
    "claim_id": "VARCHAR",
    "asset_id": "VARCHAR",
    "asset_title": "VARCHAR",
    "isrc": "VARCHAR",
    "video_id": "VARCHAR",
    "video_title": "VARCHAR",
    "channel_id": "VARCHAR",
    "channel_name": "VARCHAR",
    "status": "VARCHAR",  # lower case: active, disputed, appealed, pending, takedown, inactive, ...
    "status_detail": "VARCHAR",
    "origin": "VARCHAR",
    "reference_id": "VARCHAR",
    "policy_id": "VARCHAR",
    "monetize": "VARCHAR",  # territories as the report has them; NULL: nowhere
    "track": "VARCHAR",
    "block": "VARCHAR",
    "asset_policy_id": "VARCHAR",
    "asset_monetize": "VARCHAR",
    "asset_track": "VARCHAR",
    "asset_block": "VARCHAR",
    "other_owners": "VARCHAR",  # who else claims it, as the report has them; NULL where nobody does
    "match_seconds": "DOUBLE",  # all that matches, together
    "longest_match_seconds": "DOUBLE",
    "video_seconds": "DOUBLE",
    "views": "BIGINT",
    "engaged_views": "BIGINT",  # NULL throughout where the report has no such column
    "created": "DATE",  # of the claim
    "uploaded": "DATE",  # of the video
}

# Left by intake, and added to by history (views that fell): rows that cannot be right.
QUARANTINE = {
    "source": "VARCHAR",  # claims, rights or metrics
    "line": "BIGINT",  # of that file, on which the row begins
    "claim_id": "VARCHAR",
    "reason": "VARCHAR",  # one of workers.claimsreport.intake.reasons
    "detail": "VARCHAR",  # the value and the rule
    "text": "VARCHAR",  # the row as it was, or its beginning
}

# Left by history: each claim of this week beside itself the week before.
CLAIMS = {
    "claim_id": "VARCHAR",
    "asset_id": "VARCHAR",
    "isrc": "VARCHAR",
    "video_id": "VARCHAR",
    "channel_id": "VARCHAR",
    "policy_id": "VARCHAR",
    "status": "VARCHAR",
    "monetized": "BOOLEAN",
    "is_new": "BOOLEAN",  # not in the previous snapshot; false throughout in the first one
    "previous_status": "VARCHAR",  # NULL where it is new
    "previous_policy_id": "VARCHAR",
    "previous_monetized": "BOOLEAN",  # likewise
    "claimed_by_others": "BOOLEAN",  # other owners claim it too; NULL throughout where the report says so of no claim
    "previous_claimed_by_others": "BOOLEAN",  # likewise; NULL where it is new
    "views": "BIGINT",
    "weekly_views": "DOUBLE",  # NULL where it is not known: first snapshot, views that fell, an old video newly claimed
    "weekly_engaged_views": "DOUBLE",
}

# Left by history: the claims of the previous snapshot that are no longer there, as they were.
LOST = {
    "claim_id": "VARCHAR",
    "asset_id": "VARCHAR",
    "video_id": "VARCHAR",
    "channel_id": "VARCHAR",
    "policy_id": "VARCHAR",
    "views": "BIGINT",
}

# Left by history, kept in each partition as Parquet: the week in which a snapshot ends. Counts are of claims as they
# are at its end; new and lost ones are since the snapshot before, not normalised; NULL in the first one.
_WEEK = {
    "claims": "BIGINT",
    "new_claims": "BIGINT",
    "lost_claims": "BIGINT",
    "weekly_views": "DOUBLE",
    "weekly_engaged_views": "DOUBLE",  # NULL where either snapshot has none
}
# Of weekly_views, those of old videos that were claimed in the week before: now they count for the first time.
_BROUGHT = {"brought_views": "DOUBLE"}
ASSETS = {
    "asset_id": "VARCHAR",
    "isrc": "VARCHAR",
    **_WEEK,
    "videos": "BIGINT",
    "channels": "BIGINT",
    "disputed": "BIGINT",  # claims that are disputed or appealed
    # Claims that were disputed or appealed, that other owners claim too, or whose policy became another one than their
    # asset's, and were not so in the snapshot before; not normalised; NULL in the first one.
    "newly_contested": "BIGINT",
    "unmonetized_views": "DOUBLE",  # of weekly_views, those on claims without a monetize policy
    **_BROUGHT,
}
RECORDINGS = {
    "isrc": "VARCHAR",
    **_WEEK,  # a video with several claims on one recording counts once
    "assets": "BIGINT",
    "videos": "BIGINT",
    "channels": "BIGINT",
    "active_channels": "BIGINT",  # with views in this week
    "largest_channel_views": "DOUBLE",  # of weekly_views, those of the channel that has most of them
    **_BROUGHT,
}
CHANNELS = {"channel_id": "VARCHAR", **_WEEK, "assets": "BIGINT"}
POLICIES = {"policy_id": "VARCHAR", **_WEEK}
# Left by history from the platform metrics, if there are any.
PLATFORMS = {
    "platform": "VARCHAR",  # lower case
    "isrc": "VARCHAR",
    "weekly_views": "DOUBLE",  # plays, streams or views
    "weekly_engagements": "DOUBLE",  # likes, comments, shares, creations: what the file has of them; NULL without any
}

# Left by intake from the rights records, if there are any: who may claim what, where and when.
RIGHTS = {
    "isrc": "VARCHAR",  # one of isrc and asset_id is set
    "asset_id": "VARCHAR",
    "owner": "VARCHAR",
    "ours": "BOOLEAN",  # the owner is us
    "share": "DOUBLE",  # 0 to 1; NULL where it is not said
    "territories": "VARCHAR",  # NULL: everywhere
    "valid_from": "DATE",
    "valid_to": "DATE",  # the last day
}

# Left by intake from the platform metrics, if there are any, as they are: `PLATFORMS` is what history makes of them.
PLATFORM_METRICS = {
    "date": "DATE",  # the last day of the time that the row is of, such as a day or a week
    "platform": "VARCHAR",  # lower case
    "isrc": "VARCHAR",
    "views": "BIGINT",  # in that time: plays, streams or views
    "engagements": "BIGINT",  # likewise; NULL without any
}

# The measures of each weekly table, kept under its name; and what its rows are known by.
WEEKLY: Mapping[str, Mapping[str, str]] = {
    "assets": ASSETS,
    "recordings": RECORDINGS,
    "channels": CHANNELS,
    "policies": POLICIES,
    "platforms": PLATFORMS,
}
TABLES: Mapping[str, Mapping[str, str]] = {
    "reported": REPORTED,
    "quarantine": QUARANTINE,
    "claims": CLAIMS,
    "lost": LOST,
    "rights": RIGHTS,
    "platform_metrics": PLATFORM_METRICS,
    **WEEKLY,
}


def create(name: str) -> str:
    """Return the statement that creates one of the tables, empty."""
    columns = ", ".join(f'"{column}" {kind}' for column, kind in TABLES[name].items())
    return f"CREATE OR REPLACE TABLE {name} ({columns})"
