"""Reading: every value knows its line, and specs merge by the documented rules."""

from __future__ import annotations

import pytest

from generator.errors import SpecError
from generator.specs import loading
from generator.specs.reading import parse
from generator.specs.tree import Leaf, Node, find, plain
from tests.generator.conftest import Workplace


def source(tree: Node, *path: str | int) -> str:
    node, steps = find(tree, path)
    assert steps == len(path), f"{path} is not there"
    return str(node.source)


def test_every_value_knows_its_line() -> None:
    tree = parse("a: 1\n\nb: # why\n  c: [x,\n      y]\n  d: >-\n    folded\n    text\n  e:\n    - f: 2\n", "spec.yaml")
    assert source(tree, "a") == "spec.yaml:1"
    assert source(tree, "b") == "spec.yaml:3"
    assert source(tree, "b", "c", 0) == "spec.yaml:4"
    assert source(tree, "b", "c", 1) == "spec.yaml:5"
    assert source(tree, "b", "d") == "spec.yaml:6"
    assert source(tree, "b", "e", 0, "f") == "spec.yaml:10"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("12", 12),
        ("-3", -3),
        ("-123456789012345678", -123456789012345678),
        ("0", 0),
        ("1.50", 1.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("yes", "yes"),  # YAML 1.1 has it true
        ("on", "on"),
        ("2030-01-01", "2030-01-01"),
        ("2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
        ("12:30:45", "12:30:45"),  # YAML 1.1 has it a number of base 60
        ("1.4.0", "1.4.0"),
        ('"012345678901"', "012345678901"),
        ("'${x}'", "${x}"),
        ('"\\u00e9\\n"', "é\n"),
        ('"e\\u0301"', "é"),  # composed, as Terraform has every text
    ],
)
def test_scalars_are_what_they_look_like(written: str, read: object) -> None:
    value = plain(parse(f"value: {written}\n", "spec.yaml"))
    assert value == {"value": read}
    assert isinstance(value, dict)
    assert type(value["value"]) is type(read)


def test_an_alias_is_the_value_again() -> None:
    tree = parse("a: &shared\n  x: 1\nb: *shared\n", "spec.yaml")
    assert plain(tree) == {"a": {"x": 1}, "b": {"x": 1}}
    assert source(tree, "b") == "spec.yaml:3"
    assert source(tree, "b", "x") == "spec.yaml:2"


def test_maps_merge_lists_and_values_replace_null_removes(workplace: Workplace) -> None:
    workplace.spec(
        "base", "abstract: true\nmap: {kept: 1, changed: 2, gone: 3}\nlist: [1, 2]\nvalue: old\ndropped: {x: 1}\n"
    )
    workplace.spec("own", "extends: base\nmap: {changed: 4, gone: null, new: 5}\nlist: [3]\nvalue: new\ndropped:\n")
    tree = loading.load(workplace.environments, "own")
    assert plain(tree) == {"map": {"kept": 1, "changed": 4, "new": 5}, "list": [3], "value": "new"}


def test_a_null_that_removes_nothing_stays(workplace: Workplace) -> None:
    """It is for the model to judge: a task without a body must not vanish unseen."""
    workplace.spec("own", "tasks:\n  report:\n")
    assert plain(loading.load(workplace.environments, "own")) == {"tasks": {"report": None}}


def test_merged_values_keep_their_file(workplace: Workplace) -> None:
    workplace.spec("far", "abstract: true\na: 1\nb: {x: 1,\n  y: 1}\n")
    workplace.spec("near", "abstract: true\nextends: far\nb:\n  y: 2\n")
    workplace.spec("own", "extends: near\n\nc: 3\n")
    tree = loading.load(workplace.environments, "own")
    assert plain(tree) == {"a": 1, "b": {"x": 1, "y": 2}, "c": 3}
    assert source(tree, "a") == "environments/far.yaml:2"
    assert source(tree, "b", "x") == "environments/far.yaml:3"
    assert source(tree, "b", "y") == "environments/near.yaml:4"
    assert source(tree, "c") == "environments/own.yaml:3"


def test_defaults_lie_under_every_workload(workplace: Workplace) -> None:
    workplace.spec(
        "own",
        "defaults:\n  task:\n    cpu: 1\n    names: {family: f}\n  schedule:\n    key: main\n"
        "tasks:\n  a:\n    cpu: 2\n  b: {cpu: null}\nschedules:\n  s: {task: a}\n",
    )
    tree = loading.load(workplace.environments, "own")
    values = plain(tree)
    assert isinstance(values, dict)
    assert values["tasks"] == {"a": {"cpu": 2, "names": {"family": "f"}}, "b": {"names": {"family": "f"}}}
    assert values["schedules"] == {"s": {"key": "main", "task": "a"}}
    assert source(tree, "tasks", "a", "names", "family") == "environments/own.yaml:4"
    node, _ = find(tree, ("tasks", "a", "names", "family"))
    assert isinstance(node, Leaf)
    assert node.source.path == ("defaults", "task", "names", "family")


def test_an_abstract_spec_is_no_environment(workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\na: 1\n")
    with pytest.raises(SpecError, match='"base" is abstract'):
        loading.load(workplace.environments, "base")


def test_abstract_is_not_inherited(workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\na: 1\n")
    workplace.spec("own", "extends: base\nb: 2\n")
    assert plain(loading.load(workplace.environments, "own")) == {"a": 1, "b": 2}
