"""From a module call of the generated root back to the line of the specification."""

from __future__ import annotations

import pytest

from generator.commands import origins
from generator.output.wiring import SCHEDULE, TASK, Wiring
from generator.specs import reading
from generator.specs.tree import Mapping

SPEC = """\
aws_region_short_code: euw1
naming: {resource_owner: me}
alerts: {topic_name: alerts}
network:
  trusted_compute_subnets: [subnet-0123456789abcdef0]
tasks:
  daily-report:
    cpu: 300
    log_key: main
    names:
      task_role: same-name
schedules:
  nightly:
    task: daily-report
    cluster: other
    key: main
    schedule_expression: cron(61 25 * * ? *)
    description: Nightly
components:
  the-bus:
    inputs: {name: bus}
    connect:
      topic: alerts
"""


@pytest.fixture(scope="module")
def tree() -> Mapping:
    return reading.parse(SPEC, "environments/dev.yaml")


@pytest.mark.parametrize(
    ("label", "argument", "place", "exact"),
    [
        ("task_daily_report", "cpu", "8: tasks.daily-report.cpu", True),
        ("task_daily_report", "log_kms_key_arn", "9: tasks.daily-report.log_key", True),
        ("task_daily_report", "failure_topic_arns", "3: alerts", True),
        ("task_daily_report", "resource_owner", "2: naming.resource_owner", True),
        ("task_daily_report", "aws_region_short_code", "1: aws_region_short_code", True),
        ("task_daily_report", "memory", "7: tasks.daily-report", False),
        ("schedule_nightly", "ecs_cluster_arn", "15: schedules.nightly.cluster", True),
        ("schedule_nightly", "kms_key_arn", "16: schedules.nightly.key", True),
        ("schedule_nightly", "pass_role_arns", "14: schedules.nightly.task", True),
        ("schedule_nightly", "trusted_compute_subnets", "5: network.trusted_compute_subnets", True),
        ("schedule_nightly", "security_group_ids", "13: schedules.nightly", False),
        ("schedule_nightly", "dlq_ok_actions", "3: alerts", True),
        ("component_the_bus", "name", "21: components.the-bus.inputs.name", True),
        ("component_the_bus", "topic", "23: components.the-bus.connect.topic", True),
    ],
)
def test_an_argument_leads_to_the_field_that_gives_it(
    tree: Mapping, label: str, argument: str, place: str, *, exact: bool
) -> None:
    found = origins.of_argument(tree, label, argument)
    assert found is not None
    assert (str(found), found.exact) == (f"environments/dev.yaml:{place}", exact)


@pytest.mark.parametrize(
    ("label", "rule", "place"),
    [
        ("task_daily_report", "names.task_role and names.execution_role", "11: tasks.daily-report.names.task_role"),
        ("schedule_nightly", 'kms_key_arn is "arn:aws:kms", of region b', "16: schedules.nightly.key"),
        (
            "schedule_nightly",
            'the primary schedule: cron(61 25 * * ? *): minutes is "61"; AWS allows 0-59',
            "17: schedules.nightly.schedule_expression",
        ),
        ("schedule_nightly", "Nightly: cron(61 25 * * ? *) is wrong", "17: schedules.nightly.schedule_expression"),
        ("schedule_nightly", "the main task and the key of the schedule are wrong", "13: schedules.nightly"),
    ],
)  # fmt: skip
def test_a_message_leads_to_what_it_names_or_else_to_what_it_repeats(
    tree: Mapping, label: str, rule: str, place: str
) -> None:
    assert str(origins.of_rule(tree, label, rule)) == f"environments/dev.yaml:{place}"


@pytest.mark.parametrize("label", ["task_weekly_report", "tasks_daily_report", "daily_report", ""])
def test_a_call_that_is_not_of_this_specification_leads_nowhere(tree: Mapping, label: str) -> None:
    assert origins.of_argument(tree, label, "cpu") is None
    assert origins.of_rule(tree, label, "cpu is 300") is None


@pytest.mark.parametrize("wiring", [TASK, SCHEDULE], ids=lambda wiring: str(wiring.section))
def test_everything_that_the_generator_fills_in_has_an_origin(wiring: Wiring) -> None:
    """But for names, which are the key of the entry."""
    assert wiring.filled - {"name", "names"} <= origins._WIRED.keys()
