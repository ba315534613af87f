"""What a run starts from: the event, the settings, the variables of AWS Batch; and how it tells of itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from workers.cmscustomidcleanup import events
from workers.cmscustomidcleanup.progress import Estimate
from workers.cmscustomidcleanup.results import Listed, Results, places, run_name, safe_name
from workers.cmscustomidcleanup.settings import CleanupSettings
from workers.cmscustomidcleanup.sharding import Shard
from workers.cmscustomidcleanup.trigger import trigger_of
from workers.frame import publishing
from workers.frame.problems import Problem, WrongInputError
from workers.frame.storage import Location

SAMPLES = Path(__file__).parents[3] / "environments/events"
SUCCESS = {
    "event_source": "dn.backend.channelbackfill",
    "event_detail_type": "Channel Backfill Completed",
    "status": "success",
}


def settings(**given: Any) -> CleanupSettings:
    needed: dict[str, Any] = {
        "event_bus": "bus",
        "graphql_url": "https://example.com/graphql",
        "token_url": "https://example.com/token",
        "token_api_key": SecretStr("test"),
        "content_owner": "owner",
        "requests_per_second": 10,
        "video_report": "report.csv",
    }
    return CleanupSettings(**needed | given)


def why_not(**given: Any) -> str | None:
    trigger = trigger_of(settings(**given))
    assert trigger is not None
    return trigger.why_not()


def test_a_run_that_no_event_starts_is_a_manual_one() -> None:
    assert trigger_of(settings()) is None


def test_the_event_of_a_finished_backfill_starts_a_run() -> None:
    assert why_not(**SUCCESS, processed_count="368", timestamp="2025-07-29T18:45:00.000Z") is None
    assert why_not(event=(SAMPLES / "channel-backfill-completed.json").read_text()) is None
    assert why_not(event=f"@{SAMPLES / 'channel-backfill-completed.json'}") is None


def test_the_event_may_have_the_form_of_put_events() -> None:
    detail = {"status": "success", "processedCount": 368}
    for given in (detail, json.dumps(detail)):
        event = {"Source": "dn.backend.channelbackfill", "DetailType": "Channel Backfill Completed", "Detail": given}
        trigger = trigger_of(settings(event=json.dumps(event)))
        assert trigger is not None
        assert trigger.why_not() is None
        assert trigger.as_dict()["processedCount"] == 368


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"status": "failed"}, "its status is 'failed' and not 'success'"),
        ({"status": None}, "its status is None and not 'success'"),
        ({"status": "Success"}, "its status is 'Success' and not 'success'"),
        ({"event_source": "dn.backend.other"}, "its source is 'dn.backend.other' and not 'dn.backend.channelbackfill'"),
        ({"event_detail_type": "Channel Backfill Failed"}, "its detail-type is 'Channel Backfill Failed' and not"),
    ],
)
def test_any_other_event_starts_none_and_the_reason_is_told(changed: dict[str, Any], reason: str) -> None:
    assert reason in (why_not(**SUCCESS | changed) or "")


@pytest.mark.parametrize("alone", ["status", "event_source", "timestamp", "processed_count"])
def test_a_part_of_an_event_is_no_manual_run(alone: str) -> None:
    assert why_not(**{alone: "success"}) is not None


def test_the_flag_comes_before_the_variables() -> None:
    sample = (SAMPLES / "channel-backfill-failed.json").read_text()
    assert "its status is 'failed'" in (why_not(**SUCCESS, event=sample) or "")


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("{", "--event is no JSON"),
        ("[1]", "--event is no JSON object"),
        ('{"source": "x", "detail": "no json"}', "the detail of the event is no JSON"),
        ("@missing.json", "missing.json cannot be read: .*No such file"),
    ],
)
def test_an_event_that_cannot_be_read_is_wrong_input(event: str, message: str) -> None:
    with pytest.raises(WrongInputError, match=message):
        trigger_of(settings(event=event))


def test_an_event_without_detail_starts_none() -> None:
    assert "its status is None" in (why_not(event='{"source": "dn.backend.channelbackfill", "detail": 7}') or "")


def test_the_shard_is_that_of_the_array_job(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (settings().shard_index, settings().shard_count) == (0, 1)
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_INDEX", "3")
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_SIZE", "10")
    assert (settings().shard_index, settings().shard_count) == (3, 10)
    assert (settings(shard_index=1, shard_count=2).shard_index, settings(shard_index=1, shard_count=2).shard_count) == (
        1,
        2,
    )
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_INDEX", "x")
    with pytest.raises(ValidationError, match="shard_index"):
        settings()


def test_the_first_child_of_an_array_job_does_not_take_itself_for_the_only_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_INDEX", "0")
    with pytest.raises(ValidationError, match="AWS_BATCH_JOB_ARRAY_SIZE is not"):
        settings()
    assert settings(shard_count=10).shard_count == 10


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"shard_index": 2, "shard_count": 2}, "it is 2 of 2"),
        ({"shard_count": 10_001}, "less than or equal to 10000"),
        ({"video_report": "https://example.com/r.csv"}, "neither a path nor s3"),
        ({"ledger": "s3://"}, "names no bucket"),
    ],
)
def test_settings_that_cannot_be_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        settings(**given)


@pytest.mark.parametrize(
    ("filter_target", "name"),
    [
        ("partner-channels", "partner-channels"),
        ("Partner Channels 2", "Partner-Channels-2"),
        ("../../etc/passwd", "etc-passwd"),
        ("/", "report"),
        ("..", "report"),
        ("x" * 300, "x" * 100),
    ],
)
def test_the_report_stays_in_its_folder_whatever_the_filter_target(filter_target: str, name: str) -> None:
    assert safe_name(filter_target) == name


def test_the_report_goes_where_it_always_went_and_where_no_run_writes_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/tmp")  # noqa: S108 - the path that is promised
    started = datetime(2026, 11, 22, 23, 59, 58, tzinfo=UTC)
    first, second = (Results(run_name(started), started) for _ in range(2))
    output = Location.parse("s3://bucket/out/")
    local, remote = places(output, "partner-channels", Shard(), first)
    assert str(local) == "/tmp/partner-channels.json"  # noqa: S108
    assert str(remote).startswith("s3://bucket/out/2026-11-22/partner-channels-20261122T235958Z-")
    assert str(remote).endswith("-shard-0-of-1.json")
    assert places(output, "partner-channels", Shard(), second)[1] != remote
    assert str(places(None, "x", Shard(3, 10), first)[0]) == "/tmp/x-shard-3-of-10.json"  # noqa: S108


def test_a_list_is_as_long_as_a_person_may_read_and_counts_all() -> None:
    added, taken = Listed(3), Listed(3)
    for number in range(5):
        added.add({"number": number})
    taken.add_all(({"number": number} for number in range(5)), 5)
    for listed in (added, taken):
        told = json.loads(listed.as_json())
        assert told == {"count": 5, "listed": 3, "items": [{"number": 0}, {"number": 1}, {"number": 2}]}
    assert json.loads(Listed().as_json()) == {"count": 0, "listed": 0, "items": []}


def test_the_estimate_is_of_the_whole_run_and_the_rate_of_the_last_seconds() -> None:
    now = [100.0]
    estimate = Estimate(1000, lambda: now[0])
    assert estimate.of(0) == {"done": 0, "of": 1000, "per_second": 0.0}
    now[0] = 110
    moment = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert estimate.of(100, moment) == {
        "done": 100, "of": 1000, "per_second": 10.0, "seconds_left": 90, "estimated_end": "2026-11-22T12:01:30+00:00",
    }  # fmt: skip
    now[0] = 120
    assert estimate.of(400)["per_second"] == 30.0


def test_events_are_as_their_schemas_say() -> None:
    told = {"shardIndex": 0, "shardCount": 1}
    for status in ("failed", "stopped"):
        publishing.check(events.failed(status, Problem("daily-quota-exhausted", "t", "used up " * 500), told))
    publishing.check(events.failed("failed", Problem("crashed", "The title", ""), {}))
    with pytest.raises(publishing.EventInvalidError, match="leftCount"):
        publishing.check(events.completed(told))
    with pytest.raises(publishing.EventInvalidError, match="status"):
        publishing.check(events.failed("success", Problem("x", "x", "x"), {}))
