"""What each kind of target is given, that no literal is taken for a value of the event, and that settings arrive."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.support.inventories import planned_resources
from tests.support.planning import PROVIDER, Planner, plan

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent / "roots" / "targets.tf"


@pytest.fixture(scope="module")
def planned(box: Sandbox, attach: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The planned resources of the root, by their address in the module."""
    planner = Planner(tmp_path_factory.mktemp("targets"), box, attach)
    raw = dict(plan(planner.root("targets", {"main.tf": PROVIDER + ROOT.read_text(encoding="utf-8")})))
    return {
        address.removeprefix("module.orders."): resource["values"]
        for address, resource in planned_resources(raw).items()
    }


def target(planned: dict[str, Any], name: str) -> dict[str, Any]:
    values: dict[str, Any] = planned[f'aws_cloudwatch_event_target.main["{name}"]']
    return values


def test_a_value_of_the_event_is_in_quotes_and_a_literal_is_no_placeholder(planned: dict[str, Any]) -> None:
    (transformer,) = target(planned, "placed.template")["input_transformer"]
    template = transformer["input_template"]
    assert transformer["input_paths"] == {"environment_ORDER": "$.detail.order"}
    assert re.findall("<[^>]*>", template) == ["<environment_ORDER>"]
    assert '"value":"<environment_ORDER>"' in template
    # What ECS is given when the order is number 7: every value is a string, every literal as it was written.
    assert json.loads(template.replace("<environment_ORDER>", "7")) == {
        "containerOverrides": [
            {
                "name": "main",
                "command": ["pack", "<environment_ORDER>", 'say "hello" & \\ <b>'],
                "environment": [
                    {"name": "EMPTY", "value": ""},
                    {"name": "LITERAL", "value": '<environment_ORDER> "quoted" \\ ${ORDER}\n'},
                    {"name": "ORDER", "value": "7"},
                ],
            }
        ]
    }


def test_overrides_without_a_value_of_the_event_are_a_constant(planned: dict[str, Any]) -> None:
    task, job = target(planned, "placed.constant"), target(planned, "placed.job")
    assert not task["input_transformer"]
    assert not job["input_transformer"]
    assert json.loads(task["input"]) == {
        "containerOverrides": [{"name": "main", "environment": [{"name": "MODE", "value": "<fast>"}]}]
    }
    assert json.loads(job["input"]) == {
        "Parameters": {"format": "<csv>"},
        "ContainerOverrides": {"Command": ["report", "Ref::format"]},
    }


def test_without_overrides_nothing_is_said(planned: dict[str, Any]) -> None:
    for name in ("placed.instances", "placed.plain-job", "told.shared"):
        values = target(planned, name)
        assert (values["input"], values["input_path"], values["input_transformer"]) == (None, None, [])


def test_capacity_providers_take_the_place_of_the_launch_type(planned: dict[str, Any]) -> None:
    (task,) = target(planned, "placed.constant")["ecs_target"]
    assert task["launch_type"] is None
    assert sorted(task["capacity_provider_strategy"], key=lambda strategy: str(strategy["capacity_provider"])) == [
        {"capacity_provider": "FARGATE", "base": 1, "weight": 0},
        {"capacity_provider": "FARGATE_SPOT", "base": 0, "weight": 4},
    ]


def test_a_task_without_awsvpc_has_no_network(planned: dict[str, Any]) -> None:
    (task,) = target(planned, "placed.instances")["ecs_target"]
    assert task["network_configuration"] == []
    assert task["task_definition_arn"].endswith(":task-definition/index:3")
    expected = {
        "launch_type": "EC2", "task_count": 2, "group": "orders", "enable_execute_command": True,
        "tags": {"Workload": "orders"}, "propagate_tags": None, "platform_version": None,
    }  # fmt: skip
    assert {name: task[name] for name in expected} == expected


def test_a_job_has_the_targets_key_for_a_name_and_its_revision_when_there_is_one(planned: dict[str, Any]) -> None:
    (pinned,), (newest,) = (target(planned, f"placed.{name}")["batch_target"] for name in ("job", "plain-job"))
    definition = "arn:aws:batch:us-east-1:867653852961:job-definition/report"
    assert (pinned["job_definition"], pinned["job_name"]) == (f"{definition}:9", "job")
    assert (newest["job_definition"], newest["job_name"]) == (definition, "plain-job")


def test_a_synced_target_is_made_as_one_that_is_not(planned: dict[str, Any]) -> None:
    definition = "arn:aws:batch:us-east-1:867653852961:job-definition/report"
    shared = {
        "event_bus_name": "internal-reporting-use1-orders",
        "rule": "synced",
        "arn": "arn:aws:batch:us-east-1:123456789012:job-queue/reports",
        "role_arn": "arn:aws:iam::867653852961:role/internal-reporting-use1-orders-synced-submit-job",
        "input_path": None,
        "dead_letter_config": [{"arn": "arn:aws:sqs:us-east-1:867653852961:internal-reporting-use1-orders-dlq"}],
    }
    expected = {
        "job": {
            "target_id": "job",
            "input": None,
            "input_transformer": [
                {
                    "input_paths": {"parameter_order": "$.detail.order"},
                    "input_template": '{"Parameters":{"order":"<parameter_order>"}}',
                }
            ],
            "batch_target": [
                {"job_definition": f"{definition}:9", "job_name": "daily", "array_size": 2, "job_attempts": 3}
            ],
            "retry_policy": [{"maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 10}],
        },
        "plain-job": {
            "target_id": "plain-job",
            "input": '{"Parameters":{"format":"\\u003ccsv\\u003e"}}',
            "input_transformer": [],
            "batch_target": [
                {"job_definition": f"{definition}:9", "job_name": "plain-job", "array_size": None, "job_attempts": None}
            ],
            "retry_policy": [{"maximum_event_age_in_seconds": 86400, "maximum_retry_attempts": 185}],
        },
    }
    for name, its in expected.items():
        values = planned[f'aws_cloudwatch_event_target.synced["synced.{name}"]']
        assert {field: values[field] for field in shared | its} == shared | its
        assert f'aws_cloudwatch_event_target.main["synced.{name}"]' not in planned


def test_other_kinds_are_given_what_the_caller_says(planned: dict[str, Any]) -> None:
    assert target(planned, "told.alerts")["input"] == '"An order was placed."'
    audit = target(planned, "told.audit")
    assert audit["sqs_target"] == [{"message_group_id": "orders"}]
    assert audit["input_transformer"] == [
        {"input_paths": {"order": "$.detail.order"}, "input_template": '{"order": <order>}'}
    ]


def test_a_target_may_be_given_a_part_of_the_event(planned: dict[str, Any]) -> None:
    values = target(planned, "ended.part")
    assert (values["input"], values["input_path"], values["input_transformer"]) == (None, "$.detail", [])


def test_the_settings_of_a_task_on_fargate_arrive(planned: dict[str, Any]) -> None:
    (task,) = target(planned, "ended.fargate")["ecs_target"]
    expected = {
        "launch_type": "FARGATE", "platform_version": "1.4.0", "enable_ecs_managed_tags": True,
        "propagate_tags": "TASK_DEFINITION", "task_count": 1,
    }  # fmt: skip
    assert {name: task[name] for name in expected} == expected
    (network,) = task["network_configuration"]
    assert network["assign_public_ip"] is True


def test_an_archive_keeps_what_its_pattern_says(planned: dict[str, Any]) -> None:
    archive = planned["aws_cloudwatch_event_archive.main[0]"]
    assert (archive["retention_days"], archive["event_pattern"]) == (7, '{"source":["example.orders"]}')


def test_the_settings_of_alarms_arrive_and_only_their_metrics_have_one(planned: dict[str, Any]) -> None:
    topic = "arn:aws:sns:us-east-1:123456789012"
    alarms = {
        address.partition(".")[2]: values
        for address, values in planned.items()
        if address.startswith("aws_cloudwatch_metric_alarm.")
    }
    set_here = ("threshold", "period", "evaluation_periods")
    assert {name: tuple(alarm[field] for field in set_here) for name, alarm in alarms.items()} == {
        "dlq_messages_visible[0]": (5, 60, 1),
        "dlq_oldest_message[0]": (600, 300, 1),
        **{f'rule["{rule}.FailedInvocations"]': (2, 120, 3) for rule in ("ended", "placed", "synced", "told")},
        **{f'rule["{rule}.InvocationsSentToDlq"]': (0, 300, 1) for rule in ("ended", "placed", "synced", "told")},
    }
    for alarm in alarms.values():
        assert (alarm["alarm_actions"], alarm["ok_actions"]) == ([f"{topic}:alarms"], [f"{topic}:over"])


def test_the_log_resource_policy_has_the_name_that_it_is_given(planned: dict[str, Any]) -> None:
    assert planned["aws_cloudwatch_log_resource_policy.events[0]"]["policy_name"] == "orders-to-logs"


def test_a_log_group_is_made_once_and_one_that_exists_is_not(planned: dict[str, Any]) -> None:
    made = {address for address in planned if address.startswith("aws_cloudwatch_log_group.")}
    assert made == {'aws_cloudwatch_log_group.main["/aws/events/told"]'}
    prefix = "arn:aws:logs:us-east-1:867653852961:log-group:/aws/events"
    assert target(planned, "told.log")["arn"] == target(planned, "told.same")["arn"] == f"{prefix}/told"
    assert target(planned, "told.shared")["arn"] == f"{prefix}/shared"


def test_patterns_have_only_what_is_given_and_say_it_in_events_words(planned: dict[str, Any]) -> None:
    placed, told = (planned[f'aws_cloudwatch_event_rule.main["{name}"]'] for name in ("placed", "told"))
    assert json.loads(placed["event_pattern"]) == {
        "account": ["123456789012"],
        "region": ["us-east-1"],
        "resources": ["arn:aws:s3:::orders"],
        "source": ["example.orders"],
    }
    assert json.loads(told["event_pattern"]) == {
        "source": ["example.orders"],
        "detail": {"total": [{"numeric": [">", 100]}], "note": [{"prefix": "<b>"}]},
    }
    assert (placed["state"], told["state"]) == ("DISABLED", "ENABLED")
