"""What cannot be delivered is tried again if that may help, and goes to the dead-letter queue with AWS's attributes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.bench import Bench, attributes, policy, statement

DLQ_ATTRIBUTES = {"RULE_ARN", "TARGET_ARN", "ERROR_CODE", "ERROR_MESSAGE", "RETRY_ATTEMPTS"}


def unwritable(bench: Bench, kind: str) -> dict[str, Any]:
    """A target that is there, and that the rule may not use."""
    if kind == "queue":
        return {"Arn": bench.queue(allowed=False)}
    if kind == "topic":
        return {"Arn": bench.topic(allowed=False)}
    if kind == "log group":
        return {"Arn": bench.log_group(allowed=False)}
    return {"Arn": bench.arn("events", "event-bus/default"), "RoleArn": bench.role(statement("sqs:Nothing", "*"))}


@pytest.mark.parametrize("kind", ["queue", "topic", "log group"])
def test_target_without_its_policy_is_a_dead_letter(bench: Bench, kind: str) -> None:
    dlq = bench.queue("dlq")
    target = unwritable(bench, kind)
    bench.rule(target | {"DeadLetterConfig": {"Arn": dlq}, "Input": '{"an": "input"}'})
    result = bench.put()
    delivery = bench.one()
    assert (delivery["outcome"], delivery["error_code"], delivery["attempts"]) == (
        "dead-lettered",
        "NO_PERMISSIONS",
        1,
    ), delivery
    assert delivery["dead_letter_queue"] == dlq
    (message,) = bench.messages(dlq)
    assert json.loads(message["Body"])["id"] == result["EventId"], "the event, not the input"
    found = attributes(message)
    assert found.keys() == DLQ_ATTRIBUTES, "no limit of retries was reached"
    assert found["RULE_ARN"] == bench.rule_arn()
    assert found["TARGET_ARN"] == target["Arn"]
    assert (found["ERROR_CODE"], found["RETRY_ATTEMPTS"]) == ("NO_PERMISSIONS", "0")
    assert found["ERROR_MESSAGE"] == delivery["error_message"]


@pytest.mark.parametrize("kind", ["queue", "topic", "log group", "bus"])
def test_target_that_is_not_there_is_a_dead_letter(bench: Bench, kind: str) -> None:
    dlq = bench.queue("dlq")
    target = {
        "queue": bench.arn("sqs", f"{bench.name}-none"),
        "topic": bench.arn("sns", f"{bench.name}-none"),
        "log group": bench.arn("logs", f"log-group:/aws/events/{bench.name}-none"),
        "bus": bench.arn("events", f"event-bus/{bench.name}-none"),
    }[kind]
    bench.rule({"Arn": target, "DeadLetterConfig": {"Arn": dlq}})
    bench.put()
    delivery = bench.one()
    assert (delivery["outcome"], delivery["error_code"], delivery["attempts"]) == (
        "dead-lettered",
        "NO_RESOURCE",
        1,
    ), delivery
    assert attributes(bench.messages(dlq)[0])["ERROR_CODE"] == "NO_RESOURCE"


def test_without_a_dead_letter_queue_the_event_is_dropped(bench: Bench) -> None:
    bench.rule(unwritable(bench, "queue"))
    bench.put()
    delivery = bench.one()
    assert (delivery["outcome"], delivery["dead_letter_queue"]) == ("dropped", None)
    assert delivery["error_message"].endswith("(and there is no dead-letter queue)")


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [("policy", "NO_PERMISSIONS"), ("missing", "NO_RESOURCE"), ("fifo", "standard queue"), ("name", "not an ARN")],
)
def test_dead_letter_queue_that_refuses_drops_the_event(bench: Bench, trouble: str, reason: str) -> None:
    if trouble == "fifo":
        dlq = bench.queue("dlq.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    elif trouble == "policy":
        dlq = bench.queue("dlq", rule="another")
    else:
        dlq = bench.arn("sqs", f"{bench.name}-none") if trouble == "missing" else "dead-letters"
    bench.rule(unwritable(bench, "queue") | {"DeadLetterConfig": {"Arn": dlq}})
    bench.put()
    delivery = bench.one()
    assert (delivery["outcome"], delivery["error_code"]) == ("dropped", "NO_PERMISSIONS")
    assert f"the dead-letter queue {dlq} refuses it" in delivery["error_message"]
    assert reason in delivery["error_message"].partition("refuses it")[2]


def test_dead_letter_queue_is_written_to_by_the_service_and_not_the_role(bench: Bench) -> None:
    """A role with all rights on SQS is of no use there."""
    dlq = bench.queue("dlq", allowed=False)
    role = bench.role({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})
    bench.rule(unwritable(bench, "queue") | {"RoleArn": role, "DeadLetterConfig": {"Arn": dlq}})
    bench.put()
    assert bench.one()["outcome"] == "dropped"


def key(bench: Bench, *statements: dict[str, Any]) -> str:
    kms = bench.client("kms")
    arn: str = kms.create_key(Policy=policy(*statements))["KeyMetadata"]["Arn"]
    return arn


@pytest.mark.parametrize("use", ["target", "dead-letter queue"])
@pytest.mark.parametrize("lets", [True, False])
def test_key_of_a_queue_must_let_eventbridge(bench: Bench, use: str, *, lets: bool) -> None:
    document = [statement(["kms:Decrypt", "kms:GenerateDataKey"], "*")] if lets else [statement("kms:Decrypt", "*")]
    encrypted = bench.queue("encrypted", KmsMasterKeyId=key(bench, *document))
    if use == "target":
        bench.rule({"Arn": encrypted, "DeadLetterConfig": {"Arn": bench.queue("dlq")}})
    else:
        bench.rule(unwritable(bench, "topic") | {"DeadLetterConfig": {"Arn": encrypted}})
    bench.put()
    delivery = bench.one()
    expected = {
        ("target", True): "delivered",
        ("target", False): "dead-lettered",
        ("dead-letter queue", True): "dead-lettered",
        ("dead-letter queue", False): "dropped",
    }
    assert delivery["outcome"] == expected[use, lets]
    if not lets:
        assert "kms:GenerateDataKey" in delivery["error_message"]


@pytest.mark.parametrize("lets", [True, False])
def test_key_of_a_bus_must_let_eventbridge(bench: Bench, *, lets: bool) -> None:
    """What the bus cannot encrypt goes to the bus's own queue, and no rule sees it."""
    source = {"ArnEquals": {"aws:SourceArn": bench.bus_arn}, "StringEquals": {"aws:SourceAccount": bench.box.account}}
    actions = ["kms:DescribeKey", "kms:GenerateDataKey"] + (["kms:Decrypt"] if lets else [])
    arn = key(bench, statement(actions, "*", **source))
    queue, dlq = bench.queue(), bench.arn("sqs", f"{bench.name}-dlq")
    allowed = policy(statement("sqs:SendMessage", dlq, ArnEquals={"aws:SourceArn": bench.bus_arn}))
    bench.queue("dlq", allowed=False, Policy=allowed)
    events = bench.client("events")
    events.delete_event_bus(Name=bench.name)
    events.create_event_bus(Name=bench.name, KmsKeyIdentifier=arn, DeadLetterConfig={"Arn": dlq})
    bench.rule({"Arn": queue})
    result = bench.put()
    delivery = bench.one()
    if lets:
        assert delivery["outcome"] == "delivered", delivery
        return
    assert (delivery["source_arn"], delivery["outcome"]) == (bench.bus_arn, "dead-lettered")
    (message,) = bench.messages(dlq)
    assert json.loads(message["Body"])["id"] == result["EventId"]
    assert "kms:Decrypt" in attributes(message)["ERROR_MESSAGE"]
    assert bench.messages(queue) == []
    assert "kms:Decrypt" in bench.events()[0]["lost"]


def fail(bench: Bench, arn: str, code: str, times: int) -> None:
    bench.box.ask("fault", arn=arn, code=code, times=times)


def test_throttling_is_tried_again_until_it_passes(bench: Bench) -> None:
    queue = bench.queue()
    bench.rule({"Arn": queue, "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600}})
    fail(bench, queue, "ThrottlingException", 3)
    bench.put()
    delivery = bench.one()
    assert (delivery["outcome"], delivery["attempts"], delivery["waited_seconds"]) == ("delivered", 4, 1 + 2 + 4)
    assert len(bench.messages(queue)) == 1
    bench.put()
    assert bench.settled()[-1]["attempts"] == 1, "the fault is used up"


@pytest.mark.parametrize(
    ("retry", "condition", "retries"),
    [
        ({"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600}, "MaximumRetryAttempts", 2),
        ({"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 3600}, "MaximumRetryAttempts", 0),
        # After pauses of 1, 2, 4, 8 and 16 seconds the next would end at 63.
        ({"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 60}, "MaximumEventAgeInSeconds", 5),
        (None, "MaximumRetryAttempts", 185),
    ],
)
def test_retries_end_at_either_limit(bench: Bench, retry: dict[str, int] | None, condition: str, retries: int) -> None:
    queue, dlq = bench.queue(), bench.queue("dlq")
    bench.rule({"Arn": queue, "DeadLetterConfig": {"Arn": dlq}} | ({"RetryPolicy": retry} if retry else {}))
    fail(bench, queue, "InternalError", 1000)
    bench.put()
    delivery = bench.one()
    assert (delivery["outcome"], delivery["attempts"]) == ("dead-lettered", retries + 1)
    assert delivery["exhausted_retry_condition"] == condition
    found = attributes(bench.messages(dlq)[0])
    assert found.keys() == DLQ_ATTRIBUTES | {"EXHAUSTED_RETRY_CONDITION"}
    assert found["EXHAUSTED_RETRY_CONDITION"] == condition
    assert (found["RETRY_ATTEMPTS"], found["ERROR_CODE"]) == (str(retries), "INTERNAL_ERROR")
    fail(bench, queue, "InternalError", 0)
    bench.put()
    assert bench.settled()[-1]["outcome"] == "delivered", "cleared"


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        ("AccessDeniedException", "NO_PERMISSIONS"),
        ("ResourceNotFoundException", "NO_RESOURCE"),
        ("ClusterNotFoundException", "NO_RESOURCE"),
        ("InvalidParameterException", "INVALID_PARAMETER"),
        ("SomethingElse", "ERROR_FROM_TARGET"),
    ],
)
def test_what_cannot_pass_is_tried_once(bench: Bench, code: str, ours: str) -> None:
    queue = bench.queue()
    bench.rule({"Arn": queue})
    fail(bench, queue, code, 1)
    bench.put()
    delivery = bench.one()
    assert (delivery["outcome"], delivery["error_code"], delivery["attempts"]) == ("dropped", ours, 1)


def test_one_target_that_fails_leaves_the_others_alone(bench: Bench) -> None:
    good = bench.queue()
    bench.rule(unwritable(bench, "topic"), {"Arn": good})
    bench.put()
    assert {each["target_arn"] == good: each["outcome"] for each in bench.settled()} == {
        True: "delivered",
        False: "dropped",
    }


def test_input_that_becomes_no_json_is_a_dead_letter(bench: Bench) -> None:
    dlq = bench.queue("dlq")
    transformer = {"InputPathsMap": {"text": "$.detail.text"}, "InputTemplate": '{"text": "<text>"}'}
    bench.rule({"Arn": bench.queue(), "InputTransformer": transformer, "DeadLetterConfig": {"Arn": dlq}})
    bench.put({"text": 'a "quoted" word'})
    delivery = bench.one()
    assert (delivery["outcome"], delivery["error_code"]) == ("dead-lettered", "INVALID_JSON")


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"Source": ""}, "InvalidArgument", "Parameter Source is not valid"),
        ({"DetailType": ""}, "InvalidArgument", "Parameter DetailType is not valid"),
        ({"Detail": ""}, "InvalidArgument", "Parameter Detail is not valid"),
        ({"Detail": "{"}, "MalformedDetail", "Detail is malformed."),
        ({"Detail": "[1]"}, "MalformedDetail", "Detail is malformed."),
        ({"Detail": '{"a": NaN}'}, "MalformedDetail", "Detail is malformed."),
        ({"Source": "aws.ecs"}, "NotAuthorizedForSourceException", "Not authorized for the source."),
    ],
)
def test_wrong_entry_is_refused_and_the_others_are_taken(
    bench: Bench, fields: dict[str, str], code: str, message: str
) -> None:
    bench.rule({"Arn": bench.queue()})
    good = {"Source": bench.source, "DetailType": "Test", "Detail": "{}", "EventBusName": bench.name}
    answer = bench.client("events").put_events(Entries=[good, good | fields, good])
    assert answer["FailedEntryCount"] == 1
    first, refused, last = answer["Entries"]
    assert (refused["ErrorCode"], refused["ErrorMessage"][: len(message)]) == (code, message)
    assert {each["event_id"] for each in bench.settled()} == {first["EventId"], last["EventId"]}


def test_call_that_is_too_large_is_refused_as_a_whole(bench: Bench) -> None:
    bench.rule({"Arn": bench.queue()})
    overhead = len(bench.source) + len("Test") + len('{"a": ""}')
    largest = {"a": "x" * (1024 * 1024 - overhead)}
    with pytest.raises(ClientError, match="Total size of the entries in the request is over the limit"):
        bench.put(largest, Resources=["r"])
    entry = {"Source": bench.source, "DetailType": "Test", "Detail": "{}", "EventBusName": bench.name}
    with pytest.raises(ClientError, match="less than or equal to 10"):
        bench.client("events").put_events(Entries=[entry] * 11)
    assert bench.events() == []
    assert "EventId" in bench.put(largest), "1 MB is not over it"


def test_caller_needs_the_right_to_put_on_the_bus(bench: Bench) -> None:
    """A caller with keys of its own; those of this account's administrator are `test`."""
    import boto3  # noqa: PLC0415

    iam = bench.client("iam")
    iam.create_user(UserName=bench.name)
    keys = iam.create_access_key(UserName=bench.name)["AccessKey"]
    events = boto3.client(
        "events",
        endpoint_url=bench.box.endpoint,
        region_name=bench.box.region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
    )
    entry = {"Source": bench.source, "DetailType": "Test", "Detail": "{}", "EventBusName": bench.name}
    with pytest.raises(ClientError, match="events:PutEvents") as refused:
        events.put_events(Entries=[entry])
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    allowed = {
        "Effect": "Allow",
        "Action": "events:PutEvents",
        "Resource": bench.bus_arn,
        "Condition": {"StringEquals": {"events:source": bench.source}},
    }
    iam.put_user_policy(UserName=bench.name, PolicyName="p", PolicyDocument=policy(allowed))
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    with pytest.raises(ClientError, match="events:PutEvents"):
        events.put_events(Entries=[entry, entry | {"Source": "test.another"}])
    assert len(bench.events()) == 1


def metric(bench: Bench, name: str) -> float:
    """Return the sum of one of the rule's metrics."""
    now = datetime.now(UTC)
    answer = bench.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Events",
        MetricName=name,
        Dimensions=[
            {"Name": "EventBusName", "Value": bench.name},
            {"Name": "RuleName", "Value": f"{bench.name}-rule"},
        ],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=86400,
        Statistics=["Sum"],
    )
    return sum(each["Sum"] for each in answer["Datapoints"])


@pytest.mark.parametrize(
    ("outcome", "counted"),
    [
        ("delivered", {"InvocationAttempts": 2, "RetryInvocationAttempts": 1}),
        ("dead-lettered", {"InvocationAttempts": 1, "FailedInvocations": 1, "InvocationsSentToDlq": 1}),
        ("dropped", {"InvocationAttempts": 1, "FailedInvocations": 1}),
        (
            "dropped by the queue",
            {"InvocationAttempts": 1, "FailedInvocations": 1, "InvocationsFailedToBeSentToDlq": 1},
        ),
    ],
)
def test_metrics_of_the_rule_count_it(bench: Bench, outcome: str, counted: dict[str, int]) -> None:
    queue = bench.queue(allowed=outcome == "delivered")
    dlq = {
        "dead-lettered": lambda: bench.queue("dlq"),
        "dropped by the queue": lambda: bench.queue("dlq", allowed=False),
    }.get(outcome, lambda: None)()
    bench.rule({"Arn": queue} | ({"DeadLetterConfig": {"Arn": dlq}} if dlq else {}))
    if outcome == "delivered":
        fail(bench, queue, "ThrottlingException", 1)
    bench.put()
    assert bench.one()["outcome"] == outcome.partition(" ")[0]
    names = ["Invocations", "FailedInvocations", "InvocationsSentToDlq", "InvocationsFailedToBeSentToDlq"]
    names += ["InvocationAttempts", "RetryInvocationAttempts", "MatchedEvents", "TriggeredRules"]
    found = {name: value for name in names if (value := metric(bench, name))}
    assert found == counted | {"Invocations": 1, "MatchedEvents": 1, "TriggeredRules": 1}
