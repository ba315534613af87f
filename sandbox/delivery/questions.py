"""What the sandbox answers about deliveries (`control.py`): importing this module registers the answers."""

from __future__ import annotations

from typing import Any

from sandbox.control import answers
from sandbox.delivery import arns
from sandbox.delivery.events import EVENTS
from sandbox.delivery.faults import FAULTS
from sandbox.delivery.records import RECORDS
from sandbox.delivery.work import WORK
from sandbox.errors import WrongUseError

MAX_TIMES = 1000


@answers("deliveries")
def deliveries(fields: dict[str, Any]) -> dict[str, Any]:
    """Return what has been delivered after the record of number `since`, waiting up to `settle` seconds before.

    `failures` names what the sandbox itself failed at, of which there is no record.
    """
    settled = WORK.settle(float(fields.get("settle", 0)))
    since = int(fields.get("since", 0))
    kept = [record.model_dump(mode="json") for record in RECORDS.all() if record.number > since]
    return {"settled": settled, "deliveries": kept, "failures": WORK.failures()}


@answers("events")
def events(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the events that were put after the one of number `since`."""
    since = int(fields.get("since", 0))
    return {"events": [event.model_dump(mode="json") for event in EVENTS.all() if event.number > since]}


@answers("fault")
def fault(fields: dict[str, Any]) -> dict[str, Any]:
    """Make the next `times` invocations of the target `arn` fail with `code`, and return what is still to fail.

    Raises:
        WrongUseError: the target is not named by an ARN, or the number is out of range.
    """
    if "arn" in fields:
        times = int(fields.get("times", 1))
        try:
            arns.parse(fields["arn"])
        except ValueError as error:
            raise WrongUseError(f"{error}: name the target by its own, as the rule has it") from None
        if not 0 <= times <= MAX_TIMES:
            raise WrongUseError(f"{times} times: choose 0 (none any more) to {MAX_TIMES}")
        FAULTS.set(fields["arn"], fields.get("code", "ThrottlingException"), times)
    return {"faults": FAULTS.all()}
