"""The record of what roles asked for: by the code that has their credentials, and by AWS's services with them."""

from __future__ import annotations

import json
import uuid

import pytest

from sandbox import permissions, server
from sandbox.calls import CALLS, Calls
from sandbox.delivery.invocation import InvocationError
from tests.sandbox import account
from tests.sandbox.calling import Client, clients
from tests.sandbox.ecs_bench import EcsBench, allow, python
from tests.sandbox.test_s3_callers import session

PROGRAM = """
import boto3
boto3.client("s3").put_object(Bucket={name!r}, Key="out/a", Body=b"x")
boto3.client("logs").describe_log_groups()
boto3.client("events").put_events(Entries=[dict(Source="a", DetailType="b", Detail="{{}}")])
"""


def test_calls_are_recorded(aws: Client, name: str, request: pytest.FixtureRequest) -> None:
    """The same sandbox is asked as is called, mended or not."""
    box = request.getfixturevalue(request.node.callspec.params["aws"])
    own = clients(box, session(aws, name))
    own("ecs").list_clusters()
    own("batch").describe_job_queues()
    own("sqs").list_queues()
    found = [each["operation"] for each in box.ask("calls", role=name)["calls"]]
    assert found == ["ecs:ListClusters", "batch:DescribeJobQueues", "sqs:ListQueues"]


def test_whole_run_of_a_task_is_compared_with_its_roles_both_ways(repaired: server.Sandbox) -> None:
    """What the code asked is told from what ECS asked with the execution role."""
    bench = EcsBench(repaired)
    bucket = f"b-{uuid.uuid4().hex[:12]}"
    bench.client("s3").create_bucket(Bucket=bucket)
    resource = f"arn:aws:s3:::{bucket}/out/*"
    bus = bench.arn("events", "event-bus/default")
    role = bench.role(
        "task", allow("s3:PutObject", resource), allow("events:PutEvents", bus), allow("sns:Publish", "*")
    )
    bench.define({"command": python(PROGRAM.format(name=bucket))}, taskRoleArn=role)
    since = max((each["number"] for each in repaired.ask("calls")["calls"]), default=0)
    task = bench.run()
    assert task["containers"][0]["exitCode"] == 0, bench.lines(task)

    of_code = repaired.ask("calls", role=role, since=since)["calls"]
    assert {each["by"] for each in of_code} == {"credentials"}
    assert {each["principal"].rpartition("/")[2] for each in of_code} == {task["taskArn"].rpartition("/")[2]}
    rights = {(each["action"], each["resource"]) for each in of_code if each["action"]}
    assert rights == {("s3:PutObject", f"arn:aws:s3:::{bucket}/out/a"), ("events:PutEvents", bus)}
    assert [each["operation"] for each in of_code if each["operation"]] == ["logs:DescribeLogGroups"]
    (event,) = [each for each in of_code if each["action"] == "events:PutEvents"]
    assert event["context"] == {"events:source": "a", "events:detail-type": "b"}
    granted = {"s3:PutObject", "events:PutEvents", "sns:Publish"}
    assert granted - {action for action, _ in rights} == {"sns:Publish"}, "what the role has too much"

    of_ecs = repaired.ask("calls", role=f"{bench.name}-execution", since=since)["calls"]
    assert {each["by"] for each in of_ecs} == {"ecs-tasks.amazonaws.com"}
    assert {each["source_arn"] for each in of_ecs} == {task["taskArn"]}
    assert [(each["action"], each["allowed"]) for each in of_ecs] == [
        ("logs:CreateLogStream", True),
        ("logs:PutLogEvents", True),
    ]


def test_what_was_denied_is_recorded_too(repaired: server.Sandbox) -> None:
    name = f"t-{uuid.uuid4().hex[:12]}"
    own = clients(repaired, session(clients(repaired), name))
    with pytest.raises(own("sns").exceptions.ClientError):
        own("sns").publish(TopicArn=clients(repaired)("sns").create_topic(Name=name)["TopicArn"], Message="m")
    (call,) = repaired.ask("calls", role=name)["calls"]
    assert (call["action"], call["allowed"]) == ("sns:Publish", False), "the service's name as a policy has it"


def test_every_way_of_asking_is_recorded(account_in_process: None) -> None:
    """Whoever asks `permissions` is in the record: a stand-in of another service, too."""
    taken = session(account.client, "asks", allow("appsync:GraphQL", "*"))
    before = CALLS.since(0)[-1].number if CALLS.since(0) else 0
    permissions.principal_may(
        taken["AccessKeyId"], "appsync:GraphQL", f"arn:aws:appsync:us-east-1:{account.ACCOUNT}:apis/a"
    )
    with pytest.raises(InvocationError):
        permissions.principal_may(taken["AccessKeyId"], "appsync:ListApiKeys", "*")
    permissions.principal_may("test", "appsync:GraphQL", "*")
    found = [(each.action, each.allowed, each.by) for each in CALLS.since(before)]
    assert found == [("appsync:GraphQL", True, "credentials"), ("appsync:ListApiKeys", False, "credentials")]


def test_only_the_last_are_kept() -> None:
    calls = Calls(most=3)
    for number in range(5):
        calls.call(role="", principal="p", operation=f"s:{number}")
    assert [each.operation for each in calls.since(0)] == ["s:2", "s:3", "s:4"]
    assert (calls.lost(0), calls.lost(1), calls.lost(4)) == (2, 1, 0)
    assert [each.number for each in calls.since(4)] == [5]
    assert json.loads(calls.since(4)[0].model_dump_json())["allowed"] is None
