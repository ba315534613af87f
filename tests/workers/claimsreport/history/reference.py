"""The rules of the history once more, in plain Python: slow, one claim at a time, nothing shared with the worker."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

Row = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Claim:
    """A row of a report that can be right."""

    claim_id: str
    asset_id: str
    isrc: str | None
    video_id: str | None
    channel_id: str | None
    policy_id: str | None
    status: str
    monetized: bool
    views: int | None
    engaged_views: int | None
    uploaded: dt.date | None
    other_owners: str | None = None
    asset_policy_id: str | None = None


@dataclasses.dataclass(frozen=True)
class Report:
    """A snapshot: rows that can be right, and ids of claims in rows that cannot."""

    date: dt.date
    claims: tuple[Claim, ...]
    refused: frozenset[str]


@dataclasses.dataclass
class Count:
    """What is kept of one count of views of a claim."""

    baseline: int | None
    date: dt.date
    fell: int | None = None


@dataclasses.dataclass
class Known:
    """What is kept of a claim."""

    claim: Claim
    counts: dict[str, Count]
    first_seen: dt.date
    claimed_by_others: bool | None


KEYS: dict[str, Callable[[Claim], str | None]] = {
    "assets": lambda claim: claim.asset_id,
    "recordings": lambda claim: claim.isrc,
    "channels": lambda claim: claim.channel_id,
    "policies": lambda claim: claim.policy_id,
}


@dataclasses.dataclass
class Week:
    """What one report leaves."""

    date: dt.date
    days: int | None
    claims: dict[str, Row]
    fell: set[str]
    lost: set[str]
    tables: dict[str, dict[str, Row]]


class History:
    """The weeks so far."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self.weeks: list[Week] = []
        self.last_claimed: dict[tuple[str, str], dt.date] = {}
        self.isrc_of: dict[str, str | None] = {}

    def add(self, report: Report, weeks: int) -> Week:
        """Add a report; `weeks` is how many snapshots before it are looked at."""
        previous = self.weeks[-1].date if self.weeks else None
        days = (report.date - previous).days if previous else None
        claims: dict[str, Row] = {}
        gains: dict[str, dict[str, int | None]] = {}
        fell = set()
        now: dict[str, Known] = {}
        others_known = any(claim.other_owners for claim in report.claims)
        for claim in report.claims:
            before = self.known.get(claim.claim_id)
            counts = {}
            gains[claim.claim_id] = {}
            for name in ("views", "engaged_views"):
                value = getattr(claim, name)
                baselines = [known.counts[name].baseline for known in self.known.values()]
                counted = not baselines or any(baseline is not None for baseline in baselines)
                since = claim.uploaded if counted else None
                gained, counts[name] = self._count(value, before and before.counts[name], since, report.date, previous)
                gains[claim.claim_id][name] = gained
                if counts[name].fell is not None:
                    fell.add(claim.claim_id)
            gains[claim.claim_id]["brought"] = (
                days is not None
                and before is not None
                and before.first_seen == previous
                and claim.uploaded is not None
                and claim.uploaded <= previous - dt.timedelta(days=days)
            )
            gains[claim.claim_id]["newly_contested"] = previous is not None and newly_contested(before, claim)
            claimed_by_others = bool(claim.other_owners) if others_known else None
            first_seen = before.first_seen if before else report.date
            now[claim.claim_id] = Known(claim, counts, first_seen, claimed_by_others)
            claims[claim.claim_id] = {
                "is_new": previous is not None and before is None,
                "previous_status": before.claim.status if before else None,
                "previous_policy_id": before.claim.policy_id if before else None,
                "previous_monetized": before.claim.monetized if before else None,
                "claimed_by_others": claimed_by_others,
                "previous_claimed_by_others": before.claimed_by_others if before else None,
                "views": claim.views,
                "weekly_views": per_week(gains[claim.claim_id]["views"], days),
                "weekly_engaged_views": per_week(gains[claim.claim_id]["engaged_views"], days),
            }
        gone = {claim_id: known for claim_id, known in self.known.items() if claim_id not in now}
        lost = {claim_id for claim_id in gone if claim_id not in report.refused}
        for claim_id in gone.keys() - lost:
            counts = {name: Count(count.baseline, count.date) for name, count in gone[claim_id].counts.items()}
            now[claim_id] = dataclasses.replace(gone[claim_id], counts=counts)
        looked_at = [week.date for week in self.weeks][-weeks:]
        tables = {
            table: self._table(
                table,
                report=report,
                rows=claims,
                gains=gains,
                lost=[gone[claim_id].claim for claim_id in lost],
                looked_at=looked_at,
            )
            for table in KEYS
        }
        self.known = now
        week = Week(report.date, days, claims, fell, lost, tables)
        self.weeks.append(week)
        return week

    def _count(
        self, value: int | None, before: Count | None, uploaded: dt.date | None, date: dt.date, previous: dt.date | None
    ) -> tuple[int | None, Count]:
        if before is None:
            is_of_this_week = previous is not None and uploaded is not None and uploaded > previous
            return (value if is_of_this_week else None), Count(value, date)
        assert previous is not None
        if value is None or before.baseline is None:
            return None, Count(value, date)
        if value >= before.baseline:
            elapsed = (date - before.date).days
            return (value - before.baseline) * (date - previous).days // elapsed, Count(value, date)
        if before.fell is not None and value >= before.fell:
            return value - before.fell, Count(value, date)
        return None, Count(before.baseline, before.date, value)

    def _table(
        self,
        table: str,
        *,
        report: Report,
        rows: dict[str, Row],
        gains: dict[str, dict[str, int | None]],
        lost: list[Claim],
        looked_at: list[dt.date],
    ) -> dict[str, Row]:
        of_key: dict[str, list[Claim]] = defaultdict(list)
        for claim in report.claims:
            if (key := KEYS[table](claim)) is not None:
                of_key[key].append(claim)
        lost_of: dict[str, int] = defaultdict(int)
        for claim in lost:
            if (key := KEYS[table](claim)) is not None:
                lost_of[key] += 1
        oldest = looked_at[0] if looked_at else report.date
        remembered = {key for (name, key), date in self.last_claimed.items() if name == table and date >= oldest}
        found = {}
        for key in of_key.keys() | lost_of.keys() | remembered:
            if of_key[key]:
                self.last_claimed[table, key] = report.date
            row = self._row(of_key[key], rows, gains, self._days(report))
            row["lost_claims"] = lost_of[key]
            if not self.weeks:
                row["new_claims"] = row["lost_claims"] = row["newly_contested"] = None
            if table == "assets":
                last = self.isrc_of.get(key) if key in remembered else None
                self.isrc_of[key] = row["isrc"] = row["isrc"] or last
            found[key] = row
        return found

    def _days(self, report: Report) -> int | None:
        return (report.date - self.weeks[-1].date).days if self.weeks else None

    def _row(
        self, claims: list[Claim], rows: dict[str, Row], gains: dict[str, dict[str, int | None]], days: int | None
    ) -> Row:
        videos: dict[str, list[Claim]] = defaultdict(list)
        for claim in claims:
            videos[f"video {claim.video_id}" if claim.video_id else f"claim {claim.claim_id}"].append(claim)

        def gained(of_video: Iterable[Claim], name: str = "views") -> int | None:
            return most(gains[claim.claim_id][name] for claim in of_video)

        views = total(map(gained, videos.values()))
        channels: dict[str, list[int | None]] = defaultdict(list)
        for of_video in videos.values():
            if known := [claim.channel_id for claim in of_video if claim.channel_id]:
                channels[min(known)].append(gained(of_video))
        of_channels = [total(each) for each in channels.values()]
        unmonetized = [gained(each) for each in videos.values() if not any(claim.monetized for claim in each)]
        brought = [gained(each) or 0 for each in videos.values() if all(gains[one.claim_id]["brought"] for one in each)]
        return {
            "isrc": min((claim.isrc for claim in claims if claim.isrc), default=None),
            "claims": len(claims),
            "new_claims": sum(rows[claim.claim_id]["is_new"] for claim in claims),
            "weekly_views": per_week(views, days),
            "weekly_engaged_views": per_week(
                total(gained(of_video, "engaged_views") for of_video in videos.values()), days
            ),
            "videos": len(videos),
            "channels": len(channels),
            "assets": len({claim.asset_id for claim in claims}),
            "disputed": sum(claim.status in {"disputed", "appealed"} for claim in claims),
            "newly_contested": sum(gains[claim.claim_id]["newly_contested"] or 0 for claim in claims),
            "unmonetized_views": None if views is None else per_week(total(unmonetized) or 0, days),
            "brought_views": None if views is None else per_week(sum(brought), days),
            "active_channels": None if views is None else sum((each or 0) > 0 for each in of_channels),
            "largest_channel_views": per_week(most(of_channels), days),
        }


def newly_contested(before: Known | None, claim: Claim) -> bool:
    """Tell whether a claim is disputed, of other owners too, or away from its asset's policy, and was not so before."""
    if before is None:
        return claim.status in {"disputed", "appealed"} or claim.other_owners is not None
    turned = (before.claim.status, claim.status)
    if (turned[0] == "active" and turned[1] in {"disputed", "appealed"}) or turned == ("disputed", "appealed"):
        return True
    if claim.other_owners and before.claimed_by_others is False:
        return True
    policies = {claim.policy_id, claim.asset_policy_id}
    return before.claim.policy_id != claim.policy_id and len(policies) == 2 and None not in policies


def most(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)


def total(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def per_week(value: int | None, days: int | None) -> float | None:
    return None if value is None or days is None else value * 7 / days
