"""The benchmark of the generator: its specs are right, it measures what it says, and memory does not grow."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from generator.commands import roots
from harness import bench_generator
from harness.bench_generator import Measure
from harness.errors import EnvironmentFailedError
from tests.support.planning import REPOSITORY


def test_its_specs_are_right_and_as_many_as_it_says(tmp_path: Path) -> None:
    bench_generator.write_specs(tmp_path / "environments", environments=3)
    found = roots.environments(tmp_path / "environments")
    assert list(found) == ["env-0000", "env-0001", "env-0002"]
    for spec in found.values():
        assert (len(spec.tasks), len(spec.schedules)) == (50, 50)


def test_the_verdict_compares_medians_and_peaks() -> None:
    few, again = Measure("few", (1.0, 2.0, 9.0), 40), Measure("again", (1.0,), 40)
    validate, many = Measure("validate", (16.0,), 800), Measure("many", (19.0,), 42)
    assert few.row() == "| few | 2.0 | 1.0 | 9.0 | 3 | 40 |"
    assert bench_generator.verdict([few, again, validate, many]) == (
        "few: 0.12 of one validate (aim: below 1); many: 9.5 times that (aim: at most 10); "
        "memory: 1.05 times (aim: flat)"
    )


def test_the_time_of_a_failed_command_says_nothing(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailedError, match="no such thing"):
        bench_generator.timed([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path, dict(os.environ))


def test_the_peak_is_that_of_the_largest_process(tmp_path: Path) -> None:
    hungry = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'bytearray(100 << 20)'])"
    _, peak = bench_generator.timed([sys.executable, "-c", hungry], tmp_path, dict(os.environ))
    assert 100 < peak < 130


def test_the_peak_is_not_that_of_who_measures(tmp_path: Path) -> None:
    ballast = bytearray(200 << 20)
    ballast[:: 1 << 12] = b"x" * len(ballast[:: 1 << 12])
    _, peak = bench_generator.timed([sys.executable, "-c", "pass"], tmp_path, dict(os.environ))
    assert peak < 100


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_environments(tmp_path: Path) -> None:
    peaks = []
    for size in (40, 400):
        bench_generator.write_specs(tmp_path / str(size) / "environments", size, workloads=5)
        command = [sys.executable, "-m", "generator", "generate", "--environments", "environments", "--roots", "roots"]
        child = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        peaks.append(bench_generator.timed(command, tmp_path / str(size), child)[1])
    assert peaks[1] < 1.1 * peaks[0]
