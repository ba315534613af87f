"""What can go wrong while the demonstration runs, on request."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.server import Sandbox
    from sandbox.services.running import Running

PART = 3  # a fault strikes when a third of the work is done


class Fault(StrEnum):
    """What is asked for."""

    NONE = "none"
    QUOTA = "quota"
    THROTTLE = "throttle"
    TOKEN = "token"  # noqa: S105 - a name
    KILL = "kill"

    @property
    def told(self) -> str:
        """What will happen, in words; nothing if nothing will."""
        return _TOLD.get(self, "")

    @property
    def ends_the_run(self) -> bool:
        """Whether the clean-up does not come to its end by itself, and another run must."""
        return self in (Fault.QUOTA, Fault.KILL)


_TOLD = {
    Fault.QUOTA: "the day's quota is used up when a third is done; the run must stop, and the next day's go on there",
    Fault.THROTTLE: "YouTube refuses some requests (429) when a third is done; the run must slow down, and try again",
    Fault.TOKEN: "the access token expires when a third is done; the run must get one new one, and only one",
    Fault.KILL: "the machine fails when a third is done (SIGKILL); the next run must go on from the ledger in S3",
}
THROTTLED = 40
TO_RESUME = 75  # exit codes of a worker, and of SIGKILL
KILLED = 137


def prepare(fault: Fault, services: Running, changes: int) -> None:
    """Script a fault that is known before the run.

    Args:
        fault: which.
        services: the stand-ins.
        changes: how many custom ids the clean-up must set.
    """
    if fault is Fault.QUOTA:
        services.ask("content-id/settings", requests_per_day=changes // PART)
    elif fault is Fault.THROTTLE:
        services.ask("faults/script", service="content-id", kind="throttle", after=changes // PART, times=THROTTLED)


def strike(fault: Fault, services: Running, box: Sandbox, task_arn: str) -> str | None:
    """Do what a fault does in the middle of a run, and say it; None for one that needs nothing then."""
    if fault is Fault.TOKEN:
        services.ask("tokens/expire")
        return "the access token has expired"
    if fault is Fault.KILL:
        box.ask("kill", task=task_arn)
        return "the clean-up's process is killed"
    return None


def happened(fault: Fault, services: Running, codes: Sequence[int | None]) -> bool:
    """Tell whether the fault struck, by what the services answered and how the runs of the clean-up ended."""
    answers = services.ask("content-id/statistics")["answers"]
    return {
        Fault.NONE: True,
        Fault.QUOTA: TO_RESUME in codes,
        Fault.KILL: KILLED in codes,
        Fault.THROTTLE: any(name.endswith(" throttle") for name in answers),
        Fault.TOKEN: any(name.endswith(" authError") for name in answers),
    }[fault]


def repair(fault: Fault, services: Running) -> str | None:
    """Undo what would stop the next run as well, and say it; None for nothing."""
    if fault is Fault.QUOTA:
        services.ask("content-id/next-day")
        services.ask("content-id/settings", requests_per_day=None)
        return "the next day: the quota is there again"
    return None
