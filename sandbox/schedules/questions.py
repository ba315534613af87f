"""What the sandbox answers about schedules and its clock (`control.py`): importing it registers the answers.

A rule with a schedule expression is one of them, for whoever asks.
"""

from __future__ import annotations

import itertools
import threading
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from sandbox.clock import CLOCK
from sandbox.control import answers
from sandbox.delivery.work import WORK
from sandbox.errors import WrongUseError
from sandbox.schedules import applied, rules
from sandbox.schedules.applied import AppliedSchedule
from sandbox.schedules.firing import fire
from sandbox.schedules.rules import ScheduledRule
from semantics.schedules import LAST_YEAR

if TYPE_CHECKING:
    from sandbox.delivery.records import Delivery

_ONE_AT_A_TIME = threading.Lock()


@answers("schedules")
def schedules(_: dict[str, Any]) -> dict[str, Any]:
    """Return every schedule and every rule on a schedule, with its next run; a rule has no group."""
    now = CLOCK.now()
    return {
        "now": now.isoformat(),
        "schedules": [
            {
                "arn": each.arn,
                "name": each.name,
                "group": each.group,
                "expression": each.expression,
                "timezone": each.timezone,
                "enabled": each.enabled,
                "next_run": _text(next(each.runs_after(now), None)) if each.enabled else None,
            }
            for each in _every()
        ],
    }


@answers("fire")
def fire_now(fields: dict[str, Any]) -> dict[str, Any]:
    """Fire the schedule `schedule` (a name, in the group `group` if one is given, or an ARN) now; return its delivery.

    It may be a rule with a schedule expression: then its deliveries are returned, as `deliveries`.

    Raises:
        WrongUseError: there is none of that name, or several; or it is disabled and `force` is not said.
    """
    schedule = _find(fields["schedule"], fields.get("group"))
    if not schedule.enabled and not fields.get("force"):
        raise WrongUseError(f"{schedule.name} is disabled, so that AWS would not run it: fire it with --force")
    deliveries = [each.model_dump(mode="json") for each in _fire(schedule, CLOCK.now())]
    return {"deliveries": deliveries} if isinstance(schedule, ScheduledRule) else deliveries[0]


@answers("clock")
def clock(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the sandbox's time; with `to`, move it there first, firing nothing.

    Raises:
        WrongUseError: it would go back, or too far.
    """
    if "to" in fields:
        to = datetime.fromisoformat(fields["to"])
        if to < CLOCK.now() and not fields.get("if_later"):
            raise WrongUseError(f"it is {_text(CLOCK.now())} in the sandbox: its clock goes forward only")
        if to.year > LAST_YEAR:
            raise WrongUseError(f"the sandbox's clock goes no further than {LAST_YEAR}, the last year of cron()")
        CLOCK.move_to(to)
    return {"now": CLOCK.now().isoformat()}


@answers("step")
def step(fields: dict[str, Any]) -> dict[str, Any]:
    """Move the clock to the next run of any enabled schedule or rule, and fire it; return its deliveries.

    Args:
        fields: `after`: only runs after this moment, or at it and of a schedule whose ARN comes after `after_arn`;
            `to`: none after this moment; `settle`: wait so many seconds for what it started.

    Returns:
        `run`: its moment (`at`), `arn`, `delivery` (the first; None of a rule without a target), `deliveries` and
        whether it has `settled`; None if there is none.
    """
    after, to = datetime.fromisoformat(fields["after"]), datetime.fromisoformat(fields["to"])
    with _ONE_AT_A_TIME:
        first = min(_due(after, fields.get("after_arn", ""), to), key=lambda each: (each[0], each[1].arn), default=None)
        if first is None:
            return {"run": None}
        moment, schedule = first
        CLOCK.move_to(moment)
        deliveries = [each.model_dump(mode="json") for each in _fire(schedule, moment)]
        last = next(schedule.runs_after(moment), None) is None
        if isinstance(schedule, AppliedSchedule) and schedule.deletes_itself and last:
            applied.delete(schedule)
        settled = WORK.settle(float(fields.get("settle", 0)))
    run = {"at": moment.isoformat(), "arn": schedule.arn, "settled": settled}
    return {"run": run | {"delivery": deliveries[0] if deliveries else None, "deliveries": deliveries}}


@answers("due")
def due(fields: dict[str, Any]) -> dict[str, Any]:
    """Return how many runs there are after the moment `after` until `to`; it counts no further than to `enough`."""
    after, to, enough = datetime.fromisoformat(fields["after"]), datetime.fromisoformat(fields["to"]), fields["enough"]
    runs = 0
    for schedule in _every():
        until = itertools.takewhile(lambda run: run <= to, schedule.runs_after(after) if schedule.enabled else ())
        runs += sum(1 for _ in itertools.islice(until, enough - runs))
    return {"runs": runs}


def _every() -> list[AppliedSchedule | ScheduledRule]:
    """Return all that runs by the clock."""
    return [*applied.schedules(), *rules.scheduled_rules()]


def _fire(schedule: AppliedSchedule | ScheduledRule, moment: datetime) -> list[Delivery]:
    """Run one of them once."""
    with WORK.one():
        return rules.fire(schedule, moment) if isinstance(schedule, ScheduledRule) else [fire(schedule, moment)]


def _due(after: datetime, after_arn: str, to: datetime) -> list[tuple[datetime, AppliedSchedule | ScheduledRule]]:
    """Return the next run of each enabled schedule that is not after a moment."""
    found: list[tuple[datetime, AppliedSchedule | ScheduledRule]] = []
    for schedule in _every():
        if not schedule.enabled:
            continue
        # At `after` itself the schedules up to `after_arn` have had their turn.
        since = after if schedule.arn <= after_arn or not after_arn else after - datetime.resolution
        run = next(schedule.runs_after(since), None)
        if run is not None and run <= to:
            found.append((run, schedule))
    return found


def _find(name: str, group: str | None) -> AppliedSchedule | ScheduledRule:
    every = _every()
    found = [each for each in every if name in (each.name, each.arn) and (group is None or each.group == group)]
    if len(found) == 1:
        return found[0]
    if found:
        if any(isinstance(each, ScheduledRule) for each in found):
            named = ", ".join(each.arn for each in found)
            raise WrongUseError(f"there are {len(found)} of the name {name}: give the ARN of one ({named})")
        groups = ", ".join(each.group for each in found)
        raise WrongUseError(f"there are {len(found)} schedules {name}: name the group with --group ({groups})")
    near = get_close_matches(name, [each.name for each in every], n=1)
    hint = f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(each.name for each in every) or 'none'}"
    raise WrongUseError(f"there is no schedule {name}{f' in the group {group}' if group else ''}{hint}")


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None
