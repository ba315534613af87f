"""Schedules of EventBridge Scheduler: what each calls, with which role, and where it puts what it cannot deliver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from review.intents.facts.runs import Run, run

if TYPE_CHECKING:
    from review.plan import Plan, Resource

_DEFAULT_GROUP = "default"


@dataclass(frozen=True)
class Schedule:
    """A schedule.

    Attributes:
        address: in the plan.
        name: its name.
        group: ARN of its group.
        group_schedules: ARN of all schedules of its group.
        role: ARN of the role that it works with.
        target: ARN of what it calls.
        run: the call of RunTask; None if it calls something else.
        dead_letters: ARN of its dead-letter queue; "" if it has none.
        key: ARN of the customer's key that encrypts its input; "" if none does.
    """

    address: str
    name: str
    group: str
    group_schedules: str
    role: str
    target: str
    run: Run | None
    dead_letters: str
    key: str


def read(plan: Plan) -> tuple[Schedule, ...]:
    """Return the schedules of a plan."""
    return tuple(_schedule(plan, each) for each in plan.existing("aws_scheduler_schedule") if not each.is_data)


def _schedule(plan: Plan, each: Resource) -> Schedule:
    # A group is named, not given by its ARN; the schedule's own ARN has region and account.
    prefix = plan.arn(each).partition(":schedule/")[0]
    group = each.text("group_name") or _DEFAULT_GROUP
    target = each.text("target", 0, "arn")
    parameters = each.get("target", 0, "ecs_parameters", 0)
    return Schedule(
        address=each.address,
        name=each.text("name"),
        group=f"{prefix}:schedule-group/{group}",
        group_schedules=f"{prefix}:schedule/{group}/*",
        role=each.text("target", 0, "role_arn"),
        target=target,
        run=run(target, parameters, each.text("target", 0, "input")) if isinstance(parameters, dict) else None,
        dead_letters=each.text("target", 0, "dead_letter_config", 0, "arn"),
        key=each.text("kms_key_arn"),
    )
