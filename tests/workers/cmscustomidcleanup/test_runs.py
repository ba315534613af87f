"""Whole runs: what is sent, what is told, the exit code, and what the next run does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.workers.cmscustomidcleanup.surroundings import Surroundings, plain_rows, report, said

KEY = "reports/video_report.csv"
SUCCESS = {
    "EVENT_SOURCE": "dn.backend.channelbackfill",
    "EVENT_DETAIL_TYPE": "Channel Backfill Completed",
    "STATUS": "success",
}


def given(around: Surroundings, rows: Sequence[Sequence[str]]) -> None:
    """Let these be the report, and the assets as it says."""
    around.put_assets(rows)
    around.aws.objects[KEY] = report(rows)


def last_event(around: Surroundings) -> tuple[str, dict[str, Any]]:
    event = around.aws.events()[-1]
    assert event["source"] == "dn.backend.cmscustomidcleanup"
    return event["detail-type"], event["detail"]


MIXED = [
    ("v1", "UC1", "A1", "v1", "still the default"),
    ("v1b", "UC1", "A1", "v1", "the same asset again"),
    ("v2", "UC2", "A2", "partner-2", "right"),
    ("v3", "UC3", "A3", "chosen", "chosen by somebody"),
    ("v4", "UC9", "A4", "v4", "no partner's"),
    ("v5", "UC1", "A5", "v5", "on two channels"),
    ("v5b", "UC2", "A5", "v5", "that want different ids"),
    ("v6", "UC1", "", "v6", "no asset"),
    ("v7", "UC0", "A7", "v7", "line\nbreak"),
]


def test_a_run_sends_what_is_to_be_changed_and_nothing_else(around: Surroundings) -> None:
    given(around, MIXED)
    code, log = around.run(**SUCCESS)
    assert code == 0
    assert around.patches() == {"A1": 1, "A7": 1}
    now = around.custom_ids()
    assert (now["A1"], now["A3"], now["A7"], now["A5"]) == ("partner-1", "chosen", "partner-0", "v5")

    detail_type, detail = last_event(around)
    assert (detail_type, detail["status"]) == ("Custom ID Cleanup Completed", "success")
    counts = ("processedCount", "errorCount", "leftCount", "rightCount", "keptCount", "conflictCount", "totalCount")
    assert [detail[name] for name in counts] == [2, 0, 0, 1, 1, 1, 5]

    told = around.local_report()
    assert told == json.loads(around.aws.objects[detail["reportLocation"].removeprefix("s3://")])
    assert told["statistics"]["rows"] == 9
    assert told["report"]["rows_without_asset"] == {"count": 1, "first_lines": [9]}
    (conflict,) = told["reported"]["items"]
    assert (conflict["asset_id"], [row["line"] for row in conflict["rows"]]) == ("A5", [7, 8])
    sent = sorted(told["sent"]["items"], key=lambda item: item["asset_id"])
    assert sent[0] == {"asset_id": "A1", "custom_id": "partner-1", "before": "v1", "line": 2}
    assert told["trigger"]["status"] == "success"
    (metrics,) = [line for line in log if "_aws" in line]
    assert (metrics["Worker"], metrics["Processed"], metrics["Conflict"]) == ("cmscustomidcleanup", 2, 1)
    assert said(log, "left out: a person must look")[0]["asset_id"] == "A5"


def test_overwriting_sends_wherever_it_differs_but_never_what_is_done(around: Surroundings) -> None:
    given(around, MIXED)
    around.run()
    code, _ = around.run("--overwrite")
    assert code == 0
    assert around.patches() == {"A1": 1, "A7": 1, "A3": 1}
    assert around.custom_ids()["A3"] == "partner-3"
    assert last_event(around)[1]["doneBeforeCount"] == 2


def test_a_second_run_over_the_same_report_sends_nothing(around: Surroundings) -> None:
    given(around, plain_rows(40))
    assert around.run()[0] == 0
    requests = around.ask("content-id/statistics")
    code, log = around.run()
    assert code == 0
    assert around.ask("content-id/statistics") == requests, "not one request"
    assert said(log, "going on with a ledger")[0]["entries"] == 40
    assert last_event(around)[1]["doneBeforeCount"] == 40


def test_a_changed_report_or_channel_list_begins_a_new_ledger(around: Surroundings) -> None:
    rows = plain_rows(8)
    given(around, rows)
    around.run()
    around.put_channels({f"UC{number}": f"partner-{number}" for number in range(5)})
    _, log = around.run()
    assert said(log, "beginning a new ledger")[0]["changed"] == ["channels"]
    assert set(around.patches().values()) == {2}
    around.aws.objects[KEY] = report([(*row[:3], f"partner-{row[1][2:]}", row[4]) for row in rows])
    code, log = around.run()
    assert said(log, "beginning a new ledger")[0]["changed"] == ["report"]
    assert (code, set(around.patches().values())) == (0, {2}), "by the new report all are right"


@pytest.mark.parametrize("changed", [{"STATUS": "failed"}, {"EVENT_SOURCE": "other"}, {"EVENT_DETAIL_TYPE": "other"}])
def test_another_event_is_skipped_and_nothing_is_asked_of_anybody(
    around: Surroundings, changed: dict[str, str]
) -> None:
    given(around, plain_rows(3))
    code, log = around.run(**SUCCESS | changed)
    assert code == 0
    assert "the event is not one to start for" in said(log, "skipped")[0]["reason"]
    assert around.patches() == {}
    assert around.aws.entries == []
    assert set(around.aws.calls) == {"GetParameters"}
    assert around.ask("appsync/statistics")["requests"] == 0


def test_a_dry_run_says_what_would_be_sent(around: Surroundings) -> None:
    given(around, MIXED)
    code, log = around.run("--dry-run")
    assert code == 0
    assert around.patches() == {}
    assert [line["asset_id"] for line in said(log, "would send")] == ["A1", "A7"]
    told = around.local_report()
    assert (told["status"], told["sent"]["count"], told["statistics"]["left"]) == ("dry-run", 2, 2)
    assert around.aws.entries == []
    assert not any("ledger" in name for name in around.aws.objects)
    assert around.run()[0] == 0, "and it was not taken for done"
    assert around.patches() == {"A1": 1, "A7": 1}


def test_the_quota_of_the_day_stops_a_run_and_the_next_one_goes_on(around: Surroundings) -> None:
    given(around, plain_rows(60))
    around.ask("content-id/settings", requests_per_day=25)
    code, _ = around.run()
    assert code == 75
    detail_type, detail = last_event(around)
    assert (detail_type, detail["status"]) == ("Custom ID Cleanup Failed", "stopped")
    assert (detail["problem"], detail["processedCount"], detail["leftCount"]) == ("daily-quota-exhausted", 25, 35)
    assert around.local_report()["status"] == "stopped"
    done = dict(around.patches())
    assert len(done) == 25
    around.ask("content-id/next-day")
    around.ask("content-id/settings", requests_per_day=1000)
    assert around.run()[0] == 0
    assert around.patches() == {f"A{number:05}": 1 for number in range(60)}


def test_items_that_fail_are_recorded_and_tried_again_by_the_next_run(around: Surroundings) -> None:
    rows = plain_rows(10)
    around.put_assets(rows[:7])
    around.aws.objects[KEY] = report(rows)
    code, log = around.run()
    assert code == 1
    detail_type, detail = last_event(around)
    assert (detail_type, detail["status"], detail["problem"]) == ("Custom ID Cleanup Failed", "failed", "item-errors")
    assert (detail["processedCount"], detail["errorCount"]) == (7, 3)
    told = around.local_report()["failed"]["items"]
    assert {each["asset_id"] for each in told} == {"A00007", "A00008", "A00009"}
    assert {each["problem"]["status"] for each in told} == {404}
    assert {line["line"] for line in said(log, "item failed")} == {9, 10, 11}
    assert around.run("--error-threshold", "1")[0] == 0, "all that is left fails, and may"
    assert last_event(around)[0] == "Custom ID Cleanup Completed"
    around.put_assets(rows[7:])
    assert around.run()[0] == 0
    assert around.patches() == {f"A{number:05}": 1 for number in range(10)}


@pytest.mark.parametrize("count", [3])
def test_shards_share_the_work_and_another_number_of_them_doubles_nothing(around: Surroundings, count: int) -> None:
    rows = plain_rows(60)
    given(around, rows)
    assert around.run("--shard-index", "1", "--shard-count", str(count))[0] == 0
    first = dict(around.patches())
    assert 0 < len(first) < 60
    assert around.local_report(f"partner-channels-shard-1-of-{count}.json")["statistics"]["sent"] == len(first)
    for index in range(2):
        code, _ = around.run(AWS_BATCH_JOB_ARRAY_INDEX=str(index), AWS_BATCH_JOB_ARRAY_SIZE="2")
        assert code == 0
    assert around.patches() == {row[2]: 1 for row in rows}


def test_more_shards_than_the_quota_has_requests_are_refused(around: Surroundings) -> None:
    given(around, plain_rows(3))
    code, _ = around.run("--shard-index", "0", "--shard-count", "10", REQUESTS_PER_DAY="5")
    assert code == 2
    assert around.patches() == {}


def test_a_mirror_that_refuses_for_a_while_is_complete_in_the_end(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.cmscustomidcleanup.mirroring.AGAIN_SECONDS", 0.05)
    given(around, plain_rows(30))
    around.aws.refuse_key, around.aws.refuse_writes = "-0001.ledger", 1
    code, log = around.run()
    assert code == 0
    assert said(log, "ledger not mirrored, and tried again")
    names = [name for name in around.aws.objects if name.endswith(".ledger")]
    assert len(names) == 1
    assert around.aws.objects[names[0]].count(b"\n") == 30


def test_a_mirror_that_cannot_be_written_ends_in_an_exit_code_that_says_so(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.cmscustomidcleanup.mirroring.LAST_SECONDS", 0.3)
    given(around, plain_rows(30))
    around.aws.refuse_key, around.aws.refuse_writes = ".ledger", 10**6
    code, _ = around.run()
    assert code == 3
    detail_type, detail = last_event(around)
    assert (detail_type, detail["problem"]) == ("Custom ID Cleanup Failed", "ledger-not-mirrored")
    assert (detail["processedCount"], detail["leftCount"]) == (30, 0)
    around.aws.refuse_writes = 1
    monkeypatch.setattr("workers.cmscustomidcleanup.mirroring.LAST_SECONDS", 10)
    monkeypatch.setattr("workers.cmscustomidcleanup.mirroring.AGAIN_SECONDS", 0.05)
    code, log = around.run()
    assert code == 0
    assert said(log, "ledger not mirrored, and tried again"), "one refusal ends no run, also with nothing to send"
    assert said(log, "going on with a ledger")[0]["brought_to_the_mirror"] == 30
    assert set(around.patches().values()) == {1}, "the local file had them"


def test_a_mirror_that_is_behind_for_too_long_ends_the_requests(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.cmscustomidcleanup.mirroring.LAST_SECONDS", 0.2)
    monkeypatch.setattr("workers.cmscustomidcleanup.mirroring.PATIENCE_SECONDS", 0.1)
    given(around, plain_rows(300))
    around.aws.refuse_key, around.aws.refuse_writes = ".ledger", 10**6
    code, _ = around.run(LEDGER_SECONDS="0.05", REQUESTS_PER_SECOND="50")
    assert code == 3
    assert 0 < len(around.patches()) < 100


@pytest.mark.parametrize(
    ("change", "code", "problem"),
    [
        ({"VIDEO_REPORT": "s3://reports/missing.csv"}, 2, "not-found"),
        ({"VIDEO_REPORT": "bad.csv"}, 2, "wrong-video-report"),
        ({"LEDGER": "s3://denied/ledger/"}, 3, "access-denied"),
        ({"OUTPUT": "s3://denied/out/"}, 3, "access-denied"),
    ],
)
def test_what_ends_a_run_is_told_and_reported(
    around: Surroundings, change: dict[str, str], code: int, problem: str
) -> None:
    (around.folder / "bad.csv").write_text("a,b\n1,2\n")
    given(around, plain_rows(3))
    assert around.run(**change)[0] == code
    detail_type, detail = last_event(around)
    assert (detail_type, detail["status"]) == ("Custom ID Cleanup Failed", "failed")
    assert detail["problem"] == problem
    if "OUTPUT" not in change:
        assert around.local_report()["problem"]["type"].endswith(detail["problem"])
        assert around.patches() == {}
    else:
        assert set(around.patches().values()) == {1}


def test_credentials_that_are_refused_end_a_run_and_a_person_must_act(around: Surroundings) -> None:
    given(around, plain_rows(3))
    around.ask("faults/script", service="tokens", kind="invalid-grant")
    assert around.run()[0] == 3
    detail = last_event(around)[1]
    assert (detail["status"], detail["processedCount"], detail["leftCount"]) == ("failed", 0, 3)


def test_no_partner_channel_is_wrong_input(around: Surroundings) -> None:
    given(around, plain_rows(3))
    around.put_channels({})
    assert around.run()[0] == 2
    assert last_event(around)[1]["problem"] == "no-partner-channels"
