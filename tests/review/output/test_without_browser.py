"""Where there is no browser, a run says what it left out and how to get one; a pipeline fails; .ci/run installs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import browser
from tests.support.planning import REPOSITORY

TEST = "test_headings_are_in_order_and_ids_are_one_each"


def run_tests(*options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run one test of the browser with nothing on PATH."""
    environment = {name: value for name, value in os.environ.items() if name != "CI" and "PYTEST" not in name}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    file = "tests/review/output/test_browser.py"
    return subprocess.run(
        [*command, f"{file}::{TEST}"],
        cwd=REPOSITORY,
        check=False,
        capture_output=True,
        text=True,
        env={**environment, "PATH": "", **variables},
    )


def test_what_is_left_out_is_said_by_name_with_how_to_get_it() -> None:
    run = run_tests("-n", "1")  # on a worker, as `make test` does
    _, said, end = run.stdout.partition("left out for want of a browser")
    assert run.returncode == 0, run.stdout
    assert said
    assert f"tests/review/output/test_browser.py::{TEST}" in end
    assert "1 tests were left out. Chromium is not installed: apt-get install chromium" in end


def test_in_a_pipeline_it_is_a_failure() -> None:
    run = run_tests(CI="true")
    assert run.returncode == 1, run.stdout
    assert browser.MISSING in run.stdout


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A PATH on which every command that is not the shell's writes down that it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "dirname"):
        (folder / name).symlink_to(str(shutil.which(name)))
    for name in ("make", "apt-get", "sudo"):
        script(folder / name, f'echo "{name} $*"')
    script(folder / "id", "echo 0")
    return folder


def script(path: Path, line: str) -> None:
    path.write_text(f"#!/usr/bin/env -S bash\n{line}\n", encoding="utf-8")
    path.chmod(0o755)


def run_ci(commands: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [commands / "bash", REPOSITORY / ".ci" / "run"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": str(commands)},
    )


def test_ci_installs_what_is_not_there(commands: Path) -> None:
    run = run_ci(commands)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[1:] == [
        "apt-get update --quiet",
        "apt-get install --quiet --yes --no-install-recommends chromium",
        "make check",
        "make test",
    ]


def test_ci_asks_sudo_where_it_is_not_root(commands: Path) -> None:
    script(commands / "id", "echo 1000")
    assert "sudo --non-interactive apt-get update --quiet" in run_ci(commands).stdout.splitlines()


@pytest.mark.parametrize("name", browser.NAMES)
def test_ci_installs_nothing_where_there_is_one(name: str, commands: Path) -> None:
    script(commands / name, "exit 0")
    assert run_ci(commands).stdout.splitlines() == ["make check", "make test"]


@pytest.mark.parametrize("command", ["apt-get", "sudo"])
def test_ci_says_that_it_could_not_and_tests_the_rest(command: str, commands: Path) -> None:
    script(commands / "id", "echo 1000")
    (commands / command).unlink()
    if command == "apt-get":
        script(commands / "sudo", 'shift; "$@"')
    run = run_ci(commands)
    assert "It could not be installed." in run.stderr
    assert run.stdout.splitlines()[-2:] == ["make check", "make test"]
