"""Run a command with a sandbox for its AWS."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

DIRECTORY_VARIABLE = "PUNCTUAL_SANDBOX_DIR"


class Signals:
    """What happens to the signals that this process gets while a command runs.

    Before and after the command they end this process in an orderly way, so that a sandbox it started is stopped.
    """

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None

    def handle(self, signum: int, _frame: FrameType | None) -> None:
        """Pass a signal on to the command, if it has not got it by itself."""
        if self.child is None:
            raise SystemExit(128 + signum)
        # Ctrl-C reaches the command too, and Terraform takes a second one as an order to leave its state unwritten.
        if signum != signal.SIGINT or not in_foreground():
            self.child.send_signal(signum)

    @contextlib.contextmanager
    def installed(self) -> Iterator[Signals]:
        """Handle signals within a `with` block."""
        names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {name: signal.signal(name, self.handle) for name in names}
        try:
            yield self
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)


def in_foreground() -> bool:
    """Tell whether the terminal sends its Ctrl-C to this process and its children."""
    try:
        with Path("/dev/tty").open("rb", buffering=0) as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:  # no terminal at all: a pipeline
        return False


def check(program: str) -> None:
    """Refuse a program that is not there, before a sandbox is started for it."""
    if shutil.which(program) is None:
        raise SandboxError(f"{program} cannot be run: there is no such program on PATH")


def run(command: Sequence[str], environment: Mapping[str, str], signals: Signals) -> int:
    """Run a command to its end and return its exit code, 128 and the signal's number if a signal ended it."""
    signals.child = subprocess.Popen(command, env=environment)
    try:
        code = signals.child.wait()
    finally:
        signals.child = None
    return code if code >= 0 else 128 - code
