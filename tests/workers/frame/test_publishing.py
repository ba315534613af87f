"""Events: as their schema says or not at all, and sent until the bus has them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from jsonschema.validators import validator_for

from tests.workers.frame.fake_aws import FakeAws
from workers.frame import publishing
from workers.frame.aws import Clients
from workers.frame.problems import ServiceDownError, WrongInputError
from workers.frame.publishing import Event, EventInvalidError, Publisher, check, schema_path
from workers.frame.retries import RetryPolicy

DONE = Event("dn.thing", "Thing Completed", {"status": "success", "count": 3, "timestamp": "2025-07-29T18:45:00.000Z"})
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["source", "detail-type", "detail"],
    "properties": {
        "source": {"const": "dn.thing"},
        "detail-type": {"const": "Thing Completed"},
        "detail": {
            "type": "object",
            "required": ["status", "count"],
            "additionalProperties": False,
            "properties": {
                "status": {"const": "success"},
                "count": {"type": "integer"},
                "timestamp": {"type": "string", "format": "date-time"},
            },
        },
    },
}


@pytest.fixture(autouse=True)
def schemas(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(publishing, "SCHEMAS", tmp_path)
    (tmp_path / "thing-completed.schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    return tmp_path


@pytest.fixture
def publisher(clients: Clients) -> Publisher:
    return Publisher(clients, "the-bus", RetryPolicy(attempts=3, base_seconds=0))


def test_an_event_arrives_as_it_is(aws: FakeAws, publisher: Publisher) -> None:
    assert asyncio.run(publisher.publish(DONE)) == "event-1"
    (sent,) = aws.events
    assert json.loads(sent.pop("Detail")) == DONE.detail
    assert sent == {"Source": "dn.thing", "DetailType": "Thing Completed", "EventBusName": "the-bus"}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (Event("dn.other", "Thing Completed", DONE.detail), "$.source: 'dn.thing' was expected"),
        (Event("dn.thing", "Thing Completed", {"status": "success"}), "$.detail: 'count' is a required property"),
        (Event("dn.thing", "Thing Completed", {**DONE.detail, "count": "3"}), "$.detail.count: '3' is not of type"),
        (Event("dn.thing", "Other Completed"), "there is no schema of 'Other Completed': workers/events/other-comp"),
    ],
)
def test_one_that_is_not_as_its_schema_says_is_not_sent(
    aws: FakeAws, publisher: Publisher, event: Event, told: str
) -> None:
    with pytest.raises(EventInvalidError) as caught:
        asyncio.run(publisher.publish(event))
    assert told in caught.value.problem.detail
    assert aws.calls == []


def test_all_that_is_wrong_is_told() -> None:
    with pytest.raises(EventInvalidError) as caught:
        check(Event("x", "Thing Completed", {"status": "so-so", "count": 1.5}))
    assert caught.value.problem.detail.count("; ") == 2


def test_a_schema_that_is_none_is_a_defect_of_ours(schemas: Path) -> None:
    (schemas / "odd-one.schema.json").write_text('{"type": "no-such-type"}', encoding="utf-8")
    with pytest.raises(jsonschema.SchemaError):
        check(Event("x", "Odd One"))


def test_names_of_schemas() -> None:
    assert schema_path("Channel Backfill Completed").name == "channel-backfill-completed.schema.json"
    assert schema_path("Custom ID  Cleanup/Failed ").name == "custom-id-cleanup-failed.schema.json"


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalFailure", "InternalException", "SomethingNew"])
def test_an_entry_that_is_not_taken_is_sent_again(aws: FakeAws, publisher: Publisher, code: str) -> None:
    """The call answers 200 all the same, with a FailedEntryCount."""
    aws.entry_faults = [code] * 2
    assert asyncio.run(publisher.publish(DONE)) == "event-1"
    assert (len(aws.called("PutEvents")), len(aws.events)) == (3, 1)


def test_at_last_that_is_an_error(aws: FakeAws, publisher: Publisher) -> None:
    aws.entry_faults = ["InternalFailure"] * 9
    with pytest.raises(ServiceDownError, match="the bus the-bus did not take 'Thing Completed': InternalFailure: no"):
        asyncio.run(publisher.publish(DONE))
    assert len(aws.called("PutEvents")) == 3


def test_an_entry_that_is_never_taken_is_sent_once(aws: FakeAws, publisher: Publisher) -> None:
    aws.entry_faults = ["NotAuthorizedForSourceException"]
    with pytest.raises(ServiceDownError):
        asyncio.run(publisher.publish(DONE))
    assert len(aws.called("PutEvents")) == 1


def test_a_call_that_fails_is_made_again(aws: FakeAws, publisher: Publisher) -> None:
    aws.faults["PutEvents"] = [(500, "InternalFailure"), (400, "ThrottlingException")]
    assert asyncio.run(publisher.publish(DONE)) == "event-1"


@pytest.mark.parametrize(
    ("fault", "error"),
    [((400, "AccessDeniedException"), ServiceDownError), ((400, "ResourceNotFoundException"), WrongInputError)],
)
def test_a_call_that_would_fail_again_is_not(
    aws: FakeAws, publisher: Publisher, fault: tuple[int, str], error: type[Exception]
) -> None:
    aws.faults["PutEvents"] = [fault]
    with pytest.raises(error):
        asyncio.run(publisher.publish(DONE))
    assert len(aws.called("PutEvents")) == 1


REAL = sorted((Path(publishing.__file__).parent.parent / "events").glob("*.json"))


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_each_schema_that_there_is_holds_an_event_down(path: Path) -> None:
    """Valid by its own dialect, and no event of another kind, without a detail or with less gets past it."""
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    kind = validator_for(schema, default=None)
    assert kind is not None, "$schema is missing, or no draft that is known"
    kind.check_schema(schema)
    assert {"source", "detail-type", "detail"} <= set(schema["required"])
    (detail_type,) = [
        schema["properties"]["detail-type"].get("const"),
        *schema["properties"]["detail-type"].get("enum", []),
    ][:1]
    assert schema_path(detail_type).name == path.name
    assert not kind(schema).is_valid({"source": "x", "detail-type": detail_type, "detail": {}})
