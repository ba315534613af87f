"""What the verdict says no to is not kept for an apply."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness import reviews
from harness.errors import WrongUseError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a plan that was saved."""
    monkeypatch.setattr(reviews, "ROOT", tmp_path)
    monkeypatch.setattr(reviews, "BUILD", tmp_path / ".build")
    monkeypatch.setattr(reviews, "SPECS", tmp_path / "environments")
    monkeypatch.setattr(reviews, "CHECKOV", tmp_path / ".build" / "checkov" / "bin" / "checkov")
    folder = tmp_path / ".build" / "dev"
    (folder / "saved").mkdir(parents=True)
    (folder / "plan.json").touch()
    return folder


def answering(monkeypatch: pytest.MonkeyPatch, code: int) -> list[list[str]]:
    asked: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, code)

    monkeypatch.setattr(subprocess, "run", run)
    return asked


@pytest.mark.parametrize(("code", "kept"), [(0, True), (1, False), (3, False)])
def test_only_a_plan_that_was_reviewed_and_passed_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int, kept: bool
) -> None:
    (asked,) = [answering(monkeypatch, code)]
    assert reviews.review("dev") == code
    assert (folder / "saved").is_dir() is kept
    assert asked == [
        [
            sys.executable, "-m", "review", ".build/dev/plan.json",
            "--events", "environments/events", "--source", "roots/dev",
        ]
    ]  # fmt: skip


def test_a_plan_whose_review_was_ended_does_not_stay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def end(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "run", end)
    with pytest.raises(KeyboardInterrupt):
        reviews.review("dev")
    assert not (folder / "saved").exists()


def test_checkov_reads_along_where_it_is_set_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reviews.CHECKOV.parent.mkdir(parents=True)
    reviews.CHECKOV.touch()
    asked = answering(monkeypatch, 0)
    reviews.review("dev")
    assert asked[0][-2:] == ["--checkov", ".build/checkov/bin/checkov"]
    assert "waits for checkov" in capsys.readouterr().err


def test_without_a_plan_it_says_what_writes_one(folder: Path) -> None:
    (folder / "plan.json").unlink()
    with pytest.raises(WrongUseError, match=r"\.build/dev/plan\.json is not there: `make plan ENV=dev` writes it"):
        reviews.review("dev")
