"""Each check of our own finds what it is for, at its address, and nothing in what is right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from review.checks.running import check
from review.finding import Finding, Severity
from review.policies.collecting import collect
from tests.support.plan_json import ACCOUNT, REGION, plan, resource, to

GROUP = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/daily"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/orders"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:report"
FAIL, WARN = Severity.FAIL, Severity.WARN

Change = dict[str, Any]


def found(*changes: Change, **more: Any) -> list[Finding]:
    made = plan(*changes, **more)
    return list(check(made, collect(made)).findings)


def brief(findings: list[Finding], rule: str) -> list[tuple[Severity, str]]:
    return [(each.severity, each.address) for each in findings if each.rule == f"check/{rule}"]


def statement(**elements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | elements]})


# --- Trust


def role(*statements: dict[str, Any], service: str = "scheduler.amazonaws.com") -> Change:
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    trust = {"Version": "2012-10-17", "Statement": [allow | each for each in statements or ({},)]}
    after = {"name": "runner", "path": "/", "assume_role_policy": json.dumps(trust)}
    return resource("aws_iam_role.runner", after, {"arn": True})


def when(operator: str, key: str, value: str | list[str]) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


SAFE = {
    "the account": role(when("StringEquals", "aws:SourceAccount", ACCOUNT)),
    "the source": role(when("ArnEquals", "aws:SourceArn", GROUP)),
    "any source of the account": role(when("ArnLike", "AWS:SourceArn", f"arn:aws:scheduler:*:{ACCOUNT}:*")),
    "the organization": role(when("StringEquals", "aws:SourceOrgID", "o-abcdefghij")),
    "others denied": role(
        {}, {"Effect": "Deny"} | when("StringNotEquals", "aws:SourceAccount", ACCOUNT)
    ),
    "a service that sends no source": role(service="ec2.amazonaws.com"),
    "the account, and something else": role(
        {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "Bool": {"aws:SecureTransport": "true"}}}
    ),
    "anybody of the organization": role({"Principal": "*"} | when("StringEquals", "aws:PrincipalOrgID", "o-abcdefghi")),
    "no service at all": role({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}),
}  # fmt: skip
OPEN = {
    "no condition": role(),
    "another condition": role(when("Bool", "aws:SecureTransport", "true")),
    "any account": role(when("StringLike", "aws:SourceAccount", "*")),
    "a source of any account": role(when("ArnLike", "aws:SourceArn", "arn:aws:scheduler:us-east-1:*:schedule-group/a")),
    "one good statement and one bad one": role(when("StringEquals", "aws:SourceAccount", ACCOUNT), {}),
    "a denial of something else": role({}, {"Effect": "Deny"} | when("Bool", "aws:SecureTransport", "false")),
    "a condition that may be missing": role(when("StringEqualsIfExists", "aws:SourceVpc", "vpc-1")),
    "anybody": role({"Principal": "*"}),
    "any AWS principal": role({"Principal": {"AWS": "*"}}),
    "ECS tasks": role(service="ecs-tasks.amazonaws.com"),
    "EventBridge": role(service="events.amazonaws.com"),
    "Systems Manager": role(service="ssm.amazonaws.com"),
}


@pytest.mark.parametrize("change", SAFE.values(), ids=SAFE.keys())
def test_a_role_that_asks_for_the_source_is_fine(change: Change) -> None:
    assert brief(found(change), "trust-without-source") == []


@pytest.mark.parametrize("change", OPEN.values(), ids=OPEN.keys())
def test_a_role_that_serves_strangers_fails(change: Change) -> None:
    assert brief(found(change), "trust-without-source") == [(FAIL, "aws_iam_role.runner")]


# --- Dead-letter queues


def schedule(queue: str = "", **more: Any) -> Change:
    target = {"arn": FUNCTION, "dead_letter_config": [{"arn": queue}] if queue else []}
    after = {"name": "daily", "group_name": "daily", "state": "ENABLED", "target": [target]} | more
    return resource("aws_scheduler_schedule.daily", after, {"arn": True})


def rule() -> Change:
    return resource("aws_cloudwatch_event_rule.orders", {"name": "orders", "event_bus_name": "default"}, {"arn": True})


def target(arn: str = FUNCTION, queue: str = "", **more: Any) -> Change:
    letters = [{"arn": queue}] if queue else []
    after = {"arn": arn, "rule": "orders", "event_bus_name": "default", "dead_letter_config": letters} | more
    return resource("aws_cloudwatch_event_target.orders", after)


def alarm(namespace: str, metric: str, dimensions: dict[str, str], **more: Any) -> Change:
    after = {
        "alarm_name": "failures",
        "namespace": namespace,
        "metric_name": metric,
        "dimensions": dimensions,
        "alarm_actions": [TOPIC],
        "metric_query": [],
    } | more
    return resource("aws_cloudwatch_metric_alarm.failures", after, {"arn": True})


def queue(**more: Any) -> Change:
    after = {"name": "letters"} | more
    unset = {name: True for name in ("arn", "url", "id", "policy", "kms_master_key_id") if name not in after}
    return resource("aws_sqs_queue.letters", after, unset)


def test_what_has_a_dead_letter_queue_is_fine() -> None:
    assert brief(found(schedule(QUEUE), rule(), target(queue=QUEUE)), "dead-letter-queue-missing") == []


def test_without_one_runs_and_events_are_lost() -> None:
    assert brief(found(schedule(), rule(), target()), "dead-letter-queue-missing") == [
        (FAIL, "aws_scheduler_schedule.daily"),
        (FAIL, "aws_cloudwatch_event_target.orders"),
    ]


def test_what_is_off_loses_nothing() -> None:
    off = resource("aws_cloudwatch_event_rule.orders", {"name": "orders", "state": "DISABLED"}, {"arn": True})
    assert brief(found(schedule(state="DISABLED"), off, target()), "dead-letter-queue-missing") == []


TOLD = {
    "the schedule's group": (schedule(), alarm("AWS/Scheduler", "TargetErrorCount", {"ScheduleGroup": "daily"})),
    "the rule": (target(), alarm("AWS/Events", "FailedInvocations", {"RuleName": "orders"})),
    "the rule of a bus": (
        target(event_bus_name=f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/shop"),
        alarm("AWS/Events", "FailedInvocations", {"RuleName": "orders", "EventBusName": "shop"}),
    ),
    "an expression": (
        target(),
        alarm("", "", {}, metric_query=[{"metric": [
            {"namespace": "AWS/Events", "metric_name": "FailedInvocations", "dimensions": {"RuleName": "orders"}}
        ]}]),
    ),
}  # fmt: skip
NOT_TOLD = {
    "another group": (schedule(), alarm("AWS/Scheduler", "TargetErrorCount", {"ScheduleGroup": "weekly"})),
    "another metric": (target(), alarm("AWS/Events", "Invocations", {"RuleName": "orders"})),
    "a rule of that name on another bus": (
        target(), alarm("AWS/Events", "FailedInvocations", {"RuleName": "orders", "EventBusName": "shop"})
    ),
}  # fmt: skip


@pytest.mark.parametrize("changes", TOLD.values(), ids=TOLD.keys())
def test_where_an_alarm_tells_of_a_loss_it_is_a_warning(changes: tuple[Change, Change]) -> None:
    assert [severity for severity, _ in brief(found(*changes), "dead-letter-queue-missing")] == [WARN]


@pytest.mark.parametrize("changes", NOT_TOLD.values(), ids=NOT_TOLD.keys())
def test_an_alarm_on_something_else_tells_nothing(changes: tuple[Change, Change]) -> None:
    assert [severity for severity, _ in brief(found(*changes), "dead-letter-queue-missing")] == [FAIL]


@pytest.mark.parametrize("arn", [TOPIC, f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/events/orders"])
def test_a_notice_that_is_lost_is_a_warning(arn: str) -> None:
    assert brief(found(target(arn)), "dead-letter-queue-missing") == [(WARN, "aws_cloudwatch_event_target.orders")]


ALIAS = {
    "name": "alias/aws/sqs",
    "arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/aws/sqs",
    "target_key_id": "1234abcd-12ab-34cd-56ef-1234567890ab",
    "target_key_arn": KEY,
}
NAMES = ["alias/aws/sqs", ALIAS["arn"], ALIAS["target_key_id"], KEY]


@pytest.mark.parametrize("name", NAMES)
def test_a_key_of_awss_own_is_known_by_all_its_names(name: str) -> None:
    changes = (queue(kms_master_key_id=name), rule(), target(queue=QUEUE))
    findings = found(*changes, known={"data.aws_kms_alias.sqs": ALIAS})
    assert brief(findings, "dead-letter-queue-managed-key") == [(FAIL, "aws_sqs_queue.letters")]
    assert brief(findings, "key-shuts-out-service") == []


@pytest.mark.parametrize(("asked", "manager"), [("alias/aws/sqs", "AWS"), (KEY, "AWS"), ("alias/aws/sqs", None)])
def test_a_key_of_awss_own_that_a_data_source_read_as_a_key_is_one(asked: str, manager: str | None) -> None:
    read = {"key_id": asked, "arn": KEY, "key_manager": manager, "id": KEY}
    changes = (queue(kms_master_key_id=KEY), target(queue=QUEUE))
    findings = found(*changes, known={"data.aws_kms_key.sqs": read})
    assert brief(findings, "dead-letter-queue-managed-key") == [(FAIL, "aws_sqs_queue.letters")]


def test_a_schedule_writes_with_its_role_which_such_a_key_lets_in() -> None:
    findings = found(queue(kms_master_key_id="alias/aws/sqs"), schedule(QUEUE))
    assert brief(findings, "dead-letter-queue-managed-key") == [(WARN, "aws_sqs_queue.letters")]


@pytest.mark.parametrize(
    "writer",
    [
        resource("aws_cloudwatch_event_bus.shop", {"name": "shop", "dead_letter_config": [{"arn": QUEUE}]}),
        resource(
            "aws_sns_topic_subscription.shop",
            {"topic_arn": TOPIC, "protocol": "lambda", "redrive_policy": json.dumps({"deadLetterTargetArn": QUEUE})},
        ),
    ],
    ids=["bus", "subscription"],
)
def test_buses_and_subscriptions_write_as_a_service(writer: Change) -> None:
    findings = found(queue(kms_master_key_id="alias/aws/sqs"), writer)
    assert brief(findings, "dead-letter-queue-managed-key") == [(FAIL, "aws_sqs_queue.letters")]


@pytest.mark.parametrize("key", [KEY, "alias/letters"])
def test_a_key_of_ones_own_is_fine_and_so_is_a_queue_that_nothing_fails_to(key: str) -> None:
    own = found(queue(kms_master_key_id=key), target(queue=QUEUE))
    nobody = found(queue(kms_master_key_id="alias/aws/sqs"))
    assert brief(own, "dead-letter-queue-managed-key") == brief(nobody, "dead-letter-queue-managed-key") == []


# --- Containers of jobs


def job(**container: Any) -> Change:
    roles = {"jobRoleArn": f"arn:aws:iam::{ACCOUNT}:role/job", "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/start"}
    properties = {"image": "example", "readonlyRootFilesystem": True, **roles, **container}
    values = {"name": "orders", "type": "container", "container_properties": json.dumps(properties)}
    return resource("aws_batch_job_definition.orders", values | {"platform_capabilities": ["FARGATE"]})


@pytest.mark.parametrize(
    ("container", "count"),
    [
        ({}, 0),
        ({"readonlyRootFilesystem": False}, 1),
        ({"readonlyRootFilesystem": None}, 1),
        ({"jobRoleArn": f"arn:aws:iam::{ACCOUNT}:role/start"}, 1),
        ({"jobRoleArn": None}, 0),
        ({"executionRoleArn": None}, 1),
        ({"readonlyRootFilesystem": False, "jobRoleArn": f"arn:aws:iam::{ACCOUNT}:role/start"}, 2),
    ],
)
def test_a_job_is_held_in_like_a_task(container: dict[str, Any], count: int) -> None:
    assert brief(found(job(**container)), "job-container") == [(FAIL, "aws_batch_job_definition.orders")] * count


def test_a_job_whose_container_nobody_knows_is_not_judged() -> None:
    later = resource("aws_batch_job_definition.orders", {"name": "orders", "container_properties": None})
    assert brief(found(later), "job-container") == []


# --- Secrets


@pytest.mark.parametrize(
    ("name", "value", "is_secret"),
    [
        ("DB_PASSWORD", "hunter2", True),
        ("password", "hunter2", True),
        ("API_KEY", "x1", True),
        ("SERVICE_APIKEY", "x1", True),
        ("aws.secret-access-key", "x1", True),
        ("TOKEN", "x1", True),
        ("SETTING", "AKIAIOSFODNN7EXAMPLE", True),
        ("SETTING", "-----BEGIN RSA PRIVATE KEY-----\nMII", True),
        ("SETTING", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", True),
        ("TOKEN_API_KEY", "ssm:/dn-dev/tokens/api-key", False),
        ("TOKEN_SECRET", "arn:aws:secretsmanager:us-east-1:1:secret:s", False),
        ("PRIVATE_KEY", "/run/secrets/key", False),
        ("TOKEN_URL", "anything", False),
        ("MONKEY", "x1", False),
        ("COMPASS", "x1", False),
        ("MAX_TOKEN", "512", False),
        ("USE_TOKEN", "true", False),
        ("PASSWORD", "", False),
    ],
)
@pytest.mark.parametrize("kind", ["task", "job"])
def test_a_secret_in_clear_fails_and_is_not_told(kind: str, name: str, value: str, is_secret: bool) -> None:
    container = {"name": "main", "environment": [{"name": "LEVEL", "value": "info"}, {"name": name, "value": value}]}
    task = resource(
        "aws_ecs_task_definition.orders", {"family": "orders", "container_definitions": json.dumps([container])}
    )
    address = {"task": "aws_ecs_task_definition.orders", "job": "aws_batch_job_definition.orders"}[kind]
    findings = [each for each in found(task if kind == "task" else job(**container)) if each.rule.endswith("in-clear")]
    assert [(each.severity, each.address) for each in findings] == ([(FAIL, address)] if is_secret else [])
    assert all(name in each.title and value not in f"{each.title}{each.detail}{each.advice}" for each in findings)


# --- Log groups, alarms


def test_a_log_group_takes_no_role() -> None:
    logs = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/events/orders"
    fine = found(target(logs), resource("aws_cloudwatch_event_target.other", {"arn": FUNCTION, "role_arn": "arn:x"}))
    assert brief(fine, "log-target-with-role") == []
    findings = found(target(logs, role_arn=f"arn:aws:iam::{ACCOUNT}:role/writer"))
    assert brief(findings, "log-target-with-role") == [(FAIL, "aws_cloudwatch_event_target.orders")]


COUNT = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": "letters"})


@pytest.mark.parametrize(
    ("change", "is_silent"),
    [
        (alarm(*COUNT), False),
        (alarm(*COUNT, alarm_actions=[]), True),
        (alarm(*COUNT, alarm_actions=None), True),
        (alarm(*COUNT, actions_enabled=False), True),
        (alarm(*COUNT, alarm_actions=None, ok_actions=[TOPIC]), True),
    ],
)
def test_an_alarm_that_tells_nobody_is_a_warning(change: Change, is_silent: bool) -> None:
    expected = [(WARN, "aws_cloudwatch_metric_alarm.failures")] if is_silent else []
    assert brief(found(change), "alarm-without-action") == expected


def test_an_alarm_whose_metric_is_sensitive_watches_nothing_that_one_may_know() -> None:
    metric = {"namespace": "AWS/Events", "metric_name": "FailedInvocations", "dimensions": {"RuleName": "orders"}}
    change = alarm("AWS/Events", "FailedInvocations", {"RuleName": "orders"}, metric_query=[{"metric": [metric]}])
    change["change"]["after_sensitive"] = {"metric_query": True, "dimensions": True}  # a set is, as a whole
    assert brief(found(target(), change), "dead-letter-queue-missing") == [(FAIL, "aws_cloudwatch_event_target.orders")]


@pytest.mark.parametrize("name", ["failures", f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:failures"])
def test_a_part_of_another_alarm_tells_that_one(name: str) -> None:
    whole = {"alarm_name": "all", "alarm_rule": f'ALARM("{name}") OR ALARM(other)', "alarm_actions": [TOPIC]}
    composite = resource("aws_cloudwatch_composite_alarm.all", whole)
    assert brief(found(alarm(*COUNT, alarm_actions=None), composite), "alarm-without-action") == []


def test_an_alarm_whose_topic_is_made_by_the_same_plan_tells_somebody() -> None:
    change = alarm(*COUNT)
    del change["change"]["after"]["alarm_actions"]
    change["change"]["after_unknown"]["alarm_actions"] = True
    said = {"aws_cloudwatch_metric_alarm.failures": {"alarm_actions": to("aws_sns_topic.alerts.arn")}}
    assert brief(found(change, configuration=said), "alarm-without-action") == []


WATCHED = {
    "its group": alarm("AWS/Scheduler", "TargetErrorCount", {"ScheduleGroup": "daily"}),
    "its queue": alarm(*COUNT),
}


@pytest.mark.parametrize("change", WATCHED.values(), ids=WATCHED.keys())
def test_a_schedule_that_an_alarm_watches_is_fine(change: Change) -> None:
    assert brief(found(schedule(QUEUE), change), "schedule-without-alarm") == []


def test_a_schedule_that_no_alarm_watches_is_a_warning() -> None:
    other = alarm("AWS/Scheduler", "TargetErrorCount", {"ScheduleGroup": "weekly"})
    assert brief(found(schedule(QUEUE), other), "schedule-without-alarm") == [(WARN, "aws_scheduler_schedule.daily")]
    assert brief(found(schedule(), alarm(*COUNT)), "schedule-without-alarm") == [(WARN, "aws_scheduler_schedule.daily")]


def test_a_schedule_that_is_off_needs_no_alarm() -> None:
    assert brief(found(schedule(QUEUE, state="DISABLED")), "schedule-without-alarm") == []
