"""How two trees, and two environments, differ value by value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from generator.command_line import app
from generator.errors import Path, Source, whole
from generator.specs.comparing import Difference, differences, only_in
from generator.specs.reading import parse
from generator.specs.tree import Items, Leaf, Mapping, Node, Plain, merge, plain, prune
from tests.generator.conftest import MINIMAL, Outcome, Workplace, minimal

SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0]) | st.sampled_from(["", "a", "1"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
MAPS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


def tree(value: Plain, path: Path = ()) -> Node:
    source = Source("spec.yaml", 1, path)
    match value:
        case dict():
            return Mapping({key: tree(each, (*path, key)) for key, each in value.items()}, source)
        case list():
            return Items(tuple(tree(each, (*path, index)) for index, each in enumerate(value)), source)
        case _:
            return Leaf(value, source)


def compare(first: dict[str, Plain], second: dict[str, Plain]) -> list[tuple[str, object, object]]:
    one, two = tree(first), tree(second)
    assert isinstance(one, Mapping)
    assert isinstance(two, Mapping)
    return [
        (whole(each.path), *("missing" if node is None else plain(node) for node in (each.first, each.second)))
        for each in differences(one, two)
    ]


def given_values(value: Plain) -> object:
    """A value without the nulls of its maps, and with its types: in Python, 1 is True and 1.0."""
    match value:
        case dict():
            return {key: given_values(each) for key, each in value.items() if each is not None}
        case list():
            return [given_values(each) for each in value]
        case _:
            return type(value).__name__, value


@given(MAPS)
def test_nothing_differs_from_itself(value: dict[str, Plain]) -> None:
    assert compare(value, value) == []


@given(MAPS, MAPS)
def test_what_differs_is_what_makes_one_of_the_other(first: dict[str, Plain], second: dict[str, Plain]) -> None:
    """Each difference, put into the first, gives the second; the other way round, they are the same differences."""
    found = compare(first, second)
    result = json.loads(json.dumps(first))
    one, two = tree(first), tree(second)
    assert isinstance(one, Mapping)
    assert isinstance(two, Mapping)
    for each in differences(one, two):
        put(result, each)
    assert given_values(result) == given_values(second)
    assert [(path, before, after) for path, after, before in compare(second, first)] == found
    assert len({path for path, _, _ in found}) == len(found)


def put(value: Plain, difference: Difference) -> None:
    *parent, last = difference.path
    for part in parent:
        value = value[part]  # type: ignore[index,call-overload]
    if difference.second is None:
        del value[last]  # type: ignore[union-attr,arg-type]
    else:
        value[last] = plain(difference.second)  # type: ignore[index,call-overload]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ({"a": 1}, {"a": True}, [("a", 1, True)]),
        ({"a": 1}, {"a": 1.0}, [("a", 1, 1.0)]),
        ({"a": "1"}, {"a": 1}, [("a", "1", 1)]),
        ({"a": {}}, {}, [("a", {}, "missing")]),
        ({"a": None}, {}, []),
        ({"a": None}, {"a": 1}, [("a", "missing", 1)]),
        ({"b": 1, "a": 1}, {"c": 1}, [("a", 1, "missing"), ("b", 1, "missing"), ("c", "missing", 1)]),
        ({"a": [1, 2]}, {"a": [2, 1]}, [("a", [1, 2], [2, 1])]),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 3}]}, [("a[1].b", 2, 3)]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1}, {"b": 3}]}, [("a", [{"b": 1}], [{"b": 1}, {"b": 3}])]),
        (
            {"a": [{"n": n} for n in range(11)]},
            {"a": [{"n": -n} for n in range(11)]},
            [(f"a[{n}].n", n, -n) for n in range(1, 11)],
        ),
        ({"defaults": {"task": {"cpu": 1}}}, {}, []),
    ],
)
def test_how_values_are_compared(
    first: dict[str, Plain], second: dict[str, Plain], found: list[tuple[str, object, object]]
) -> None:
    assert [(p, typed(a), typed(b)) for p, a, b in compare(first, second)] == [
        (p, typed(a), typed(b)) for p, a, b in found
    ]


def typed(value: object) -> str:
    return repr(value)


def test_items_that_only_one_list_has() -> None:
    first, second = tree(["a", "a", "b", 1]), tree(["b", "a", True])
    assert isinstance(first, Items)
    assert isinstance(second, Items)
    assert [plain(item) for item in only_in(first, second)] == ["a", 1]
    assert [plain(item) for item in only_in(second, first)] == [True]


def test_a_null_that_removes_is_named() -> None:
    base = parse("tags: {a: x, b: y}", "base.yaml")
    own = prune(merge(base, parse("tags:\n  a: null\n", "own.yaml")))
    (found,) = differences(prune(base), own)
    assert found.removed is not None
    assert (whole(found.path), str(found.removed.source)) == ("tags.a", "own.yaml:2")


def diff(*arguments: str) -> Outcome:
    result = CliRunner().invoke(app, ["diff", *arguments, "--environments", "environments"])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return Outcome(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def two(workplace: Workplace) -> Workplace:
    workplace.spec("base", "abstract: true\n" + MINIMAL)
    workplace.spec("one", "extends: base\ntags: {Team: data}\n")
    own = ["extends: base", "state: {key: second}", "network:", "  trusted_compute_subnets: [subnet-a, subnet-b]"]
    own += ["defaults: {task: {log_retention_days: 30}}", "schedules: {weekly: null}"]
    workplace.spec("the-second", "\n".join(own) + "\n")
    return workplace


def test_a_person_sees_path_place_and_value(two: Workplace) -> None:
    outcome = diff("one", "the-second")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == (
        "network.trusted_compute_subnets\n"
        '  one         environments/base.yaml:20       1 item, only here: "subnet-0123456789abcdef0"\n'
        '  the-second  environments/the-second.yaml:4  2 items, only here: "subnet-a", "subnet-b"\n'
        "schedules.weekly.cluster\n"
        '  one         environments/base.yaml:33  "default"\n'
        "  the-second  environments/the-second.yaml:6  removed\n"
        "schedules.weekly.key\n"
        '  one         environments/base.yaml:34  "main"\n'
        "  the-second  environments/the-second.yaml:6  removed\n"
        "schedules.weekly.schedule_expression\n"
        '  one         environments/base.yaml:35  "rate(7 days)"\n'
        "  the-second  environments/the-second.yaml:6  removed\n"
        "schedules.weekly.task\n"
        '  one         environments/base.yaml:32  "report"\n'
        "  the-second  environments/the-second.yaml:6  removed\n"
        "state.key\n"
        '  one         environments/base.yaml:15       "one/terraform.tfstate"\n'
        '  the-second  environments/the-second.yaml:2  "second"\n'
        "tags.Team\n"
        '  one         environments/one.yaml:2  "data"\n'
        "  the-second  not set\n"
        "tasks.report.log_retention_days\n"
        "  one         not set\n"
        "  the-second  environments/the-second.yaml:5  30\n"
    )


def test_a_program_gets_it_whole(two: Workplace) -> None:
    outcome = diff("the-second", "one", "--json")
    report = json.loads(outcome.out)
    assert (report["first"], report["second"]) == ("the-second", "one")
    by_path = {each["path"]: each for each in report["differences"]}
    assert by_path["tags.Team"] == {
        "path": "tags.Team",
        "first": None,
        "second": {"value": "data", "file": "environments/one.yaml", "line": 2},
    }
    assert by_path["schedules.weekly.schedule_expression"]["first"] is None
    assert by_path["schedules.weekly.schedule_expression"]["second"]["value"] == "rate(7 days)"
    assert list(by_path) == sorted(by_path)


def test_what_only_one_has_is_taken_apart(workplace: Workplace) -> None:
    """Down to values and lists of them; maps of a list one by one; what is not given is not there."""
    workplace.spec("one", minimal("one"))
    more = """\
components:
  x:
    inputs:
      b: [{c: 1}, {c: 2, d: null}]
      a: [1, 2]
      e: {}
      f: []
      g: {h: null}
"""
    workplace.spec("two", minimal("one") + more)
    report = json.loads(diff("one", "two", "--json").out)
    found = {each["path"]: (each["second"]["value"], each["second"]["line"]) for each in report["differences"]}
    assert found == {
        "components.x.inputs.a": ([1, 2], 39),
        "components.x.inputs.b[0].c": (1, 38),
        "components.x.inputs.b[1].c": (2, 38),
        "components.x.inputs.e": ({}, 40),
        "components.x.inputs.f": ([], 41),
        "components.x.inputs.g": ({"h": None}, 42),
    }
    assert list(found) == sorted(found)
    assert {each["first"] for each in report["differences"]} == {None}


@pytest.mark.parametrize(
    ("first", "second", "shown_first", "shown_second"),
    [
        ("x" * 100 + "1", "x" * 100 + "2", '"...' + "x" * 30 + '1"', '"...' + "x" * 30 + '2"'),
        ("x" * 100, "x" * 100 + "2", '"...' + "x" * 30 + '"', '"...' + "x" * 30 + '2"'),
        ("x" * 100 + "1" * 99, "x" * 100 + "2" * 99, f'"...{"x" * 30}{"1" * 44}..."', f'"...{"x" * 30}{"2" * 44}..."'),
        ("1" + "x" * 100, "2" + "x" * 100, f'"1{"x" * 76}..."', f'"2{"x" * 76}..."'),
        (
            f"[{'x' * 100}1, a]",
            f"[a, {'x' * 100}2]",
            f'2 items, only here: "...{"x" * 30}1"',
            f'2 items, only here: "...{"x" * 30}2"',
        ),
    ],
)
def test_long_values_are_cut_around_what_differs(
    first: str, second: str, shown_first: str, shown_second: str, workplace: Workplace
) -> None:
    workplace.spec("one", minimal("one") + f"tags: {{T: {first}}}\n")
    workplace.spec("two", minimal("one") + f"tags: {{T: {second}}}\n")
    assert diff("one", "two").out.splitlines() == [
        "tags.T",
        f"  one  environments/one.yaml:35  {shown_first}",
        f"  two  environments/two.yaml:35  {shown_second}",
    ]


@pytest.mark.parametrize(
    ("first", "second", "line"),
    [
        ("[a, b]", "[b, a]", '2 items, the same in another order: ["a", "b"]'),
        ("[a, b]", "[b]", '2 items, only here: "a"'),
        ("[b]", "[a, b]", "1 item, none only here"),
        ("[a, b, c, d, e]", "[x]", '5 items, only here: "a", "b", "c" and 2 more'),
    ],
)
def test_lists_in_words(first: str, second: str, line: str, workplace: Workplace) -> None:
    workplace.spec("one", minimal("one") + f"tags: {first}\n")
    workplace.spec("two", minimal("one") + f"tags: {second}\n")
    assert f"  one  environments/one.yaml:35  {line}\n" in diff("one", "two").out


def test_no_difference(workplace: Workplace) -> None:
    workplace.spec("one", MINIMAL)
    workplace.spec("two", "extends: one\n")
    for pair in (("one", "two"), ("one", "one")):
        assert diff(*pair) == Outcome(0, f"no difference between {pair[0]} and {pair[1]}\n", "")
    assert json.loads(diff("one", "two", "--json").out)["differences"] == []


def test_names_that_are_not_there_are_both_said(two: Workplace) -> None:
    outcome = diff("onee", "base")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        'environments/base.yaml:1: "base" is abstract: it is there for others to extend\n'
        'environments/onee.yaml: there is no such spec; did you mean "one"?\n'
    )
