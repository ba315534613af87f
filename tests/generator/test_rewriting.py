"""One value of a text changes, and nothing else does, however it was written."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from generator.errors import Path
from generator.specs.reading import parse
from generator.specs.rewriting import Text, written
from generator.specs.tree import Plain, plain

WORDS = st.sampled_from(
    ["dn-dev", "x dn-dev y", "a\nb dn-dev\n", "é😀", "", "- # :", "'\"\\", "\tdn-dev", "true", "12"]
)
VALUES = st.recursive(
    WORDS,
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(WORDS, inner, min_size=1, max_size=3),
    max_leaves=10,
)
SPECS = st.dictionaries(st.sampled_from(["a", "b b", "é"]), VALUES, min_size=1)
STYLES = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([True, False, None]),
        "default_style": st.sampled_from([None, '"', "'", "|", ">"]),
        "allow_unicode": st.booleans(),
        "width": st.sampled_from([10, 1000]),
    }
)
NAME = re.compile("dn-dev")


def leaves(value: Plain, path: Path = ()) -> dict[Path, str]:
    match value:
        case dict():
            return {k: v for key, each in value.items() for k, v in leaves(each, (*path, key)).items()}
        case list():
            return {k: v for index, each in enumerate(value) for k, v in leaves(each, (*path, index)).items()}
        case _:
            return {path: str(value)}


@given(SPECS, STYLES, st.data())
def test_one_value_changes_and_no_other(spec: dict[str, Plain], style: dict[str, Any], data: st.DataObject) -> None:
    text = yaml.safe_dump(spec, **style)
    assume(plain(parse(text, "spec.yaml")) == spec)
    before = leaves(spec)
    found = Text(text)
    assert {path: scalar.value for path, scalar in found.scalars.items()} == before
    path = data.draw(st.sampled_from(sorted(before, key=str)))
    value = data.draw(st.sampled_from(["FILL_IN", "123456789012", "null", "a: b # c", "two\nlines", "-"]))
    found.replace(path, value)
    assert leaves(plain(parse(found.result(), "spec.yaml"))) == before | {path: value}


@given(SPECS, STYLES)
def test_a_name_changes_wherever_it_is(spec: dict[str, Plain], style: dict[str, Any]) -> None:
    text = yaml.safe_dump(spec, **style)
    assume(plain(parse(text, "spec.yaml")) == spec)
    found = Text(text)
    for path in found.scalars:
        found.substitute(path, NAME, "dn-prod")
    expected = {path: value.replace("dn-dev", "dn-prod") for path, value in leaves(spec).items()}
    assert leaves(plain(parse(found.result(), "spec.yaml"))) == expected


@pytest.mark.parametrize(
    ("text", "path", "result"),
    [
        ("a:   b   # c\n", ("a",), "a:   new   # c\n"),
        ("a: &x b\nc: *x\n", ("a",), "a: &x new\nc: *x\n"),
        ("a: &x   !!str 'b'\n", ("a",), "a: &x   !!str new\n"),
        ("a: |\n  b\n# c\nd: e\n", ("a",), "a: new\n# c\nd: e\n"),
        ("a: >-\n  b\n\n  c\n\nd: e\n", ("a",), "a: new\n\nd: e\n"),
        ("a: b\n  c\nd: e\n", ("a",), "a: new\nd: e\n"),
        ("a: [b, c] # d\n", ("a", 1), "a: [b, new] # d\n"),
        ("{a: {b: [{c: d}]}}", ("a", "b", 0, "c"), "{a: {b: [{c: new}]}}"),
        ("a:\n- b # c\n- d\n", ("a", 1), "a:\n- b # c\n- new\n"),
        ("\ufeff# é😀\na: b\n", ("a",), "\ufeff# é😀\na: new\n"),
    ],
)
def test_what_stays(text: str, path: Path, result: str) -> None:
    found = Text(text)
    found.replace(path, "new")
    assert found.result() == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("extends: base # c\nb: 1\n", "extends: base # c\nnew: x\nb: 1\n"),
        ("b: 1\nextends: base", "new: x\nb: 1\nextends: base"),
        ("# c\n---\n  extends: base\n  b: 1\n", "# c\n---\n  extends: base\n  new: x\n  b: 1\n"),
        ("extends: |-\n  base\nb: 1\n", "extends: |-\n  base\nnew: x\nb: 1\n"),
        ("b: &b base\nextends: *b\n", "new: x\nb: &b base\nextends: *b\n"),
        ('{"extends": "base"}', '{new: x, "extends": "base"}'),
        ("{}", "{new: x, }"),
    ],
)
def test_a_field_more(text: str, result: str) -> None:
    found = Text(text)
    found.add("new", "x")
    assert found.result() == result
    assert plain(parse(result, "spec.yaml")) == plain(parse(text, "spec.yaml")) | {"new": "x"}  # type: ignore[operator]


@pytest.mark.parametrize("value", ["FILL_IN", "eu-west-1", "123456789012", "null", "True", "", "a b", "é", "0x1", "no"])
def test_a_value_is_written_so_that_it_is_read_again(value: str) -> None:
    assert plain(parse(f"a: {written(value)}\n", "spec.yaml")) == {"a": value}
