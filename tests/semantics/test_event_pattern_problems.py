"""What EventBridge refuses in a pattern, with its place and in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from semantics import wildcards
from semantics.event_patterns import MAX_CHARACTERS, matches, problems, size

TABLE: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("event_pattern_problems.yaml"))


def lines(pattern: object) -> list[str]:
    return [f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in problems(pattern)]


@pytest.mark.parametrize("row", TABLE["refused"], ids=lambda row: str(row["pattern"])[:60])
def test_what_is_refused(row: dict[str, Any]) -> None:
    assert lines(row["pattern"]) == row["problems"]


@pytest.mark.parametrize("pattern", TABLE["accepted"], ids=lambda pattern: str(pattern)[:60])
def test_what_is_taken(pattern: dict[str, Any]) -> None:
    assert lines(pattern) == []
    matches(pattern, {"a": ["text", 1, None], "b": "10.0.0.1"})


def pattern_of(characters: int) -> dict[str, Any]:
    return {"a": ["é" * (characters - len('{"a":[""]}'))]}


def test_the_size_is_that_of_json_without_white_space() -> None:
    """A character counts as one, whatever its bytes; Terraform sends < and > as they are, too."""
    assert size({"a": ["é", {"numeric": [">", 1]}]}) == len('{"a":["é",{"numeric":[">",1]}]}')
    assert lines(pattern_of(MAX_CHARACTERS)) == []
    assert lines(pattern_of(MAX_CHARACTERS + 1)) == [": 2049 characters: EventBridge takes 2048"]


def test_a_size_hides_no_other_problem() -> None:
    assert lines({**pattern_of(2100), "b": 1})[1:] == ["b: 1 is in no array: the values of a field are, as in [1]"]


def nested(depth: int, leaf: Any) -> dict[str, Any]:
    for _ in range(depth):
        leaf = {"": leaf}
    return leaf


def test_a_pattern_may_be_nested_as_deeply_as_its_size_lets_it() -> None:
    pattern, event = nested(408, ["b"]), nested(408, "b")
    assert size(pattern) == MAX_CHARACTERS - 3
    assert lines(pattern) == []
    assert matches(pattern, event)
    assert lines(nested(100_000, ["b"])) == [": nested more than 409 deep: EventBridge takes 2048 characters"]


def test_alternatives_make_up_to_a_thousand_combinations() -> None:
    ten = [{"x": [index]} for index in range(10)]
    assert lines({"$or": ten, "b": {"$or": ten}, "c": {"$or": ten}}) == []
    assert lines({"$or": ten, "b": {"$or": ten}, "c": {"$or": [*ten, {"x": [10]}]}}) == [
        ": its $or make 1100 combinations: EventBridge takes 1000"
    ]
    # An alternative within an alternative adds to it, and does not multiply all.
    inner = [{"y": [index]} for index in range(10)]
    assert lines({"$or": [*ten[:9], {"$or": inner}], "c": {"$or": ten}}) == []


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        (["a"], 1),
        (["a*b"], 2),
        (["a*bb"], 3),
        (["a*bbb"], 4),
        (["a*bc"], 2),
        (["a*b*bb"], 5),
        (["a*b*cd"], 3),
        (["*a*a*a"], 6),
        (["*:*:*:*:*:event-bus/*"], 11),
        (["/Users/*/dir/dir/dir/dir/dir/doc.txt"], 7),
        (["a*bc", "ab*cd"], 4),
        (["a*aaa", "aa*aa"], 7),
        (["abc*", "abcde*"], 4),
        (["ab*cd", "ab*wx", "ab*yz"], 6),
        (["ab*c", "ab*c"], 2),
        (["a*éè"], 3),  # bytes, of which these have the first in common
    ],
)
def test_complexity_is_how_many_beginnings_match_at_once(expressions: list[str], expected: int) -> None:
    assert wildcards.complexity([(each,) for each in expressions], at_most=100) == expected


def test_what_one_operator_excludes_begins_together() -> None:
    paths = [f"/{letter}/*" for letter in "abcdefghijklm"]
    assert wildcards.complexity([tuple(paths)], at_most=100) == 2
    assert lines({"a": [{"anything-but": {"wildcard": paths}}]}) == []
    assert lines({"a": [{"wildcard": path} for path in paths]}) != []


def test_alternatives_are_too_complex_only_together() -> None:
    one, other = {"wildcard": "*x*x*x"}, {"wildcard": "*x*x*"}
    assert lines({"$or": [{"a": [one]}, {"a": [other]}]}) != []
    # They are compared apart where something else has been matched before.
    assert lines({"$or": [{"a": [one], "A": ["1"]}, {"a": [other], "A": ["2"]}]}) == []


def test_an_expression_that_would_take_long_is_let_through() -> None:
    """AWS has the last word; a plan does not wait for it."""
    assert wildcards.complexity([("*" + "ab" * 250 + "*" + "ba" * 250 + "*" + "aabb" * 100,)], at_most=10_000) > 0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "$or", "prefix", "numeric", "anything-but", "cidr", "wildcard", "exists"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_any_value_is_judged_and_what_is_taken_can_be_matched(pattern: Any) -> None:
    if not problems(pattern):
        assert matches(pattern, {"a": 1, "prefix": "a"}) in (True, False)
