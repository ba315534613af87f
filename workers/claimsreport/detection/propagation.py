"""Where the views of subjects are: channels and videos, and plays of recordings on other platforms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workers.claimsreport.detection.claimed import MOST
from workers.claimsreport.statistics.robust import row_medians

if TYPE_CHECKING:
    import duckdb

    from workers.claimsreport.series import History

# On another platform a recording has grown if it has so many times its usual plays, which are these weeks' median.
GROWN = 1.5
_USUAL_WEEKS = 8


@dataclass(frozen=True)
class Spread:
    """How the views of one subject are spread.

    Attributes:
        channels: up to MOST ids of those with views this week, most views first.
        videos: likewise.
        claims: on these, likewise.
        active_channels: with views this week.
        new_channels: of those, which had no claim on the subject in the snapshot before.
        largest_share: of the week's views, those of the channel with most of them; None where no channel is known.
        largest_channel: its name, or its id.
    """

    channels: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    active_channels: int = 0
    new_channels: int = 0
    largest_share: float | None = None
    largest_channel: str = ""


# A video with several claims counts once.
_SPREAD = """
WITH these AS (
    SELECT {column} AS subject, claim_id, video_id, channel_id, is_new, coalesce(weekly_views, 0) AS views
    FROM claims WHERE {column} IN (SELECT unnest(?::VARCHAR[]))
), videos AS (
    SELECT subject, video_id, min(channel_id) AS channel_id, max(views) AS views, bool_and(is_new) AS is_new
    FROM these GROUP BY subject, coalesce(video_id, claim_id), video_id
), channels AS (
    SELECT subject, channel_id, sum(views) AS views, bool_and(is_new) AS is_new
    FROM videos WHERE channel_id IS NOT NULL GROUP BY subject, channel_id HAVING sum(views) > 0
), sorts AS (
    SELECT subject, 'channels' AS sort, channel_id AS id, views, is_new FROM channels
    UNION ALL
    SELECT subject, 'videos', video_id, views, is_new FROM videos WHERE views > 0 AND video_id IS NOT NULL
    UNION ALL
    SELECT subject, 'claims', claim_id, views, is_new FROM these WHERE views > 0
)
SELECT subject, sort, id, views, count(*) OVER sort, count_if(is_new) OVER sort, sum(views) OVER sort
FROM sorts
WINDOW sort AS (PARTITION BY subject, sort)
QUALIFY row_number() OVER (PARTITION BY subject, sort ORDER BY views DESC, id) <= {most}
ORDER BY subject, sort, views DESC, id
"""
_NAMES = """
SELECT channel_id, min(channel_name) FROM reported
WHERE channel_id IN (SELECT unnest(?::VARCHAR[])) AND channel_name IS NOT NULL GROUP BY channel_id
"""


def spreads(connection: duckdb.DuckDBPyConnection, column: str, subjects: Sequence[str]) -> dict[str, Spread]:
    """Return how the views of each subject, which the column of `claims` has, are spread; by one query for all."""
    rows = connection.execute(_SPREAD.format(column=column, most=MOST), [list(subjects)]).fetchall()
    found: dict[str, dict[str, list[tuple[str, float, int, int, float]]]] = defaultdict(lambda: defaultdict(list))
    for subject, sort, *rest in rows:
        found[subject][sort].append((rest[0], *rest[1:]))
    first = [sorts["channels"][0][0] for sorts in found.values() if sorts["channels"]]
    names = dict(connection.execute(_NAMES, [first]).fetchall()) if first else {}
    return {subject: _spread(sorts, names) for subject, sorts in found.items()}


def _spread(sorts: Mapping[str, list[tuple[str, float, int, int, float]]], names: Mapping[str, str]) -> Spread:
    channels, videos, claims = (
        tuple(row[0] for row in sorts.get(sort, ())) for sort in ("channels", "videos", "claims")
    )
    if not channels:
        return Spread(videos=videos, claims=claims)
    largest, views, active, new, together = sorts["channels"][0]
    return Spread(channels, videos, claims, active, new, views / together, names.get(largest, largest))


@dataclass(frozen=True)
class Platform:
    """Plays of a recording on one other platform, per 7 days.

    Attributes:
        name: of the platform.
        now: in the week of the report.
        usual: median of the weeks before.
    """

    name: str
    now: float
    usual: float

    @property
    def grown(self) -> bool:
        """Whether there are clearly more of them than usual."""
        return self.now >= GROWN * self.usual and self.now > 0


def platforms(history: History, recordings: Sequence[str]) -> dict[str, tuple[Platform, ...]]:
    """Return the platforms that are known of each recording, by name; nothing of those without any."""
    wanted = set(recordings)
    if not wanted:
        return {}
    series = history.series("platforms", "weekly_views")
    rows = [row for row, each in enumerate(series.ids) if each.rpartition("|")[2] in wanted]
    if not rows:
        return {}
    plays = series.measures["weekly_views"][rows]
    usual = row_medians(plays[:, -1 - _USUAL_WEEKS : -1])
    found: dict[str, list[Platform]] = defaultdict(list)
    for row, now, before in zip(rows, plays[:, -1], usual, strict=True):
        name, _, recording = series.ids[row].rpartition("|")
        if not np.isnan(now) and not np.isnan(before):
            found[recording].append(Platform(name, float(now), float(before)))
    return {recording: tuple(those) for recording, those in found.items()}
