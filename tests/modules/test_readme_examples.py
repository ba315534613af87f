"""Every HCL block of every README plans, and comes to what its first line says."""

from __future__ import annotations

import pytest

from tests.support import inventories
from tests.support.examples import Example, all_examples
from tests.support.planning import PROVIDER, Planner, plan

EXAMPLES = all_examples()


def test_there_is_an_example_for_every_module() -> None:
    assert {example.readme.parent.name for example in EXAMPLES} >= {
        "batch-target-sync",
        "ecs-scheduler",
        "ecs-task",
        "workflow-bus",
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_says_what_it_comes_to(example: Example) -> None:
    assert example.resources is not None, (
        f"{example.readme}:{example.line}: no '# tftest resources=N' in the first line"
    )


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_plans(example: Example, planner: Planner, request: pytest.FixtureRequest) -> None:
    raw = dict(plan(planner.root("example", {"provider.tf": PROVIDER, **example.files()})))
    if example.inventory is not None:
        inventories.check(
            example.inventory,
            raw,
            rewrite=request.config.getoption("--regenerate-inventories"),
            command=f".build/venv/bin/python -m pytest '{request.node.nodeid}' --regenerate-inventories",
        )
    planned = inventories.planned_resources(raw)
    assert len(planned) == example.resources, sorted(planned)
