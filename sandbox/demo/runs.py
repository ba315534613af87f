"""Runs of workers in a sandbox: started by their schedule, followed to their end, and what they told."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from sandbox.demo.account import Account, WorkerTask
    from sandbox.server import Sandbox

POLL_SECONDS = 0.3


@dataclass(frozen=True)
class Runs:
    """The runs of one account."""

    box: Sandbox
    account: Account

    def number(self) -> int:
        """Return how many tasks have been started."""
        return len(self.box.ask("tasks")["tasks"])

    def fire(self, worker: WorkerTask) -> dict[str, Any]:
        """Let the schedule of a worker fire, and return the task when it has ended.

        Raises:
            SandboxError: nothing was started.
        """
        schedule = self.account.schedule_of(worker.family)
        fired = self.box.ask("fire", seconds=60, schedule=schedule, group=None, force=False)
        if fired["outcome"] != "delivered":
            raise SandboxError(f"the schedule did not start it: {fired['error_code']}: {fired['error_message']}")
        return self.ended(fired["result"]["tasks"][0])

    def task(self, arn: str) -> dict[str, Any]:
        """Return a task as it is now."""
        (found,) = self.box.ask("tasks", arns=[arn])["tasks"]
        return dict(found)

    def ended(self, arn: str) -> dict[str, Any]:
        """Return a task when it has ended."""
        while (task := self.task(arn))["lastStatus"] != "STOPPED":
            time.sleep(POLL_SECONDS)
        return task

    def last_event(self, detail_type: str) -> tuple[str, dict[str, Any]]:
        """Return the ARN of its bus and the last event whose detail-type begins so.

        Raises:
            SandboxError: there is none.
        """
        found = [
            (str(each["bus_arn"]), dict(each["event"]))
            for each in self.box.ask("events")["events"]
            if each["event"]["detail-type"].startswith(detail_type)
        ]
        if not found:
            raise SandboxError(f"no event {detail_type} was sent")
        return found[-1]
