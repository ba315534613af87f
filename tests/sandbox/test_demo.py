"""The demonstration's own parts: what it says, how it shows how far something is, and how it applies."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sandbox import commands_demo
from sandbox.demo import faults, telling
from sandbox.demo.applying import Apply, ApplyError, short
from sandbox.demo.display import Display
from sandbox.demo.faults import Fault
from sandbox.errors import WrongUseError

CLEANED = {"event": "worked", "items": 364, "sent": 243, "done_before": 121, "right": 20, "kept": 16, "failed": 0}


def display(*, terminal: bool = False) -> tuple[Display, io.StringIO]:
    written = io.StringIO()
    return Display(Console(file=written, force_terminal=terminal, width=120, color_system=None)), written


def stopped(code: int | None, reason: str = "") -> dict[str, Any]:
    container = {"name": "worker"} | ({"exitCode": code} if code is not None else {"reason": reason})
    return {"stopCode": "EssentialContainerExited", "stoppedReason": "", "containers": [container]}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "family: worker exited with 0 (done)"),
        (75, "family: worker exited with 75 (stopped before its end, to go on another time)"),
        (137, "family: worker exited with 137 (killed: it could tell nobody)"),
        (9, "family: worker exited with 9"),
        (None, "family: CannotPullContainerError"),
    ],
)
def test_how_a_task_ended(code: int | None, words: str) -> None:
    assert telling.ending("family", stopped(code, "CannotPullContainerError")) == words


def test_what_a_run_did_is_told_without_what_it_did_not() -> None:
    told = "243 custom ids set, 121 done by a run before, 20 right before, 16 kept as somebody chose them"
    assert list(telling.log([{"event": "sending", "done": 1, "of": 2}, CLEANED])) == [told]
    assert telling.counts({"created": 0, "sent": 0}) == "nothing was to do"
    assert telling.counts({"created": 40, "unchanged": 2, "errors": 1}) == (
        "40 channels created, 2 channels right before, 1 row of no use"
    )


def test_a_run_that_failed_says_why_and_one_that_was_killed_how_far_it_was() -> None:
    problem = {"title": "The quota is used up", "detail": "HTTP 403: x", "resets_at": "2026-11-23T00:00:00-08:00"}
    assert list(telling.log([CLEANED, {"event": "failed", "problem": problem}])) == [
        "The quota is used up: HTTP 403: x",
        "there is more from 2026-11-23T00:00:00-08:00 on",
    ]
    sending: list[dict[str, Any]] = [
        {"event": "sending", "done": 5, "of": 9},
        {"no": "event"},
        {"event": "sending", "done": 8, "of": 9},
    ]
    assert list(telling.log(sending)) == ["the last that its log says: 8 of 9 done"]
    assert list(telling.log([])) == []


def test_an_event_is_told_by_what_is_short() -> None:
    detail = {"status": "success", "shardCount": 1, "processedCount": 3, "leftCount": 0, "reportLocation": "s3://x"}
    assert telling.event("Done", detail) == "Done: status success, processedCount 3"


def test_answers_are_counted_by_kind() -> None:
    counted = {"assets.patch 200": 364, "assets.patch throttle": 40}
    assert telling.answers(counted) == "364 answered with 200, 40 answered with 429"


def test_every_fault_is_told_and_is_what_make_takes() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")
    named = [each for each in Fault if each is not Fault.NONE]
    assert f"(FAULT={'|'.join(named)})" in makefile
    assert f"$(filter-out {' '.join(named)},$(FAULT))" in makefile
    assert all(each.told for each in named)
    assert Fault.NONE.told == ""


class Services:
    """Stand-ins that have answered in some ways."""

    def __init__(self, *answers: str) -> None:
        self.answers = dict.fromkeys(answers, 1)

    def ask(self, question: str) -> dict[str, Any]:
        assert question == "content-id/statistics"
        return {"answers": self.answers}


@pytest.mark.parametrize(
    ("fault", "answers", "codes", "happened"),
    [
        (Fault.NONE, [], [0], True),
        (Fault.QUOTA, [], [75, 0], True),
        (Fault.QUOTA, [], [0], False),
        (Fault.KILL, [], [137, 0], True),
        (Fault.KILL, [], [0], False),
        (Fault.THROTTLE, ["assets.patch throttle"], [0], True),
        (Fault.THROTTLE, ["assets.patch 200"], [0], False),
        (Fault.TOKEN, ["assets.patch authError"], [0], True),
        (Fault.TOKEN, ["assets.patch 200"], [0], False),
    ],
)
def test_a_fault_that_did_not_happen_is_noticed(
    fault: Fault, answers: list[str], codes: list[int | None], *, happened: bool
) -> None:
    assert faults.happened(fault, Services(*answers), codes) is happened  # type: ignore[arg-type]


def test_how_far_it_is_is_said_in_lines_where_no_bar_can_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, written = display()
    moments = iter([0.0, 1.0, 6.0, 7.0, 30.0, 31.0])
    monkeypatch.setattr("sandbox.demo.display.time", type("Clock", (), {"monotonic": lambda: next(moments)}))
    with shown.bar("set") as bar:
        for done in (1, 2, 3, 3, 9):
            bar.show(done, 9, "fast")
    assert written.getvalue().splitlines() == ["  set: 2 of 9, fast", "  set: 3 of 9, fast", "  set: 9 of 9, fast"]


def test_a_bar_is_drawn_on_a_terminal_but_for_a_dumb_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for terminal, is_drawn in (("xterm", True), ("dumb", False)):
        monkeypatch.setenv("TERM", terminal)
        shown, written = display(terminal=True)
        with shown.bar("set") as bar:
            bar.show(9, 9, "fast")
        assert ("━" in written.getvalue()) is is_drawn
        assert "9/9" in written.getvalue() or "9 of 9" in written.getvalue()


def test_what_is_shown_is_text_and_never_markup() -> None:
    shown, written = display()
    shown.step(1, 5, "[bold]title")
    shown.say("[red]line")
    shown.table(("[a]",), [("[/b]",)])
    assert all(text in written.getvalue() for text in ("1 of 5  [bold]title", "[red]line", "[a]", "[/b]"))


def applying(tmp_path: Path, script: str, *actions: list[str]) -> Apply:
    plan = {"resource_changes": [{"change": {"actions": each}} for each in actions]}
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    command = [sys.executable, "-u", "-c", script]
    return Apply("dn-dev", command, dict(os.environ), tmp_path / "plan.json", tmp_path / "apply.log")


TERRAFORM = """
print('module.a[0].aws_b.c["x.y"]: Creating...')
print('module.a[0].aws_b.c["x.y"]: Creation complete after 0s [id=1]')
print('aws_d.e: Destroying... [id=2]')
print('aws_d.e: Destruction complete after 1s')
print('aws_d.e: Creating...')
print('aws_d.e: Creation complete after 1s [id=3]')
"""


def test_an_apply_is_shown_by_its_steps_and_all_it_prints_is_kept(tmp_path: Path) -> None:
    shown, written = display()
    applying(tmp_path, TERRAFORM, ["create"], ["delete", "create"], ["no-op"], ["read"]).run(shown)
    assert written.getvalue().splitlines() == ["  resources: 3 of 3", "  3 steps, all done"]
    assert (tmp_path / "apply.log").read_text(encoding="utf-8").strip() == subprocess.run(
        [sys.executable, "-c", TERRAFORM], check=True, capture_output=True, text=True
    ).stdout.strip()  # fmt: skip
    assert short('module.a[0].aws_b.c["x.y"]') == "aws_b.c"


def test_an_apply_that_has_nothing_to_do_says_so(tmp_path: Path) -> None:
    shown, written = display()
    applying(tmp_path, "print('no changes')", ["no-op"]).run(shown)
    assert written.getvalue() == "  all of it is there already, and as it must be\n"


def test_an_apply_that_fails_ends_the_demonstration_with_its_words_and_code(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ApplyError, match=r"dn-dev is not applied as a whole, .*apply\.log") as failed:
        applying(tmp_path, "raise SystemExit('no [bold]such')").run(display()[0])
    assert failed.value.exit_code == 1
    assert capfd.readouterr().err == "no [bold]such\n"


def test_an_apply_is_let_end_in_good_order_when_somebody_stops_the_demonstration(tmp_path: Path) -> None:
    script = """
import signal, time
def end(*_):
    print("in good order")
    raise SystemExit(130)
signal.signal(signal.SIGTERM, end)
print("ready")
time.sleep(60)
"""
    apply = applying(tmp_path, script)

    def stop() -> None:
        deadline = time.monotonic() + 30
        while "ready" not in (apply.log.read_text() if apply.log.exists() else ""):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(ApplyError) as failed:
        apply.run(display()[0])
    stopper.join()
    assert failed.value.exit_code == 130
    assert apply.log.read_text().splitlines() == ["ready", "in good order"]


def test_one_demonstration_at_a_time(tmp_path: Path) -> None:
    with (
        commands_demo.alone(tmp_path),
        pytest.raises(WrongUseError, match=f"another demonstration runs in {tmp_path.name}"),
        commands_demo.alone(tmp_path),
    ):
        pass
    with commands_demo.alone(tmp_path):
        pass
