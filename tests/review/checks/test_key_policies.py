"""A key lets in each service that has to use it for what the plan encrypts, with what that service really sends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from review.checks import encryption
from review.checks.running import check
from review.finding import Finding, Severity
from review.policies.collecting import collect
from tests.support.plan_json import ACCOUNT, REGION, plan, resource, to

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/orders"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/orders"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/orders"
EVENTS, ALARMS, TOPICS = "events.amazonaws.com", "cloudwatch.amazonaws.com", "sns.amazonaws.com"
LOGS = f"logs.{REGION}.amazonaws.com"
ADMINISTRATOR = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*"}
DATA = ["kms:Decrypt", "kms:GenerateDataKey*"]
OF_LOGS = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]

Change = dict[str, Any]


def key(*statements: dict[str, Any]) -> Change:
    allow = {"Effect": "Allow", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [allow | each for each in (ADMINISTRATOR, *statements)]}
    after = {"key_id": KEY_ID, "arn": KEY, "policy": json.dumps(policy)}
    return resource("aws_kms_key.main", after)


def lets(service: str, *actions: str, sid: str = "Service", **condition: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"Sid": sid, "Principal": {"Service": service}, "Action": list(actions or DATA)}
    return found | ({"Condition": condition} if condition else {})


def encrypted(kind: str, name: str, attribute: str = "kms_master_key_id", value: str = KEY, **more: Any) -> Change:
    return resource(f"{kind}.main", {"name": name, attribute: value} | more, {"arn": True, "policy": True, "id": True})


def target(arn: str = TOPIC, **more: Any) -> Change:
    after = {"arn": arn, "rule": "orders", "event_bus_name": "default", "dead_letter_config": [{"arn": QUEUE}]}
    return resource("aws_cloudwatch_event_target.orders", after | more)


TOPIC_MADE = encrypted("aws_sns_topic", "orders")
QUEUE_MADE = encrypted("aws_sqs_queue", "orders")
BUS_MADE = encrypted("aws_cloudwatch_event_bus", "orders", "kms_key_identifier")
GROUP_MADE = encrypted("aws_cloudwatch_log_group", "/orders", "kms_key_id")
ALARM = resource(
    "aws_cloudwatch_metric_alarm.main",
    {"alarm_name": "orders", "alarm_actions": [TOPIC], "metric_query": [], "dimensions": {}},
    {"arn": True},
)
ALARM_ARN = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:orders"


def subscription(**more: Any) -> Change:
    after = {"topic_arn": TOPIC, "protocol": "sqs", "endpoint": QUEUE} | more
    return resource("aws_sns_topic_subscription.main", after)


def found(*changes: Change, **more: Any) -> list[Finding]:
    made = plan(*changes, **more)
    return [each for each in check(made, collect(made)).findings if each.rule == "check/key-shuts-out-service"]


# What is encrypted, what makes a service use its key, the service, and how it is let in as AWS's documents have it.
USES: dict[str, tuple[Change, Change | None, str, dict[str, Any]]] = {
    "a topic of a rule": (TOPIC_MADE, target(), EVENTS, lets(EVENTS)),
    "a queue of a rule": (QUEUE_MADE, target(QUEUE, dead_letter_config=[]), EVENTS, lets(EVENTS)),
    "a dead-letter queue": (QUEUE_MADE, target("arn:aws:lambda:x:1:function:y"), EVENTS, lets(EVENTS)),
    "a dead-letter queue, for its rule": (
        QUEUE_MADE,
        target("arn:aws:lambda:x:1:function:y"),
        EVENTS,
        lets(EVENTS, ArnEquals={"aws:SourceArn": RULE}),
    ),
    "a bus": (
        BUS_MADE,
        None,
        EVENTS,
        lets(
            EVENTS,
            StringEquals={"aws:SourceAccount": ACCOUNT, "kms:EncryptionContext:aws:events:event-bus:arn": BUS},
            ArnEquals={"aws:SourceArn": BUS},
        ),
    ),
    "a topic of an alarm": (TOPIC_MADE, ALARM, ALARMS, lets(ALARMS)),
    "a topic of an alarm, for it": (TOPIC_MADE, ALARM, ALARMS, lets(ALARMS, ArnLike={"aws:SourceArn": ALARM_ARN})),
    "a queue of a topic": (QUEUE_MADE, subscription(), TOPICS, lets(TOPICS)),
    "a dead-letter queue of a subscription": (
        QUEUE_MADE,
        subscription(protocol="lambda", redrive_policy=json.dumps({"deadLetterTargetArn": QUEUE})),
        TOPICS,
        lets(TOPICS),
    ),
    "a log group": (
        GROUP_MADE,
        None,
        LOGS,
        lets(LOGS, *OF_LOGS, ArnLike={"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"}),
    ),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_a_service_that_is_let_in_is_fine_and_one_that_is_not_fails(
    use: tuple[Change, Change | None, str, dict[str, Any]],
) -> None:
    thing, cause, service, statement = use
    changes = [thing, *([cause] if cause else [])]
    assert found(key(statement), *changes) == []
    (finding,) = found(key(), *changes)
    assert (finding.severity, finding.address) == (Severity.FAIL, "aws_kms_key.main")
    assert finding.title.startswith(f"The key shuts {service} out of this ")
    assert finding.detail.splitlines()[-1] == f"encrypts {thing['address']}"
    assert found(key(statement | {"Principal": {"Service": "s3.amazonaws.com"}}), *changes)
    if cause is not None:
        assert found(key(), thing) == [], "nothing makes a service use it"


def test_a_condition_that_eventbridge_does_not_send_to_a_topic_is_named() -> None:
    for condition in ({"ArnEquals": {"aws:SourceArn": RULE}}, {"StringEquals": {"aws:SourceAccount": ACCOUNT}}):
        (finding,) = found(key(lets(EVENTS, sid="Rules", **condition)), TOPIC_MADE, target())
        (asked,) = next(iter(condition.values()))
        sent = f"asks for {asked}, which {EVENTS} does not send on the way to a topic"
        assert finding.detail.splitlines()[0] == f"statement Rules would let it in, but {sent}"
        assert finding.advice == "Take that condition out of statement Rules: AWS supports none on the source here."


def test_half_of_what_is_needed_is_not_enough() -> None:
    (finding,) = found(key(lets(EVENTS, "kms:Decrypt")), TOPIC_MADE, target())
    assert finding.detail.splitlines()[0] == "no statement allows it kms:GenerateDataKey"


def test_a_bus_of_another_account_or_name_is_not_this_one() -> None:
    other = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/other"
    (finding,) = found(key(lets(EVENTS, ArnEquals={"aws:SourceArn": other})), BUS_MADE)
    assert "asks for aws:SourceArn" in finding.detail
    assert BUS in finding.advice


def test_eventbridge_always_tells_the_key_of_a_bus_its_source() -> None:
    unsent = lets(EVENTS, "kms:*", StringNotEquals={"aws:SourceAccount": ACCOUNT})
    assert found(key(unsent), BUS_MADE)
    assert found(key(unsent), QUEUE_MADE, target("arn:aws:lambda:x:1:function:y")) == [], "here AWS does not say"


def test_a_denial_counts() -> None:
    deny = lets(EVENTS, "kms:*") | {"Effect": "Deny"}
    assert found(key(lets(EVENTS), deny), TOPIC_MADE, target())


def test_several_things_that_one_key_keeps_a_service_from_are_one_finding() -> None:
    second = resource("aws_sns_topic.second", {"name": "second", "kms_master_key_id": KEY}, {"arn": True})
    more = resource(
        "aws_cloudwatch_event_target.second",
        {"arn": TOPIC.replace(":orders", ":second"), "rule": "orders", "event_bus_name": "default"},
    )
    (finding,) = found(key(), TOPIC_MADE, target(), second, more)
    assert finding.detail.splitlines()[1:] == ["encrypts aws_sns_topic.main", "encrypts aws_sns_topic.second"]


def test_a_target_with_a_role_is_the_roles_affair() -> None:
    assert found(key(), TOPIC_MADE, target(role_arn="arn:aws:iam::1:role/x", dead_letter_config=[])) == []


def test_a_topic_with_a_key_of_awss_own_lets_no_service_in() -> None:
    (finding,) = found(encrypted("aws_sns_topic", "orders", value="alias/aws/sns"), target())
    assert finding.address == "aws_sns_topic.main"
    assert finding.title == "alias/aws/sns lets no service use it for this topic: every notice of the rule is dropped."


@pytest.mark.parametrize("value", [KEY_ID, "alias/main", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/main"])
def test_a_key_is_known_by_all_its_names(value: str) -> None:
    alias = resource("aws_kms_alias.main", {"name": "alias/main", "target_key_id": KEY, "target_key_arn": KEY})
    assert found(key(), alias, encrypted("aws_sns_topic", "orders", value=value), target())


def test_a_key_that_the_plan_makes_is_known_by_its_symbol() -> None:
    made = resource("aws_kms_key.main", {"policy": key()["change"]["after"]["policy"]}, {"arn": True, "key_id": True})
    topic = resource("aws_sns_topic.main", {"name": "orders"}, {"arn": True, "kms_master_key_id": True})
    said = {"aws_sns_topic.main": {"kms_master_key_id": to("aws_kms_key.main.id")}}
    (finding,) = found(made, topic, target(), configuration=said)
    assert finding.address == "aws_kms_key.main"


def test_of_a_key_outside_the_plan_nothing_is_said() -> None:
    assert found(TOPIC_MADE, target()) == []


def test_of_a_policy_that_only_the_apply_knows_nothing_is_said() -> None:
    unread = resource("aws_kms_key.main", {"key_id": KEY_ID, "arn": KEY}, {"policy": True})
    said = {"aws_kms_key.main": {"policy": to("aws_ssm_parameter.policy.value")}}
    assert found(unread, TOPIC_MADE, target(), configuration=said) == []


def test_what_no_key_encrypts_is_fine() -> None:
    topic = resource("aws_sns_topic.main", {"name": "orders"}, {"arn": True, "kms_master_key_id": True})
    assert found(key(), topic, target()) == []
    assert encryption.read(plan(topic)).of(TOPIC) is None
    assert encryption.read(plan(TOPIC_MADE)).of(TOPIC) is not None
