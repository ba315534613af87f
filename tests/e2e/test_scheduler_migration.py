"""From version 1 of ecs-scheduler to version 2 on one state: nothing replaced, nothing lost but the full-access policy.

``migration/v1`` has the addresses that version 1 left in state. ``single`` is its first releases, with one schedule;
``keyed`` its later ones, with ``for_each``. One apply brings both, since an apply costs a minute.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
import tftest

from harness.summary import Summary, summarize
from sandbox import server
from tests.support.planning import REPOSITORY, Planner, plan

pytestmark = pytest.mark.slow
HERE = REPOSITORY / "tests" / "e2e" / "migration"
CONSUMERS = ("single", "keyed")
MOVED = {
    "aws_iam_role.ecs": "aws_iam_role.scheduler",
    "aws_iam_role_policy.ecs": "aws_iam_role_policy.scheduler",
    "aws_sqs_queue.sqs_test_dlq": "aws_sqs_queue.dlq",
}
MOVES = {(f"module.{who}.{old}", f"module.{who}.{new}") for who in CONSUMERS for old, new in MOVED.items()}
SCHEDULE_MOVE = ("module.single.aws_scheduler_schedule.ecs", 'module.single.aws_scheduler_schedule.ecs[""]')


@pytest.fixture(scope="module")
def consumers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tftest.TerraformTest]:
    """Both consumers with version 1 applied and version 2 in their configuration.

    In a sandbox of its own: what is applied goes with it, and nobody waits for its destruction.
    """
    with server.start(account="867653852961", region="us-east-1") as box:
        planner = Planner(tmp_path_factory.mktemp("migration"), box, attach={})
        folder = planner.base / "roots" / "migration"
        for who in CONSUMERS:
            (folder / "v1" / who).mkdir(parents=True)
            shutil.copy(HERE / "v1" / "main.tf", folder / "v1" / who)
            shutil.copy(HERE / "v1" / f"schedule_{who}.tf", folder / "v1" / who)
        shutil.copy(HERE / "before.tf", folder / "main.tf")
        planner.initialise(folder).apply()
        shutil.copy(HERE / "after.tf", folder / "main.tf")
        yield planner.initialise(folder)


@pytest.fixture(scope="module")
def upgrade(consumers: tftest.TerraformTest) -> Summary:
    """The first plan with version 2."""
    return summarize(dict(plan(consumers)))


def addresses(summary: Summary, verb: str) -> set[str]:
    return {change.address for change in summary.changes if change.verb == verb}


def test_the_moves_are_listed(upgrade: Summary) -> None:
    assert set(upgrade.moves) == MOVES | {SCHEDULE_MOVE}


def test_nothing_is_replaced_and_only_the_full_access_is_destroyed(upgrade: Summary) -> None:
    assert upgrade.count("replace") == 0
    assert addresses(upgrade, "destroy") == {f"module.{who}.aws_iam_role_policy_attachment.ra" for who in CONSUMERS}


def test_what_was_there_is_updated_in_place(upgrade: Summary) -> None:
    kept = {
        "aws_iam_role.scheduler",
        "aws_iam_role_policy.scheduler",
        'aws_scheduler_schedule.ecs[""]',
        "aws_scheduler_schedule_group.ecs",
        "aws_sqs_queue.dlq",
    }
    expected = {f"module.{who}.{address}" for who in CONSUMERS for address in kept}
    assert addresses(upgrade, "update") == expected | {'module.keyed.aws_scheduler_schedule.ecs["evening"]'}


def test_only_the_queue_policy_and_the_alarms_are_new(upgrade: Summary) -> None:
    new = {
        "aws_sqs_queue_policy.dlq",
        "aws_cloudwatch_metric_alarm.dlq_messages_visible[0]",
        "aws_cloudwatch_metric_alarm.dlq_oldest_message[0]",
        'aws_cloudwatch_metric_alarm.scheduler["InvocationDroppedCount"]',
        'aws_cloudwatch_metric_alarm.scheduler["InvocationsFailedToBeSentToDeadLetterCount"]',
    }
    assert addresses(upgrade, "create") == {f"module.{who}.{address}" for who in CONSUMERS for address in new}


def test_the_second_plan_is_empty(consumers: tftest.TerraformTest, upgrade: Summary) -> None:
    assert upgrade.changes
    consumers.apply()
    assert summarize(dict(plan(consumers))).changes == ()
