"""Runs a program to its own end, also when somebody interrupts: Terraform must have the time to write its state.

``subprocess.run`` kills its child a quarter of a second after a Ctrl-C. In the middle of an apply that loses what was
just made, and leaves the state locked.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO

from harness.errors import InterruptedByPersonError


def run(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdout: int | IO[str] | None = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """Run a program and return what it printed. Each signal this process gets is passed on as one interrupt.

    The program has a process group of its own, so that a Ctrl-C reaches it once and not twice: Terraform takes the
    second one as an order to leave its state unwritten.

    Raises:
        InterruptedByPersonError: a signal came; the program has ended all the same.
    """
    got: list[int] = []
    left: list[int] = []  # those that are still to be passed on
    running: list[subprocess.Popen[str]] = []

    def pass_on() -> None:
        while running and left:
            with suppress(IndexError):  # a signal that comes right here has passed on all of them
                left.pop()
                running[0].send_signal(signal.SIGINT)

    def take(signum: int, _frame: FrameType | None) -> None:
        got.append(signum)
        left.append(signum)
        pass_on()

    # Before the program starts: a signal in between would end this process, and leave the program alone.
    before = {number: signal.signal(number, take) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        with subprocess.Popen(
            list(command), cwd=cwd, env=dict(env), text=True, stdout=stdout, stderr=subprocess.PIPE, process_group=0
        ) as process:
            running.append(process)
            pass_on()
            printed, errors = process.communicate()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if got:
        raise InterruptedByPersonError(
            f"interrupted; {command[0]} has stopped in good order:\n{errors.strip()}", got[0]
        )
    return subprocess.CompletedProcess(command, process.returncode, printed, errors)
