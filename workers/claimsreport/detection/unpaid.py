"""What is known of the claims on assets that have views without revenue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from workers.claimsreport.detection.claimed import MOST

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb


@dataclass(frozen=True)
class Unpaid:
    """The claims of an asset that monetize nowhere.

    Attributes:
        claims: how many there are.
        policies: theirs, those with most views first.
        changed: how many monetized in the snapshot before.
        changed_views: weekly views of these.
        p: the probability that so many, or more, change if they do so one by one, as often as on all other assets; None
            where none did.
        named: ids by sort of those with most views: claims, videos, channels.
    """

    claims: int = 0
    policies: tuple[str, ...] = ()
    changed: int = 0
    changed_views: float = 0.0
    p: float | None = None
    named: tuple[tuple[str, tuple[str, ...]], ...] = ()


def unpaid(connection: duckdb.DuckDBPyConnection, assets: Sequence[str]) -> dict[str, Unpaid]:
    """Return of each asset its claims that monetize nowhere."""
    rows = connection.execute(_UNPAID.format(most=MOST), [list(assets)]).fetchall()
    return {
        asset: Unpaid(
            claims=claims,
            policies=tuple(policies),
            changed=changed,
            changed_views=float(changed_views),
            p=_chance(changed, monetized, everywhere[0] - changed, everywhere[1] - monetized) if changed else None,
            named=tuple(
                (sort, tuple(dict.fromkeys(each for each in those if each is not None))[:MOST])
                for sort, those in (("claims", ids), ("videos", videos), ("channels", channels))
            ),
        )
        for asset, claims, policies, changed, changed_views, monetized, *everywhere, ids, videos, channels in rows
    }


def _chance(changed: int, of: int, others: int, of_others: int) -> float:
    """Return the probability that `changed` or more change; the share of others that do is not 0, whatever was seen."""
    share = (others + 1) / (of_others + 1)
    return float(special.betainc(changed, of - changed + 1, np.minimum(share, 1.0)))


_UNPAID = """
WITH here AS (
    SELECT asset_id, claim_id, video_id, channel_id, policy_id, coalesce(weekly_views, 0) AS weekly_views,
        monetized, coalesce(previous_monetized, false) AS monetized_before
    FROM claims WHERE asset_id IN (SELECT unnest(?::VARCHAR[]))
), everywhere AS (
    SELECT count(*) AS monetized, count(*) FILTER (NOT monetized) AS changed FROM claims WHERE previous_monetized
), before AS (
    SELECT asset_id, count(*) AS monetized FROM here WHERE monetized_before GROUP BY asset_id
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY asset_id ORDER BY weekly_views DESC, claim_id) AS place
    FROM here WHERE NOT monetized
), policies AS (
    SELECT asset_id, list(policy_id ORDER BY views DESC, policy_id)[:{most}] AS ids
    FROM (
        SELECT asset_id, policy_id, sum(weekly_views) AS views FROM ranked
        WHERE policy_id IS NOT NULL GROUP BY asset_id, policy_id
    )
    GROUP BY asset_id
)
SELECT ranked.asset_id, count(*), coalesce(any_value(policies.ids), []),
    count(*) FILTER (monetized_before), coalesce(sum(weekly_views) FILTER (monetized_before), 0),
    coalesce(any_value(before.monetized), 0),
    (SELECT changed FROM everywhere), (SELECT monetized FROM everywhere),
    list(claim_id ORDER BY place) FILTER (place <= {most}),
    list(video_id ORDER BY place) FILTER (place <= {most}),
    list(channel_id ORDER BY place) FILTER (place <= {most})
FROM ranked LEFT JOIN policies USING (asset_id) LEFT JOIN before USING (asset_id)
GROUP BY ranked.asset_id
ORDER BY ranked.asset_id
"""
