"""What a terminal shows: the verdict, what fails, and no more than fits however much does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from review.finding import Finding, Severity
from review.output import terminal
from review.output.wording import summary
from review.report import Report
from tests.review.output import made

WRITTEN = [Path("r") / "review.md"]


def shown(report: Report) -> list[str]:
    return list(terminal.lines(report, WRITTEN))


def failing(*findings: Finding) -> Report:
    report = made.passing()
    return replace(report, checks=replace(report.checks, findings=findings))


def finding(number: int = 0, title: str = "A queue is missing.", severity: Severity = Severity.FAIL) -> Finding:
    return Finding("check/queue", severity, title, f"aws_x.y[{number}]", "line one\nline two", "Give it one.")


def test_the_first_line_is_the_verdict() -> None:
    assert shown(made.passing())[0].endswith(" review: yes, nothing fails")
    assert shown(failing(finding()))[0].endswith(" review: NO, 1 finding fails")
    assert shown(failing(finding(0), finding(1)))[0].endswith(" review: NO, 2 findings fail")
    warned = shown(failing(finding(severity=Severity.WARN)))
    assert warned[0].endswith(" review: yes, nothing fails; 1 warning to read first")


def test_a_finding_has_its_place_what_was_found_and_what_to_do() -> None:
    assert shown(failing(finding()))[-5:-1] == [
        "  fail  aws_x.y[0]: A queue is missing. (check/queue)",
        "        line one",
        "        line two",
        "        what to do: Give it one.",
    ]


def test_what_is_the_same_of_many_is_told_once() -> None:
    told = shown(failing(*(finding(number) for number in range(200))))
    assert len([line for line in told if "A queue is missing." in line]) == 1
    assert "        at aws_x.y[4]" in told
    assert "        and at 195 more" in told


def test_what_differs_two_hundred_times_fits_a_screen() -> None:
    told = shown(failing(*(finding(number, f"Queue {number} is missing.") for number in range(200))))
    assert len(told) < 30
    assert "  fail  … and 192 more (check/queue)" in told
    assert [f"Queue {number} is" in "".join(told) for number in (0, 7, 8)] == [True, True, False]


def test_one_rule_that_fails_often_hides_no_other() -> None:
    findings = [finding(number, f"Queue {number} is missing.") for number in range(200)]
    told = shown(failing(*findings, Finding("check/other", Severity.FAIL, "Something else.")))
    assert "  fail  Something else. (check/other)" in told


def test_nothing_in_a_plan_speaks_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    report = made.hostile()
    assert any("\x1b" in each.title + each.detail for each in report.findings)
    terminal.show(report, WRITTEN)
    assert not set(capsys.readouterr().out) & {"\x1b", "\x07", "\x00", "\r", "\u202e"}


def test_only_a_terminal_has_colours(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal.show(failing(finding()), WRITTEN)
    assert "\x1b" not in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")  # as if it were one
    terminal.show(failing(finding()), WRITTEN)
    assert "\x1b[1;31mfail\x1b[0m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.show(failing(finding()), WRITTEN)
    assert "31m" not in capsys.readouterr().out


def test_words_agree_with_their_numbers() -> None:
    one = shown(made.passing())[1]
    assert "1 of 1 policy proved, 1 of 1 path deliver, 1 schedule" in one


def test_a_warning_is_no_check_that_failed() -> None:
    report = failing(finding(), finding(1, severity=Severity.WARN), finding(2, severity=Severity.WARN))
    assert summary(report)["checks"][:2] == ["1 failed", "2 warnings"]
    assert summary(failing())["checks"][0] == "0 failed"
