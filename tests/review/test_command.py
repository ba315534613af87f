"""`python -m review`: what is wrong use, what is the machine's fault, and that neither is taken for a verdict."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from review import __main__ as command

EMPTY: dict[str, Any] = {
    "format_version": "1.2",
    "timestamp": "2026-01-02T03:04:05Z",
    "resource_changes": [],
    "configuration": {"root_module": {}},
}
NAMES = ["review.html", "review.json", "review.junit.xml", "review.md", "review.sarif"]

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Calls the command in a folder with one plan in it, and returns its exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)  # main has its own
    Path("my.json").write_text(json.dumps(EMPTY))

    def call(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["review", *arguments])
        with pytest.raises(SystemExit) as ended:
            command.main()
        assert isinstance(ended.value.code, int)
        return ended.value.code

    return call


def names(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def test_a_review_is_written_beside_its_plan(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("my.json") == 0
    assert names("my.review") == NAMES
    assert capsys.readouterr().out.startswith("my review: yes, nothing fails\n")


def test_the_verdict_is_no_if_one_is(run: Run) -> None:
    Path("half.json").write_text(json.dumps(EMPTY | {"errored": True}))
    assert run("half.json", "my.json") == 1
    assert names("my.review") == names("half.review") == NAMES


def test_a_plan_of_another_program_is_reviewed_from_a_pipe(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=[json.dumps(EMPTY)])
    writer.start()
    assert run("pipe", "--out", "there") == 0
    writer.join()
    assert names("there") == NAMES


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument"),
        (["none.json"], "none.json: No such file or directory"),
        (["."], ". is a folder: give the JSON of a plan, such as plan.json"),
        (["rubbish.json"], "rubbish.json is no JSON"),
        (["other.json"], "other.json: this is no plan"),
        (["my.json", "--events", "none"], "none is no folder: --events is one that holds sample events"),
        (["my.json", "--events", "my.json"], "my.json is no folder: --events is one that holds sample events"),
        (["my.json", "--events", "bad"], "bad/one.json:1: no JSON"),
        (["my.json", "--source", "none"], "none is no folder: --source is the one that holds the root's *.tf files"),
        (["my.json", "other.json", "--source", "."], "--source is the root of one plan"),
        (["my.json", "my.txt"], "the reviews of my.json and my.txt would both be written to my.review"),
        (["my.json", "my.json"], "the reviews of my.json and my.json would both be written to my.review"),
        (
            ["my.json", "bad/my.json", "--out", "o"],
            "the reviews of my.json and bad/my.json would both be written to o/my",
        ),
    ],
)
def test_wrong_use_is_said_and_is_no_verdict(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    Path("rubbish.json").write_text("{")
    Path("other.json").write_text('{"a": 1}')
    Path("my.txt").write_text(json.dumps(EMPTY))
    Path("bad").mkdir()
    Path("bad", "one.json").write_text("rubbish")
    Path("bad", "my.json").write_text(json.dumps(EMPTY))
    assert run(*arguments) == 2
    assert said in capsys.readouterr().err
    assert not list(Path().glob("**/review.md"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["my.json", "--out", "my.json"], "my.json: File exists"),
        (["my.json", "--out", "my.json/below"], "Not a directory"),
        (["my.json", "--checkov", "no-such-program"], "no-such-program is no program of this machine"),
        (["my.json", "--checkov", "false"], "checkov failed with code 1"),
    ],
)
def test_what_the_machine_cannot_do_is_said_and_is_no_verdict(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(*arguments) == 3
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


def test_checkov_does_not_read_what_is_gone_once_it_is_read(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("/dev/null", "--checkov", "true") == 2
    assert "/dev/null can be read once only" in capsys.readouterr().err


class ThrownAway:
    """One of z3's terms, at the moment when somebody presses Ctrl-C."""

    def __del__(self) -> None:
        raise KeyboardInterrupt


def test_an_interruption_is_not_lost_while_something_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "unraisablehook", command.interrupt_again)
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - it comes when it comes
        ThrownAway()
        time.sleep(1)
