"""What the records of rights say of what we claim.

A record gives an owner a share of a recording or an asset, somewhere, from a day to a day. It speaks against our claims
on an asset if the records know it and give us nothing of it, or did so only until a day that is past, or not where our
claims act; and if shares add up to more than 1 in a territory, as YouTube itself calls a conflict
(https://support.google.com/youtube/answer/9386040).
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workers.claimsreport.detection.conflicts import weights
from workers.claimsreport.detection.conflicts.territories import EVERYWHERE, Policy, names, territories

if TYPE_CHECKING:
    import duckdb

    from workers.claimsreport.detection.conflicts.evidence import Counts
    from workers.claimsreport.series import Texts

TOLERANCE = 0.001  # of shares that are written as thirds

# The records of each asset, which its own go before those of its recording; `state` is -1 for what is past, 1 for what
# is to come.
_RECORDS = """
CREATE OR REPLACE TEMP TABLE conflict_records AS
SELECT
    asset_id, owner, coalesce(ours, false) AS ours, share, territories, valid_to,
    CASE WHEN valid_to < $date THEN -1 WHEN valid_from > $date THEN 1 ELSE 0 END AS state
FROM (
    SELECT asset_id, owner, ours, share, territories, valid_from, valid_to FROM rights WHERE asset_id IS NOT NULL
    UNION ALL
    SELECT a.asset_id, owner, ours, share, territories, valid_from, valid_to
    FROM rights r JOIN assets a USING (isrc)
    WHERE r.asset_id IS NULL AND a.asset_id NOT IN (SELECT asset_id FROM rights WHERE asset_id IS NOT NULL)
)
"""
# Assets whose records say the same, whoever the owners are, have the same `sort`: each sort is judged once.
_SORTS = """
CREATE OR REPLACE TEMP TABLE conflict_sorts AS
SELECT asset_id, hash(sum(hash(ours, share, territories, state)), count(*)) AS sort
FROM conflict_records GROUP BY asset_id
"""
# And so is each policy, by where it acts.
_CLAIMED = """
CREATE OR REPLACE TEMP TABLE conflict_claimed AS
SELECT asset_id, sort, hash(monetize, track, block) AS policy, count(*) AS claims, min(line) AS line
FROM reported JOIN conflict_sorts USING (asset_id)
WHERE status IN ('active', 'disputed', 'appealed', 'pending', 'potential')
GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One record, seen from the day of the snapshot: `state` is -1 for what is past, 1 for what is to come."""

    ours: bool
    share: float | None
    places: int
    state: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What records of one sort say.

    Attributes:
        bad: how bad it is, of 1, wherever the claims act.
        why: of that.
        place: where we may claim; everywhere, where nothing more can be bad.
    """

    bad: float
    why: str
    place: int


@dataclass(frozen=True)
class Records:
    """What speaks against our claims, by the records.

    Attributes:
        ids: of the assets, sorted.
        claims: of each.
        bad: how bad it is, of 1.
        judgements: of each sort of records.
        places: where each policy acts.
    """

    ids: Texts
    claims: Counts
    bad: npt.NDArray[np.float64]
    judgements: Mapping[int, Judgement] = field(default_factory=dict)
    places: Mapping[int, int] = field(default_factory=dict)

    def of(self, assets: Texts) -> npt.NDArray[np.float64]:
        """Return how bad it is for each of some sorted assets, which have all of these among them."""
        result = np.zeros(len(assets))
        result[np.searchsorted(assets, self.ids)] = self.bad
        return result

    def reasons(self, connection: duckdb.DuckDBPyConnection, assets: Sequence[str]) -> dict[str, str]:
        """Return why, of those of some assets against whose claims the records speak."""
        if not len(self.ids):
            return {}
        rows = connection.execute(
            """
            SELECT asset_id, any_value(sort), list(DISTINCT policy), any_value(owners), any_value(until)
            FROM conflict_claimed LEFT JOIN (
                SELECT asset_id, list(DISTINCT owner ORDER BY owner) FILTER (NOT ours AND state = 0) AS owners,
                    max(valid_to) FILTER (ours AND state < 0) AS until
                FROM conflict_records GROUP BY asset_id
            ) USING (asset_id)
            WHERE asset_id IN (SELECT unnest(?::VARCHAR[])) GROUP BY asset_id
            """,
            [list(assets)],
        ).fetchall()
        found = {}
        for asset, sort, policies, owners, until in rows:
            judgement = self.judgements[sort]
            outside = functools.reduce(operator.or_, (self.places[policy] for policy in policies)) & ~judgement.place
            why = [judgement.why] if judgement.why else []
            if until and not judgement.place:
                why[0] += f" (they ended on {until.isoformat()})"
            if outside and judgement.place:
                why.append(f"claims act outside our territories: {names(outside)}")
            if owners and why:
                why.append(f"others who have it are {', '.join(owners[:3])}")
            found[asset] = "; ".join(why)
        return found


def judge(connection: duckdb.DuckDBPyConnection, date: dt.date) -> Records:
    """Return what the records say against our claims, on a day; nothing where there are no records."""
    if connection.execute("SELECT 1 FROM rights LIMIT 1").fetchone() is None:
        return Records(np.empty(0, object), np.empty(0, np.int64), np.empty(0))
    connection.execute(_RECORDS, {"date": date})
    connection.execute(_SORTS)
    connection.execute(_CLAIMED)
    judgements = _judgements(connection)
    policies = connection.execute("""
        SELECT policy, monetize, track, block FROM reported JOIN (
            SELECT policy, min(line) AS line FROM conflict_claimed GROUP BY policy
        ) USING (line)
    """).fetchall()
    places = {policy: Policy.of(*columns).anywhere for policy, *columns in policies}
    pairs = connection.execute("SELECT DISTINCT sort, policy FROM conflict_claimed ORDER BY ALL").fetchall()
    bad = [
        max(judgements[sort].bad, weights.OUTSIDE if places[policy] & ~judgements[sort].place else 0.0)
        for sort, policy in pairs
    ]
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE conflict_pairs AS
        SELECT unnest($sorts::UBIGINT[]) AS sort, unnest($policies::UBIGINT[]) AS policy, unnest($bad::DOUBLE[]) AS bad
    """, {"sorts": [pair[0] for pair in pairs], "policies": [pair[1] for pair in pairs], "bad": bad})  # fmt: skip
    found = connection.execute("""
        SELECT asset_id AS ids, sum(claims)::BIGINT AS claims, max(bad) AS bad
        FROM conflict_claimed JOIN conflict_pairs USING (sort, policy)
        GROUP BY asset_id HAVING max(bad) > 0 ORDER BY asset_id
    """).fetchnumpy()
    ids, claims, worst = (np.ma.getdata(found[name]) for name in ("ids", "claims", "bad"))
    return Records(ids, claims, worst, judgements, places)


def _judgements(connection: duckdb.DuckDBPyConnection) -> dict[int, Judgement]:
    rows = connection.execute("""
        SELECT sort, ours, share, territories, state FROM conflict_records JOIN (
            SELECT sort, min(asset_id) AS asset_id FROM conflict_sorts GROUP BY sort
        ) USING (asset_id) ORDER BY ALL
    """).fetchall()
    sorts: dict[int, list[Record]] = {}
    for sort, ours, share, text, state in rows:
        # What names no place that is known says nothing of places.
        places = (territories(text) or EVERYWHERE) if text is not None else EVERYWHERE
        sorts.setdefault(sort, []).append(Record(ours, share, places, state))
    return {sort: speak(records) for sort, records in sorts.items()}


def speak(records: list[Record]) -> Judgement:
    """Return what all the records of one asset say, together."""
    now = [each for each in records if each.state == 0]
    ours = [each for each in now if each.ours]
    if not ours:
        if any(each.ours and each.state < 0 for each in records):
            return Judgement(weights.EXPIRED, "our rights have ended", 0)
        if any(each.ours for each in records):
            return Judgement(weights.EXPIRED, "our rights have not begun", 0)
        return Judgement(weights.NOT_OURS, "the records of rights give us nothing of it", 0)
    place = functools.reduce(operator.or_, (each.places for each in ours))
    if over := _oversubscribed(now):
        share, places = over
        return Judgement(weights.OVERSUBSCRIBED, f"shares add up to {share:.4g} in {names(places)}", place)
    return Judgement(0.0, "", place)


def _oversubscribed(now: list[Record]) -> tuple[float, int] | None:
    """Return the largest sum of shares beyond 1, and where that is."""
    # Places with the same sum, which every record splits in two.
    regions = [(EVERYWHERE, 0.0)]
    for each in now:
        if each.share:
            inside = [(places & each.places, total + each.share) for places, total in regions]
            outside = [(places & ~each.places, total) for places, total in regions]
            regions = [region for region in inside + outside if region[0]]
    most = max(total for _, total in regions)
    if most <= 1 + TOLERANCE:
        return None
    places = 0
    for region, total in regions:
        if total > 1 + TOLERANCE:
            places |= region
    return most, places
