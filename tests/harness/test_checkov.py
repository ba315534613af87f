"""checkov's verdict is read as it is, and a scan that scanned nothing is no verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import checkov
from harness.errors import EnvironmentFailedError
from tests.support.planning import BUILD

PROGRAM = BUILD / "checkov" / "bin" / "checkov"
OPEN_QUEUE = 'resource "aws_sqs_queue" "open" {\n  name = "open"\n}\n'


@pytest.mark.slow
def test_a_queue_in_the_clear_fails_and_a_skip_in_place_counts(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(OPEN_QUEUE)
    verdict = checkov.scan_sources(PROGRAM, tmp_path, tmp_path)
    assert [line.split(": ", 1)[1].split()[0] for line in verdict.failures] == ["CKV_AWS_27"]
    assert verdict.failures[0].startswith("main.tf:1: ")
    (tmp_path / "main.tf").write_text(OPEN_QUEUE.replace("{\n", "{\n  #checkov:skip=CKV_AWS_27:a reason\n", 1))
    verdict = checkov.scan_sources(PROGRAM, tmp_path, tmp_path)
    assert (verdict.failures, verdict.skipped) == ((), 1)


@pytest.mark.slow
def test_a_scan_of_nothing_is_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailedError, match="checked nothing"):
        checkov.scan_sources(PROGRAM, tmp_path, tmp_path)


def test_a_file_that_was_not_parsed_is_not_passed() -> None:
    report = {"summary": {"parsing_errors": 1, "passed": 9, "skipped": 0}, "results": {"parsing_errors": ["main.tf"]}}
    with pytest.raises(EnvironmentFailedError, match=r"cannot read \['main\.tf'\]"):
        checkov.read([report])
