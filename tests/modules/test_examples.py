"""``examples/`` are real roots: they plan as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import inventories
from tests.support.planning import REPOSITORY, Planner, plan

ROOTS = sorted(path.parent for path in (REPOSITORY / "modules").glob("*/examples/*/main.tf"))


def identify(root: Path) -> str:
    return f"{root.parents[1].name}-{root.name}"


@pytest.mark.parametrize("module", sorted((REPOSITORY / "modules").iterdir()), ids=lambda module: module.name)
def test_every_module_has_a_minimal_and_a_complete_one(module: Path) -> None:
    assert {root.name for root in ROOTS if root.parents[1] == module} >= {"minimal", "complete"}


@pytest.mark.slow
@pytest.mark.parametrize("root", ROOTS, ids=identify)
def test_an_example_root_plans(root: Path, planner: Planner, request: pytest.FixtureRequest) -> None:
    raw = dict(plan(planner.example(root)))
    inventories.check(
        REPOSITORY / "tests" / "modules" / root.parents[1].name / "inventories" / f"example-{root.name}.yaml",
        raw,
        rewrite=request.config.getoption("--regenerate-inventories"),
        command=f".build/venv/bin/python -m pytest '{request.node.nodeid}' --regenerate-inventories",
    )
