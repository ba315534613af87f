"""Whole runs: what is kept, what is reported, who is told, the exit code."""

from __future__ import annotations

import csv
import itertools

import pytest

from tests.workers.claimsreport.surroundings import Surroundings

EVERYWHERE = pytest.mark.parametrize("around", ["folder", "s3"], indirect=True)
REPORT = ("findings.csv", "quarantine.csv", "report.html", "report.json")
PARTITION = (
    "assets.parquet", "channels.parquet", "claims.parquet", "platforms.parquet", "policies.parquet",
    "recordings.parquet", "snapshot.json", "standing.json",
)  # fmt: skip


def files_of(date: str) -> set[str]:
    return {f"reports/date={date}/{name}" for name in REPORT} | {f"history/date={date}/{name}" for name in PARTITION}


@EVERYWHERE
def test_weeks_are_reported_kept_and_told_of_once(around: Surroundings) -> None:
    dates = around.weeks.dates()
    alerts = []
    for number, report in enumerate(around.weeks.reports):
        before, told = around.there(), len(around.aws.messages)
        ran = around.run(report)
        assert ran.code == 0, ran.log
        date = dates[number]
        assert ran.event is not None
        assert (ran.event["detail-type"], ran.detail["status"]) == ("Claims Report Completed", "success")
        assert (ran.detail["date"], ran.detail.get("previousDate")) == (date, dates[number - 1] if number else None)
        assert ran.detail.get("days") == (7 if number else None)
        with report.open(encoding="utf-8", newline="") as content:
            rows = sum(1 for _ in csv.reader(content)) - 1
        assert (ran.detail["rowCount"], ran.detail["reportedCount"], ran.detail["quarantinedCount"]) == (rows, rows, 0)
        after = around.there()
        assert before.items() <= after.items(), "what was there stays as it was"
        new = after.keys() - before.keys()
        messages = around.aws.messages[told:]
        assert new == files_of(date) | ({f"history/date={date}/alerts.json"} if messages else set())
        written = around.report(date)
        assert len(written["findings"]) == ran.detail["findingCount"] == sum(ran.detail["countByKind"].values())
        high = [each for each in written["findings"] if each["priority"] == "high"]
        assert len(high) == ran.detail["highCount"]
        assert ran.detail["report"].endswith(f"reports/date={date}/report.html")
        alerts.append((ran.detail["alertedCount"], len(messages)))
        assert all(ran.detail["report"] in message["Message"] for message in messages)
    # Nothing in the weeks in which nothing was put in; then one message a week of what is new.
    assert [sent for _, sent in alerts] == [0, 0, 0, 1, 1]
    assert all((count > 0) == (sent > 0) for count, sent in alerts)


@EVERYWHERE
def test_the_same_week_twice_is_the_same_bytes_and_no_second_alert(around: Surroundings) -> None:
    around.after(3)
    assert around.run(around.weeks.reports[3]).code == 0
    there, messages, detail = around.there(), list(around.aws.messages), around.aws.events()[-1]["detail"]
    assert len(messages) == 1
    again = around.run(around.weeks.reports[3])
    assert again.code == 0
    assert around.there() == there
    assert around.aws.messages == messages
    assert {**again.detail, "timestamp": ""} == {**detail, "timestamp": ""}


def test_a_finding_that_lasts_is_told_of_once(around: Surroundings) -> None:
    around.after(3)
    told: set[str] = set()
    lasting = 0
    for report, date in zip(around.weeks.reports[3:], around.weeks.dates()[3:], strict=True):
        ran = around.run(report)
        high = [each for each in around.report(date)["findings"] if each["priority"] == "high"]
        new = {f"{each['kind']}:{each['subject']}" for each in high} - told
        lasting += len(high) - len(new)
        assert ran.detail["alertedCount"] == len(new)
        assert len([each for each in high if each["title"] in around.aws.messages[-1]["Message"]]) == len(new)
        told |= new
    assert len(around.aws.messages) == 2


def test_a_dry_run_computes_all_of_it_and_leaves_nothing(around: Surroundings) -> None:
    around.after(3)
    there = around.there()
    around.aws.calls.clear()
    ran = around.run(around.weeks.reports[3], "--dry-run")
    assert (ran.code, ran.event, around.there(), around.aws.messages) == (0, None, there, [])
    assert not around.aws.calls, "nothing was sent to anybody"
    (worked,) = ran.said("worked")
    found = [line for line in ran.said("found") if "score" in line]
    assert worked["highCount"] == len([line for line in found if line["priority"] == "high"]) > 0
    assert [line["score"] for line in found] == sorted((line["score"] for line in found), reverse=True)
    assert "report" not in worked
    assert not [line for line in ran.log if "_aws" in line]
    assert around.run(around.weeks.reports[3]).detail["findingCount"] == worked["findingCount"]


def test_every_step_says_what_it_took(around: Surroundings) -> None:
    around.after(1)
    ran = around.run(around.weeks.reports[1])
    steps = [line for line in ran.log if "seconds" in line]
    assert {"snapshot fetched", "snapshot taken in", "weekly tables made", "snapshot kept"} <= {
        line["event"] for line in steps
    }
    metrics = [line for line in ran.log if "_aws" in line]
    values = {name: value for line in metrics if {"Kind", "Step"}.isdisjoint(line) for name, value in line.items()}
    rows = ran.detail["rowCount"]
    assert (values["Rows"], values["RowsQuarantined"], values["DaysSinceSnapshot"]) == (rows, 0, 7)
    assert (values["SnapshotsRefused"], values["FindingsHigh"]) == (0, ran.detail["highCount"])
    assert {line["Kind"]: line["Findings"] for line in metrics if "Kind" in line} == ran.detail["countByKind"]
    assert {line["Step"] for line in metrics if "Step" in line} >= {line["event"] for line in steps}
    dimensions = {tuple(itertools.chain(*line["_aws"]["CloudWatchMetrics"][0]["Dimensions"])) for line in metrics}
    assert dimensions == {("Worker",), ("Worker", "Kind"), ("Worker", "Step")}


def test_without_a_topic_nobody_is_told_and_all_else_is_done(around: Surroundings) -> None:
    around.after(3)
    ran = around.run(around.weeks.reports[3], ALERTS_TOPIC="")
    assert (ran.code, ran.detail["alertedCount"], around.aws.messages) == (0, 0, [])
    assert ran.detail["highCount"] > 0
    later = around.run(around.weeks.reports[3])
    assert later.detail["alertedCount"] == ran.detail["highCount"], "a topic that is set later is told"
