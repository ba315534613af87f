"""Every HCL block of every README plans, and comes to what its first line says.

All blocks of a README are planned at once, each as a module of its own: most of what a plan costs is the provider's
schema. Terraform's messages name the folder of a file, and with it the line that the block begins at.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tests.support import inventories
from tests.support.examples import Example, all_examples
from tests.support.planning import PROVIDER, Planner, plan

EXAMPLES = all_examples()
READMES = [list(blocks) for _, blocks in groupby(EXAMPLES, key=lambda example: example.readme)]


def test_there_is_an_example_for_every_module() -> None:
    assert {example.readme.parent.name for example in EXAMPLES} >= {
        "batch-job",
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


def write(example: Example, roots: Path) -> str:
    """Write an example as a module beside the root that calls it, and return the call."""
    name = f"line_{example.line}"
    folder = roots / name
    folder.mkdir(parents=True)
    for file, text in example.files().items():
        (folder / file).write_text(text, encoding="utf-8")
    return f'module "{name}" {{\n  source = "../{name}"\n}}\n'


def as_root(module: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The planned values of a module as they would be if it were the root."""
    return {
        "resources": [each | {"address": each["address"].removeprefix(prefix)} for each in module.get("resources", [])],
        "child_modules": [as_root(child, prefix) for child in module.get("child_modules", [])],
    }


@pytest.mark.slow
@pytest.mark.parametrize("examples", READMES, ids=lambda examples: examples[0].readme.parent.name)
def test_the_examples_of_a_readme_plan(
    examples: list[Example], planner: Planner, request: pytest.FixtureRequest
) -> None:
    calls = "".join(write(example, planner.base / "roots") for example in examples)
    raw = dict(plan(planner.root("examples", {"main.tf": PROVIDER + calls})))
    planned = {module["address"]: module for module in raw["planned_values"]["root_module"]["child_modules"]}
    rewrite = request.config.getoption("--regenerate-inventories")
    command = f".build/venv/bin/python -m pytest '{request.node.nodeid}' --regenerate-inventories"
    wrong = []
    for example in examples:
        address = f"module.line_{example.line}"
        its = {"planned_values": {"root_module": as_root(planned.get(address, {}), f"{address}.")}}
        found = sorted(inventories.planned_resources(its))
        if len(found) != example.resources:
            wrong.append(f"{example.name} says resources={example.resources}; planned are {len(found)}: {found}")
        if example.inventory is not None:
            differs = inventories.mismatch(example.inventory, its, rewrite=rewrite, command=command)
            wrong += [f"{example.name}: {differs}"] if differs else []
    assert not wrong, "\n".join(wrong)
