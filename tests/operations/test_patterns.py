"""Patterns and events as people give them, and why a pattern does not match."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import WrongUseError
from operations import patterns
from semantics import event_patterns

EVENT = {
    "source": "shop.web",
    "detail-type": "Report Wanted",
    "detail": {"kind": "daily", "count": 3, "lines": [{"id": 1, "state": "open"}, {"id": 2, "state": "done"}]},
}
TOGETHER = "each field matches by itself, but not all of them together: fields of one array must match in one element"
ALTERNATIVES = '[{"kind": ["weekly"]}, {"count": [4]}]'


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ({"source": ["shop.app"]}, ['source: the event has "shop.web", and the pattern wants ["shop.app"]']),
        (
            {"detail": {"kind": ["weekly"], "count": [3]}},
            ['detail.kind: the event has "daily", and the pattern wants ["weekly"]'],
        ),
        (
            {"source": ["a"], "detail": {"gone": [{"prefix": "x"}]}},
            [
                'source: the event has "shop.web", and the pattern wants ["a"]',
                'detail.gone: the event has no such field, and the pattern wants [{"prefix": "x"}]',
            ],
        ),
        (
            {"detail": {"lines": {"id": [3]}}},
            ["detail.lines.id: the event has 1, 2, and the pattern wants [3]"],
        ),
        (
            {"detail": {"lines": {"id": [1], "state": ["done"]}}},
            [TOGETHER],
        ),
        (
            {"detail": {"$or": [{"kind": ["weekly"]}, {"count": [4]}]}},
            [f"detail.$or: none of the alternatives matches, and the pattern wants {ALTERNATIVES}"],
        ),
        ({"detail.kind": ["weekly"]}, ['detail.kind: the event has "daily", and the pattern wants ["weekly"]']),
        ({"source": ["shop.web"], "detail": {"count": [{"numeric": [">", 2]}]}}, []),
    ],
)
def test_each_field_that_keeps_a_pattern_from_matching_is_named(pattern: dict[str, Any], why: list[str]) -> None:
    assert patterns.mismatches(pattern, EVENT) == why


VALUES = st.sampled_from(["a", "b", 1, None, True])
PATTERNS = st.fixed_dictionaries(
    {}, optional={name: st.lists(VALUES, min_size=1, max_size=2) for name in ("source", "one", "two")}
)
EVENTS = st.fixed_dictionaries({}, optional={name: VALUES | st.lists(VALUES) for name in ("source", "one", "two")})


@given(PATTERNS.filter(bool), EVENTS, PATTERNS.filter(bool), EVENTS)
def test_there_is_a_reason_exactly_where_there_is_no_match(
    top: dict[str, Any], event: dict[str, Any], inner: dict[str, Any], detail: dict[str, Any]
) -> None:
    pattern, whole = {**top, "detail": inner}, {**event, "detail": detail}
    assert bool(patterns.mismatches(pattern, whole)) is not event_patterns.matches(pattern, whole)


def test_a_pattern_that_eventbridge_refuses_is_refused_with_every_mistake() -> None:
    with pytest.raises(WrongUseError) as refused:
        patterns.parse_pattern('{"source": "a", "detail": {"n": [{"numerics": [1]}]}}', "--pattern")
    first, second = str(refused.value).splitlines()
    assert first.startswith("--pattern: source: ")
    assert second.startswith("--pattern: detail.n.0")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "x: not JSON: "),
        ("[1]", "x: [1]: a JSON object is wanted"),
        ('{"source": "a", "detail": {}}', 'x: "detail-type" is missing'),
        ('{"source": "", "detail-type": "b", "detail": {}}', 'x: source is "": text is wanted'),
        ('{"source": "a", "detail-type": "b", "detail": "c"}', 'x: detail is "c": a JSON object is wanted'),
        ('{"Source": "a", "DetailType": "b", "Detail": "{"}', "x: Detail: not JSON: "),
    ],
)
def test_what_is_no_event_is_refused(text: str, problem: str) -> None:
    with pytest.raises(WrongUseError) as refused:
        patterns.parse_event(text, "x")
    assert str(refused.value).startswith(problem)


def test_an_entry_of_put_events_is_an_event_too() -> None:
    entry = {"Source": "a", "DetailType": "b", "Detail": '{"c": 1}', "EventBusName": "d", "Resources": ["e"]}
    assert patterns.parse_event(json.dumps(entry), "x") == {
        "source": "a",
        "detail-type": "b",
        "detail": {"c": 1},
        "resources": ["e"],
    }


def test_what_is_given_is_json_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text("{}", encoding="utf-8")
    assert patterns.read(' {"a": 1}', "--event") == (' {"a": 1}', "--event")
    assert patterns.read(str(file), "--event") == ("{}", str(file))
    with pytest.raises(WrongUseError, match=r"nowhere\.json is no JSON object, and as a file cannot be read: No such"):
        patterns.read("nowhere.json", "--event")
    file.write_bytes(b"\xff")
    with pytest.raises(WrongUseError, match="no text in UTF-8"):
        patterns.read(str(file), "--event")


def test_what_an_event_has_already_is_not_filled_in() -> None:
    whole = patterns.completed({**EVENT, "account": "1"}, "123456789012", "us-east-2")
    assert (whole["account"], whole["region"], whole["detail"]) == ("1", "us-east-2", EVENT["detail"])
    assert whole.keys() >= {"version", "id", "time", "resources"}
