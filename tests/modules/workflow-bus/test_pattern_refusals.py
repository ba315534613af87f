"""The module's check of event patterns agrees with ``semantics.event_patterns``, whatever the pattern.

The check is a template, ``refusals/event_pattern.tftpl``, which Terraform alone can evaluate: it judges all patterns
in one run of a root that has nothing else.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from semantics import event_patterns, pattern_operators
from tests.support.planning import REPOSITORY

MODULE = REPOSITORY / "modules" / "workflow-bus"
ROOT = """
variable "patterns" {
  type = list(string)
}

output "refusals" {
  value = [
    for pattern in var.patterns : templatefile(
      "${path.module}/refusals/event_pattern.tftpl",
      merge(local.event_pattern_rules, { patterns = { pattern = pattern } }),
    )
  ]
}
"""
DEEPEST = 10  # levels that the template looks at
TOGETHER = re.compile("is too complex|combinations")  # what the template says it does not see

TEXTS = st.sampled_from(
    ["a", "", "a*", "*a*", "a**", "\\*", "\\a", "\\\\", "a<b>&", 'a"b', "10.0.0.0/8", "10.0.0.1/32"]
)
NUMBERS = st.sampled_from([0, 1, -1.5, 5_000_000_000, 5_000_000_001, 0.123456, 0.1234567])
SCALARS = st.one_of(TEXTS, NUMBERS, st.sampled_from([True, False, None]))
COMPARISONS = st.sampled_from(["=", "<", "<=", ">", ">=", "!="])
OPERATORS = st.sampled_from([*pattern_operators.OPERATORS, "exactly", "prefx"])
LISTS = st.lists(st.one_of(TEXTS, NUMBERS), max_size=3) | st.lists(SCALARS, max_size=2)
RANGES = st.lists(st.tuples(COMPARISONS, NUMBERS | TEXTS), max_size=3).map(
    lambda pairs: [each for pair in pairs for each in pair]
)
# For each operator what it takes about as often as what it does not.
ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "anything-but": st.one_of(SCALARS, LISTS, st.dictionaries(OPERATORS, st.one_of(SCALARS, LISTS), max_size=2)),
    "cidr": st.one_of(
        SCALARS,
        st.sampled_from(
            ["10.0.0.0/31", "10.0.0.300/8", "2001:db8::/127", "2001:db8::/128", ":::/8", "::/0", "1.2.3/8"]
        ),
    ),
    "exists": SCALARS,
    "numeric": st.one_of(SCALARS, RANGES),
}
AFFIXES = st.one_of(SCALARS, st.dictionaries(OPERATORS, SCALARS, max_size=2))


def operation(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """An object with one operator; ``{}`` now and then."""
    return ARGUMENTS.get(name, AFFIXES).map(lambda argument: {name: argument})


TESTS = st.one_of(
    SCALARS, OPERATORS.flatmap(operation), st.just({}), st.just(["a"]), st.just({"prefix": "a", "suffix": "b"})
)
NAMES = st.sampled_from(["source", "detail", "a", "b", "prefix", "numeric"])
LEAVES = st.one_of(
    st.lists(SCALARS, min_size=1, max_size=2), st.lists(TESTS, min_size=1, max_size=3), st.just([]), SCALARS
)
OBJECTS = st.recursive(
    st.dictionaries(NAMES, LEAVES, max_size=2),
    lambda inner: st.one_of(
        st.dictionaries(NAMES, inner | LEAVES, max_size=3),
        st.lists(inner, min_size=2, max_size=3).map(lambda branches: {"$or": branches}),
        st.lists(inner | SCALARS, max_size=2).map(lambda branches: {"source": ["a"], "$or": branches}),
    ),
    max_leaves=6,
)


def drawn(count: int) -> list[object]:
    """So many patterns, as hypothesis draws them: Terraform judges all of them at once."""
    patterns: list[object] = []

    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(OBJECTS)
    def collect(pattern: object) -> None:
        patterns.append(pattern)

    collect()
    return patterns


def tabled() -> list[object]:
    """The patterns of the tables of AWS's rules, but for what only YAML can write."""
    tables = REPOSITORY / "tests" / "semantics"
    matched, problems = (
        YAML(typ="safe").load((tables / name).read_text(encoding="utf-8"))
        for name in ("event_patterns.yaml", "event_pattern_problems.yaml")
    )
    rows = [row["pattern"] for section in matched for row in section["rows"]]
    rows += [*(row["pattern"] for row in problems["refused"]), *problems["accepted"]]
    return [each for each in rows if _in_json(each)]


def _in_json(pattern: object) -> bool:
    try:
        return bool(json.loads(json.dumps(pattern, allow_nan=False)) == pattern)
    except (TypeError, ValueError):
        return False


def nested(levels: int) -> object:
    """A pattern with a field so many levels deep."""
    pattern: object = ["x"]
    for _ in range(levels):
        pattern = {"a": pattern}
    return pattern


def misuses_or(pattern: object) -> bool:
    """Tell whether a pattern has an ``$or`` that is none.

    EventBridge may take it for a field of that name, and ``semantics`` does. Nobody means that, so the module refuses
    it.
    """
    if isinstance(pattern, dict):
        return any(
            (name == "$or" and not event_patterns._is_or(name, value)) or misuses_or(value)
            for name, value in pattern.items()
        )
    return isinstance(pattern, list) and any(misuses_or(each) for each in pattern)


def refusals(patterns: list[str], folder: Path) -> list[str]:
    """What the module says of each pattern; "" of one that it takes."""
    shutil.copy(MODULE / "event_patterns.tf", folder)
    shutil.copytree(MODULE / "refusals", folder / "refusals")
    (folder / "main.tf").write_text(ROOT, encoding="utf-8")
    (folder / "terraform.tfvars.json").write_text(json.dumps({"patterns": patterns}), encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "CHECKPOINT_DISABLE": "1"}
    for command in (["init"], ["apply", "-auto-approve"], ["output", "-json", "refusals"]):
        finished = subprocess.run(
            ["terraform", *command, "-no-color"],
            cwd=folder, env=environment, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert finished.returncode == 0, finished.stderr
    said: list[str] = json.loads(finished.stdout)
    return said


@pytest.mark.slow
def test_the_module_refuses_the_patterns_that_eventbridge_refuses(tmp_path: Path) -> None:
    patterns = [*drawn(600), *tabled(), nested(DEEPEST), {"a": ["x" * 2038]}, {"a": ["x" * 2039]}, {"a": ["&" * 2038]}]
    verdicts = zip(patterns, refusals([json.dumps(each) for each in patterns], tmp_path), strict=True)
    wrong = []
    taken = 0
    for pattern, said in verdicts:
        # The limits on a pattern as a whole are EventBridge's alone to see; that on its length is not.
        problems = [each for each in event_patterns.problems(pattern) if not TOGETHER.search(each.message)]
        taken += not problems
        if bool(problems) != bool(said) and not (said and misuses_or(pattern)):
            wrong.append((json.dumps(pattern), said, problems))
    assert not wrong
    assert len(patterns) // 10 < taken < len(patterns) * 9 // 10, "drawn are good and bad patterns"


@pytest.mark.slow
def test_the_module_says_what_it_refuses_beyond_that(tmp_path: Path) -> None:
    beyond: list[object] = [nested(DEEPEST + 1), {"$or": ["a"]}, {"detail": {"$or": [{"prefix": "a"}]}}]
    assert not [each for each in beyond if event_patterns.problems(each)]
    said = refusals([json.dumps(each) for each in beyond], tmp_path)
    assert "lies deeper than 10 levels" in said[0]
    assert all("at least two objects" in each for each in said[1:])
