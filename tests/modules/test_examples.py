"""``examples/`` are real roots: they plan as they are, and no policy of theirs is called wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from review.intents.model import Status
from review.intents.proving import prove
from review.plan import read
from review.policies.collecting import collect
from tests.conftest import ACCOUNT
from tests.support import inventories
from tests.support.planning import REPOSITORY, Planner, plan

WRITTEN_ACCOUNT = "123456789012"
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
    # Some say an account where others ask for it: as they would be planned there.
    at_home = json.loads(json.dumps(raw).replace(WRITTEN_ACCOUNT, ACCOUNT))
    reviewed = read(at_home, root.name)
    policies = collect(reviewed)
    proofs = prove(reviewed, policies).proofs
    assert proofs or not (policies.roles or policies.guarded), "nothing was proved of any policy"
    wrong = {each.address: each.beyond or each.missing for each in proofs if each.status is Status.DIFFERS}
    assert not wrong
