"""What the policies of queues, topics, keys, buses and logs are for, by the facts of a plan."""

from __future__ import annotations

from typing import Any

import pytest

from review.finding import Severity
from review.intents.model import Status
from tests.review.intents import made
from tests.review.intents.made import ACCOUNT, BUS, HERE, KEY, QUEUE, ROLE, RULE, TOPIC, allow

EVENTS, ALARMS = "events.amazonaws.com", "cloudwatch.amazonaws.com"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
BY_RULE = {"ArnEquals": {"aws:SourceArn": RULE}}
MINE = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
TLS_ONLY = {
    "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": QUEUE,
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}  # fmt: skip
SEND = allow("sqs:SendMessage", QUEUE, EVENTS, **BY_RULE)
NOTIFY = allow("sns:Publish", TOPIC, EVENTS, **BY_RULE)
ALARM = f"arn:aws:cloudwatch:{HERE}:alarm"
RAISE = allow("sns:Publish", TOPIC, ALARMS, ArnLike={"aws:SourceArn": f"{ALARM}:*"}, **MINE)


def rule(arn: str = TOPIC, dead_letters: str | None = None, role: str | None = None) -> dict[str, Any]:
    target = {
        "rule": "done", "event_bus_name": "default", "target_id": "t", "arn": arn, "role_arn": role,
        "dead_letter_config": [{"arn": dead_letters}] if dead_letters else [],
    }  # fmt: skip
    return {
        "aws_cloudwatch_event_rule.done": {"name": "done", "event_bus_name": "default", "arn": RULE},
        "aws_cloudwatch_event_target.done": target,
    }


def alarm() -> dict[str, Any]:
    return {
        "aws_cloudwatch_metric_alarm.late": {"alarm_name": "late", "arn": f"{ALARM}:late", "alarm_actions": [TOPIC]}
    }


def queue(*statements: made.Statement, key: str | None = None) -> dict[str, Any]:
    policy = made.policy(*statements) if statements else None
    return {"aws_sqs_queue.q": {"name": "lost", "arn": QUEUE, "policy": policy, "kms_master_key_id": key}}


def topic(*statements: made.Statement, key: str | None = None) -> dict[str, Any]:
    policy = made.policy(*statements) if statements else None
    return {"aws_sns_topic.t": {"name": "alerts", "arn": TOPIC, "policy": policy, "kms_master_key_id": key}}


def key(*statements: made.Statement) -> dict[str, Any]:
    policy = made.policy(allow("kms:*", "*", ROOT), *statements)
    return {"aws_kms_key.k": {"key_id": KEY.rpartition("/")[2], "arn": KEY, "policy": policy}}


def bus(*statements: made.Statement, key: str | None = None) -> dict[str, Any]:
    made_bus = {"aws_cloudwatch_event_bus.b": {"name": "orders", "arn": BUS, "kms_key_identifier": key}}
    if statements:
        made_bus["aws_cloudwatch_event_bus_policy.b"] = {"event_bus_name": "orders", "policy": made.policy(*statements)}
    return made_bus


def group(key: str | None = None) -> dict[str, Any]:
    return {"aws_cloudwatch_log_group.g": {"name": "/own", "arn": f"{GROUP}:/own", "kms_key_id": key}}


GROUP = f"arn:aws:logs:{HERE}:log-group"
SCHEDULE = {
    "aws_scheduler_schedule.s": {
        "name": "s", "group_name": "g", "arn": f"arn:aws:scheduler:{HERE}:schedule/g/s",
        "target": [{"arn": f"arn:aws:lambda:{HERE}:function:f", "role_arn": f"{ROLE}/s",
                    "dead_letter_config": [{"arn": QUEUE}]}],
    }
}  # fmt: skip
BY_GROUP = allow(
    "sqs:SendMessage", QUEUE, "scheduler.amazonaws.com",
    ArnLike={"aws:SourceArn": f"arn:aws:scheduler:{HERE}:schedule/g/*"}, **MINE,
)  # fmt: skip
SUBSCRIBED = {"aws_sns_topic_subscription.q": {"protocol": "sqs", "endpoint": QUEUE, "topic_arn": TOPIC}}
USE = ["kms:Decrypt", "kms:GenerateDataKey"]
LOGS_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
LOGS_KEY = allow(
    LOGS_USE, "*", "logs.us-east-1.amazonaws.com", ArnEquals={"kms:EncryptionContext:aws:logs:arn": f"{GROUP}:/own"}
)
BUS_KEY = allow(
    USE, "*", EVENTS,
    StringEquals={"aws:SourceAccount": ACCOUNT, "kms:EncryptionContext:aws:events:event-bus:arn": BUS},
    ArnEquals={"aws:SourceArn": BUS},
)  # fmt: skip
DESCRIBE = allow("kms:DescribeKey", "*", EVENTS)
TO_LOGS = rule(f"{GROUP}:/aws/events/done")
BOTH = {"Service": [EVENTS, "delivery.logs.amazonaws.com"]}
WRITE = ["logs:CreateLogStream", "logs:PutLogEvents"]


def logs(*statements: made.Statement) -> dict[str, Any]:
    policy = made.policy(*statements)
    return {"aws_cloudwatch_log_resource_policy.l": {"policy_name": "l", "policy_document": policy}}


QUEUE_AT, TOPIC_AT, KEY_AT, BUS_AT, LOGS_AT = (
    ("aws_sqs_queue.q", "queue"),
    ("aws_sns_topic.t", "topic"),
    ("aws_kms_key.k", "key"),
    ("aws_cloudwatch_event_bus.b", "bus"),
    ("aws_cloudwatch_log_resource_policy.l", "logs"),
)
PUT = allow(
    "events:PutEvents", BUS, {"AWS": "arn:aws:iam::210987654321:root"}, StringEquals={"events:source": "theirs"}
)
PUBLISHERS = {
    "buses": {"orders": {"publishers": [{"principal_arns": ["arn:aws:iam::210987654321:root"], "sources": ["theirs"]}]}}
}
REVIEWS: dict[str, Any] = {"a bus and its publishers": PUBLISHERS, "a bus and other publishers": PUBLISHERS}

CASES: dict[str, tuple[dict[str, Any], tuple[str, str], Status, str, Severity | None]] = {
    # resources, what of, status, a part of the request, how much its finding weighs
    "a rule's dead letters": (rule(dead_letters=QUEUE) | queue(SEND, TLS_ONLY), QUEUE_AT, Status.PROVED, "", None),
    "a rule's dead letters, in the clear": (
        rule(dead_letters=QUEUE) | queue(SEND), QUEUE_AT, Status.DIFFERS, "aws:SecureTransport = false", Severity.WARN,
    ),
    "a rule's dead letters with the account": (
        rule(dead_letters=QUEUE) | queue(allow("sqs:SendMessage", QUEUE, EVENTS, **BY_RULE, **MINE), TLS_ONLY),
        QUEUE_AT, Status.PROVED, "", None,
    ),
    "no policy": (rule(dead_letters=QUEUE) | queue(), QUEUE_AT, Status.DIFFERS, f"by {EVENTS}", Severity.FAIL),
    "any rule": (
        rule(dead_letters=QUEUE) | queue(allow("sqs:SendMessage", QUEUE, EVENTS), TLS_ONLY),
        QUEUE_AT, Status.DIFFERS, "sqs:SendMessage", Severity.FAIL,
    ),
    "everybody of the account": (
        rule(dead_letters=QUEUE) | queue(SEND, TLS_ONLY, allow("sqs:*", QUEUE, ROOT)),
        QUEUE_AT, Status.DIFFERS, "sqs:", Severity.WARN,
    ),
    "another account": (
        rule(dead_letters=QUEUE)
        | queue(SEND, TLS_ONLY, allow("sqs:*", QUEUE, {"AWS": "arn:aws:iam::210987654321:root"})),
        QUEUE_AT, Status.DIFFERS, "210987654321", Severity.FAIL,
    ),
    "a rule that calls it": (rule(QUEUE) | queue(SEND, TLS_ONLY), QUEUE_AT, Status.PROVED, "", None),
    "a rule that calls it with a role": (
        rule(QUEUE, role=f"{ROLE}/r") | queue(SEND, TLS_ONLY), QUEUE_AT, Status.DIFFERS, f"by {EVENTS}", Severity.FAIL,
    ),
    "a schedule's dead letters": (SCHEDULE | queue(BY_GROUP, TLS_ONLY), QUEUE_AT, Status.PROVED, "", None),
    "a schedule's dead letters are refused": (
        SCHEDULE | queue({**TLS_ONLY, "Condition": {}}), QUEUE_AT, Status.DIFFERS, "assumed-role/s/", Severity.FAIL,
    ),
    "a subscription": (
        SUBSCRIBED
        | queue(allow("sqs:SendMessage", QUEUE, "sns.amazonaws.com", ArnEquals={"aws:SourceArn": TOPIC}), TLS_ONLY),
        QUEUE_AT, Status.PROVED, "", None,
    ),
    "a rule and an alarm": (rule() | alarm() | topic(NOTIFY, RAISE), TOPIC_AT, Status.PROVED, "", None),
    "an alarm's own name": (
        alarm() | topic(allow("sns:Publish", TOPIC, ALARMS, ArnLike={"aws:SourceArn": f"{ALARM}:late"}, **MINE)),
        TOPIC_AT, Status.PROVED, "", None,
    ),
    "another alarm's name": (
        alarm() | topic(allow("sns:Publish", TOPIC, ALARMS, ArnLike={"aws:SourceArn": f"{ALARM}:other"}, **MINE)),
        TOPIC_AT, Status.DIFFERS, f"{ALARM}:late", Severity.FAIL,
    ),
    "alarms of any account": (
        alarm() | topic(allow("sns:Publish", TOPIC, ALARMS)), TOPIC_AT, Status.DIFFERS, f"by {ALARMS}", Severity.FAIL,
    ),
    "AWS's own policy, and an alarm": (alarm() | topic(), TOPIC_AT, Status.PROVED, "", None),
    "AWS's own policy, and a rule": (rule() | topic(), TOPIC_AT, Status.DIFFERS, f"by {EVENTS}", Severity.FAIL),
    "a topic that refuses what is in the clear": (
        rule() | topic(NOTIFY, {**TLS_ONLY, "Action": "sns:Publish", "Resource": TOPIC}),
        TOPIC_AT, Status.PROVED, "", None,
    ),
    "a key of nothing": (key(), KEY_AT, Status.PROVED, "", None),
    "a key of a topic for rules": (
        rule() | topic(NOTIFY, key=KEY) | key(allow(["kms:Decrypt", "kms:GenerateDataKey*"], "*", EVENTS)),
        KEY_AT, Status.PROVED, "", None,
    ),
    "a key that asks for the source on the way to a topic": (
        rule() | topic(NOTIFY, key=KEY) | key(allow(USE, "*", EVENTS, **BY_RULE)),
        KEY_AT, Status.DIFFERS, f"by {EVENTS}", Severity.FAIL,
    ),
    "a key that shuts rules out of a queue": (
        rule(dead_letters=QUEUE) | queue(SEND, TLS_ONLY, key=KEY) | key(),
        KEY_AT, Status.DIFFERS, "kms:", Severity.FAIL,
    ),
    "a key of a queue": (
        rule(dead_letters=QUEUE) | queue(SEND, TLS_ONLY, key=KEY) | key(allow(USE, "*", EVENTS)),
        KEY_AT, Status.PROVED, "", None,
    ),
    "a key by its alias": (
        rule(dead_letters=QUEUE) | queue(SEND, TLS_ONLY, key="alias/own") | key(allow(USE, "*", EVENTS))
        | {"aws_kms_alias.a": {"name": "alias/own", "target_key_id": KEY.rpartition("/")[2]}},
        KEY_AT, Status.PROVED, "", None,
    ),
    "a key for services that use nothing": (
        key(allow(USE, "*", EVENTS)), KEY_AT, Status.DIFFERS, f"by {EVENTS}", Severity.FAIL,
    ),
    "a key of a log group": (group(KEY) | key(LOGS_KEY), KEY_AT, Status.PROVED, "", None),
    "a key of every log group": (
        group(KEY)
        | key({**LOGS_KEY, "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{HERE}:*"}}}),
        KEY_AT, Status.DIFFERS, "kms:EncryptionContext:aws:logs:arn", Severity.WARN,
    ),
    "a key of a bus": (bus(key=KEY) | key(DESCRIBE, BUS_KEY), KEY_AT, Status.PROVED, "", None),
    "a key of any bus": (
        bus(key=KEY) | key(DESCRIBE, allow(USE, "*", EVENTS)), KEY_AT, Status.DIFFERS, f"by {EVENTS}", Severity.FAIL,
    ),
    "a key that people administer": (
        key(allow("kms:*", "*", {"AWS": f"{ROLE}/admin"})), KEY_AT, Status.DIFFERS, "admin", Severity.WARN,
    ),
    "a bus and its publishers": (bus(PUT), BUS_AT, Status.PROVED, "", None),
    "a bus and other publishers": (
        bus(PUT, allow("events:PutEvents", BUS, {"AWS": "arn:aws:iam::333333333333:root"})),
        BUS_AT, Status.DIFFERS, "333333333333", Severity.FAIL,
    ),
    "a bus of which nobody says anything": (bus(PUT), BUS_AT, Status.UNDECLARED, "", Severity.WARN),
    "logs": (
        TO_LOGS | logs(allow(WRITE, f"{GROUP}:/aws/events/done:*", BOTH)), LOGS_AT, Status.PROVED, "", None,
    ),
    "logs of every rule": (
        TO_LOGS | logs(allow(WRITE, f"{GROUP}:/aws/events/*:*", BOTH)), LOGS_AT, Status.DIFFERS, "logs:", Severity.WARN,
    ),
    "logs of anything": (TO_LOGS | logs(allow(WRITE, "*", BOTH)), LOGS_AT, Status.DIFFERS, "logs:", Severity.FAIL),
    "logs that nothing writes": (
        logs(allow(WRITE, f"{GROUP}:/aws/events/done:*", BOTH)), LOGS_AT, Status.UNDECLARED, "", Severity.WARN,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_resource_lets_in_what_the_plan_makes_use_it(name: str) -> None:
    resources, (address, subject), status, request_part, severity = CASES[name]
    plan = made.plan(resources, review=REVIEWS.get(name))
    found = made.proof(plan, address, subject)
    assert found.status is status, found
    assert request_part in f"{found.missing} {found.beyond}"
    said = [each.severity for each in made.privileges(plan).findings if each.address == address]
    assert said == ([] if severity is None else [severity])


def test_a_queue_that_nothing_uses_and_that_has_no_policy_is_not_listed() -> None:
    assert not made.privileges(made.plan(queue())).proofs


def test_two_policies_for_logs_are_one() -> None:
    other = rule(f"{GROUP}:/aws/events/other")["aws_cloudwatch_event_target.done"] | {"target_id": "other"}
    halves = [logs(allow(WRITE, f"{GROUP}:/aws/events/{name}:*", BOTH)) for name in ("done", "other")]
    second = {"aws_cloudwatch_log_resource_policy.m": halves[1]["aws_cloudwatch_log_resource_policy.l"]}
    both = made.plan(TO_LOGS | {"aws_cloudwatch_event_target.other": other} | halves[0] | second)
    assert made.proof(both, *LOGS_AT).status is Status.PROVED
    one = made.plan(TO_LOGS | {"aws_cloudwatch_event_target.other": other} | halves[0])
    assert "other" in made.proof(one, *LOGS_AT).missing
    (finding,) = made.privileges(one).findings
    assert finding.severity is Severity.WARN, "another policy of the account may have it"


# --- What only the apply will know ----------------------------------------------------------------------------------


def test_a_target_of_which_only_the_apply_knows_what_it_calls() -> None:
    """Two topics are made, and the plan does not say which of them the rule tells."""
    target = {"aws_cloudwatch_event_target.done": {"arn": True}}
    resources = rule() | topic(NOTIFY)
    del resources["aws_cloudwatch_event_target.done"]["arn"]
    other = {"aws_sns_topic.u": {"name": "other", "policy": made.policy(allow("sns:Publish", "*", EVENTS))}}
    unknown = target | {name: {"arn": True} for name in ("aws_sns_topic.t", "aws_sns_topic.u")}
    for each in (resources["aws_sns_topic.t"],):
        each.pop("arn")
    plan = made.plan(resources | other, unknown=unknown)
    found = made.proof(plan, *TOPIC_AT)
    assert found.status is Status.UNDECIDED
    assert "only the apply will know" in found.why
    assert made.proof(plan, "aws_sns_topic.u", "topic").status is Status.DIFFERS


def test_alarms_of_which_only_the_apply_knows_whom_they_tell() -> None:
    """A set with one member that is not known is not known: the alarms may tell this topic, or another one."""
    silent = {"aws_cloudwatch_metric_alarm.late": {"alarm_name": "late", "arn": f"{ALARM}:late"}}
    told = {"aws_cloudwatch_metric_alarm.late": {"alarm_actions": True}}
    resources = silent | rule() | topic(NOTIFY, RAISE, key=KEY) | key(allow(USE, "*", {"Service": [ALARMS, EVENTS]}))
    plan = made.plan(resources, unknown=told)
    assert made.proof(plan, *TOPIC_AT).status is Status.PROVED
    assert made.proof(plan, *KEY_AT).status is Status.PROVED
    nobody = made.plan(resources)
    assert made.proof(nobody, *TOPIC_AT).status is Status.DIFFERS
    assert made.proof(nobody, *KEY_AT).status is Status.DIFFERS


def test_a_request_about_a_key_names_no_other_key() -> None:
    found = made.proof(made.plan(key(allow(USE, "*", EVENTS))), *KEY_AT)
    assert " on " not in found.beyond


SYMBOL = "‹aws_sqs_queue.elsewhere.arn›"


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        ([SEND, TLS_ONLY], Status.PROVED),
        ([allow("sqs:SendMessage", SYMBOL, EVENTS, **BY_RULE), TLS_ONLY], Status.UNDECIDED),  # it may be this queue
        ([allow("sqs:ReceiveMessage", SYMBOL, EVENTS), TLS_ONLY], Status.DIFFERS),  # which is not what is missing
        ([SEND, TLS_ONLY, allow("sqs:ReceiveMessage", SYMBOL, EVENTS)], Status.UNDECIDED),
        ([SEND, TLS_ONLY, allow("sqs:ReceiveMessage", [QUEUE, SYMBOL], EVENTS)], Status.DIFFERS),
        ([SEND, TLS_ONLY, {**TLS_ONLY, "Resource": SYMBOL, "Condition": {}}], Status.UNDECIDED),  # it may be refused
        ([allow("sqs:SendMessage", QUEUE, EVENTS, ArnEquals={"aws:SourceArn": SYMBOL}), TLS_ONLY], Status.UNDECIDED),
        (
            [allow("sqs:SendMessage", QUEUE, EVENTS, ArnEquals={"aws:SourceArn": [RULE, SYMBOL]}), TLS_ONLY],
            Status.UNDECIDED,
        ),
        ([SEND, TLS_ONLY, allow("sqs:SendMessage", QUEUE, {"AWS": SYMBOL})], Status.UNDECIDED),
    ],
)
def test_what_only_the_apply_will_know_is_neither_right_nor_wrong(
    statements: list[made.Statement], status: Status
) -> None:
    found = made.proof(made.plan(rule(dead_letters=QUEUE) | queue(*statements)), *QUEUE_AT)
    assert found.status is status, found
