"""One plan for all tests of the module's Terraform; those of its code need no sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.support.module_calls import Call, plan_calls
from tests.support.planning import Planner

FOLDER = Path(__file__).parent
CALLS = ("least", "most", "many", "longest", "by_hand")
OUTPUTS = ("alarm_names", "command_arguments", "rule_arns", "script_sha256", "start_policy", "start_role_arn")


@pytest.fixture(scope="session")
def planned(box: Sandbox, attach: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Call]:
    """Every call of `roots/calls.tf`, by its label."""
    text = (FOLDER / "roots" / "calls.tf").read_text(encoding="utf-8")
    return plan_calls(Planner(tmp_path_factory.mktemp("calls"), box, attach), text, CALLS, OUTPUTS)


@pytest.fixture(scope="session", autouse=True)
def family_that_exists() -> None:
    """Other modules' examples have a task definition in the sandbox; to start one here would take most of the time."""
