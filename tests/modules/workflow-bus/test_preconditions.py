"""What AWS would refuse in a name, a region or a policy's size is refused at plan, each in its own words.

These rules need the account, the region or the whole of a policy, so they are preconditions of resources. The rules of
values alone are validations of variables: ``refusals.yaml``.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.modules.test_refusals import minimal_variables, root
from tests.support.inventories import planned_resources
from tests.support.planning import Planner, plan, refusal

pytestmark = pytest.mark.slow
MODULE = "workflow-bus"
BASE = "internal-reporting-use1-cleanup"
ROLE = f"{BASE}-success-run-task"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
JOB_QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/reports"
SYNCED_QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/synced"
SYNCED_JOB = {
    "job_queue_arn": SYNCED_QUEUE.replace("eu-west-1", "us-east-1"),
    "job_definition": "report",
    "revision": 1,
    "synced": True,
}
ROLES = [f"arn:aws:iam::123456789012:role/{'r' * 60}{index}" for index in range(120)]
PUBLISHER = {"principal_arns": ["arn:aws:iam::123456789012:root"], "sources": ["example.backfill"]}


def with_rule(**fields: Any) -> dict[str, Any]:
    """The minimal example's rule with other fields."""
    return {"rules": {"success": minimal_variables(MODULE)["rules"]["success"] | fields}}


def with_task(**fields: Any) -> dict[str, Any]:
    """The minimal example's rule with other fields of its task."""
    rule = copy.deepcopy(minimal_variables(MODULE)["rules"]["success"])
    rule["targets"]["cleanup"]["run_task"] |= fields
    return {"rules": {"success": rule}}


def with_target(**target: Any) -> dict[str, Any]:
    """The minimal example's rule with another target."""
    return with_rule(targets={"it": target})


def rules(count: int, **fields: Any) -> dict[str, Any]:
    """Several rules that write to log groups."""
    rule = {"event_pattern": {"source": ["example.backfill"]}, "targets": {"log": {"log": {}}}}
    return {f"rule{index}": rule | fields for index in range(count)}


def long_log_targets(rule: str) -> dict[str, Any]:
    """Five log targets of groups with long names."""
    return {f"log{index}": {"log": {"log_group_name": f"/aws/events/{rule}{'g' * 400}{index}"}} for index in range(5)}


# By name: the arguments that are not the minimal example's, and the words of the refusal.
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "name_of_queue": (
        {"name": "c" * 70},
        f'names.dlq would be "internal-reporting-use1-{"c" * 70}-dlq", 98 characters; AWS allows 80',
    ),
    "name_of_archive": (
        {"name": "a" * 40, "archive": {"retention_days": 1}},
        f'names.archive would be "internal-reporting-use1-{"a" * 40}", 64 characters; AWS allows 48: set names.archive',
    ),
    "name_of_log_policy": (
        {"name": "p" * 240, "rules": rules(1)},
        f'names.log_resource_policy would be "internal-reporting-use1-{"p" * 240}-events-to-logs", 279 characters; AWS',
    ),
    "name_of_alarm": (
        {"name": "d" * 240},
        '-FailedInvocations", 290 characters; AWS allows 255: give the workflow a shorter name',
    ),
    "alarm_of_a_rule_twice": (
        {"names": {"dlq_oldest_message_alarm": f"{BASE}-success-FailedInvocations"}},
        f'would be called "{BASE}-success-FailedInvocations", the name of names.dlq_oldest_message_alarm and',
    ),
    "name_of_role": (
        {"name": "cleanup-of-custom-ids-of-channels"},
        'custom-ids-of-channels-success-run-task", 74 characters; AWS allows 64: set rules.success.role_names.run_task',
    ),
    "one_name_for_two_roles": (
        {
            "rules": with_rule()["rules"]
            | {"other": with_rule(role_names={"run_task": ROLE.upper()})["rules"]["success"]}
        },
        f'the role of rules.success would be called "{ROLE}", as the role of rules.other is; a role is trusted',
    ),
    "name_of_bus": (
        {"name": "b" * 250, "names": {"dlq": "dlq"}},
        f'the bus would be "internal-reporting-use1-{"b" * 250}", 274 characters; AWS allows 256: set bus_name',
    ),
    "rules_for_one_queue": ({"rules": rules(19)}, "would have 21 statements, one for each of 19 rules, and"),
    "policy_of_log_groups": (
        {"rules": {key: rule | {"targets": long_log_targets(key)} for key, rule in rules(3).items()}},
        '-events-to-logs" for 15 log groups has',
    ),
    "policy_of_a_role": (with_task(pass_role_arns=ROLES), f'The policy of role "{BASE}-success-run-task" has'),
    "policy_of_the_bus": (
        {"publishers": {"all": PUBLISHER | {"principal_arns": ROLES}}},
        f'The policy of bus "{BASE}" has',
    ),
    "region_of_key": ({"key": {"arn": KEY}}, f'key.arn is "{KEY}", of region eu-west-1; AWS needs a key of the region'),
    "region_of_alarm_action": (
        {"alarm_actions": [TOPIC]},
        f'the alarms have the action "{TOPIC}" of region eu-west-1; CloudWatch needs actions of the alarm\'s region',
    ),
    "region_of_cluster": (
        with_task(cluster_arn="arn:aws:ecs:eu-west-1:123456789012:cluster/production"),
        'run_task is "arn:aws:ecs:eu-west-1:123456789012:cluster/production", of region eu-west-1; AWS needs',
    ),
    "region_of_topic": (with_target(notify={"topic_arn": TOPIC}), f'rules.success.targets.it.notify is "{TOPIC}"'),
    "region_of_queue": (
        with_target(queue={"queue_arn": "arn:aws:sqs:eu-west-1:123456789012:audit"}),
        'rules.success.targets.it.queue is "arn:aws:sqs:eu-west-1:123456789012:audit", of region eu-west-1',
    ),
    "region_of_job_queue": (
        with_target(submit_job={"job_queue_arn": JOB_QUEUE, "job_definition": "report"}),
        f'rules.success.targets.it.submit_job is "{JOB_QUEUE}", of region eu-west-1',
    ),
    "region_of_job_queue_of_a_synced_target": (
        with_target(submit_job=SYNCED_JOB | {"job_queue_arn": SYNCED_QUEUE}),
        f'rules.success.targets.it.submit_job is "{SYNCED_QUEUE}", of region eu-west-1',
    ),
    "length_of_overrides_of_a_synced_target": (
        with_target(submit_job=SYNCED_JOB | {"parameters": {"text": "t" * 8300}}),
        "rules.success.targets.it has overrides of 8326 characters as JSON; EventBridge allows 8192",
    ),
    "length_of_overrides": (
        with_task(container_name="main", environment={"TEXT": "t" * 8200}),
        "rules.success.targets.cleanup has overrides of 8283 characters as JSON; EventBridge allows 8192",
    ),
    "name_of_a_value_of_the_event": (
        with_task(container_name="main", environment_from_event={"order.id": "$.detail.id"}),
        'rules.success.targets.cleanup takes "order.id" from the event; EventBridge allows letters, digits, - and _ in',
    ),
}


def test_each_is_refused_in_its_own_words(planner: Planner) -> None:
    calls = {name: minimal_variables(MODULE) | given for name, (given, _) in REFUSED.items()}
    said = refusal(planner.root("refused", root(MODULE, calls)))
    missing = {name: words for name, (_, words) in REFUSED.items() if words not in said}
    assert not missing


def test_eighteen_rules_share_a_queue_and_a_bus_may_be_anywhere(planner: Planner) -> None:
    calls = {
        "eighteen": {"rules": rules(18), "enable_alarms": False},
        "elsewhere": with_target(bus={"bus_arn": "arn:aws:events:eu-west-1:123456789012:event-bus/company"}),
        # A response plan has no region in its ARN.
        "response_plan": {"alarm_actions": ["arn:aws:ssm-incidents::123456789012:response-plan/on-call"]},
    }
    given = {name: minimal_variables(MODULE) | call for name, call in calls.items()}
    planned = planned_resources(dict(plan(planner.root("accepted", root(MODULE, given)))))
    assert sum(address.startswith("module.eighteen.aws_cloudwatch_event_rule.") for address in planned) == 18
    assert {address.split(".")[1] for address in planned} == set(calls)
