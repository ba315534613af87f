"""What the sandbox answers about Batch jobs (`control.py`): importing this module registers the answer."""

from __future__ import annotations

from typing import Any

from sandbox.batch.scheduler import SCHEDULER
from sandbox.control import answers
from sandbox.delivery.work import WORK


@answers("jobs")
def jobs(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the jobs that were submitted, as DescribeJobs does, children after their array.

    `ids` names some of them; `settle` waits up to so many seconds before.
    """
    settled = WORK.settle(float(fields.get("settle", 0)))
    wanted = fields.get("ids")
    found = [job.detail() for job in SCHEDULER.all() if not wanted or job.id in wanted]
    return {"settled": settled, "jobs": found}
