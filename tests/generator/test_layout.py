"""Alignment: what layout.py returns is what `terraform fmt` would."""

from __future__ import annotations

import subprocess

import pytest

from generator.output.layout import align
from tests.generator.conftest import REPOSITORY, Workplace

# name: (as templates write it, as terraform fmt wants it)
CASES = {
    "neighbours": ("a = 1\nlonger = 2\n", "a      = 1\nlonger = 2\n"),
    "an empty line ends a run": ("a = 1\n\nlonger = 2\n", "a = 1\n\nlonger = 2\n"),
    "a comment ends a run": ("a = 1\n# why = so\nlonger = 2\n", "a = 1\n# why = so\nlonger = 2\n"),
    "a value that goes on ends a run": (
        "a = 1\nlist = [\n  1,\n]\nlonger = 2\nx = 3\n",
        "a = 1\nlist = [\n  1,\n]\nlonger = 2\nx      = 3\n",
    ),
    "inside an object": (
        "o = {\n  a = 1\n  longer = {\n    x = 1\n    yy = 2\n  }\n  b = 2\n}\n",
        "o = {\n  a = 1\n  longer = {\n    x  = 1\n    yy = 2\n  }\n  b = 2\n}\n",
    ),
    "objects in a list": (
        "l = [\n  {\n    a = 1\n    bcd = 2\n  },\n]\n",
        "l = [\n  {\n    a   = 1\n    bcd = 2\n  },\n]\n",
    ),
    "a whole object in a line": ("a = { b = 1 }\nccc = 2\n", "a   = { b = 1 }\nccc = 2\n"),
    "brackets in strings": (
        'a = "[{("\nccc = "]}) \\" {"\nd = 1\n',
        'a   = "[{("\nccc = "]}) \\" {"\nd   = 1\n',
    ),
    "an equals sign in a string": (
        'o = {\n  a = "x = y"\n  "b = c" = 1\n}\n',
        'o = {\n  a       = "x = y"\n  "b = c" = 1\n}\n',
    ),
    "escaped templates": ('a = "$${ {"\nccc = "%%{ [ "\n', 'a   = "$${ {"\nccc = "%%{ [ "\n'),
    "templates with strings inside": (
        'a = "${join("}", [local.x])}{"\nccc = 1\n',
        'a   = "${join("}", [local.x])}{"\nccc = 1\n',
    ),
    "quoted keys": ('o = {\n  "a b" = 1\n  c = 2\n}\n', 'o = {\n  "a b" = 1\n  c     = 2\n}\n'),
    "comparisons are not assignments": (
        "a = 1 == 2\nccc = { for k, v in {} : k => v if v >= 1 }\n",
        "a   = 1 == 2\nccc = { for k, v in {} : k => v if v >= 1 }\n",
    ),
    "a for expression over lines": (
        "values = [\n  for name in [] :\n  name\n]\na = 1\n",
        "values = [\n  for name in [] :\n  name\n]\na = 1\n",
    ),
    "blocks": (
        'block "x" {\n  a = 1\n  inner {\n    b = 2\n    ccc = 3\n  }\n  dd = 4\n}\n',
        'block "x" {\n  a = 1\n  inner {\n    b   = 2\n    ccc = 3\n  }\n  dd = 4\n}\n',
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_align(case: str) -> None:
    written, wanted = CASES[case]
    assert align(written) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_terraform_fmt_agrees(case: str) -> None:
    """So that the table cannot be wrong together with the code."""
    written, wanted = CASES[case]
    assert fmt(written) == wanted


@pytest.mark.parametrize("case", CASES)
def test_aligning_twice_changes_nothing(case: str) -> None:
    once = align(CASES[case][0])
    assert align(once) == once


@pytest.mark.slow
def test_emitted_roots_are_formatted(everything: Workplace) -> None:
    for path in (REPOSITORY / "environments").glob("*.yaml"):
        everything.spec(path.stem, path.read_bytes())
    assert everything.run("generate").code == 0
    assert len(list(everything.roots.glob("*/main.tf"))) >= 2
    check = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "-recursive", str(everything.roots)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stdout


def fmt(text: str) -> str:
    return subprocess.run(["terraform", "fmt", "-"], input=text, capture_output=True, text=True, check=True).stdout
