"""What is put on a bus reaches the targets of the rules it matches, with AWS's input, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.sandbox.bench import Bench, policy, statement
from tests.sandbox.conftest import ACCOUNT, clients


def test_queue_gets_the_event_as_aws_makes_it(bench: Bench) -> None:
    queue = bench.queue()
    bench.rule({"Arn": queue})
    result = bench.put({"status": "success", "count": 3}, Time=1_700_000_000, Resources=["arn:aws:s3:::one"])
    delivery = bench.one()
    assert (delivery["outcome"], delivery["target_arn"], delivery["attempts"]) == ("delivered", queue, 1)
    (message,) = bench.messages(queue)
    assert delivery["result"] == {"message_id": message["MessageId"]}
    assert delivery["payload"] == message["Body"]
    event = json.loads(message["Body"])
    assert event == {
        "version": "0",
        "id": result["EventId"],
        "detail-type": "Test",
        "source": bench.source,
        "account": bench.box.account,
        "time": "2023-11-14T22:13:20Z",
        "region": bench.box.region,
        "resources": ["arn:aws:s3:::one"],
        "detail": {"status": "success", "count": 3},
    }
    assert list(event)[:3] == ["version", "id", "detail-type"], "in AWS's order"


def test_fifo_queue_gets_its_group(bench: Bench) -> None:
    good = bench.queue("good.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    bad = bench.queue("bad.fifo", FifoQueue="true", ContentBasedDeduplication="false")
    bench.rule(*({"Arn": queue, "SqsParameters": {"MessageGroupId": "g"}} for queue in (good, bad)))
    bench.put()
    by_target = {each["target_arn"]: each for each in bench.settled()}
    assert by_target[good]["outcome"] == "delivered"
    assert len(bench.messages(good)) == 1
    assert (by_target[bad]["outcome"], by_target[bad]["error_code"]) == ("dropped", "INVALID_PARAMETER")


def test_topic_passes_the_transformed_text_on(bench: Bench) -> None:
    """To a queue that subscribes, too; what an e-mail subscription would get is in the record."""
    topic = bench.topic()
    inbox = bench.queue("inbox", allowed=False)
    bench.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=inbox)
    transformer = {"InputPathsMap": {"reason": "$.detail.error"}, "InputTemplate": '"The backfill failed: <reason>"'}
    bench.rule({"Arn": topic, "InputTransformer": transformer})
    bench.put({"error": "no more quota"})
    delivery = bench.one()
    assert delivery["outcome"] == "delivered"
    assert delivery["payload"] == '"The backfill failed: no more quota"'
    (message,) = bench.messages(inbox)
    assert json.loads(message["Body"])["Message"] == delivery["payload"]
    assert json.loads(message["Body"])["MessageId"] == delivery["result"]["message_id"]


def test_constant_input_and_input_path(bench: Bench) -> None:
    constant, part = bench.queue("constant"), bench.queue("part")
    bench.rule({"Arn": constant, "Input": '{"fixed": 1}'}, {"Arn": part, "InputPath": "$.detail"})
    bench.put({"status": "success"})
    payloads = {each["target_arn"]: json.loads(each["payload"]) for each in bench.settled()}
    assert payloads == {constant: {"fixed": 1}, part: {"status": "success"}}


def test_log_group_gets_the_event_in_a_stream_of_its_own(bench: Bench) -> None:
    group = bench.log_group()
    bench.rule({"Arn": group})
    result = bench.put()
    delivery = bench.one()
    assert delivery["outcome"] == "delivered", delivery
    found = bench.client("logs").get_log_events(
        logGroupName=f"/aws/events/{bench.name}", logStreamName=delivery["result"]["log_stream"]
    )
    (event,) = found["events"]
    assert json.loads(event["message"])["id"] == result["EventId"]


@pytest.mark.parametrize(
    ("template", "outcome", "message"),
    [
        ('{"timestamp": <time>, "message": "status <status>"}', "delivered", "status success"),
        ('{"message": "status <status>"}', "dropped", None),
        ('{"timestamp": <time>, "message": "x", "more": 1}', "dropped", None),
    ],
)
def test_log_group_wants_a_timestamp_and_a_message(
    bench: Bench, template: str, outcome: str, message: str | None
) -> None:
    paths = {"time": "$.time", "status": "$.detail.status"}
    transformer = {"InputPathsMap": paths, "InputTemplate": template}
    bench.rule({"Arn": bench.log_group(), "InputTransformer": transformer})
    bench.put()
    delivery = bench.one()
    assert delivery["outcome"] == outcome
    if message is None:
        assert delivery["error_code"] == "INVALID_JSON"
        return
    found = bench.client("logs").get_log_events(
        logGroupName=f"/aws/events/{bench.name}", logStreamName=delivery["result"]["log_stream"]
    )
    assert [each["message"] for each in found["events"]] == [message]


def test_what_a_rule_does_not_match_goes_nowhere(bench: Bench, make_bench: Callable[[], Bench]) -> None:
    other = make_bench()
    bench.rule({"Arn": bench.queue()}, source=[bench.source], detail={"status": ["success"]})
    bench.put({"status": "failed"})
    bench.put(Source="test.somebody.else")
    bench.put(EventBusName=other.name)
    bench.put(EventBusName="default")
    assert bench.settled() == []
    assert [each["rules"] for each in bench.events()] == [[], [], []], "the events are known, and that none matched"
    bench.put({"status": "success"})
    assert bench.one()["outcome"] == "delivered", "the rule does work"


def test_same_event_twice_is_delivered_twice(bench: Bench) -> None:
    queue = bench.queue()
    bench.rule({"Arn": queue})
    first, second = bench.put(), bench.put()
    assert first["EventId"] != second["EventId"]
    assert {each["event_id"] for each in bench.settled()} == {first["EventId"], second["EventId"]}
    assert len(bench.messages(queue)) == 2


def test_disabled_rule_does_nothing_until_it_is_enabled(bench: Bench) -> None:
    bench.rule({"Arn": bench.queue()}, state="DISABLED")
    bench.put()
    assert bench.settled() == []
    bench.client("events").enable_rule(Name=f"{bench.name}-rule", EventBusName=bench.name)
    bench.put()
    assert bench.one()["outcome"] == "delivered"


def test_bus_that_does_not_exist_takes_the_event_and_loses_it(bench: Bench) -> None:
    """AWS answers with an id and no error (github.com/aws/aws-sdk/issues/186)."""
    assert "EventId" in bench.put(EventBusName="nowhere")
    assert [each["lost"] for each in bench.events()] == ["there is no event bus nowhere"]


def test_bus_can_be_named_by_its_arn_and_that_of_another_account_is_another(bench: Bench) -> None:
    bench.rule({"Arn": bench.queue()})
    others = bench.bus_arn.replace(ACCOUNT, "111122223333")
    bench.put(EventBusName=others)
    assert [(each["bus_arn"], each["lost"]) for each in bench.events()] == [
        (others, f"there is no event bus {bench.name}")
    ]
    bench.put(EventBusName=bench.bus_arn)
    assert bench.one()["outcome"] == "delivered"


def forwarding(source: Bench, target: Bench, **conditions: Any) -> None:
    """Let a rule of one bus send to another."""
    role = source.role(
        {"Effect": "Allow", "Action": "events:PutEvents", "Resource": target.bus_arn}
        | ({"Condition": conditions} if conditions else {})
    )
    source.rule({"Arn": target.bus_arn, "RoleArn": role})


def test_another_bus_gets_the_very_event(bench: Bench, make_bench: Callable[[], Bench]) -> None:
    other = make_bench()
    forwarding(bench, other, StringEquals={"events:source": bench.source})
    queue = other.queue()
    other.rule({"Arn": queue}, source=[bench.source])
    result = bench.put()
    assert bench.one()["outcome"] == "delivered", bench.one()
    assert other.one()["event_id"] == result["EventId"], "it stays the event it is"
    assert [(each["bus_arn"], each["forwarded_by"]) for each in bench.events()] == [
        (bench.bus_arn, None),
        (other.bus_arn, bench.rule_arn()),
    ]


def test_events_that_go_round_in_circles_stop(bench: Bench, make_bench: Callable[[], Bench]) -> None:
    """An event travels from one bus to another only once."""
    other = make_bench()
    forwarding(bench, other)
    role = other.role({"Effect": "Allow", "Action": "events:PutEvents", "Resource": bench.bus_arn})
    dlq = other.queue("dlq")
    other.rule({"Arn": bench.bus_arn, "RoleArn": role, "DeadLetterConfig": {"Arn": dlq}}, source=[bench.source])
    bench.put()
    assert bench.one()["outcome"] == "delivered"
    back = other.one()
    assert (back["outcome"], back["error_code"]) == ("dead-lettered", "THIRD_ACCOUNT_HOP_DETECTED")
    assert back["attempts"] == 1


def job_queue(bench: Bench) -> str:
    """Make a job queue, and return its ARN."""
    batch, iam = bench.client("batch"), bench.client("iam")
    role = iam.create_role(RoleName=f"{bench.name}-b", AssumeRolePolicyDocument=policy(statement("sts:AssumeRole", "")))
    environment = batch.create_compute_environment(
        computeEnvironmentName=bench.name, type="UNMANAGED", state="ENABLED", serviceRole=role["Role"]["Arn"]
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": environment}]
    made = batch.create_job_queue(jobQueueName=bench.name, state="ENABLED", priority=1, computeEnvironmentOrder=order)
    arn: str = made["jobQueueArn"]
    return arn


def job_definition(bench: Bench) -> str:
    """Register a revision of a job definition, and return its ARN."""
    made = bench.client("batch").register_job_definition(
        jobDefinitionName=bench.name,
        type="container",
        containerProperties={"image": "example.com/image:1", "vcpus": 1, "memory": 128, "command": ["true"]},
    )
    arn: str = made["jobDefinitionArn"]
    return arn


def batch_target(bench: Bench, queue: str, definition: str, *allowed: str, **parameters: Any) -> dict[str, Any]:
    role = bench.role({"Effect": "Allow", "Action": "batch:SubmitJob", "Resource": list(allowed)})
    return {
        "Arn": queue,
        "RoleArn": role,
        "BatchParameters": {"JobDefinition": definition, "JobName": "cleanup"} | parameters,
    }


def test_batch_job_is_submitted_with_what_the_event_says(bench: Bench) -> None:
    queue, definition = job_queue(bench), job_definition(bench)
    target = batch_target(
        bench, queue, definition, queue, definition, ArrayProperties={"Size": 3}, RetryStrategy={"Attempts": 4}
    )
    template = (
        '{"Parameters": {"count": <count>}, "ContainerOverrides": {"Command": ["clean", <status>], '
        '"Environment": [{"Name": "STATUS", "Value": <status>}]}}'
    )
    paths = {"count": "$.detail.count", "status": "$.detail.status"}
    bench.rule(target | {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}})
    bench.put({"status": "success", "count": 42})
    delivery = bench.one()
    assert delivery["outcome"] == "delivered", delivery
    assert (delivery["result"]["job_definition"], delivery["result"]["attempts"]) == (definition, 4)
    (job,) = bench.client("batch").describe_jobs(jobs=[delivery["result"]["job_id"]])["jobs"]
    assert (job["jobName"], job["jobQueue"], job["arrayProperties"]["size"]) == ("cleanup", queue, 3)
    assert job["parameters"] == {"count": "42"}
    assert job["container"]["command"] == ["clean", "success"]
    assert {"name": "STATUS", "value": "success"} in job["container"]["environment"]


def test_batch_definition_without_a_revision_is_the_newest_active_one(bench: Bench) -> None:
    queue, first, second = job_queue(bench), job_definition(bench), job_definition(bench)
    bare = first.rpartition(":")[0]
    bench.rule(batch_target(bench, queue, bare, queue, bare, f"{bare}:*"))
    bench.put()
    assert bench.one()["result"]["job_definition"] == second
    bench.client("batch").deregister_job_definition(jobDefinition=second)
    bench.put()
    assert [each["result"]["job_definition"] for each in bench.settled()] == [second, first]
    bench.client("batch").deregister_job_definition(jobDefinition=first)
    bench.put()
    last = bench.settled()[-1]
    assert (last["outcome"], last["error_code"]) == ("dropped", "NO_RESOURCE")


def test_batch_overrides_must_be_capitalized(bench: Bench) -> None:
    queue, definition = job_queue(bench), job_definition(bench)
    target = batch_target(bench, queue, definition, queue, definition)
    bench.rule(target | {"Input": json.dumps({"ContainerOverrides": {"command": ["x"]}})})
    bench.put()
    delivery = bench.one()
    assert delivery["error_code"] == "INVALID_PARAMETER"
    assert "no member command" in delivery["error_message"]


@pytest.mark.parametrize(
    "payload",
    [{"Parameters": ["a"]}, {"ContainerOverrides": 5}, {"ContainerOverrides": {"Command": "report --all"}}],
)
def test_batch_input_of_another_shape_is_refused(bench: Bench, payload: dict[str, Any]) -> None:
    """By the sandbox or by the SDK, it is a failed delivery like any other."""
    queue, definition = job_queue(bench), job_definition(bench)
    bench.rule(batch_target(bench, queue, definition, queue, definition) | {"Input": json.dumps(payload)})
    bench.put()
    delivery = bench.one()
    assert (delivery["outcome"], delivery["error_code"]) == ("dropped", "INVALID_PARAMETER")


@pytest.mark.parametrize("missing", ["queue", "definition"])
def test_batch_needs_the_permission_on_queue_and_definition(bench: Bench, missing: str) -> None:
    queue, definition = job_queue(bench), job_definition(bench)
    allowed = definition if missing == "queue" else queue
    bench.rule(batch_target(bench, queue, definition, allowed))
    bench.put()
    delivery = bench.one()
    assert (delivery["outcome"], delivery["error_code"]) == ("dropped", "NO_PERMISSIONS")
    assert (queue if missing == "queue" else definition) in delivery["error_message"]


def test_kind_that_is_not_delivered_to_says_so(bench: Bench) -> None:
    dlq = bench.queue("dlq")
    bench.rule({"Arn": bench.arn("lambda", "function:f"), "DeadLetterConfig": {"Arn": dlq}})
    bench.put()
    delivery = bench.one()
    assert (delivery["outcome"], delivery["error_code"]) == ("dead-lettered", "INVALID_PARAMETER")
    assert "the sandbox does not deliver to this kind of target (lambda function)" in delivery["error_message"]


def test_rule_changed_after_the_event_does_not_change_the_delivery(bench: Bench) -> None:
    first, second = bench.queue("first"), bench.queue("second")
    bench.rule({"Arn": first})
    bench.put()
    bench.rule({"Arn": second})
    bench.put()
    assert [each["target_arn"] for each in bench.settled()] == [first, second]


def test_rule_on_a_schedule_matches_no_event(repaired: Sandbox, name: str) -> None:
    """It has no pattern, which is not the same as a pattern that matches everything."""
    events = clients(repaired)("events")
    events.put_rule(Name=name, ScheduleExpression="rate(1 day)")
    events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:none"}])
    entry = {"Source": name, "DetailType": "Test", "Detail": "{}"}
    sent = events.put_events(Entries=[entry])["Entries"][0]["EventId"]
    answer = repaired.ask("deliveries", settle=30)
    assert [each for each in answer["deliveries"] if each["event_id"] == sent] == []
    events.remove_targets(Rule=name, Ids=["t"])
    events.delete_rule(Name=name)


def test_many_events_at_once_are_each_delivered_once(bench: Bench) -> None:
    queue = bench.queue()
    bench.rule({"Arn": queue})
    entry = {"Source": bench.source, "DetailType": "Test", "Detail": "{}", "EventBusName": bench.name}
    sent = [
        result["EventId"]
        for _ in range(10)
        for result in bench.client("events").put_events(Entries=[entry] * 10)["Entries"]
    ]
    settled = bench.settled()
    assert sorted(each["event_id"] for each in settled) == sorted(sent)
    assert {each["outcome"] for each in settled} == {"delivered"}
    numbers = [each["number"] for each in settled]
    assert numbers == sorted(set(numbers))
