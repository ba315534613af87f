"""An example of an event is one that its pattern matches, and there is none only where no event can match."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semantics.event_patterns import branches, matches, problems
from semantics.example_events import example
from semantics.pattern_operators import LARGEST_NUMBER, OPERATORS
from tests.semantics.test_event_patterns import ROWS, events, filled, operators, patterns, scalars, texts

# What the other strategy does not draw: ranges, numbers with digits after the point, all that can be negated.
_decimals = st.integers(-LARGEST_NUMBER * 10, LARGEST_NUMBER * 10).map(lambda tenths: tenths / 10)
_steps = st.integers(-20, 20).map(lambda millionths: millionths / 10**6)
_bounds = st.sampled_from([-LARGEST_NUMBER, LARGEST_NUMBER, 0]) | _decimals | _steps
_ranges = st.builds(
    lambda low, first, high, second: {"numeric": [low, first, high, second]},
    st.sampled_from([">", ">="]), _bounds, st.sampled_from(["<", "<="]), _bounds,
)  # fmt: skip
_negated = st.builds(
    lambda name, texts: {"anything-but": {name: texts}},
    st.sampled_from(["prefix", "suffix", "equals-ignore-case", "wildcard"]),
    st.lists(st.sampled_from(["e*", "*", "other", "a", "b", "A", "0", "", "e", "x", "X"]), min_size=1),
)
_single = st.builds(
    lambda name, bound: {"numeric": [name, bound]}, st.sampled_from(["=", "<", "<=", ">", ">="]), _bounds
)
_odd_cases = st.sampled_from(["ǅ", "ß", "İ", "é", ""]).flatmap(
    lambda text: st.sampled_from(
        [
            {"prefix": {"equals-ignore-case": text}},
            {"suffix": {"equals-ignore-case": text}},
            {"equals-ignore-case": text},
        ]
    )
)
_blocks = st.builds(
    lambda number, bits: {"cidr": f"::ffff:{number >> 16:x}:{number & 0xFFFF:x}/{bits}"},
    st.integers(0, 2**32 - 1), st.integers(0, 127),
)  # fmt: skip
tests = (operators | _ranges | _negated | _single | _odd_cases | _blocks | scalars).filter(
    lambda test: not problems({"a": [test]})
)


@pytest.mark.parametrize("pattern", [row["pattern"] for _, row in ROWS], ids=json.dumps)
def test_the_pattern_of_each_row_of_the_table_matches_its_example(pattern: dict[str, Any]) -> None:
    event = example(pattern)
    assert event is not None
    assert matches(pattern, event)
    json.dumps(event, allow_nan=False)


@given(patterns, events)
def test_an_example_is_matched_and_there_is_one_if_any_event_is(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    found = example(pattern)
    assert matches(pattern, found) if found is not None else not matches(pattern, event)


@given(tests, scalars | _decimals | _steps)
def test_an_example_of_one_test_is_matched_and_there_is_one_if_any_value_is(test: Any, value: Any) -> None:
    found = example({"a": [test]})
    assert matches({"a": [test]}, found) if found is not None else not matches({"a": [test]}, {"a": value})


@given(tests)
def test_only_numbers_out_of_bounds_have_no_example(test: Any) -> None:
    if example({"a": [test]}) is None:
        assert list(test) == ["numeric"]
        bounds = dict(zip(test["numeric"][::2], test["numeric"][1::2], strict=True))
        between = bounds.get("<", LARGEST_NUMBER) - bounds.get(">", -LARGEST_NUMBER)
        assert (
            bounds.get(">") == LARGEST_NUMBER
            or bounds.get("<") == -LARGEST_NUMBER
            # The next number is one millionth away.
            or round(between * 10**6) == 1
        )


@given(st.dictionaries(st.sampled_from(["a", "a.b", "a.b.c", "a.d", "e"]), st.lists(tests, min_size=1), min_size=1))
def test_a_value_and_fields_below_it_do_not_shut_each_other_out(pattern: dict[str, Any]) -> None:
    alone = [example({name: tests}) for name, tests in pattern.items()]
    assert (example(pattern) is None) is (None in alone)
    assert None in alone or matches(pattern, example(pattern) or {})


@given(patterns)
def test_an_example_has_no_field_that_the_pattern_does_not_name(pattern: dict[str, Any]) -> None:
    named = {name for branch in branches(pattern) for name in branch}
    assert set(_leaves(example(pattern) or {})) <= named


@given(patterns)
def test_the_pattern_is_left_as_it_is(pattern: dict[str, Any]) -> None:
    before = copy.deepcopy(pattern)
    example(pattern)
    assert pattern == before


def _leaves(value: Any, name: str = "") -> Iterator[str]:
    """Yield the names of all that is no object, joined with dots; arrays have none of their own."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name


# What a person reads: the pattern, and the event in full.
READABLE: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
    (
        {"source": ["dn.a", "dn.b"], "detail-type": ["Done"], "detail": {"count": [{"numeric": [">", 0]}]}},
        {"source": "dn.a", "detail-type": "Done", "detail": {"count": 1}},
    ),
    ({"detail": {"file": [{"prefix": "claims-"}]}}, {"detail": {"file": "claims-example"}}),
    ({"detail": {"file": [{"suffix": ".csv"}]}}, {"detail": {"file": "example.csv"}}),
    ({"detail": {"file": [{"wildcard": r"a/*/\**.csv"}]}}, {"detail": {"file": "a/example/*example.csv"}}),
    ({"detail": {"state": [{"prefix": {"equals-ignore-case": "Start"}}]}}, {"detail": {"state": "Startexample"}}),
    ({"detail": {"state": [{"equals-ignore-case": "Done"}]}}, {"detail": {"state": "Done"}}),
    ({"detail": {"exitCode": [{"anything-but": 0}]}}, {"detail": {"exitCode": 1}}),
    ({"detail": {"exitCode": [{"anything-but": [1, 2]}]}}, {"detail": {"exitCode": 3}}),
    ({"detail": {"state": [{"anything-but": "stopped"}]}}, {"detail": {"state": "example"}}),
    ({"detail": {"state": [{"anything-but": ["example", "example-2"]}]}}, {"detail": {"state": "example-3"}}),
    ({"detail": {"state": [{"anything-but": {"prefix": "e"}}]}}, {"detail": {"state": "other"}}),
    ({"detail": {"state": [{"anything-but": {"wildcard": "*"}}]}}, {"detail": {"state": 1}}),
    ({"detail": {"n": [{"numeric": ["=", 2.5]}]}}, {"detail": {"n": 2.5}}),
    ({"detail": {"n": [{"numeric": ["<", 10]}]}}, {"detail": {"n": 9}}),
    ({"detail": {"n": [{"numeric": ["<=", 10]}]}}, {"detail": {"n": 10}}),
    ({"detail": {"n": [{"numeric": [">", 0, "<", 0.5]}]}}, {"detail": {"n": 0.000001}}),
    ({"detail": {"n": [{"numeric": [">", LARGEST_NUMBER]}]}}, None),
    ({"detail": {"n": [{"numeric": [">", 0, "<", 0.000001]}]}}, None),
    ({"detail": {"n": [{"numeric": [">", LARGEST_NUMBER]}, None]}}, {"detail": {"n": None}}),
    ({"detail": {"address": [{"cidr": "10.1.2.3/8"}]}}, {"detail": {"address": "10.0.0.1"}}),
    ({"detail": {"address": [{"cidr": "2001:db8::/32"}]}}, {"detail": {"address": "2001:db8::1"}}),
    ({"detail": {"error": [{"exists": False}], "id": [{"exists": True}]}}, {"detail": {"id": "example"}}),
    ({"detail": {"error": [{"exists": False}]}}, {}),
    ({"detail": {"error": [None], "text": [""], "ok": [False]}}, {"detail": {"error": None, "text": "", "ok": False}}),
    ({"resources": ["a", "b"], "detail": {"resources": [1]}}, {"resources": ["a"], "detail": {"resources": 1}}),
    ({"detail.run.id": [7]}, {"detail": {"run": {"id": 7}}}),
    ({"run": ["a"], "run.task": ["b"], "run.task.id": [1]}, {"run": ["a", {"task": ["b", {"id": 1}]}]}),
    ({"run.task": ["b"], "run": [None]}, {"run": [None, {"task": "b"}]}),
    ({"resources.id": ["b"], "resources": ["a"]}, {"resources": ["a", {"id": "b"}]}),
    ({"$or": [{"n": [{"numeric": ["<", -LARGEST_NUMBER]}]}, {"m": [1]}], "source": ["a"]}, {"m": 1, "source": "a"}),
    ({"$or": [{"prefix": "a-"}, {"suffix": "b"}]}, {"$or": "a-example"}),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "event"), READABLE, ids=[json.dumps(pattern) for pattern, _ in READABLE])
def test_an_example_is_small_and_can_be_read(pattern: dict[str, Any], event: dict[str, Any] | None) -> None:
    assert example(pattern) == event
    assert event is None or (matches(pattern, event) and list(event) == list(example(pattern) or {}))


def test_every_operator_has_an_example_to_read() -> None:
    written = json.dumps([pattern for pattern, _ in READABLE])
    assert all(f'{{"{operator}":' in written for operator in OPERATORS)


def test_a_name_with_many_dots_is_put_into_as_many_objects() -> None:
    event: Any = example({".".join("a" * 900): ["x"]})
    for _ in range(900):
        event = event["a"]
    assert event == "x"


@given(texts | filled)
def test_a_text_that_looks_like_nothing_else_is_its_own_example(text: str) -> None:
    assert example({"a": [text]}) == {"a": text}
