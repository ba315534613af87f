"""The paths of schedules of EventBridge Scheduler: is it on, may its role do what it is for, and what if not.

Sources: the EventBridge Scheduler user guide, "Setting up the execution role", "Confused deputy prevention" (the trust
names the schedule's group, never one schedule), "Data encryption" (the role decrypts a schedule's input).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from review.delivery import targets, writing
from review.delivery.asking import Need, name_of
from review.delivery.model import Answer, Hop, Path
from review.delivery.target import SCHEDULER, Caller, Target, ecs_of, label
from semantics import schedules as times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from review.delivery.target import Desk
    from review.plan import Resource

_ON: Final = "Is the schedule on?"


def paths(desk: Desk) -> Iterator[Path]:
    """Yield a path for each schedule of the plan."""
    for schedule in desk.facts.plan.existing("aws_scheduler_schedule"):
        yield _path(desk, schedule)


def _path(desk: Desk, schedule: Resource) -> Path:
    target = _target(desk, schedule)
    what, role = label(desk.facts, target), target.caller.role_arn
    stations = [f"schedule {schedule.text('name')}", *([f"role {name_of(role)}"] if role else []), what]
    last = len(stations) - 1
    hops = [
        *leading((_state(schedule, desk.facts.plan.timestamp), *targets.trust(desk, target)), 1),
        *leading((*_key(desk, schedule, target), *targets.calls(desk, target)), last),
    ]
    queue = schedule.text("target", 0, "dead_letter_config", 0, "arn")
    if queue and role:
        hops += leading(writing.dead_letters(desk, target.caller, queue), last + 1)
        stations.append(writing.queue_words(queue))
    return Path(
        trigger=schedule.text("name"),
        kind="schedule",
        via=schedule.address,
        target=what,
        stations=tuple(stations),
        hops=tuple(hops),
        address=desk.facts.address(target.arn),
    )


def leading(hops: Iterable[Hop], station: int) -> list[Hop]:
    """Return hops that lead to a station."""
    return [replace(hop, station=station) for hop in hops]


def _target(desk: Desk, schedule: Resource) -> Target:
    facts = desk.facts
    arn = facts.plan.arn(schedule)
    group = schedule.text("group_name") or "default"
    role = schedule.text("target", 0, "role_arn")
    caller = Caller(SCHEDULER, arn, facts.made("scheduler", f"schedule-group/{group}", arn), role)
    given = schedule.get("target", 0, "input")
    return Target(
        schedule.text("target", 0, "arn"),
        caller,
        ecs_of(schedule.get("target", 0, "ecs_parameters", 0)),
        message_group=schedule.text("target", 0, "sqs_parameters", 0, "message_group_id"),
        input=given if isinstance(given, str) else None,
    )


def _state(schedule: Resource, now: datetime) -> Hop:
    """Ask whether a schedule is on, and has a run to come.

    One that is off is off on purpose, and loses nothing; one that has run its course likewise. A plan that makes a
    schedule that never runs is wrong.
    """
    where = schedule.address
    if schedule.text("state") == "DISABLED":
        because = "depends on somebody who enables it: it is DISABLED, and runs nothing until then"
        return Hop(_ON, Answer.DEPENDS, because, where=where)
    end = _end(schedule)
    if end is None or end > now:
        return Hop(_ON, Answer.YES, "it is ENABLED", where=where)
    ended = f"its last time was {end:%Y-%m-%d %H:%M} UTC, before this plan was made"
    if schedule.actions == ("no-op",):
        return Hop(_ON, Answer.DEPENDS, f"depends on somebody who gives it a later time: {ended}", where=where)
    return Hop(_ON, Answer.NO, f"it never runs: {ended}", where=where, rule="over")


def _end(schedule: Resource) -> datetime | None:
    """Return the moment after which a schedule runs no more; None if there is none, or it cannot be read."""
    expression = times.AT.fullmatch(schedule.text("schedule_expression").strip())
    try:
        if expression is not None:
            zone = ZoneInfo(schedule.text("schedule_expression_timezone") or "UTC")
            return datetime.fromisoformat(expression[1]).replace(tzinfo=zone).astimezone(UTC)
        end = datetime.fromisoformat(schedule.text("end_date"))
    except (ValueError, ZoneInfoNotFoundError):
        return None
    return end if end.tzinfo else end.replace(tzinfo=UTC)


def _key(desk: Desk, schedule: Resource, target: Target) -> Iterator[Hop]:
    """Yield whether the role may decrypt the schedule's input with the schedule's own key."""
    caller = target.caller
    key = desk.facts.key_of(schedule, "kms_key_arn")
    if not key or not caller.role_arn:
        return
    suffix = "amazonaws.com.cn" if desk.facts.plan.partition == "aws-cn" else "amazonaws.com"
    service = f"scheduler.{caller.region}.{suffix}"
    need = Need(
        "kms:Decrypt",
        key,
        {
            "kms:ViaService": service,
            "kms:CallerAccount": caller.account,
            "kms:EncryptionContext:aws:scheduler:schedule:arn": caller.arn,
        },
        condition={"StringEquals": {"kms:ViaService": service}},
    )
    yield desk.authority.role_may(caller.role_arn, "May the role decrypt the schedule's input with its key?", [need])
