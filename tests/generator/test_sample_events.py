"""The sample events beside the specs are events that EventBridge takes, and each is for a rule of some environment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator.specs.loading import Specs
from generator.specs.tree import plain
from semantics.event_patterns import matches
from tests.support.planning import REPOSITORY

ENVIRONMENTS = REPOSITORY / "environments"
FILES = sorted((ENVIRONMENTS / "events").iterdir())


def rules() -> dict[str, dict[str, Any]]:
    """The event pattern of each rule of each environment, by its place."""
    specs = Specs(ENVIRONMENTS)
    documents = [document for name in specs.names() if not (document := specs.read(name)).abstract]
    return {
        f"{document.name}.workflows.{workflow}.rules.{key}": rule.get("event_pattern")
        or json.loads(rule["event_pattern_json"])
        for document in documents
        for workflow, call in (plain(specs.load(document.name)).get("workflows") or {}).items()
        for key, rule in call["rules"].items()
    }


def test_there_are_the_events_of_the_documents() -> None:
    assert [path.name for path in FILES] == [
        "channel-backfill-completed.json",
        "channel-backfill-failed.json",
        "custom-id-cleanup-requested.json",
        "mvp-development-request.json",
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_is_an_event_that_can_be_put(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    event = json.loads(text)
    assert json.dumps(event, indent=2, ensure_ascii=False) + "\n" == text
    # What a publisher says of an event; EventBridge adds the rest ("PutEventsRequestEntry").
    assert {"source", "detail-type", "detail"} <= set(event) <= {"source", "detail-type", "detail", "resources", "time"}
    assert isinstance(event["detail"], dict)
    for name in ("source", "detail-type"):
        assert isinstance(event[name], str)
        assert event[name]
    assert not event["source"].startswith("aws.")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_rule_of_an_environment_is_for_it(path: Path) -> None:
    event = json.loads(path.read_text(encoding="utf-8"))
    assert [place for place, pattern in rules().items() if matches(pattern, event)]
