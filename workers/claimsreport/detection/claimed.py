"""What is behind new and lost claims: titles of subjects, and where the claims of each lie, by one query for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

MOST = 20  # ids of each sort that a finding names


@dataclass(frozen=True)
class Lies:
    """Where claims lie, by one of their columns.

    Attributes:
        ids: of up to MOST, those with most claims first.
        names: theirs; the id where there is none.
        first: claims that the first of them has.
        distinct: how many there are.
    """

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    first: int = 0
    distinct: int = 0


@dataclass(frozen=True)
class Claimed:
    """New or lost claims of one subject.

    Attributes:
        lies: by sort: claims, videos, channels, assets, references, origins.
    """

    lies: dict[str, Lies] = field(default_factory=dict)

    def __getitem__(self, sort: str) -> Lies:
        """Return where they lie by one sort."""
        return self.lies.get(sort, Lies())


def titles(connection: duckdb.DuckDBPyConnection, column: str, name: str, subjects: Sequence[str]) -> dict[str, str]:
    """Return what the report calls each subject; where it has several names for one, the first by alphabet."""
    rows = connection.execute(
        f"SELECT {column}, min({name}) FROM reported WHERE {column} IN (SELECT unnest(?::VARCHAR[])) "  # noqa: S608
        f"AND {name} IS NOT NULL GROUP BY {column}",
        [list(subjects)],
    ).fetchall()
    return dict(rows)


def new_claims(connection: duckdb.DuckDBPyConnection, column: str, subjects: Sequence[str]) -> dict[str, Claimed]:
    """Return the new claims of each subject, which the column has."""
    return _claimed(connection, _NEW.format(column=column), subjects)


def lost_claims(connection: duckdb.DuckDBPyConnection, subjects: Sequence[str]) -> dict[str, Claimed]:
    """Return the claims that each asset has lost since the snapshot before."""
    return _claimed(connection, _LOST, subjects)


def _claimed(connection: duckdb.DuckDBPyConnection, source: str, subjects: Sequence[str]) -> dict[str, Claimed]:
    rows = connection.execute(_LIES.format(source=source, most=MOST), [list(subjects)]).fetchall()
    found: dict[str, dict[str, list[tuple[str, str, int, int]]]] = defaultdict(lambda: defaultdict(list))
    for subject, sort, one, name, count, distinct in rows:
        found[subject][sort].append((one, name, count, distinct))
    return {
        subject: Claimed(
            {
                sort: Lies(tuple(each[0] for each in those), tuple(each[1] for each in those), *those[0][2:])
                for sort, those in sorts.items()
            }
        )
        for subject, sorts in found.items()
    }


_NEW = """
    SELECT claims.{column} AS subject, claims.claim_id, claims.video_id, claims.channel_id, claims.asset_id,
        reported.video_title, reported.channel_name, reported.asset_title, reported.reference_id, reported.origin,
        claims.views
    FROM claims LEFT JOIN reported USING (claim_id)
    WHERE claims.is_new AND claims.{column} IN (SELECT unnest(?::VARCHAR[]))
"""
# Nothing is kept of a claim but ids; a channel that has other claims still has its name.
_LOST = """
    SELECT lost.asset_id AS subject, lost.claim_id, lost.video_id, lost.channel_id, lost.asset_id,
        NULL AS video_title, named.name AS channel_name, NULL AS asset_title, NULL AS reference_id, NULL AS origin,
        lost.views
    FROM lost LEFT JOIN (
        SELECT channel_id, min(channel_name) AS name FROM reported
        WHERE channel_id IN (SELECT channel_id FROM lost) GROUP BY channel_id
    ) named USING (channel_id)
    WHERE lost.asset_id IN (SELECT unnest(?::VARCHAR[]))
"""
_LIES = """
WITH these AS ({source}), lies AS (
    SELECT subject, sort, id, min(name) AS name, count(*) AS claims, sum(views) AS views
    FROM (
        SELECT subject, 'claims' AS sort, claim_id AS id, NULL AS name, views FROM these
        UNION ALL SELECT subject, 'videos', video_id, video_title, views FROM these
        UNION ALL SELECT subject, 'channels', channel_id, channel_name, views FROM these
        UNION ALL SELECT subject, 'assets', asset_id, asset_title, views FROM these
        UNION ALL SELECT subject, 'references', reference_id, NULL, views FROM these
        UNION ALL SELECT subject, 'origins', origin, NULL, views FROM these
    )
    WHERE id IS NOT NULL
    GROUP BY subject, sort, id
)
SELECT subject, sort, id, coalesce(name, id), claims, count(*) OVER (PARTITION BY subject, sort)
FROM lies
QUALIFY row_number() OVER (PARTITION BY subject, sort ORDER BY claims DESC, views DESC NULLS LAST, id) <= {most}
ORDER BY subject, sort, claims DESC, views DESC NULLS LAST, id
"""
