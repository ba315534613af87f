"""What speaks for a conflict, counted by asset.

Everything is counted in DuckDB: rows are filtered before anything is joined, and only assets for which something speaks
leave it, as arrays. What a person wrote (details of a status, origins, policies) is judged once for each text that
there is.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workers.claimsreport.detection.conflicts import weights
from workers.claimsreport.detection.conflicts.territories import Policy

if TYPE_CHECKING:
    import duckdb

Counts = npt.NDArray[np.int64]

# Of `conflict_policies`: how a claim's policy differs from its asset's, the worse the higher.
BLOCKS, STRICTER, LENIENT, OTHER_ID = 4, 3, 2, 1

_POLICY = "policy_id, monetize, track, block, asset_policy_id, asset_monetize, asset_track, asset_block"
# The asset's policy is known, and something in the claim's differs.
_DIFFERS = """
    (policy_id IS DISTINCT FROM asset_policy_id OR monetize IS DISTINCT FROM asset_monetize
     OR track IS DISTINCT FROM asset_track OR block IS DISTINCT FROM asset_block)
    AND coalesce(asset_policy_id, asset_monetize, asset_track, asset_block) IS NOT NULL
    AND coalesce(policy_id, monetize, track, block) IS NOT NULL
"""
_IMPOSSIBLE = (
    "(greatest(match_seconds, longest_match_seconds)"
    f" > video_seconds * {1 + weights.LONGER_SHARE} + {weights.LONGER_SECONDS})"
)
_SHORT = (
    f"(longest_match_seconds < {weights.SHORT_SECONDS}"
    f" AND longest_match_seconds < video_seconds * {weights.SHORT_SHARE})"
)
# Claims that are not made any more say nothing of what is to come; a takedown does.
_GONE = "('inactive', 'closed', 'released', 'expired')"

# Rows for which anything may speak, so that the wide table is read once.
_MARKED = f"""
CREATE OR REPLACE TEMP TABLE conflict_marked AS
SELECT
    line, claim_id, asset_id, video_id, status, status_detail, origin, other_owners,
    CASE WHEN {_DIFFERS} THEN hash({_POLICY}) END AS key,
    coalesce({_IMPOSSIBLE}, false) AS impossible, coalesce({_SHORT}, false) AS short
FROM reported
WHERE asset_id IS NOT NULL AND status NOT IN {_GONE} AND (
    status <> 'active' OR other_owners IS NOT NULL OR {_IMPOSSIBLE} OR {_SHORT} OR ({_DIFFERS})
    OR status_detail IN (SELECT status_detail FROM conflict_details)
    OR video_id IN (SELECT video_id FROM conflict_videos)
)
"""  # noqa: S608 -- of constants alone

# What may have turned since the snapshot before, of claims that were there, and of new ones. Of one that was pending it
# is not known for what it waited.
_TURNED = """
CREATE OR REPLACE TEMP TABLE conflict_turned AS
SELECT
    claim_id,
    is_new OR previous_status NOT IN ('appealed', 'pending') AS from_unappealed,
    is_new OR previous_status NOT IN ('disputed', 'appealed', 'pending') AS from_undisputed,
    coalesce(claimed_by_others AND coalesce(NOT previous_claimed_by_others, is_new), false) AS new_owners,
    NOT is_new AND policy_id IS DISTINCT FROM previous_policy_id AS new_policy
FROM claims
WHERE (is_new OR previous_status IS NOT NULL)
    AND (status IN ('disputed', 'appealed', 'pending') OR new_owners OR new_policy)
"""

# Rows for which something speaks, with what it is. `pending` is what the report of some versions says of all claims
# that wait; the detail says for what (https://support.google.com/youtube/answer/7648605).
_ROWS = f"""
CREATE OR REPLACE TEMP VIEW conflict_rows AS
SELECT *,
    disputed AND from_undisputed AS new_dispute,
    appealed AND from_unappealed AS new_appeal,
    CASE WHEN new_policy THEN policy_class ELSE 0 END AS new_policy_class
FROM (
    SELECT
        r.line, r.asset_id,
        r.status = 'appealed' OR coalesce(r.status = 'pending' AND d.appealed, false) AS appealed,
        r.status = 'disputed' OR coalesce(r.status = 'pending' AND d.disputed, false) AS disputed,
        contains(r.status, 'takedown') AS taken_down,
        r.status = 'potential' OR coalesce(d.flagged AND r.status IN ('pending', 'active'), false) AS flagged,
        r.other_owners AS owners,
        coalesce(p.class, 0) AS policy_class,
        coalesce(t.from_undisputed, false) AS from_undisputed,
        coalesce(t.from_unappealed, false) AS from_unappealed,
        coalesce(t.new_owners, false) AS new_owners,
        coalesce(t.new_policy, false) AS new_policy,
        r.impossible, r.short,
        coalesce(o.by_hand, false) AS by_hand,
        coalesce(v.claims, 1) AS on_video,
        coalesce(v.assets, 1) AS assets_on_video
    FROM conflict_marked r
    LEFT JOIN conflict_turned t USING (claim_id)
    LEFT JOIN conflict_details d USING (status_detail)
    LEFT JOIN conflict_origins o USING (origin)
    LEFT JOIN conflict_policies p USING (key)
    LEFT JOIN conflict_videos v USING (video_id)
)
WHERE appealed OR disputed OR taken_down OR flagged OR owners IS NOT NULL OR policy_class > 0 OR impossible OR short
    OR on_video > {weights.USUAL_CLAIMS}
"""  # noqa: S608

_DETAILS = """
CREATE OR REPLACE TEMP TABLE conflict_details AS
SELECT * FROM (
    SELECT
        status_detail,
        contains(text, 'appeal') AS appealed,
        contains(text, 'dispute') AND NOT contains(text, 'appeal') AND NOT contains(text, 'reinstat') AS disputed,
        regexp_matches(
            text,
            'review|low.?confidence|short.?match|potential|invalid.?reference|reference.?conflict|risk|another.*manager'
        ) AS flagged
    FROM (
        SELECT status_detail, lower(status_detail) AS text FROM (
            SELECT DISTINCT status_detail FROM reported WHERE status_detail IS NOT NULL
        )
    )
)
WHERE appealed OR disputed OR flagged
"""

_ORIGINS = """
CREATE OR REPLACE TEMP TABLE conflict_origins AS
SELECT origin, regexp_matches(lower(origin), 'manual|descriptive') AS by_hand
FROM (SELECT DISTINCT origin FROM reported WHERE origin IS NOT NULL)
"""

# In two steps, since the second one would group all videos that there are.
_VIDEOS = (
    f"""
    CREATE OR REPLACE TEMP TABLE conflict_busy AS
    SELECT video_id FROM reported WHERE video_id IS NOT NULL GROUP BY video_id HAVING count(*) > {weights.USUAL_CLAIMS}
    """,  # noqa: S608
    f"""
    CREATE OR REPLACE TEMP TABLE conflict_videos AS
    SELECT video_id, count(*) AS claims, count(DISTINCT asset_id) AS assets
    FROM reported WHERE video_id IN (SELECT video_id FROM conflict_busy) AND status NOT IN {_GONE}
    GROUP BY video_id HAVING count(*) > {weights.USUAL_CLAIMS}
    """,  # noqa: S608
)

_COUNTED = f"""
SELECT
    asset_id,
    count_if(new_dispute OR new_appeal OR new_owners OR new_policy_class > {OTHER_ID}) AS turned,
    count_if(new_dispute) AS new_disputes,
    count_if(new_appeal) AS new_appeals,
    count_if(new_owners) AS new_owners,
    count_if(new_policy_class = {BLOCKS}) AS new_blocks,
    count_if(new_policy_class = {STRICTER}) AS new_stricter,
    count_if(new_policy_class = {LENIENT}) AS new_lenient,
    count_if(disputed) AS disputed,
    count_if(appealed) AS appealed,
    count_if(taken_down) AS taken_down,
    count_if(flagged) AS flagged,
    count_if(owners IS NOT NULL) AS owners,
    count_if(policy_class = {BLOCKS}) AS blocks,
    count_if(policy_class = {STRICTER}) AS stricter,
    count_if(policy_class = {LENIENT}) AS lenient,
    count_if(policy_class = {OTHER_ID}) AS other_id,
    count_if(impossible) AS impossible,
    count_if(short) AS short,
    count_if(by_hand) AS by_hand,
    count_if(on_video > {weights.USUAL_CLAIMS}) AS crowded,
    max(on_video) AS busiest,
    max(assets_on_video) AS busiest_assets
FROM conflict_rows GROUP BY asset_id
-- A single claim that has had another policy before, or a short match, comes to less than `weights.LEAST`: most assets
-- that have anything have just that.
HAVING count(*) > 1 OR bool_or(
    new_policy_class > {OTHER_ID} OR disputed OR appealed OR taken_down OR flagged OR owners IS NOT NULL OR impossible
    OR on_video > {weights.USUAL_CLAIMS}
)
"""  # noqa: S608


@dataclass(frozen=True)
class Evidence:
    """Counts of claims by asset, each (n,), for the assets for which anything speaks, sorted by id.

    Attributes:
        ids: of the assets.
        claims: of each, in this snapshot.
        turned: of which any of the following six is true.
        new_disputes: disputed since the snapshot before.
        new_appeals: appealed since then.
        new_owners: which other owners claim too since then.
        new_blocks: whose policy changed since then, and blocks now where their asset does not.
        new_stricter: likewise, otherwise stricter than their asset somewhere.
        new_lenient: likewise, otherwise more lenient than their asset somewhere.
        disputed: disputed now.
        appealed: appealed now.
        taken_down: whose video is taken down, or about to be.
        flagged: that Content ID is not sure of, and that wait for a person.
        owners: which other owners claim too.
        blocks: which block where their asset does not.
        stricter: otherwise stricter than their asset somewhere.
        lenient: otherwise more lenient than their asset somewhere.
        other_id: with another policy that does the same.
        impossible: with a match longer than the video.
        short: with a short match in a long video.
        by_hand: of those for which anything else speaks, made by hand or by a search of titles.
        crowded: on videos that more than the usual number of claims are on.
        busiest: claims on the video that most are on.
        busiest_assets: assets that claim one video, at most.
    """

    ids: npt.NDArray[np.object_]
    claims: Counts
    turned: Counts
    new_disputes: Counts
    new_appeals: Counts
    new_owners: Counts
    new_blocks: Counts
    new_stricter: Counts
    new_lenient: Counts
    disputed: Counts
    appealed: Counts
    taken_down: Counts
    flagged: Counts
    owners: Counts
    blocks: Counts
    stricter: Counts
    lenient: Counts
    other_id: Counts
    impossible: Counts
    short: Counts
    by_hand: Counts
    crowded: Counts
    busiest: Counts
    busiest_assets: Counts

    def with_assets(self, ids: npt.NDArray[np.object_], claims: Counts) -> Evidence:
        """Return it with more assets, against which nothing speaks here; those that it has already stay."""
        if not len(ids):
            return self
        # Both are sorted; numpy's own search for members compares objects one by one.
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        new = self.ids[places] != ids if len(self.ids) else np.ones(len(ids), np.bool_)
        all_ids = np.concatenate([self.ids, ids[new]])
        order = np.argsort(all_ids, kind="stable")
        nothing = np.zeros(int(new.sum()), np.int64)
        columns = {
            each.name: np.concatenate([getattr(self, each.name), claims[new] if each.name == "claims" else nothing])[
                order
            ]
            for each in fields(self)[1:]
        }
        return Evidence(ids=all_ids[order], **columns)


def gather(connection: duckdb.DuckDBPyConnection) -> Evidence:
    """Return what speaks for a conflict, and leave the view `conflict_rows` of the claims behind it."""
    for statement in (_DETAILS, _ORIGINS, *_VIDEOS, _MARKED, _TURNED):
        connection.execute(statement)
    _judge_policies(connection)
    connection.execute(_ROWS)
    names = [each.name for each in fields(Evidence)][2:]
    columns = ", ".join(f"{name}::BIGINT AS {name}" for name in names)
    found = connection.execute(f"""
        SELECT asset_id AS ids, coalesce(claims, 0)::BIGINT AS claims, {columns}
        FROM ({_COUNTED}) LEFT JOIN (SELECT asset_id, claims FROM assets) USING (asset_id)
        ORDER BY asset_id
    """).fetchnumpy()  # noqa: S608
    return Evidence(**{name: np.ma.getdata(values) for name, values in found.items()})


def _judge_policies(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave `conflict_policies`: of each pair of policies that differ, in which way."""
    pairs = connection.execute(f"""
        SELECT key, {_POLICY} FROM reported JOIN (
            SELECT key, min(line) AS line FROM conflict_marked WHERE key IS NOT NULL GROUP BY key
        ) USING (line) ORDER BY key
    """).fetchall()  # noqa: S608
    connection.execute("CREATE OR REPLACE TEMP TABLE conflict_policies (key UBIGINT, class TINYINT)")
    if pairs:
        keys = np.array([pair[0] for pair in pairs], np.uint64)
        classes = np.array([disagreement(pair[1:]) for pair in pairs], np.int8)
        connection.execute(
            "INSERT INTO conflict_policies SELECT unnest(?::UBIGINT[]), unnest(?::TINYINT[])",
            [keys.tolist(), classes.tolist()],
        )


def disagreement(columns: tuple[str | None, ...]) -> int:
    """Return how a claim's policy differs from its asset's.

    Args:
        columns: of the claim, then of the asset: the id, where it monetizes, tracks, blocks.
    """
    claim, asset = Policy.of(*columns[1:4]), Policy.of(*columns[5:8])
    # One side may come without territories: then ids are all that can be compared.
    if claim.anywhere and asset.anywhere:
        if claim.block & ~asset.block:
            return BLOCKS
        if claim.stricter_than(asset):
            return STRICTER
        if asset.stricter_than(claim):
            return LENIENT
    ids = columns[0], columns[4]
    return OTHER_ID if None not in ids and ids[0] != ids[1] else 0
