"""The role with which EventBridge Scheduler works: to call the target, to leave what it cannot deliver, to decrypt.

Sources, all in the EventBridge Scheduler User Guide: "Setting up the execution role", "Configuring a dead-letter
queue", "Encryption at rest" and "Confused deputy prevention": the service sends the ARN of the schedule's group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.intents import calling, keys, running
from review.intents.facts import arns
from review.intents.grants import Grants, Intent, allow, taken_on_by

if TYPE_CHECKING:
    from review.intents.facts import Facts
    from review.intents.facts.schedules import Schedule

KIND: Final = "scheduler"
SERVICE: Final = "scheduler.amazonaws.com"


def intent(facts: Facts, schedule: Schedule) -> Intent:
    """Return what the role of a schedule is for."""
    calls = calling.may_call(facts, schedule.target) if schedule.run is None else running.may_run(facts, schedule.run)
    return Intent(
        KIND,
        f"EventBridge Scheduler calls {_target(schedule)} with it for the schedule {schedule.name}",
        calls + _leaves(facts, schedule) + _decrypts(facts, schedule),
        Grants(needed=(taken_on_by(SERVICE, arns.account(schedule.group), "ArnEquals", [schedule.group]),)),
    )


def _target(schedule: Schedule) -> str:
    if schedule.run is None:
        return schedule.target
    return f"RunTask of {schedule.run.definition.rpartition('/')[2]} on {arns.resource(schedule.run.cluster)}"


def _leaves(facts: Facts, schedule: Schedule) -> Grants:
    """Return the right to put what cannot be delivered in the dead-letter queue: with this role, not as the service."""
    queue = schedule.dead_letters
    if not queue:
        return Grants()
    return Grants(needed=(allow("sqs:SendMessage", queue),)) + keys.sending(facts, queue)


def _decrypts(facts: Facts, schedule: Schedule) -> Grants:
    """Return the right to read the schedule's input: who makes the schedule encrypts it, the role decrypts it."""
    if not schedule.key:
        return Grants()
    return Grants(
        needed=(keys.through(facts, "scheduler", [schedule.key], keys.READ, arns.region(schedule.group)),),
    )
