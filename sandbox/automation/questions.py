"""What the sandbox answers about automations (`control.py`): importing this module registers the answer."""

from __future__ import annotations

from typing import Any

from sandbox.automation.executions import EXECUTIONS
from sandbox.control import answers
from sandbox.delivery.work import WORK


@answers("automations")
def automations(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the executions in order, with the lines that their scripts wrote; wait up to `settle` seconds before."""
    settled = WORK.settle(float(fields.get("settle", 0)))
    return {"settled": settled, "automations": [each.as_json() for each in EXECUTIONS.all()]}
