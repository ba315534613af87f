"""One JSON object a line, of whoever logs."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.planning import REPOSITORY
from workers.frame import logs
from workers.frame.problems import Problem


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_says_when_how_bad_and_what_first(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logs.logger().bind(worker="w").info("asset updated", asset="A1", count=2)
    (line,) = lines(capsys)
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert (line["level"], line["event"], line["worker"], line["asset"], line["count"]) == (
        "info",
        "asset updated",
        "w",
        "A1",
        2,
    )
    assert line["timestamp"].endswith("Z")
    assert abs(datetime.fromisoformat(line["timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)


def test_libraries_log_alike(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logging.getLogger("botocore.endpoint").error(
        "cannot reach %s", "https://example.com", exc_info=OSError("no route"), extra={"more": 1}
    )
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["logger"]) == (
        "cannot reach https://example.com",
        "error",
        "botocore.endpoint",
    )
    assert line["exception"].endswith("OSError: no route")


def test_what_is_below_the_level_is_not_there_and_boto_tells_no_answers_at_any(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("WARNING")
    logs.logger().info("no")
    logs.configure("DEBUG")
    logs.logger().debug("yes")
    logging.getLogger("botocore.parsers").debug("Response body: the parameter in clear")
    logging.getLogger("botocore.parsers").info("neither")
    assert [line["event"] for line in lines(capsys)] == ["yes"]


def test_a_problem_is_an_object_of_rfc_9457(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    problem = Problem(
        "not-found", "It is not there", "no s3://b/k", 404, "s3://b/k", {"code": "NoSuchKey", "key": b"x"}
    )
    logs.logger().error("failed", problem=problem)
    assert lines(capsys)[0]["problem"] == {
        "type": "urn:punctual:problem:not-found", "title": "It is not there", "status": 404, "detail": "no s3://b/k",
        "instance": "s3://b/k", "code": "NoSuchKey", "key": "x",
    }  # fmt: skip


def test_a_problem_that_leaves_otherwise_is_masked_too() -> None:
    logs.configure(secrets=["hush-hush"])
    masked = logs.masked(Problem("k", "t", "got hush-hush", 400, "of hush-hush", {"text": ["hush-hush"], "n": 1}))
    assert (masked.detail, masked.instance, masked.extensions) == ("got ***", "of ***", {"text": ["***"], "n": 1})
    assert logs.masked(Problem("k", "t", "d")).instance is None


@pytest.mark.parametrize(
    ("code", "event", "exit_code"),
    [
        ("raise ValueError('Bearer abcdefgh')", "crashed", 3),
        ("import threading; t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()", "a thread crashed", 0),
        ("import warnings; warnings.warn('Bearer abcdefgh')", None, 0),
    ],
)
def test_what_nobody_catches_is_a_line_too(code: str, event: str | None, exit_code: int) -> None:
    program = f"from workers.frame import logs; logs.configure(); logs.take_over(); {code}"
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    (line,) = map(json.loads, done.stdout.splitlines())
    assert (done.returncode, done.stderr) == (exit_code, "")
    assert "abcdefgh" not in done.stdout
    assert event in (None, line["event"])
