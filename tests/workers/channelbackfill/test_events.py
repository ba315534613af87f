"""The events: the documented form, their schemas, and the samples that the workflow's rules are tried with."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.channelbackfill import events
from workers.channelbackfill.channel_csv import row_problem
from workers.channelbackfill.progress import Progress
from workers.frame.publishing import LONGEST_REASON, Event, check, schema_path

SAMPLES = Path(__file__).parents[3] / "environments" / "events"
DOCUMENTED = {
    "status": "success",
    "processedCount": 368,
    "errorCount": 0,
    "totalCount": 372,
    "timestamp": "2025-07-29T18:45:00.000Z",
}


def schema_of(detail_type: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(schema_path(detail_type).read_text(encoding="utf-8"))
    return schema


def test_the_documented_event_is_what_such_a_run_sends() -> None:
    progress = Progress(total=372, created=2, changed=5, unchanged=361, repeats=4)
    assert progress.left == 0
    event = events.completed(progress, dt.datetime(2025, 7, 29, 20, 45, tzinfo=dt.timezone(dt.timedelta(hours=2))))
    assert (event.source, event.detail_type) == ("dn.backend.channelbackfill", "Channel Backfill Completed")
    assert event.detail == DOCUMENTED
    assert list(event.detail) == list(DOCUMENTED)


COUNTS = st.integers(0, 10**6)


@given(st.builds(Progress, COUNTS, COUNTS, COUNTS, COUNTS), st.integers(0, 20), st.text(max_size=2000))
def test_every_event_is_as_its_schema_says(progress: Progress, errors: int, reason: str) -> None:
    progress.problems += [row_problem(line, "refused") for line in range(errors)]
    check(events.completed(progress))
    check(events.failed(reason, progress))


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_any_time_is_written_as_the_schema_says(now: dt.datetime) -> None:
    check(events.completed(Progress(), now))


@pytest.mark.parametrize("name", ["channel-backfill-completed", "channel-backfill-failed"])
def test_the_samples_that_rules_are_tried_with_are_such_events(name: str) -> None:
    sample = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    schema = schema_of(sample["detail-type"])
    jsonschema.validate(sample, schema)
    assert sample["detail"].keys() == schema["properties"]["detail"]["properties"].keys(), (
        "every member is in the sample"
    )
    check(Event(sample["source"], sample["detail-type"], sample["detail"]))


@pytest.mark.parametrize("detail_type", [events.COMPLETED, events.FAILED])
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("status", "succeeded"),
        ("processedCount", "368"),
        ("errorCount", -1),
        ("totalCount", None),
        ("timestamp", "2025-07-29T18:45:00Z"),
        ("timestamp", "2025-07-29T18:45:00.000+00:00"),
        ("more", "members"),
    ],
)
def test_schemas_refuse_what_receivers_do_not_know(detail_type: str, member: str, value: Any) -> None:
    event = events.completed(Progress()) if detail_type == events.COMPLETED else events.failed("no", Progress())
    changed = event.as_dict()
    changed["detail"][member] = value
    schema = schema_of(detail_type)
    jsonschema.validate(event.as_dict(), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed, schema)


@pytest.mark.parametrize("member", ["status", "reason", "processedCount", "errorCount", "totalCount", "timestamp"])
def test_a_failure_has_all_of_its_members(member: str) -> None:
    event = events.failed("no", Progress()).as_dict()
    del event["detail"][member]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(event, schema_of(events.FAILED))


def test_a_long_reason_is_cut() -> None:
    reason = events.failed("x" * 100_000, Progress()).detail["reason"]
    assert (len(reason), reason[-1]) == (LONGEST_REASON, "…")
