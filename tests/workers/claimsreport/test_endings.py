"""A run that ends in between, anywhere, and the same run again: the same bytes, nothing half kept, no second alert."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.workers.claimsreport.surroundings import Surroundings, log_of
from workers.claimsreport import run
from workers.claimsreport.report.writing import CONTENT_TYPES
from workers.claimsreport.tables import WEEKLY
from workers.claimsreport.threads import in_thread
from workers.frame.stopping import Stop
from workers.frame.storage import Storage

WRITES = ("write", "write_file", "write_if")
WEEK = 3  # the first one with an alert


class CrashError(Exception):
    """What nobody thought of."""


@pytest.fixture
def expected(around: Surroundings) -> dict[str, str]:
    """What a run leaves that nothing happens to."""
    around.after(WEEK + 1)
    results = around.results()
    around.forget()
    around.after(WEEK)
    return results


def parts(there: dict[str, str], date: str) -> tuple[bool, bool]:
    """Whether there is a report of a day, and whether its snapshot counts: what says so comes last."""
    of_report, of_snapshot = f"reports/date={date}", f"history/date={date}"
    whole, counts = f"{of_report}/report.html" in there, f"{of_snapshot}/snapshot.json" in there
    assert not whole or {f"{of_report}/{name}" for name in CONTENT_TYPES} <= there.keys()
    assert not counts or {f"{of_snapshot}/{table}.parquet" for table in ("claims", *WEEKLY)} <= there.keys()
    assert not counts or f"{of_snapshot}/standing.json" in there
    return whole, counts


def test_ended_at_any_step(around: Surroundings, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """By turns of a crash, and of a signal to stop."""
    report, date, before = around.weeks.reports[WEEK], around.weeks.dates()[WEEK], around.there()
    steps = 0

    async def ending(function: Callable[[], Any], stop: Stop, *rest: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps > last and last % 2:
            stop.ask("SIGTERM was received")
        elif steps > last:
            raise CrashError
        return await in_thread(function, stop, *rest)

    monkeypatch.setattr(run, "in_thread", ending)
    for last in range(50):
        steps = 0
        ran = around.run(report)
        if steps <= last:
            break
        whole, counts = parts(around.there(), date)
        assert (ran.code, ran.detail["status"]) == ((75, "stopped") if last % 2 else (3, "failed"))
        assert whole or not counts, "no later run builds on a week that has no report"
        assert whole or around.there() == before, "nothing is written before everything is computed"
        assert around.aws.messages == []
    assert last > 10
    assert (ran.code, around.results(), len(around.aws.messages)) == (0, expected, 1)


@pytest.mark.parametrize("around", ["s3"], indirect=True)
def test_ended_at_any_write(around: Surroundings, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind each, so that what was written is there and the run does not know: that is before the next one, too."""
    report, date = around.weeks.reports[WEEK], around.weeks.dates()[WEEK]
    writes = 0

    def ending(write: Callable[..., Any]) -> Callable[..., Any]:
        def written(*arguments: Any, **named: Any) -> Any:
            nonlocal writes
            writes += 1
            result = write(*arguments, **named)
            if writes > last:
                raise CrashError
            return result

        return written

    for name in WRITES:
        monkeypatch.setattr(Storage, name, ending(getattr(Storage, name)))
    for last in range(50):
        writes = 0
        ran = around.run(report)
        if writes <= last:
            break
        assert ran.code == 3
        whole, counts = parts(around.there(), date)
        assert whole or not counts
    assert last >= len(CONTENT_TYPES) + 8
    assert (ran.code, around.results()) == (0, expected)
    assert len(around.aws.messages) <= 1, "it may be lost where nobody knows whether it was sent, and is never doubled"
    assert ran.detail["alertedCount"] + ran.detail["alertsUnknown"] == ran.detail["highCount"]


def test_sigterm_while_it_works(around: Surroundings, expected: dict[str, str]) -> None:
    before = around.there()
    process = around.start(around.weeks.reports[WEEK])
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if '"snapshot fetched"' in line:
            begin = time.monotonic()
            process.send_signal(signal.SIGTERM)
            break
    output, _ = process.communicate(timeout=60)
    assert time.monotonic() - begin < 10
    assert process.returncode == 75, log_of("".join(lines) + output)
    assert around.aws.events()[-1]["detail"]["status"] == "stopped"
    assert around.there() == before
    assert list((around.folder / "tmp").iterdir()) == []
    assert around.run(around.weeks.reports[WEEK]).code == 0
    assert around.results() == expected


def test_two_runs_of_a_week_at_once_leave_one_report_and_one_alert(
    around: Surroundings, expected: dict[str, str]
) -> None:
    both = [around.start(around.weeks.reports[WEEK]) for _ in range(2)]
    for process in both:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
    assert around.results() == expected
    assert len(around.aws.messages) == 1
