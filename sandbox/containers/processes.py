"""A container's process, seen from the server: start it through the supervisor, hand on its lines, stop it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.containers.images import Program

SUPERVISOR = Path(__file__).with_name("supervisor.py")
CPU_VARIABLE = "PUNCTUAL_SANDBOX_CPU_SECONDS"
WALL_VARIABLE = "PUNCTUAL_SANDBOX_WALL_SECONDS"
LONGEST_LINE = 256 * 1024  # bytes: the longest event that CloudWatch Logs takes


@dataclass(frozen=True, slots=True)
class Limits:
    """What a container may use.

    Attributes:
        cpu_seconds: of each of its processes.
        wall_seconds: from its start until it is asked to stop.
        output_bytes: of standard output and error together; the rest is thrown away, and a line says so.
    """

    cpu_seconds: int = 60
    wall_seconds: float = 120.0
    output_bytes: int = 1 << 20

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Limits:
        """Read the limits from the server's environment; what is not set, or is no number above 0, is the default."""
        defaults = cls()
        return cls(
            cpu_seconds=int(_positive(environment.get(CPU_VARIABLE), defaults.cpu_seconds)),
            wall_seconds=_positive(environment.get(WALL_VARIABLE), defaults.wall_seconds),
        )


def _positive(text: str | None, default: float) -> float:
    try:
        number = float(text or default)
    except ValueError:
        return default
    return number if 1 <= number < 1e9 else default


class Ended(BaseModel):
    """How a process ended, as the supervisor reports it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exit_code: int | None
    ended_by: Literal["exit", "stop", "wall", "cpu", "start"]
    error: str | None
    cpu_seconds: float
    result: str | None = None


class ContainerProcess:
    """A container that runs."""

    def __init__(
        self,
        program: Program,
        environment: Mapping[str, str],
        limits: Limits,
        stop_seconds: int,
        *,
        files: Mapping[str, str] | None = None,
        result: str | None = None,
    ) -> None:
        """Start it.

        Args:
            program: what to run.
            environment: all its variables but HOME and TMPDIR, which are its scratch folder.
            limits: what it may use.
            stop_seconds: from SIGTERM to SIGKILL, when it is asked to stop.
            files: what its scratch folder has in it when it starts: {name: text}.
            result: the name of a file that it writes there, whose text `wait` returns.
        """
        self.limits = limits
        self._scratch = tempfile.mkdtemp(prefix="punctual-container-")
        self._report, report = os.pipe()
        try:
            for name, text in (files or {}).items():
                (Path(self._scratch) / name).write_text(text, encoding="utf-8")
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(SUPERVISOR)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[report],
                env={},
                cwd="/",
            )
        except BaseException:
            os.close(self._report)
            shutil.rmtree(self._scratch)
            raise
        finally:
            os.close(report)
        order = {
            "command": program.command,
            "environment": dict(environment),
            "directory": program.directory,
            "scratch": self._scratch,
            "cpu_seconds": limits.cpu_seconds,
            "wall_seconds": limits.wall_seconds,
            "stop_seconds": stop_seconds,
            "result": result,
            "report": report,
        }
        self._input_lock = threading.Lock()
        self._say(json.dumps(order))

    def _say(self, line: str) -> None:
        stdin = self._process.stdin
        if stdin is None:
            raise TypeError("the supervisor's standard input is not a pipe")
        with self._input_lock, contextlib.suppress(BrokenPipeError):  # it ended a moment ago
            if not stdin.closed:
                stdin.write(line.encode() + b"\n")
                stdin.flush()

    def stop(self) -> None:
        """Ask it to end: SIGTERM, and SIGKILL when its time is over."""
        self._say("stop")

    def kill(self) -> None:
        """End it without asking, as a machine does that runs out of memory or fails."""
        self._say("kill")

    def wait(self, write_line: Callable[[str], None]) -> Ended:
        """Hand on its lines until it has ended, and return how that came."""
        stdout = self._process.stdout
        if stdout is None:
            raise TypeError("the supervisor's standard output is not a pipe")
        most = self.limits.output_bytes
        read = 0
        with stdout:
            while line := stdout.readline(LONGEST_LINE):
                if read < most:
                    write_line(line[: most - read].decode(errors="replace").rstrip("\r\n"))
                if read <= most < read + len(line):
                    write_line(f"sandbox: more than {most} bytes of output; the rest is thrown away")
                read += len(line)
        with os.fdopen(self._report, "rb") as report:
            told = report.read()
        self._process.wait()
        with self._input_lock, contextlib.suppress(BrokenPipeError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        if not told:  # somebody killed the supervisor itself
            shutil.rmtree(self._scratch, ignore_errors=True)
            return Ended(exit_code=137, ended_by="exit", error=None, cpu_seconds=0.0)
        return Ended.model_validate_json(told)
