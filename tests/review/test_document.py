"""docs/review.md has every rule that a finding can have, and says truly how heavy it can be."""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from review.checks.registry import CHECKS
from review.delivery.model import Hop
from review.finding import Severity
from review.output import json as as_json
from tests.support.planning import REPOSITORY

REVIEW = REPOSITORY / "review"
TEXT = (REPOSITORY / "docs" / "review.md").read_text(encoding="utf-8")
NOTHING = ast.Constant(None)
ROWS = dict(re.findall(r"^\| `((?:[a-z]+)/(?:[\w-]+|<check>))` \| ([a-z, ]+) \|", TEXT, re.MULTILINE))


def constants(node: ast.AST) -> set[str]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def severities(node: ast.AST) -> set[str]:
    return {
        Severity[each.attr].value
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "Severity"
    }


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))


def calls(node: ast.AST, name: str) -> Iterator[dict[str | int, ast.expr]]:
    """The arguments of every call of something by that name, by position and name."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == name:
            yield {**dict(enumerate(each.args)), **{word.arg: word.value for word in each.keywords if word.arg}}


def named(within: ast.AST, module: ast.Module, argument: ast.expr) -> set[str]:
    """The texts that an argument can be: its own, or those that its name was given."""
    if not isinstance(argument, ast.Name):
        return constants(argument)
    found = set()
    for scope in (within, module):
        for each in ast.walk(scope):
            targets = each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
            is_it = any(isinstance(target, ast.Name) and target.id == argument.id for target in targets)
            if is_it and isinstance(each, ast.Assign | ast.AnnAssign) and each.value is not None:
                found |= constants(each.value)
        if found:
            break
    return found


def of_file(path: Path) -> Iterator[tuple[str, set[str]]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in functions(tree):
        for given in calls(function, "Finding"):
            callers = [each for each in functions(tree) if any(calls(each, function.name))]
            weights = next(
                (
                    said
                    for place in (given.get(1, given.get("severity", NOTHING)), function, *callers)
                    if (said := severities(place))
                ),
                set(),
            )
            for rule in named(function, tree, given.get(0, given.get("rule", NOTHING))):
                yield rule, weights


def of_code() -> dict[str, set[str]]:
    """Every rule in the code, with its severities."""
    found: dict[str, set[str]] = {}
    for path in REVIEW.rglob("*.py"):
        for rule, weights in of_file(path):
            if "/" in rule:
                found.setdefault(rule, set()).update(weights)
    (hops,) = [found.pop(rule) for rule in list(found) if rule == "delivery/"]
    default: Any = inspect.signature(Hop).parameters["rule"].default
    kinds = {default} | {
        kind
        for path in (REVIEW / "delivery").glob("*.py")
        for given in calls(ast.parse(path.read_text(encoding="utf-8")), "Hop")
        if "rule" in given
        for kind in constants(given["rule"])
    }
    found |= {f"delivery/{kind}": hops for kind in kinds if kind}
    found["checkov/<check>"] = found.pop("checkov/")
    found["privilege/differs"] -= {"warn"}  # it shares its call with privilege/missing, which alone can be lighter
    for check in CHECKS:
        found[check.id] = severities(ast.parse(inspect.getsource(sys.modules[check.find.__module__])))
    return found


def test_every_rule_has_its_row_with_what_it_weighs() -> None:
    told = {rule: set(weights.split(", ")) for rule, weights in ROWS.items()}
    assert told == of_code()


def test_each_output_and_the_version_of_the_schema_are_named() -> None:
    for name in ("review.md", "review.html", "review.json", "review.sarif", "review.junit.xml"):
        assert f"`{name}`" in TEXT
    schema = json.loads((REVIEW / "review.schema.json").read_text(encoding="utf-8"))
    assert f"`{as_json.SCHEMA_VERSION}`" in TEXT
    for name in schema["properties"]:
        assert f"`{name}`" in TEXT
