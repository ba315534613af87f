"""Rules and alarms: which events reach them, what they need of their targets, and what is outside the plan."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from review.delivery import samples
from review.delivery.model import Answer
from review.delivery.samples import SampleEvent
from review.delivery.walking import deliver
from review.finding import Severity
from review.policies.collecting import collect
from tests.review.delivery.complete import (
    ACCOUNT,
    EVENTS,
    REGION,
    RULE,
    SAMPLE,
    Whole,
    arn,
    of_kind,
    role_arn,
    rules_of,
    target,
)

OTHER = "111122223333"
RULE_AT = "aws_cloudwatch_event_rule.placed"
SCHEDULE_AT = "aws_scheduler_schedule.report"


# --- Rules


def test_a_rule_that_is_off_loses_what_comes() -> None:
    for more in ({"state": "DISABLED"}, {"state": None, "is_enabled": False}):
        whole = Whole()
        whole.resources[RULE_AT] |= more
        found = whole.delivered()
        assert rules_of(found) == [("delivery/off", "fail")]
        assert {path.answer for path in of_kind(found, "event")} == {Answer.NO}
    assert "8 more paths" in found.findings[0].title


def test_a_rule_that_no_event_reaches_fails_with_an_event_that_would() -> None:
    found = Whole().delivered({**SAMPLE, "source": "example.shop"})
    assert found.unreached == (RULE_AT,)
    (failure, note) = found.findings
    assert (failure.rule, failure.severity) == ("delivery/unreached", Severity.FAIL)
    assert "sample 0 comes nearest, but not in source" in failure.detail
    offered = json.loads(failure.detail.partition("this one would: ")[2])
    assert (note.rule, note.detail) == ("delivery/useless-sample", "sample 0")
    assert Whole().delivered(offered).unreached == ()


def test_permissions_of_a_rule_that_no_event_reaches_are_checked() -> None:
    whole = Whole()
    del whole.policies["aws_sns_topic_policy.topic"]
    found = whole.delivered({**SAMPLE, "source": "example.shop"})
    assert [each.title for each in found.findings if each.rule == "delivery/denied"] == [
        "The rule placed does not reach the topic topic"
    ]


@pytest.mark.parametrize(
    ("pattern", "rule"),
    [('{"source": "example.orders"}', "delivery/pattern"), ("{", "delivery/pattern")],
)
def test_a_pattern_that_eventbridge_refuses(pattern: str, rule: str) -> None:
    whole = Whole()
    whole.resources[RULE_AT] |= {"event_pattern": pattern}
    found = [each for each in whole.delivered().findings if each.severity is Severity.FAIL]
    assert [each.rule for each in found] == [rule]


@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize(
    ("address", "attribute", "value"),
    [
        (RULE_AT, "event_pattern", '{"source": ["example.orders"]}'),
        ("aws_cloudwatch_event_target.task", "input", "{}"),
    ],
)
def test_what_the_plan_does_not_show_is_left_open(address: str, attribute: str, value: str, hidden: bool) -> None:
    whole = Whole()
    if hidden:
        whole.resources[address] |= {attribute: value}
        whole.sensitive[address] = {attribute: True}
    else:
        whole.resources[address].pop(attribute, None)
        whole.unknown[address] = {attribute: True}
    found = whole.delivered()
    assert found.unreached == ()
    assert {each.severity for each in found.findings} == {Severity.NOTE}
    assert any(address in each.title for each in found.findings)


def test_aws_events_come_on_the_default_bus_only() -> None:
    whole = Whole()
    aws = {"source": "aws.s3", "detail-type": "Object Created", "detail": {}}
    whole.resources[RULE_AT] |= {"event_pattern": json.dumps({"source": ["aws.s3"]})}
    found = whole.delivered(aws)
    (failure,) = [each for each in found.findings if each.severity is Severity.FAIL]
    assert "come on the default bus, and it is on the bus orders" in failure.detail


def test_a_rule_puts_events_of_aws_on_another_bus() -> None:
    whole = Whole()
    aws = {"source": "aws.s3", "detail-type": "Object Created", "detail": {}}
    pattern = json.dumps({"source": ["aws.s3"]})
    forwarder = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/forward"
    whole.resources[RULE_AT] |= {"event_pattern": pattern}
    whole.resources["aws_cloudwatch_event_rule.forward"] = {
        "name": "forward",
        "arn": forwarder,
        "event_bus_name": "default",
        "state": "ENABLED",
        "event_pattern": pattern,
    }
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/orders"
    whole.resources["aws_cloudwatch_event_target.forward"] = {
        "rule": "forward",
        "event_bus_name": "default",
        "arn": bus,
    }
    found = whole.delivered(aws)
    assert found.unreached == ()
    (denied,) = [each for each in found.findings if each.severity is Severity.FAIL]
    statement = json.loads(denied.detail.partition("Missing in aws_cloudwatch_event_bus.orders: ")[2].splitlines()[0])
    assert statement["Action"] == "events:PutEvents"
    policy = {"event_bus_name": "orders", "policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    whole.resources["aws_cloudwatch_event_bus_policy.orders"] = policy
    mended = whole.delivered(aws)
    assert mended.findings == ()
    assert {path.answer for path in mended.paths} == {Answer.YES}


def test_a_rule_without_a_target_is_told() -> None:
    whole = Whole()
    for address in [each for each in whole.resources if each.startswith("aws_cloudwatch_event_target.")]:
        del whole.resources[address]
    assert rules_of(whole.delivered()) == [("delivery/no-target", "warn")]


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("task", {"input_path": "$.source"}, "ECS takes overrides as a JSON object"),
        (
            "job",
            {"input": '{"ContainerOverrides": {"command": ["x"]}}'},
            "ContainerOverrides has no member command",
        ),
        (
            "logs",
            {"input_transformer": [{"input_paths": {}, "input_template": '{"text": "x"}'}]},
            "a log group takes",
        ),
        (
            "topic",
            {
                "input_transformer": [
                    {"input_paths": {"n": "$.detail"}, "input_template": '{"number": "<n>"}'},
                ]
            },
            "what the template becomes is no JSON",
        ),
        ("runbook", {"input": None}, "a runbook takes a list of texts for each parameter"),
    ],
)
def test_an_input_that_the_target_cannot_take(name: str, more: dict[str, Any], words: str) -> None:
    whole = Whole()
    whole.resources[f"aws_cloudwatch_event_target.{name}"] |= more
    (failure,) = whole.delivered().findings
    assert failure.rule == "delivery/input"
    assert words in failure.detail


def test_a_log_group_takes_no_role() -> None:
    whole = Whole()
    whole.resources["aws_cloudwatch_event_target.logs"] |= {"role_arn": role_arn("rule")}
    assert rules_of(whole.delivered()) == [("delivery/target", "fail")]


def test_a_clock_rule_runs_on_the_default_bus_only() -> None:
    whole = Whole()
    whole.resources[RULE_AT] |= {"event_pattern": None, "schedule_expression": "rate(1 day)"}
    found = whole.delivered()
    assert ("delivery/bus", "fail") in rules_of(found)
    assert {path.kind for path in found.paths if path.via == RULE_AT} == {"schedule"}


@pytest.mark.parametrize(
    ("queue", "words"),
    [
        ({"fifo_queue": True}, "a FIFO queue"),
        ({"kms_master_key_id": "alias/aws/sqs"}, "AWS's own key"),
    ],
)
def test_a_dead_letter_queue_that_takes_nothing(queue: dict[str, Any], words: str) -> None:
    whole = Whole()
    whole.resources["aws_sqs_queue.rule-dlq"] |= queue
    (failure,) = whole.delivered().findings
    assert failure.rule == "delivery/dead-letter"
    assert words in failure.detail


def test_a_scheduler_role_may_use_the_key_that_aws_manages() -> None:
    # Its policy lets in the account's principals through SQS, and the role is one; EventBridge is none.
    whole = Whole()
    whole.resources["aws_sqs_queue.schedule-dlq"] |= {"kms_master_key_id": "alias/aws/sqs"}
    assert whole.delivered().findings == ()


def test_a_key_is_found_by_its_alias() -> None:
    whole = Whole()
    whole.resources["aws_sns_topic.topic"] |= {"kms_master_key_id": "alias/topic"}
    key = {
        "name": "alias/topic",
        "arn": arn("kms", "alias/topic"),
        "target_key_id": "00000000-0000-0000-0000-000000000003",
    }
    whole.resources["aws_kms_alias.topic"] = key
    assert whole.delivered().findings == ()
    whole.policies["aws_kms_key.topic"][0]["Principal"] = {"Service": "cloudwatch.amazonaws.com"}
    assert rules_of(whole.delivered()) == [("delivery/denied", "fail")]


def test_a_topic_of_another_account_is_not_for_this_plan_to_know() -> None:
    whole = Whole()
    topic = f"arn:aws:sns:{REGION}:{OTHER}:theirs"
    whole.resources["aws_cloudwatch_event_target.topic"] |= {"arn": topic}
    (note,) = whole.delivered().findings
    assert note.title == f"A path depends on the topic {topic}, outside this plan"


def test_a_bus_of_another_account_needs_the_role_here_and_its_policy_there() -> None:
    whole = Whole()
    bus = f"arn:aws:events:{REGION}:{OTHER}:event-bus/theirs"
    whole.resources["aws_cloudwatch_event_target.company"] |= {"arn": bus}
    (denied, *_) = whole.delivered().findings
    assert (denied.rule, denied.severity) == ("delivery/denied", Severity.FAIL)
    statement = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}
    whole.policies["aws_iam_role_policy.rule"].append(statement)
    assert {each.severity for each in whole.delivered().findings} == {Severity.NOTE}


def test_job_names_that_only_revisions_are_allowed_of_are_left_open() -> None:
    whole = Whole()
    whole.policies["aws_iam_role_policy.rule"][5]["Resource"] = [arn("batch", "job-definition/job:*")]
    (note,) = whole.delivered().findings
    assert note.severity is Severity.NOTE
    assert "does not document" in note.title
    whole.policies["aws_iam_role_policy.rule"][5]["Resource"] = [arn("batch", "job-definition/job")]
    (failure,) = whole.delivered().findings
    assert failure.severity is Severity.FAIL


# --- Alarms


def test_alarms_with_the_same_answers_are_one_path() -> None:
    whole = Whole()
    late = whole.resources["aws_cloudwatch_metric_alarm.late"]
    for number in range(3):
        more = {"alarm_name": f"late-{number}", "arn": f"{late['arn']}-{number}"}
        whole.resources[f"aws_cloudwatch_metric_alarm.late-{number}"] = late | more
    (path,) = of_kind(whole.delivered(), "alarm")
    assert path.trigger == "4 alarms: late and others"
    condition = {"ArnEquals": {"aws:SourceArn": f"{late['arn']}-1"}}
    whole.policies["aws_sns_topic_policy.alarms"][0]["Condition"] = condition
    found = whole.delivered()
    assert [path.answer for path in of_kind(found, "alarm")] == [Answer.NO, Answer.YES]
    (denied,) = [each for each in found.findings if "alarm" in each.title]
    assert denied.title.startswith("The alarm 3 alarms: late and others does not reach the topic alarms")


def test_the_default_policy_of_a_topic_lets_alarms_in_and_rules_not() -> None:
    whole = Whole()
    del whole.policies["aws_sns_topic_policy.alarms"]
    assert whole.delivered().findings == ()
    del whole.policies["aws_sns_topic_policy.topic"]
    (denied,) = whole.delivered().findings
    assert json.loads(denied.detail.partition("Missing in aws_sns_topic.topic: ")[2].splitlines()[0]) == {
        "Effect": "Allow",
        "Principal": {"Service": EVENTS},
        "Action": "sns:Publish",
        "Resource": arn("sns", "topic"),
        "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
    }


def test_an_alarm_of_alarms_is_an_alarm() -> None:
    whole = Whole()
    whole.resources["aws_cloudwatch_composite_alarm.all"] = {
        "alarm_name": "all",
        "alarm_actions": [arn("sns", "alarms")],
    }
    (path,) = of_kind(whole.delivered(), "alarm")
    assert (path.trigger, path.answer) == ("2 alarms: late and others", Answer.YES)


def test_an_alarm_whose_actions_are_off_is_a_note() -> None:
    whole = Whole()
    whole.resources["aws_cloudwatch_metric_alarm.late"] |= {"actions_enabled": False}
    assert rules_of(whole.delivered()) == [("delivery/depends", "note")]


# --- Size


def test_a_thousand_schedules_take_less_than_five_seconds() -> None:
    whole = Whole()
    one = whole.resources[SCHEDULE_AT]
    for number in range(1000):
        name = f"report-{number}"
        whole.resources[f"aws_scheduler_schedule.{name}"] = one | {"name": name, "arn": f"{one['arn']}-{number}"}
    read = whole.plan()
    policies = collect(read)
    started = time.process_time()
    found = deliver(read, policies, [SampleEvent("sample", samples.whole(SAMPLE, read, "sample"))])
    assert time.process_time() - started < 5
    assert len(of_kind(found, "schedule")) == 1001
    assert found.findings == ()


def test_what_one_place_does_to_many_paths_is_one_finding() -> None:
    whole = Whole()
    for number in range(7):
        whole.resources[f"aws_cloudwatch_event_target.topic-{number}"] = target(f"topic-{number}", arn("sns", "topic"))
    del whole.policies["aws_sns_topic_policy.topic"]
    (denied,) = whole.delivered().findings
    assert denied.title == "The event sample 0 does not reach the topic topic, and 7 more paths with it"
    assert denied.detail.endswith("and 3 more")


def test_a_path_of_a_transformer_that_only_the_apply_knows_is_left_open() -> None:
    whole = Whole()
    address = "aws_cloudwatch_event_target.topic"
    whole.resources[address]["input_transformer"] = [{"input_paths": {}, "input_template": '"<n>"'}]
    whole.unknown[address] = {"input_transformer": [{"input_paths": {"n": True}}]}
    (note,) = whole.delivered().findings
    assert note.title == f"A path depends on the input_paths.n of {address}, which only the apply will know"
