"""From a module call of the generated root back to the line of the specification."""

from __future__ import annotations

import pytest

from generator.commands import origins
from generator.output.wiring import SCHEDULE, TASK, WORKFLOW, Wiring
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
workflows:
  clean-up:
    cluster: other
    key: main
    rules:
      success:
        event_pattern:
          detail: {status: [done]}
        targets:
          job_1.a:
            submit_job: {array_size: 2}
          next:
            run_task:
              task: daily-report
              command: [run]
          tell: {notify: {topic: alerts}, role_arn: x}
    publishers:
      own: {tasks: [daily-report]}
components:
  the-bus:
    inputs: {name: bus}
    connect:
      topic: alerts
jobs:
  daily-report:
    task: daily-report
    memory: 300
    queue: {max_vcpus: 1}
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
        ("job_daily_report", "memory", "45: jobs.daily-report.memory", True),
        ("job_daily_report", "cpu", "8: tasks.daily-report.cpu", True),
        ("job_daily_report", "log_group_name", "44: jobs.daily-report.task", True),
        ("job_daily_report", "queue", "46: jobs.daily-report.queue", True),
        ("job_daily_report", "failure_topic_arns", "3: alerts", True),
        ("job_daily_report", "secrets", "43: jobs.daily-report", False),
        ("schedule_nightly", "ecs_cluster_arn", "15: schedules.nightly.cluster", True),
        ("schedule_nightly", "kms_key_arn", "16: schedules.nightly.key", True),
        ("schedule_nightly", "pass_role_arns", "14: schedules.nightly.task", True),
        ("schedule_nightly", "trusted_compute_subnets", "5: network.trusted_compute_subnets", True),
        ("schedule_nightly", "security_group_ids", "13: schedules.nightly", False),
        ("schedule_nightly", "dlq_ok_actions", "3: alerts", True),
        ("component_the_bus", "name", "39: components.the-bus.inputs.name", True),
        ("component_the_bus", "topic", "41: components.the-bus.connect.topic", True),
    ],
)
def test_an_argument_leads_to_the_field_that_gives_it(
    tree: Mapping, label: str, argument: str, place: str, *, exact: bool
) -> None:
    found = origins.of_argument(tree, label, argument)
    assert found is not None
    assert (str(found), found.exact) == (f"environments/dev.yaml:{place}", exact)


RULES = "workflows.clean-up.rules.success"


@pytest.mark.parametrize(
    ("argument", "rule", "place"),
    [
        ("rules", "rules.success is null", f"24: {RULES}"),
        ("rules", "the role of rules.success would be called x", f"24: {RULES}"),
        (
            "rules",
            "rules.success.targets.job_1.a.submit_job.array_size is 1",
            f'29: {RULES}.targets["job_1.a"].submit_job.array_size',
        ),
        (
            "rules",
            "rules.success.targets.next.run_task.command[0] is x",
            f"33: {RULES}.targets.next.run_task.command[0]",
        ),
        ("rules", "rules.success.targets.next.run_task.task_count is 11", f"31: {RULES}.targets.next.run_task"),
        ("rules", "rules.success.targets.next.run_task.family is x", f"32: {RULES}.targets.next.run_task.task"),
        ("rules", "rules.success.targets.next.run_task.cluster_arn is x", "21: workflows.clean-up.cluster"),
        ("rules", "rules.success.targets.next.run_task.subnets is x", "5: network.trusted_compute_subnets"),
        ("rules", "rules.success.targets.tell.notify.topic_arn is x", f"34: {RULES}.targets.tell.notify.topic"),
        ("rules", "rules.success.targets.tell.role.arn is x", f"34: {RULES}.targets.tell.role_arn"),
        ("rules", "rules.success.event_pattern.detail.status is x", f"26: {RULES}.event_pattern.detail.status"),
        ("rules", "rules.success.event_pattern_json: detail is x", f"25: {RULES}.event_pattern"),
        ("publishers", "publishers.own.principal_arns has x", "36: workflows.clean-up.publishers.own.tasks"),
        ("rules", "rules has the key x", "23: workflows.clean-up.rules"),
        ("key", "key.arn is x", "22: workflows.clean-up.key"),
        ("alarm_actions", "alarm_actions has x", "3: alerts"),
    ],
)
def test_a_message_about_a_workflow_leads_into_its_maps(tree: Mapping, argument: str, rule: str, place: str) -> None:
    found = origins.of_argument(tree, "workflow_clean_up", argument, rule)
    assert str(found) == f"environments/dev.yaml:{place}"
    if argument == "rules" and "rules." in rule:  # a precondition's message says no argument
        assert origins.of_rule(tree, "workflow_clean_up", rule) == found


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


@pytest.mark.parametrize("wiring", [TASK, SCHEDULE, WORKFLOW], ids=lambda wiring: str(wiring.section))
def test_everything_that_the_generator_fills_in_has_an_origin(wiring: Wiring) -> None:
    """But for names, which are the key of the entry."""
    assert wiring.filled - {"name", "names"} <= origins._WIRED.keys()
