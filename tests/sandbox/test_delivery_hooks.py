"""Each hook of delivery is needed (its test fails without it) and does what AWS documents, as for the other repairs."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.bench import Bench, policy, statement
from tests.sandbox.conftest import ACCOUNT, REGION, Client

SECONDS = 20


def received(aws: Client, queue_url: str) -> list[dict[str, Any]]:
    """Wait for something in a queue, and take it."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        answer = aws("sqs").receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
        if answer.get("Messages"):
            found: list[dict[str, Any]] = answer["Messages"]
            return found
        time.sleep(0.1)
    return []


def test_events_are_delivered(aws: Client, name: str) -> None:
    events, sns, sqs = aws("events"), aws("sns"), aws("sqs")
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=policy(statement("sns:Publish", topic))
    )
    inbox = sqs.create_queue(QueueName=name)["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": topic}])
    answer = events.put_events(Entries=[{"Source": name, "DetailType": "Test", "Detail": "{}"}])
    (message,) = received(aws, inbox)
    event = json.loads(json.loads(message["Body"])["Message"])
    assert (event["id"], event["account"]) == (answer["Entries"][0]["EventId"], ACCOUNT)


@pytest.mark.parametrize("pattern", [{"source": [{"unknown": "x"}]}, {"source": ["x" * 2100]}])
def test_patterns_are_checked(aws: Client, name: str, pattern: dict[str, Any]) -> None:
    events = aws("events")
    with pytest.raises(ClientError, match="Event pattern is not valid") as refused:
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    assert refused.value.response["Error"]["Code"] == "InvalidEventPatternException"


def test_rule_has_five_targets(aws: Client, name: str) -> None:
    events = aws("events")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    targets = [{"Id": f"t{n}", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q{n}"} for n in range(6)]
    events.put_targets(Rule=name, Targets=targets[:5])
    events.put_targets(Rule=name, Targets=targets[:5])  # the same again are no more
    with pytest.raises(ClientError, match="LimitExceeded"):
        events.put_targets(Rule=name, Targets=targets[5:])


def test_targets_come_in_pages(aws: Client, name: str) -> None:
    events = aws("events")
    for wrong in ({"Rule": name}, {"Rule": name, "EventBusName": "default"}):
        with pytest.raises(ClientError, match=f"Rule {name} does not exist on EventBus default.") as refused:
            events.list_targets_by_rule(**wrong)
        assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
    with pytest.raises(ClientError, match=f"Event bus {name} does not exist."):
        events.list_targets_by_rule(Rule=name, EventBusName=name)
    with pytest.raises(ClientError, match=f"Rule {name} does not exist on EventBus default."):
        events.describe_rule(Name=name)

    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    targets = [{"Id": f"t{n}", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"} for n in range(5)]
    assert events.put_targets(Rule=name, Targets=targets)["FailedEntryCount"] == 0
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    for _ in range(3):
        answer = events.list_targets_by_rule(Rule=name, Limit=2, **token)
        found += answer["Targets"]
        token = {"NextToken": answer["NextToken"]} if "NextToken" in answer else {}
    assert (found, token) == (targets, {})
    assert "NextToken" not in events.list_targets_by_rule(Rule=name)
    for wrong in ({"Limit": 101}, {"NextToken": "junk"}):
        with pytest.raises(ClientError, match="ValidationException"):
            events.list_targets_by_rule(Rule=name, **wrong)


def test_replay_delivers_again(aws: Client, name: str) -> None:
    """What was archived in the time asked for, to a topic."""
    events, sns, sqs = aws("events"), aws("sns"), aws("sqs")
    bus = events.create_event_bus(Name=name)["EventBusArn"]
    archive = events.create_archive(
        ArchiveName=name, EventSourceArn=bus, EventPattern=json.dumps({"detail": {"keep": [True]}})
    )["ArchiveArn"]
    for number, keep in ((1, True), (2, False), (3, True)):
        entry = {"Source": name, "DetailType": "Test", "Detail": json.dumps({"keep": keep, "number": number})}
        events.put_events(Entries=[entry | {"EventBusName": name, "Time": 1_700_000_000 + number}])
    assert events.describe_archive(ArchiveName=name)["EventCount"] == 2

    topic = sns.create_topic(Name=name)["TopicArn"]
    allowed = policy(statement("sns:Publish", topic))
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=allowed)
    inbox = sqs.create_queue(QueueName=name)["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
    events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "t", "Arn": topic}])
    events.start_replay(
        ReplayName=name,
        EventSourceArn=archive,
        EventStartTime=1_700_000_002,
        EventEndTime=1_700_000_004,
        Destination={"Arn": bus},
    )
    (message,) = received(aws, inbox)
    event = json.loads(json.loads(message["Body"])["Message"])
    assert (event["detail"]["number"], event["replay-name"]) == (3, name)
    assert events.describe_archive(ArchiveName=name)["EventCount"] == 2, "what is replayed is kept already"
    assert events.describe_replay(ReplayName=name)["State"] == "COMPLETED"


def test_replay_to_one_rule_leaves_the_others_alone(bench: Bench) -> None:
    events = bench.client("events")
    archive = events.create_archive(ArchiveName=bench.name, EventSourceArn=bench.bus_arn)["ArchiveArn"]
    bench.put(Time=1_700_000_000)
    bench.rule({"Arn": bench.queue("one", rule="one")}, rule="one")
    bench.rule({"Arn": bench.queue("two", rule="two")}, rule="two")
    events.start_replay(
        ReplayName=bench.name,
        EventSourceArn=archive,
        EventStartTime=1_600_000_000,
        EventEndTime=1_800_000_000,
        Destination={"Arn": bench.bus_arn, "FilterArns": [bench.rule_arn("one")]},
    )
    assert bench.one()["source_arn"] == bench.rule_arn("one")
    assert [each["archives"] for each in bench.events()] == [[bench.name], []]
