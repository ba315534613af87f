"""Times the review of a plan beside the plan itself, and the review of a plan with a thousand schedules.

checkov is left out: it has its own time, and runs beside.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness import target
from harness.aims import reached
from harness.errors import EnvironmentFailedError, VerdictError

ROLES: Final = 200
SCHEDULES_OF_A_ROLE: Final = 5
AIM: Final = 30.0  # seconds for all of them, on two cores
MODULE: Final = "schedule_channelbackfill"  # of dn-dev; the call that is there so many times
SCHEDULE: Final = "aws_scheduler_schedule"
# The names of its group, queue, alarms and role begin as the name of the role that its task has.
_OWN: Final = re.compile(
    r"(?<=module\.schedule_)channelbackfill|(?<!role/internal-content-use1-)(?<=use1-)channelbackfill(?=-task)"
    r"|(?<=use1-)channelbackfill(?=-task-scheduler)"
)
HEADER = "| What | median s | min s | max s | runs |\n|---|---|---|---|---|"


@dataclass(frozen=True)
class Measure:
    """Seconds of wall time of one command over several runs."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median, in seconds."""
        return statistics.median(self.seconds)

    def row(self) -> str:
        """A row of the table in docs/performance.md."""
        low, high = min(self.seconds), max(self.seconds)
        return f"| {self.name} | {self.median:.1f} | {low:.1f} | {high:.1f} | {len(self.seconds)} |"


def multiply(plan: dict[str, Any], roles: int = ROLES, schedules: int = SCHEDULES_OF_A_ROLE) -> dict[str, Any]:
    """Return a plan with a schedule's module so many times, each with a role and several schedules.

    Every copy has names of its own, so that nothing of one copy answers for another.

    Args:
        plan: of dn-dev.
        roles: how many copies.
        schedules: of each.
    """
    changes = [each for each in plan["resource_changes"] if each.get("module_address") != f"module.{MODULE}"]
    original = [each for each in plan["resource_changes"] if each.get("module_address") == f"module.{MODULE}"]
    calls = dict(plan["configuration"]["root_module"]["module_calls"])
    call = calls.pop(MODULE)
    state = plan["prior_state"]["values"]["root_module"]
    modules = [each for each in state["child_modules"] if each["address"] != f"module.{MODULE}"]
    (known,) = [each for each in state["child_modules"] if each["address"] == f"module.{MODULE}"]
    for number in range(roles):
        name = f"copy{number:03}"
        for each in original:
            copy = _renamed(each, name)
            changes += _several(copy, schedules) if copy["type"] == SCHEDULE else [copy]
        calls[f"schedule_{name}"] = call
        modules.append(_renamed(known, name))
    root = plan["configuration"]["root_module"] | {"module_calls": calls}
    return plan | {
        "resource_changes": changes,
        "configuration": plan["configuration"] | {"root_module": root},
        "prior_state": plan["prior_state"] | {"values": {"root_module": state | {"child_modules": modules}}},
    }


def _renamed(value: Any, name: str) -> Any:
    """Name all that belongs to the schedule, also in policies, after a copy; the task that it runs stays the one."""
    return json.loads(_OWN.sub(name, json.dumps(value)))


def _several(schedule: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """Return a schedule so many times, an hour apart."""
    found = []
    for each in range(number):
        after = schedule["change"]["after"] | {"name": f"s{each}", "schedule_expression": f"cron(0 {each} * * ? *)"}
        address = schedule["address"].partition("[")[0] + f'["s{each}"]'
        found.append(
            schedule | {"address": address, "index": f"s{each}", "change": schedule["change"] | {"after": after}}
        )
    return found


def timed(command: list[str], repository: Path, name: str, runs: int) -> Measure:
    """Run a command several times.

    Raises:
        EnvironmentFailedError: it could not do its work, so that its time says nothing.
        VerdictError: the verdict is no.
    """
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        finished = subprocess.run(command, cwd=repository, check=False, capture_output=True, text=True)
        seconds.append(time.perf_counter() - started)
        if finished.returncode:
            error = VerdictError if finished.returncode == 1 else EnvironmentFailedError
            raise error(f"{' '.join(command)} ended with {finished.returncode}:\n{finished.stdout}{finished.stderr}")
    return Measure(name, tuple(seconds))


def run(repository: Path, environment: str, scratch: Path, runs: int) -> list[Measure]:
    """Time a plan, its review, and the review of many schedules.

    Args:
        repository: where all is.
        environment: the one that is planned; dn-dev has the schedule that is multiplied.
        scratch: a folder for what is written.
        runs: of each.

    Raises:
        EnvironmentFailedError: a command failed.
        VerdictError: a verdict is no.
    """
    plan = repository / ".build" / environment / "plan.json"
    where = target.read(environment)
    box = [sys.executable, "-m", "sandbox", "run", environment, "--account", where.account, "--region", where.region]
    planning = [*box, "--", sys.executable, "-m", "harness", "plan", environment]
    reviewing = [sys.executable, "-m", "review", "--events", "environments/events", "--out", str(scratch / "out")]
    planned = timed(planning, repository, f"plan of {environment}", runs)
    many = scratch / "many.json"
    many.write_text(json.dumps(multiply(json.loads(plan.read_bytes()))), encoding="utf-8")
    schedules = ROLES * SCHEDULES_OF_A_ROLE
    return [
        planned,
        timed([*reviewing, str(plan)], repository, f"review of {environment}", runs),
        timed([*reviewing, str(many)], repository, f"review of {schedules:,} schedules with {ROLES} roles", runs),
    ]


def verdict(measures: list[Measure]) -> str:
    """Compare with what is asked for."""
    plan, review, many = measures
    return (
        f"review beside plan: {review.median / plan.median:.2f} of its time "
        f"({'less, as asked' if review.median < plan.median else 'NOT less'}); "
        f"many schedules: {many.median:.1f} s (aim: {AIM:.0f} s, {reached(many.median < AIM)})"
    )
