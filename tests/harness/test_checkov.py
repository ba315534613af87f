"""`make check` prints what checkov found and ends with its verdict; what kept checkov from one is no verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness import __main__ as command
from harness.errors import EnvironmentFailedError, WrongUseError
from review.checks import checkov
from review.checks.checkov import Scan
from review.errors import EnvironmentFailedError as ScanFailedError
from review.finding import Finding, Severity

FAILED = Finding(
    "checkov/CKV_AWS_27", Severity.FAIL, "CKV_AWS_27 fails: x", "aws_sqs_queue.a", source="roots/a/main.tf:3"
)


def answer(monkeypatch: pytest.MonkeyPatch, scan: Scan | Exception) -> None:
    def run(program: Path, folder: Path) -> Scan:
        assert program.parts[-3:] == ("checkov", "bin", "checkov")
        if isinstance(scan, Exception):
            raise scan
        return scan if folder.name == "roots" else Scan(5, (), ())

    monkeypatch.setattr(checkov, "run_on_sources", run)


def test_a_failed_check_is_printed_with_its_line_and_the_verdict_is_no(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, Scan(7, (), (FAILED,)))
    result = CliRunner().invoke(command.app, ["checkov"])
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "checkov, modules: 5 passed, 0 failed, 0 skipped in place",
        "roots/a/main.tf:3: aws_sqs_queue.a: CKV_AWS_27 fails: x",
        "checkov, roots: 7 passed, 1 failed, 0 skipped in place",
    ]


def test_without_a_failed_check_it_is_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, Scan(7, (), ()))
    assert CliRunner().invoke(command.app, ["checkov"]).exit_code == 0


@pytest.mark.parametrize("scan", [Scan(0, (), (), not_run="nothing to scan"), ScanFailedError("nothing to scan")])
def test_a_scan_that_came_to_nothing_is_no_verdict(monkeypatch: pytest.MonkeyPatch, scan: Scan | Exception) -> None:
    answer(monkeypatch, scan)
    result = CliRunner().invoke(command.app, ["checkov"])
    assert isinstance(result.exception, EnvironmentFailedError)
    assert "nothing to scan" in str(result.exception)


def test_an_environment_without_a_plan_is_wrong_use() -> None:
    result = CliRunner().invoke(command.app, ["checkov", "no-such-environment"])
    assert isinstance(result.exception, WrongUseError)
    assert "make plan ENV=no-such-environment" in str(result.exception)
