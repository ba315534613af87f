"""Times the main job as a person meets it: whole commands, several runs, median first."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.errors import EnvironmentFailedError


@dataclass(frozen=True)
class Timing:
    """Seconds of wall time of one command over several runs."""

    name: str
    seconds: tuple[float, ...]

    def row(self) -> str:
        """A row of the table in docs/performance.md."""
        low, middle, high = min(self.seconds), statistics.median(self.seconds), max(self.seconds)
        return f"| {self.name} | {middle:.1f} | {low:.1f} | {high:.1f} | {len(self.seconds)} |"


HEADER = "| Command | median s | min s | max s | runs |\n|---|---|---|---|---|"


def measure(name: str, command: list[str], where: Path, runs: int, before: Callable[[], None] | None = None) -> Timing:
    """Run a command several times after ``before``, which is not timed.

    Raises:
        EnvironmentFailedError: the command failed, so that its time says nothing.
    """
    seconds = []
    for _ in range(runs):
        if before is not None:
            before()
        started = time.perf_counter()
        finished = subprocess.run(command, cwd=where, check=False, capture_output=True, text=True)
        seconds.append(time.perf_counter() - started)
        if finished.returncode != 0:
            raise EnvironmentFailedError(f"{' '.join(command)} failed:\n{finished.stderr or finished.stdout}")
    return Timing(name, tuple(seconds))


def run(repository: Path, environment: str, runs: int) -> list[Timing]:
    """Every benchmark of the main job; the order matters, since a warm plan follows a cold one."""
    plan = ["make", "plan", f"ENV={environment}"]
    forget = repository / ".build" / environment
    return [
        measure("`make setup`, nothing to do", ["make", "setup"], repository, runs),
        measure("`make generate`, every environment", ["make", "generate"], repository, runs),
        measure(
            f"`{' '.join(plan)}`, first in a clone that is set up", plan, repository, runs,
            before=lambda: shutil.rmtree(forget, ignore_errors=True),
        ),
        measure(f"`{' '.join(plan)}`, again", plan, repository, runs),
    ]  # fmt: skip
