"""Which events a pattern matches: the table of the guide's operators, and what holds of all patterns and events."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from semantics.event_patterns import matches, problems
from semantics.pattern_operators import OPERATORS
from tests.support.planning import REPOSITORY

SECTIONS: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("event_patterns.yaml"))
ROWS = [(section["operator"], row) for section in SECTIONS for row in section["rows"]]


@pytest.mark.parametrize(
    ("operator", "row"), ROWS, ids=[f"{number}-{operator}" for number, (operator, _) in enumerate(ROWS, 1)]
)
def test_a_row_of_the_table(operator: str, row: dict[str, Any]) -> None:
    assert not problems(row["pattern"])
    assert matches(row["pattern"], row["event"]) is row["matches"]


def test_the_table_is_whole() -> None:
    """Every operator has rows that match and rows that do not; no row is there twice."""
    assert len(ROWS) >= 150
    assert len({json.dumps([row["pattern"], row["event"]]) for _, row in ROWS}) == len(ROWS)
    verdicts = Counter((operator, row["matches"]) for operator, row in ROWS)
    negated = {f"anything-but {each}" for each in ("prefix", "suffix", "equals-ignore-case", "wildcard")}
    in_any_case = {"prefix equals-ignore-case", "suffix equals-ignore-case"}
    for operator in {*OPERATORS, *negated, *in_any_case, "equals", "null", "empty", "arrays", "$or", "names with dots"}:
        assert verdicts[operator, True], operator
        assert verdicts[operator, False], operator
    assert all(section["source"] for section in SECTIONS)


FAILURE_EVENTS = sorted((REPOSITORY / "tests" / "modules" / "ecs-task" / "events").glob("*.json"))
# What modules/ecs-task/failure_alarm.tf makes for the task of these events.
FAILURE_PATTERN: dict[str, Any] = {
    "source": ["aws.ecs"],
    "detail-type": ["ECS Task State Change"],
    "detail": {
        "lastStatus": ["STOPPED"],
        "taskDefinitionArn": [{"prefix": "arn:aws:ecs:us-east-1:867653852961:task-definition/report:"}],
        "$or": [
            {"containers": {"exitCode": [{"anything-but": 0}]}},
            {"stopCode": ["TaskFailedToStart", "SpotInterruption", "TerminationNotice", "InfrastructureHealth"]},
        ],
    },
}


@pytest.mark.parametrize("path", FAILURE_EVENTS, ids=lambda path: path.stem)
def test_the_failure_alarm_notices_what_it_should(path: Path) -> None:
    sample = json.loads(path.read_text(encoding="utf-8"))
    assert matches(FAILURE_PATTERN, sample["event"]) is sample["matches"], sample["why"]


# --- What holds of all patterns and events

numbers = st.integers(-1000, 1000) | st.integers(-(10**13), 10**13) | st.floats(allow_nan=False, allow_infinity=False)
scalars = (
    st.none() | st.booleans() | numbers | st.text(max_size=6) | st.sampled_from(["10.0.0.1", "2001:db8::1", "a*b"])
)
names = st.sampled_from(["a", "b", "c", "d.e", "$or"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=12
)
events = st.dictionaries(names, values, max_size=4)

bounds = st.integers(-(5 * 10**9), 5 * 10**9) | st.integers(-99, 99)
texts = st.text(max_size=4)
filled = st.text(min_size=1, max_size=4)
wildcard_texts = st.sampled_from(["*", "a*", "*a", "a*b", r"\*", "", "é*"])
operators = st.one_of(
    st.builds(lambda each: {"prefix": each}, texts | st.builds(lambda each: {"equals-ignore-case": each}, texts)),
    st.builds(lambda each: {"suffix": each}, texts | st.builds(lambda each: {"equals-ignore-case": each}, texts)),
    st.builds(lambda each: {"equals-ignore-case": each}, texts),
    st.builds(lambda each: {"exists": each}, st.booleans()),
    st.builds(lambda each: {"wildcard": each}, wildcard_texts),
    st.builds(lambda name, each: {"numeric": [name, each]}, st.sampled_from(["=", "<", "<=", ">", ">="]), bounds),
    st.builds(
        lambda each: {"anything-but": each}, texts | bounds | st.lists(texts, min_size=1) | st.lists(bounds, min_size=1)
    ),
    st.builds(lambda each: {"anything-but": {"prefix": each}}, filled | st.lists(filled, min_size=1)),
    st.builds(lambda each: {"anything-but": {"wildcard": each}}, wildcard_texts),
    st.builds(lambda each: {"cidr": each}, st.sampled_from(["10.0.0.0/8", "2001:db8::/32"])),
)
fields = st.lists(scalars | operators, min_size=1, max_size=3)
plain_names = st.sampled_from(["a", "b", "c", "d.e"])


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return objects of fields, with or without alternatives."""
    named = st.dictionaries(plain_names, inner, min_size=1, max_size=3)
    return named | st.builds(
        lambda rest, branches: {**rest, "$or": branches},
        st.dictionaries(plain_names, inner, max_size=2),
        st.lists(named, min_size=2, max_size=3),
    )


patterns = _objects(fields | _objects(fields)).filter(lambda pattern: not problems(pattern))


@given(patterns, events)
def test_it_never_raises(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    assert matches(pattern, event) in (True, False)


@given(events)
def test_a_pattern_made_of_an_event_matches_it(event: dict[str, Any]) -> None:
    pattern = _one_value_of_each(event)
    assert pattern is None or matches(pattern, event)


def _one_value_of_each(value: Any) -> Any:
    """Return a pattern that an object's own values fulfil, from one element of each array; None if it has no value."""
    if isinstance(value, dict):
        inner = {name: _one_value_of_each(each) for name, each in value.items() if "." not in name and name != "$or"}
        return {name: each for name, each in inner.items() if each is not None} or None
    if isinstance(value, list):
        return next((found for each in value if (found := _one_value_of_each(each)) is not None), None)
    return [value]


@given(scalars, texts | bounds)
def test_anything_but_is_the_opposite_of_the_value(value: Any, excluded: Any) -> None:
    event = {"a": value}
    assert matches({"a": [{"anything-but": excluded}]}, event) is not matches({"a": [excluded]}, event)


@given(
    scalars, st.sampled_from(["prefix", "suffix", "equals-ignore-case", "wildcard"]), st.sampled_from(["a", "é", "Ab"])
)
def test_anything_but_is_the_opposite_of_an_operator(value: Any, name: str, excluded: str) -> None:
    event = {"a": value}
    assert matches({"a": [{"anything-but": {name: excluded}}]}, event) is not matches({"a": [{name: excluded}]}, event)


@given(st.dictionaries(plain_names, fields, min_size=1), st.dictionaries(plain_names, fields, min_size=1), events)
def test_or_is_any_of_its_alternatives(one: dict[str, Any], other: dict[str, Any], event: dict[str, Any]) -> None:
    assert matches({"$or": [one, other]}, event) is (matches(one, event) or matches(other, event))


@given(st.dictionaries(plain_names, fields, min_size=1), fields, events)
def test_a_further_value_never_makes_less_match(
    pattern: dict[str, Any], more: list[Any], event: dict[str, Any]
) -> None:
    if matches(pattern, event):
        assert matches({name: [*tests, *more] for name, tests in pattern.items()}, event)


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), fields, min_size=1), fields, events)
def test_a_further_field_never_makes_more_match(
    pattern: dict[str, Any], more: list[Any], event: dict[str, Any]
) -> None:
    # The field is compared after the others: one before them may say in which element they have to be missing.
    if matches({**pattern, "z": more}, event):
        assert matches(pattern, event)


@given(patterns, events, names, values)
def test_what_a_pattern_does_not_name_does_not_matter(
    pattern: dict[str, Any], event: dict[str, Any], name: str, value: Any
) -> None:
    assert matches(pattern, {**event, f"{name}-other": value}) is matches(pattern, event)


def test_a_deeply_nested_event_is_matched() -> None:
    event: dict[str, Any] = {"b": 1}
    for _ in range(5000):
        event = {"a": [event]}
    assert not matches({"b": [1]}, event)
    assert matches({"b": [{"exists": False}]}, event)


def test_large_arrays_are_matched_in_no_time() -> None:
    """Arrays that nothing binds to each other are not combined: the way through them is not their product."""
    event = {name: [{"x": index} for index in range(300)] for name in "abcdefgh"}
    assert matches({name: {"x": [{"numeric": [">=", 0]}]} for name in "abcdefgh"}, event)
