"""The claims report in dn-dev as it was applied: fired by its schedule, alerting, refused, and within its role."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

import pytest

from sandbox.demo.account import Account, WorkerTask
from sandbox.demo.runs import Runs
from tests.support.applied import Applied
from tests.support.granted import of_role, unused
from tests.support.planning import BUILD

pytestmark = pytest.mark.slow
ROLE = "internal-content-use1-claims-report-task"
PYTHON = str(BUILD / "venv" / "bin" / "python")
WEEKS = 4


@dataclass(frozen=True)
class WholeRun:
    """All that the worker does: weeks, one of them with much to find, that week again, and one that is refused.

    Attributes:
        since: number of the last call before it.
        said: by the demonstration.
        worker: as it was applied.
        before: keys of all objects before the refused one came.
        after: keys of all objects but that report after it.
        code: the exit code of the refused run.
        event: of it.
    """

    since: int
    said: str
    worker: WorkerTask
    before: list[str]
    after: list[str]
    code: int
    event: dict[str, str]


@pytest.fixture(scope="module")
def whole_run(applied: Applied) -> WholeRun:
    calls = applied.box.ask("calls")["calls"]
    told = subprocess.run(
        [PYTHON, "-m", "sandbox", "demo-report", "dn-dev", "--weeks", str(WEEKS), "--claims", "2000"],
        cwd=applied.clone.folder, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    account = Account(applied.box)
    worker = account.worker("claimsreport")
    bucket, prefix = worker.location("CLAIMS_REPORT")
    s3, before = account.client("s3"), keys(account, worker)
    cut = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"][-1]["Key"]
    whole = s3.get_object(Bucket=bucket, Key=cut)["Body"].read()
    refused = f"{prefix}claim_report_active_2026-11-23.csv"
    s3.put_object(Bucket=bucket, Key=refused, Body=whole[: len(whole) // 3])
    runs = Runs(applied.box, account)
    code = runs.fire(worker)["containers"][0]["exitCode"]
    _, event = runs.last_event("Claims Report Failed")
    s3.delete_object(Bucket=bucket, Key=refused)
    since = int(calls[-1]["number"]) if calls else 0
    return WholeRun(since, told.stdout, worker, before, keys(account, worker), code, event["detail"])


def keys(account: Account, worker: WorkerTask) -> list[str]:
    bucket, _ = worker.location("CLAIMS_REPORT")
    pages = account.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return sorted(each["Key"] for page in pages for each in page.get("Contents", ()) if "claim" in each["Key"])


def test_the_schedule_fires_and_there_is_a_report(whole_run: WholeRun) -> None:
    assert whole_run.said.count("Claims Report Completed: status success") == WEEKS + 1
    _, prefix = whole_run.worker.location("OUTPUT")
    files = [key.removeprefix(prefix) for key in whole_run.before if key.startswith(prefix)]
    weeks = {each.partition("/")[0] for each in files}
    assert len(weeks) == WEEKS
    assert {each.partition("/")[2] for each in files} == {
        "report.html",
        "report.json",
        "findings.csv",
        "quarantine.csv",
    }
    assert all(each.startswith("date=2026-1") for each in weeks)


def test_people_are_told_once_of_what_is_of_high_priority(applied: Applied, whole_run: WholeRun) -> None:
    messages = applied.box.ask("messages", topic="dn-dev-alerts")["messages"]
    told = [each for each in messages if (each["subject"] or "").startswith("Claims report of ")]
    assert told, messages
    assert "the alert: " in whole_run.said
    assert "4 of 4 files are the same bytes; 0 alerts more" in whole_run.said


def test_a_snapshot_that_is_cut_short_leaves_nothing(whole_run: WholeRun) -> None:
    assert (whole_run.code, whole_run.event["status"]) == (2, "refused")
    assert "cut short" in whole_run.event["reason"]
    assert whole_run.after == whole_run.before


def test_the_role_allows_what_the_worker_calls_and_nothing_else(applied: Applied, whole_run: WholeRun) -> None:
    calls = of_role(applied, ROLE, whole_run.since)
    assert [each for each in calls if not each["allowed"]] == [], "asked for, and denied or not known"
    assert unused(applied, ROLE, calls) == [], "allowed, and not asked for"
