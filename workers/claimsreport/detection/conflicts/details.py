"""What the findings alone need: names, views at stake, and the ids of what takes part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

MOST = 20  # ids of a sort

# Worst first: what somebody says now, then what stands, then what only looks wrong; of the same, first what is new.
_URGENCY = """
    (new_dispute OR new_appeal OR new_owners OR new_policy_class > 0)::INTEGER * 0.5 +
    CASE WHEN appealed THEN 8 WHEN disputed THEN 7 WHEN taken_down THEN 6 WHEN owners IS NOT NULL THEN 5
    WHEN policy_class >= 3 OR impossible THEN 4 WHEN flagged THEN 3 WHEN policy_class > 0 OR short THEN 2 ELSE 1 END
"""


@dataclass(slots=True)
class Details:
    """Of one asset.

    Attributes:
        title: as the report has it; None without one.
        views: weekly ones of the claims for which something speaks.
        related: ids by sort, worst first.
    """

    title: str | None = None
    views: float = 0.0
    related: dict[str, tuple[str, ...]] = field(default_factory=dict)


def look_up(
    connection: duckdb.DuckDBPyConnection, assets: Sequence[str], whole: Sequence[str] = ()
) -> dict[str, Details]:
    """Return the details of assets, for which `evidence.gather` has found something.

    Args:
        connection: of the week.
        assets: ids.
        whole: of these, all claims take part, whether anything speaks against each of them or not.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE conflict_found AS SELECT unnest(?::VARCHAR[]) AS asset_id", [assets]
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE conflict_whole AS SELECT unnest(?::VARCHAR[]) AS asset_id", [whole]
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE conflict_claims AS
        WITH lines AS (
            SELECT line, owners, {_URGENCY} AS urgency FROM conflict_rows JOIN conflict_found USING (asset_id)
        )
        SELECT r.asset_id, r.asset_title, r.claim_id, r.video_id, r.channel_id, owners, urgency
        FROM lines JOIN reported r USING (line)
        UNION ALL
        SELECT r.asset_id, r.asset_title, r.claim_id, r.video_id, r.channel_id, NULL, 0
        FROM reported r JOIN conflict_whole USING (asset_id)
        WHERE r.status IN ('active', 'disputed', 'appealed', 'pending', 'potential')
            AND r.line NOT IN (SELECT line FROM lines)
    """)  # noqa: S608
    found = {asset: Details() for asset in assets}
    titles = "SELECT asset_id, min(asset_title) FROM conflict_claims GROUP BY asset_id"
    for asset, title in connection.execute(titles).fetchall():
        found[asset].title = title
    rows = connection.execute("""
        SELECT x.asset_id, greatest(sum(round(c.weekly_views)::BIGINT), 0)
        FROM conflict_claims x JOIN claims c USING (claim_id) GROUP BY x.asset_id
    """).fetchall()
    for asset, views in rows:
        found[asset].views = float(views or 0)
    for sort, column in (("claims", "claim_id"), ("videos", "video_id"), ("channels", "channel_id")):
        for asset, ids in _worst(connection, column):
            found[asset].related[sort] = tuple(ids)
    for asset, texts in _worst(connection, "owners"):
        found[asset].related["owners"] = _owners(texts)
    return found


def _worst(connection: duckdb.DuckDBPyConnection, column: str) -> list[tuple[str, list[str]]]:
    return connection.execute(f"""
        SELECT asset_id, list(id ORDER BY urgency DESC, claims DESC, id)[1:{MOST}] FROM (
            SELECT asset_id, {column} AS id, max(urgency) AS urgency, count(*) AS claims
            FROM conflict_claims WHERE {column} IS NOT NULL GROUP BY ALL
        ) GROUP BY asset_id
    """).fetchall()  # noqa: S608


def _owners(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names of owners: the report has several with `|` between."""
    names = dict.fromkeys(name.strip() for text in texts for name in text.split("|"))
    names.pop("", None)
    return tuple(names)[:MOST]
