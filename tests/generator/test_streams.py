"""What a run says when nobody can read it, and how it ends when it is interrupted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from generator.command_line import app
from tests.generator.conftest import MINIMAL, REPOSITORY, Workplace, git, minimal

FULL = Path("/dev/full")
PLACES = ["--environments", "environments", "--roots", "roots"]
SPECS = PLACES[:2]

# What each command is given, so that it has something to say, and what its last words are when it cannot.
COMMANDS = {
    "generate": (PLACES, "; the roots are what their specs ask for"),
    "check": (PLACES, ""),
    "list": (SPECS, ""),
    "explain": (["own", *SPECS], ""),
    "affected": (["--since", "HEAD", *PLACES], ""),
    "diff": (["own", "two", *SPECS], ""),
    "new": (["fresh", "--from", "own", *SPECS], "; environments/fresh.yaml is written"),
    "schema": (SPECS, "; environments/spec.schema.json is what the models say"),
    "docs": (["--file", "spec.md"], "; spec.md is what the models say"),
}
FAILING_FINDER = """import runpy, sys

class Finder:
    def find_spec(self, name, *rest):
        if name == sys.argv[1]:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Finder())
runpy.run_module("generator", run_name="__main__")
"""


@pytest.fixture
def stale(workplace: Workplace) -> Workplace:
    """Two environments in a git repository, of which nothing is generated."""
    workplace.spec("own", MINIMAL)
    workplace.spec("two", minimal("two"))
    folder = workplace.environments.parent
    git(folder, "init", "--quiet")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "nothing")
    return workplace


def run(
    workplace: Workplace,
    *arguments: str,
    stdout: int | IO[str] = subprocess.PIPE,
    stderr: int | IO[str] = subprocess.PIPE,
    encoding: str = "utf-8",
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "generator", *arguments]
    folder = workplace.environments.parent
    return subprocess.run(command, cwd=folder, env=environment, check=False, text=True, stdout=stdout, stderr=stderr)


def test_every_command_is_here() -> None:
    assert set(COMMANDS) == {each.name or getattr(each.callback, "__name__", "") for each in app.registered_commands}


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_behind_standard_output_is_said_in_one_line(command: str, stale: Workplace) -> None:
    arguments, state = COMMANDS[command]
    with FULL.open("w") as full:
        outcome = run(stale, command, *arguments, stdout=full)
    assert outcome.stderr == f"standard output: No space left on device{state}\n"
    assert outcome.returncode == 3


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
def test_what_could_not_be_said_was_done(stale: Workplace) -> None:
    with FULL.open("w") as full:
        assert run(stale, "generate", *PLACES, stdout=full).returncode == 3
        assert run(stale, "new", "fresh", "--from", "own", *SPECS, stdout=full).returncode == 3
    assert stale.run("check", "own").code == 0
    assert (stale.environments / "fresh.yaml").is_file()


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
def test_help_and_messages_make_no_traceback_either(stale: Workplace) -> None:
    with FULL.open("w") as full:
        outcome = run(stale, "--help", stdout=full)
        assert (outcome.returncode, outcome.stderr) == (3, "No space left on device\n")
        assert run(stale, "list", "--environments", "nowhere", stderr=full).returncode == 2


def test_a_pipe_that_nobody_reads_ends_a_command_quietly(stale: Workplace) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    outcome = run(stale, "generate", *PLACES, stdout=writing)
    os.close(writing)
    assert (outcome.returncode, outcome.stderr) == (141, "")
    assert stale.run("check", "own").code == 0


def test_a_closed_standard_output(stale: Workplace) -> None:
    command = ["sh", "-c", f"exec '{sys.executable}' -m generator list --environments environments >&-"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    outcome = subprocess.run(
        command, cwd=stale.environments.parent, env=environment, check=False, capture_output=True, text=True
    )
    assert (outcome.returncode, outcome.stderr) == (3, "standard output: closed\n")


def test_a_terminal_that_knows_few_characters(workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL + "tags: {Team: αβ}\n")
    outcome = run(workplace, "explain", "own", "tags.Team", *SPECS, encoding="latin-1")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert 'tags.Team = "\\u03b1\\u03b2"\n' in outcome.stdout


@pytest.mark.parametrize("module", ["typer", "pydantic", "generator.commands.roots"])
def test_ctrl_c_while_it_loads_is_no_traceback(module: str) -> None:
    outcome = subprocess.run(
        [sys.executable, "-c", FAILING_FINDER, module], cwd=REPOSITORY, check=False, capture_output=True, text=True
    )
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (130, "", "")


def test_a_schema_that_cannot_be_written_is_said_after_the_roots(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.spec("own", MINIMAL)
    (workplace.environments / "spec.schema.json").mkdir()
    outcome = workplace.run("generate")
    assert outcome.code == 3
    assert outcome.out.startswith("roots/own: dashboard.tf, main.tf, ")
    assert outcome.err == "environments/spec.schema.json: Is a directory; it is as it was\n"
    assert workplace.run("check", "own").code == 0


def test_a_failure_that_names_no_file(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(37, "No locks available")

    workplace.spec("own", MINIMAL)
    monkeypatch.setattr("fcntl.flock", no_locks)
    outcome = workplace.run("generate")
    assert (outcome.code, outcome.out, outcome.err) == (3, "", "No locks available; the roots are as they were\n")
