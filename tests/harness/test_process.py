"""An interrupted Terraform stops in good order."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.planning import REPOSITORY

# Takes longer to stop than subprocess.run would wait, and counts the interrupts it gets.
PROGRAM = """\
#!/bin/sh
trap 'echo interrupt >> log; sleep 1; echo state written >> log; exit 1' INT
echo started >> log
while :; do sleep 0.05; done
"""
PARENT = """\
import sys
from pathlib import Path
from harness import process
from harness.errors import HarnessError
try:
    process.run(["./program"], cwd=Path.cwd(), env={"PATH": "/usr/bin:/bin"})
except HarnessError as error:
    sys.exit(error.exit_code)
"""

# The program has started, and whoever starts it does not know yet.
EARLY = """\
import os, signal, subprocess, time
class Early(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        while not os.path.exists("log"):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGHUP)
subprocess.Popen = Early
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_one_interrupt_and_the_program_ends_by_itself(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "program").write_text(PROGRAM)
    (tmp_path / "program").chmod(0o755)
    log = tmp_path / "log"
    environment = {"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=tmp_path, env=environment) as parent:
        deadline = time.monotonic() + 20
        while not log.is_file() and time.monotonic() < deadline:
            time.sleep(0.02)
        parent.send_signal(number)
        assert parent.wait(timeout=20) == 128 + number
    assert log.read_text().splitlines() == ["started", "interrupt", "state written"]


def test_a_signal_that_comes_while_the_program_starts_is_passed_on_too(tmp_path: Path) -> None:
    (tmp_path / "program").write_text(PROGRAM)
    (tmp_path / "program").chmod(0o755)
    environment = {"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", EARLY + PARENT], cwd=tmp_path, env=environment, check=False, timeout=60
    )
    assert done.returncode == 128 + signal.SIGHUP
    assert (tmp_path / "log").read_text().splitlines() == ["started", "interrupt", "state written"]
