"""Which schedules have been applied, as moto keeps them.

This module reaches into moto with loose types; what it returns is typed, and a copy.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from moto.scheduler.models import scheduler_backends

from semantics.schedules import Schedule, ScheduleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class AppliedSchedule:
    """A schedule that was created.

    Attributes:
        arn: its own.
        name: within its group.
        group: the group's name.
        group_arn: what Scheduler says in `aws:SourceArn`.
        account: of the schedule.
        region: of the schedule.
        enabled: whether it runs by itself.
        expression: as it was given.
        timezone: its IANA name.
        target: as CreateSchedule got it.
        times: when it runs; None if its expression or time zone is none: moto takes it, AWS would not have.
        key: ARN of the KMS key that encrypts it; None if AWS's own does.
        deletes_itself: whether it goes after its last run (`ActionAfterCompletion`).
    """

    arn: str
    name: str
    group: str
    group_arn: str
    account: str
    region: str
    enabled: bool
    expression: str
    timezone: str
    target: Mapping[str, Any]
    times: Schedule | None
    key: str | None
    deletes_itself: bool

    def runs_after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the runs after a moment, enabled or not."""
        return self.times.runs_after(moment) if self.times else iter(())


def schedules() -> list[AppliedSchedule]:
    """Return all schedules of all accounts and regions, by ARN."""
    backends: Any = scheduler_backends
    found = [
        _read(schedule, group, account, region)
        for account, regions in list(backends.items())
        for region, backend in list(regions.items())
        for group in list(backend.schedule_groups.values())
        for schedule in list(group.schedules.values())
    ]
    return sorted(found, key=lambda each: each.arn)


def delete(schedule: AppliedSchedule) -> None:
    """Remove a schedule, if it is still there."""
    backends: Any = scheduler_backends
    group = backends[schedule.account][schedule.region].schedule_groups.get(schedule.group)
    if group is not None:
        group.schedules.pop(schedule.name, None)


def _read(schedule: Any, group: Any, account: str, region: str) -> AppliedSchedule:
    zone = schedule.schedule_expression_timezone
    times: Schedule | None
    try:
        times = Schedule(
            expression=schedule.schedule_expression,
            zone=ZoneInfo(zone),
            created=datetime.fromtimestamp(schedule.creation_date, UTC),
            start=_moment(schedule.start_date),
            end=_moment(schedule.end_date),
        )
        times.check()
    except (ScheduleError, ZoneInfoNotFoundError):
        times = None
    return AppliedSchedule(
        arn=schedule.arn,
        name=schedule.name,
        group=group.name,
        group_arn=group.arn,
        account=account,
        region=region,
        enabled=schedule.state == "ENABLED",
        expression=schedule.schedule_expression,
        timezone=zone,
        target=copy.deepcopy(schedule.target),
        times=times,
        key=schedule.kms_key_arn,
        deletes_itself=schedule.action_after_completion == "DELETE",
    )


def _moment(seconds: float | str | None) -> datetime | None:
    """Return a moment that is kept in seconds since 1970."""
    return None if seconds is None else datetime.fromtimestamp(float(seconds), UTC)
