"""The hcl filter: what Terraform evaluates is what Python had, whatever is in it."""

from __future__ import annotations

import base64
import json
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.output.hcl import Reference, Value, literal
from generator.specs.reading import MAX_DEPTH

LITERALS: list[tuple[Value, str]] = [
    (None, "null"),
    (True, "true"),
    (False, "false"),
    (0, "0"),
    (-7, "-7"),
    (0.5, "0.5"),
    ("", '""'),
    ("plain", '"plain"'),
    ('say "hi"', '"say \\"hi\\""'),
    ("C:\\path", '"C:\\\\path"'),
    ("two\nlines\r\tend", '"two\\nlines\\r\\tend"'),
    ("${var.x}", '"$${var.x}"'),
    ("%{ if true }", '"%%{ if true }"'),
    ("$5 and 100%", '"$5 and 100%"'),
    ("$${x}", '"$$\\u007bx}"'),
    ("%${x}", '"%$${x}"'),
    ("\x00\x1b\u2028\u202e", '"\\u0000\\u001b\\u2028\\u202e"'),
    ("é 日本 🦄", '"é 日本 🦄"'),
    ("\U000e0001", '"\\U000e0001"'),
    (Reference("module.task_x.role_arns"), "module.task_x.role_arns"),
    ([], "[]"),
    (["a", 1, Reference("local.x")], '["a", 1, local.x]'),
    ({}, "{}"),
    ({"family": "x"}, '{ family = "x" }'),
    ({"b": 1, "a": 2}, "{\n  a = 2\n  b = 1\n}"),
    ({"for": 1, "with space": 2, "ü": 3}, '{\n  "for" = 1\n  "with space" = 2\n  "\\u00fc" = 3\n}'),
    ([{"a": 1, "b": 2}], "[\n  {\n    a = 1\n    b = 2\n  },\n]"),
    (["x" * 60, "y" * 60], f'[\n  "{"x" * 60}",\n  "{"y" * 60}",\n]'),
]


@pytest.mark.parametrize(("value", "expected"), LITERALS)
def test_literal(value: Value, expected: str) -> None:
    assert literal(value) == expected


@pytest.mark.timeout(20)
def test_lists_as_deep_as_a_spec_allows_are_written_once_a_level() -> None:
    value: Value = "x"
    for _ in range(MAX_DEPTH):
        value = [value]
    assert literal(value).count("[") == MAX_DEPTH


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_hcl_cannot_write_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        literal(number)


@pytest.mark.parametrize("expression", ["", "x", "local.x}", 'file("/etc/passwd")', "local.a\n", "local.${x}", "1.x"])
def test_a_reference_is_attribute_access_and_nothing_else(expression: str) -> None:
    with pytest.raises(ValueError, match="is not a reference"):
        Reference(expression)


# What HCL gives a meaning to, often; and everything else that is a character.
HOSTILE = st.text(alphabet=st.one_of(st.sampled_from("${}%\"\\~#/*\n\r\t\x00 u'<EOT"), st.characters(codec="utf-8")))
NUMBERS = st.one_of(
    st.integers(-(10**17), 10**17),
    st.decimals(-1000, 1000, places=3, allow_nan=False).map(float),
)
VALUES = st.recursive(
    st.one_of(HOSTILE, NUMBERS, st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(st.tuples(HOSTILE, inner), max_size=4, unique_by=lambda pair: normal(pair[0])).map(dict),
    ),
    max_leaves=12,
)


def normal(value: object) -> object:
    """Return the value with every text in Unicode's normal form C: Terraform's own strings are always in it."""
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case list():
            return [normal(item) for item in value]
        case dict():
            return {normal(key): normal(item) for key, item in value.items()}
        case _:
            return value


@pytest.mark.slow
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(values=st.lists(VALUES, min_size=20, max_size=60))
def test_terraform_evaluates_a_literal_to_the_value_it_came_from(tmp_path: Path, values: list[Value]) -> None:
    (tmp_path / "main.tf").write_text(f"locals {{\n  values = {literal(values, 2)}\n}}\n", encoding="utf-8")
    evaluated = evaluate(tmp_path)
    assert evaluated == normal(values)


@pytest.mark.slow
def test_terraform_evaluates_the_table_too(tmp_path: Path) -> None:
    values = [value for value, _ in LITERALS if "Reference" not in repr(value)]
    (tmp_path / "main.tf").write_text(f"locals {{\n  values = {literal(values, 2)}\n}}\n", encoding="utf-8")
    assert evaluate(tmp_path) == values


def evaluate(folder: Path) -> object:
    console = subprocess.run(
        ["terraform", "console"],
        cwd=folder,
        input="base64encode(jsonencode(local.values))\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert console.returncode == 0, console.stderr
    return json.loads(base64.b64decode(json.loads(console.stdout)))
