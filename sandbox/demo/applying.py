"""Run the command that applies the environment, and show how far it is instead of all that it prints."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from sandbox.command import Signals
from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sandbox.demo.display import Bar, Display

# How Terraform says that it is at a resource, and through with one.
BEGUN = re.compile(r"(\S.*): (?:Creating|Modifying|Destroying)\.\.\.")
ENDED = re.compile(r"(\S.*): (?:Creation|Modifications|Destruction) complete after ")
STEPS = {"create", "update", "delete"}  # a replacement is two of them


class ApplyError(SandboxError):
    """The environment could not be applied; the exit code is that of the command which was to do it."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Apply:
    """The command that applies an environment.

    Attributes:
        name: the environment's.
        command: it.
        environment: its variables.
        plan: where it leaves its plan, as Terraform's JSON, before it begins with the first resource.
        log: where what it prints is kept.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    plan: Path
    log: Path

    def run(self, display: Display) -> None:
        """Run it to its end, also when a signal comes: Terraform then stops in good order.

        Raises:
            ApplyError: it fails, or a signal ended it.
        """
        with (
            Signals().installed() as signals,
            self.log.open("wb", buffering=0) as log,
            display.bar("resources") as bar,
            subprocess.Popen(
                self.command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            ) as process,
        ):
            signals.child = process
            complaints = threading.Thread(target=_pass_on, args=(process.stderr,))
            complaints.start()
            steps = self._follow(process.stdout, log, bar)
            complaints.join()
            code = process.wait()
        if code:
            raise ApplyError(
                f"{self.name} is not applied as a whole, and what was done is in {self.log}; `make destroy "
                f"ENV={self.name}` forgets it, so that the next demonstration begins anew",
                code if code > 0 else 128 - code,
            )
        display.say(f"{steps} steps, all done" if steps else "all of it is there already, and as it must be")

    def _follow(self, printed: IO[bytes] | None, log: IO[bytes], bar: Bar) -> int:
        """Keep what is printed, show how far it is, and return how many steps were done."""
        done = total = 0
        under_way: list[str] = []
        for line in printed or ():
            log.write(line)
            text = line.decode(errors="replace")
            if begun := BEGUN.match(text):
                under_way.append(begun[1])
            elif ended := ENDED.match(text):
                done += 1
                under_way = [each for each in under_way if each != ended[1]]
            else:
                continue
            total = total or self._total()
            bar.show(done, total, f"at {short(under_way[0])}" if under_way else "")
        return done

    def _total(self) -> int:
        changes = json.loads(self.plan.read_bytes()).get("resource_changes", [])
        return sum(len(STEPS.intersection(each["change"]["actions"])) for each in changes)


def short(address: str) -> str:
    """Return the type and the name of a resource, without its modules and its key."""
    return ".".join(re.sub(r"\[[^]]*\]", "", address).split(".")[-2:])


def _pass_on(errors: IO[bytes] | None) -> None:
    """Say what a command complains of; `sys.stderr` is the bar's while there is one, which keeps the two apart."""
    for line in errors or ():
        sys.stderr.write(line.decode(errors="replace"))
        sys.stderr.flush()
