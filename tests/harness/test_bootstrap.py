"""Set-up: quick the second time, anew when what it is made from changes, and helpful when a step fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from harness import bootstrap

Version = namedtuple("Version", "major minor micro releaselevel serial")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with requirements that need no index: none."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "main.txt").write_text("# nothing\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "BUILD", tmp_path / ".build")
    monkeypatch.setattr(bootstrap, "ENVIRONMENTS", {"main": tmp_path / ".build" / "venv"})
    return tmp_path


@pytest.mark.slow
def test_the_second_run_does_nothing_and_says_nothing(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap.ensure("main")
    assert "set-up: main environment ready" in capsys.readouterr().out
    python = clone / ".build" / "venv" / "bin" / "python"
    made = python.lstat().st_mtime_ns
    bootstrap.ensure("main")
    assert capsys.readouterr().out == ""
    assert python.lstat().st_mtime_ns == made


@pytest.mark.slow
def test_other_requirements_make_it_anew(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap.ensure("main")
    (clone / "requirements" / "main.txt").write_text("# nothing, in other words\n")
    capsys.readouterr()
    bootstrap.ensure("main")
    assert "ready" in capsys.readouterr().out


@pytest.mark.slow
def test_a_failed_install_leaves_no_stamp_and_says_what_to_do(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (clone / "requirements" / "main.txt").write_text("./nowhere\n")
    with pytest.raises(SystemExit) as stop:
        bootstrap.ensure("main")
    assert stop.value.code == bootstrap.ENVIRONMENT_FAILED
    said = capsys.readouterr().err
    assert "pip could not install requirements/main.txt" in said
    assert "what to do: check that a Python package index can be reached" in said
    assert not (clone / ".build" / "venv" / ".made-from").exists()


def test_an_old_python_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", Version(3, 10, 0, "final", 0))
    with pytest.raises(SystemExit):
        bootstrap.main([])
    assert "3.11 or later is needed" in capsys.readouterr().err


def test_no_terraform_is_said_before_anything_is_installed(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, bootstrap.__file__, "main"],
        env={**os.environ, "PATH": str(tmp_path)}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert finished.returncode == bootstrap.ENVIRONMENT_FAILED
    assert "terraform is not on PATH" in finished.stderr
