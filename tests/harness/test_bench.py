"""The benchmark measures whole commands and touches nothing but the working folder of a real environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness import bench
from harness.errors import EnvironmentFailedError
from tests.support.planning import REPOSITORY


def test_a_timing_is_the_median_with_its_spread() -> None:
    assert bench.Timing("x", (3.0, 1.0, 2.0)).row() == "| x | 2.0 | 1.0 | 3.0 | 3 |"


def test_what_comes_before_a_run_is_done_each_time(tmp_path: Path) -> None:
    calls: list[int] = []
    timing = bench.measure("x", ["true"], tmp_path, 3, before=lambda: calls.append(1))
    assert (len(timing.seconds), len(calls)) == (3, 3)


def test_the_time_of_a_failed_command_says_nothing(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailedError, match="false failed"):
        bench.measure("x", ["false"], tmp_path, 1)


@pytest.mark.parametrize("name", ["..", "", "venv", "nope"])
def test_what_is_no_environment_is_neither_measured_nor_removed(name: str) -> None:
    command = [sys.executable, "-m", "harness", "bench", name]
    finished = subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    assert finished.returncode == 2
    assert "ENV" in finished.stderr
    assert (REPOSITORY / "README.md").is_file()
