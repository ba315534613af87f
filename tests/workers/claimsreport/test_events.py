"""The events: their schemas, and the samples that rules are tried with."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.claimsreport import events, metrics
from workers.claimsreport.finding import Finding, Kind, Part, Priority
from workers.claimsreport.progress import Progress
from workers.frame.problems import Problem
from workers.frame.publishing import LONGEST_REASON, Event, check, schema_path

PROBLEM = Problem("snapshot-empty", "The snapshot is empty", "claims.csv has no rows")
STOPPED = Problem("stopped", "The run was stopped before its end", "SIGTERM was received")


def finding(kind: Kind, points: float) -> Finding:
    return Finding(kind, "A1", "A1", "why", "rule", (Part("size", points, 100, "1 of 1"),))


def whole() -> Progress:
    progress = Progress(
        date=dt.date(2026, 9, 7),
        previous_date=dt.date(2026, 8, 31),
        days=7,
        rows=10,
        reported=9,
        quarantined=1,
        alerted=1,
        alerts_unknown=0,
        report="s3://work/out/date=2026-09-07/report.html",
    )
    progress.found([finding(Kind.CONFLICT, 80), finding(Kind.VIRAL_ASSET, 50), finding(Kind.VIRAL_ASSET, 5)])
    return progress


def schema_of(detail_type: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(schema_path(detail_type).read_text(encoding="utf-8"))
    return schema


def test_a_completed_run_tells_its_counts() -> None:
    event = events.completed(whole())
    check(event)
    assert (event.source, event.detail_type) == ("dn.backend.claimsreport", "Claims Report Completed")
    detail = dict(event.detail)
    kinds = detail.pop("countByKind")
    assert (kinds.pop("conflict"), kinds.pop("viral-asset"), set(kinds.values())) == (1, 2, {0})
    assert detail.pop("timestamp").endswith("Z")
    assert detail == {
        "status": "success",
        "date": "2026-09-07",
        "previousDate": "2026-08-31",
        "days": 7,
        "rowCount": 10,
        "reportedCount": 9,
        "quarantinedCount": 1,
        "findingCount": 3,
        "highCount": 1,
        "alertedCount": 1,
        "alertsUnknown": 0,
        "report": "s3://work/out/date=2026-09-07/report.html",
    }


def test_the_metrics_are_those_that_the_documents_name(capsys: pytest.CaptureFixture[str]) -> None:
    progress = whole()
    progress.alerts_unknown = 2
    progress.seconds["report made"] = 1.5
    metrics.emit_all("Punctual", progress)
    of_run, *others = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = {metric["Name"]: of_run[metric["Name"]] for metric in of_run["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert told == {
        "Rows": 10,
        "RowsQuarantined": 1,
        "FindingsHigh": 1,
        "FindingsMedium": 1,
        "FindingsLow": 1,
        "FindingsAlerted": 1,
        "AlertsUnknown": 2,
        "SnapshotsRefused": 0,
        "DaysSinceSnapshot": 7,
        "Duration": 1.5,
    }
    assert {each["Kind"]: each["Findings"] for each in others if "Kind" in each}["viral-asset"] == 2
    assert [each["StepDuration"] for each in others if each.get("Step") == "report made"] == [1.5]


def test_the_first_snapshot_has_no_previous_one() -> None:
    progress = whole()
    progress.previous_date = progress.days = None
    event = events.completed(progress)
    check(event)
    assert not {"previousDate", "days"} & event.detail.keys()


@pytest.mark.parametrize(
    ("problem", "refused", "status"),
    [(PROBLEM, True, "refused"), (PROBLEM, False, "failed"), (STOPPED, False, "stopped")],
)
def test_a_failure_says_what_is_to_be_done_about_it(problem: Problem, refused: bool, status: str) -> None:
    event = events.failed(problem, Progress(refused=refused, date=dt.date(2026, 9, 7)))
    check(event)
    assert event.detail_type == "Claims Report Failed"
    told = {name: event.detail[name] for name in ("status", "reason", "problem", "date")}
    assert told == {"status": status, "reason": problem.detail, "problem": problem.kind, "date": "2026-09-07"}
    assert event.detail.keys() == told.keys() | {"timestamp"}, "what is not known is not told"


COUNTS = st.none() | st.integers(0, 10**9)
PROGRESS = st.builds(
    Progress,
    date=st.none() | st.dates(),
    previous_date=st.none() | st.dates(),
    days=st.none() | st.integers(1, 10**4),
    rows=COUNTS,
    reported=COUNTS,
    quarantined=COUNTS,
    kinds=st.none() | st.just(dict.fromkeys(Kind, 3)),
    priorities=st.none() | st.just(dict.fromkeys(Priority, 1)),
    alerted=COUNTS,
    alerts_unknown=COUNTS,
    report=st.none() | st.text(min_size=1),
    refused=st.booleans(),
)


@given(PROGRESS, st.text(max_size=2 * LONGEST_REASON))
def test_every_failure_is_as_its_schema_says(progress: Progress, reason: str) -> None:
    check(events.failed(Problem("kind", "title", reason), progress))


@pytest.mark.parametrize("detail_type", [events.COMPLETED, events.FAILED])
def test_the_schemas_have_every_kind_of_finding(detail_type: str) -> None:
    kinds = schema_of(detail_type)["properties"]["detail"]["properties"]["countByKind"]
    assert set(kinds["properties"]) == set(kinds["required"]) == {str(kind) for kind in Kind}


@pytest.mark.parametrize("event", [events.completed(whole()), events.failed(PROBLEM, whole())])
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("status", "done"),
        ("date", "2026-9-7"),
        ("days", 0),
        ("rowCount", -1),
        ("highCount", 1.5),
        ("countByKind", {"viral": 1}),
        ("timestamp", "2026-09-07T06:00:00Z"),
        ("more", "members"),
    ],
)
def test_schemas_refuse_what_receivers_do_not_know(event: Event, member: str, value: Any) -> None:
    changed = event.as_dict()
    changed["detail"] = dict(changed["detail"]) | {member: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed, schema_of(event.detail_type))


@pytest.mark.parametrize("member", ["date", "rowCount", "highCount", "countByKind", "alertedCount", "report"])
def test_a_completed_run_has_all_of_its_members(member: str) -> None:
    event = events.completed(whole()).as_dict()
    del event["detail"][member]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(event, schema_of(events.COMPLETED))
