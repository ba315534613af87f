"""From version 1 of ecs-scheduler to version 2 on one state: nothing replaced, nothing lost but the full-access policy.

The version 1 in ``ecs-scheduler/v1`` has its addresses: ``single`` is its first releases, with one schedule, ``keyed``
its later ones, with ``for_each``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tftest

from harness.summary import Summary, summarize
from sandbox import server
from tests.support.planning import REPOSITORY, Planner, plan

HERE = REPOSITORY / "tests" / "modules" / "ecs-scheduler"
ATTACHMENT = "module.scheduler.aws_iam_role_policy_attachment.ra"
MOVES = {
    ("module.scheduler.aws_iam_role.ecs", "module.scheduler.aws_iam_role.scheduler"),
    ("module.scheduler.aws_iam_role_policy.ecs", "module.scheduler.aws_iam_role_policy.scheduler"),
    ("module.scheduler.aws_sqs_queue.sqs_test_dlq", "module.scheduler.aws_sqs_queue.dlq"),
}
SCHEDULE_MOVE = ("module.scheduler.aws_scheduler_schedule.ecs", 'module.scheduler.aws_scheduler_schedule.ecs[""]')


@pytest.fixture
def planner(tmp_path: Path) -> Iterator[Planner]:
    """A sandbox of its own: what is applied here goes with it, and nobody waits for its destruction."""
    with server.start(account="867653852961", region="us-east-1") as box:
        yield Planner(tmp_path, box, attach={})


def apply_version_1(planner: Planner, variant: str) -> tftest.TerraformTest:
    folder = planner.base / "roots" / "migration"
    folder.mkdir(parents=True)
    shutil.copytree(HERE / "v1" / variant, folder / "v1")
    shutil.copy(HERE / "migration" / "before.tf", folder / "main.tf")
    test = planner.initialise(folder)
    test.apply()
    return test


def switch_to_version_2(
    planner: Planner, test: tftest.TerraformTest, variables: dict[str, Any]
) -> tftest.TerraformTest:
    folder = Path(test.tfdir)
    shutil.copy(HERE / "migration" / "after.tf", folder / "main.tf")
    folder.joinpath("terraform.tfvars.json").write_text(json.dumps(variables))
    return planner.initialise(folder)


def the_plan(test: tftest.TerraformTest) -> Summary:
    return summarize(dict(plan(test)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variant", "moves", "variables"),
    [
        pytest.param("single", MOVES | {SCHEDULE_MOVE}, {}, marks=pytest.mark.xdist_group("migration-single")),
        pytest.param(
            "keyed",
            MOVES,
            {"additional_schedules": [{"name": "evening", "schedule_expression": "cron(0 18 * * ? *)"}]},
            marks=pytest.mark.xdist_group("migration-keyed"),
        ),
    ],
)
def test_an_upgrade_moves_updates_and_destroys_one_attachment(
    planner: Planner, variant: str, moves: set[tuple[str, str]], variables: dict[str, Any]
) -> None:
    test = switch_to_version_2(planner, apply_version_1(planner, variant), variables)
    upgrade = the_plan(test)
    assert set(upgrade.moves) == moves
    assert upgrade.count("replace") == 0
    assert [change.address for change in upgrade.changes if change.verb == "destroy"] == [ATTACHMENT]
    updated = {change.address for change in upgrade.changes if change.verb == "update"}
    assert 'module.scheduler.aws_scheduler_schedule.ecs[""]' in updated
    test.apply()
    assert the_plan(test).changes == ()
