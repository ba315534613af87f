"""Calls with a role's credentials need its rights: each that batch-target-sync needs, taken away one at a time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import server
from tests.sandbox.automation_bench import AutomationBench, allow
from tests.sandbox.calling import Client, clients
from tests.sandbox.conftest import ACCOUNT, REGION

EVENTS = "events.amazonaws.com"


class Calls:
    """The calls of a sync, each with the right that it needs, on things of one test's own."""

    def __init__(self, box: server.Sandbox) -> None:
        self.bench = AutomationBench(box)
        self.name = self.bench.name
        self.queue = self.bench.arn("batch", f"job-queue/{self.name}")
        self.submits = self.bench.role(service=EVENTS, source=self.bench.arn("events", "rule/*"), name="-submits")
        self.bench.role(service=EVENTS, source=self.bench.arn("events", "rule/*"))
        admin = self.bench.client
        admin("events").create_event_bus(Name=self.name)
        admin("events").put_rule(Name="r", EventBusName=self.name, EventPattern=json.dumps({"source": [self.name]}))
        admin("events").put_targets(Rule="r", EventBusName=self.name, Targets=[self.target(1)])
        self.topic = admin("sns").create_topic(Name=self.name)["TopicArn"]
        admin("ssm").put_parameter(Name=f"/{self.name}/lock", Value="x", Type="String")

    def target(self, revision: int) -> dict[str, Any]:
        parameters = {"JobDefinition": f"{self.name}:{revision}", "JobName": "j"}
        return {"Id": "t", "Arn": self.queue, "RoleArn": self.submits, "BatchParameters": parameters}

    def parameter(self, rest: str = "") -> str:
        return self.bench.arn("ssm", f"parameter/{self.name}{rest}")

    def rights(self) -> dict[str, dict[str, Any]]:
        """What a least role has."""
        rule = self.bench.arn("events", f"rule/{self.name}/r")
        return {
            "events:ListRules": allow("events:ListRules", self.bench.arn("events", f"rule/{self.name}/*")),
            "events:ListTargetsByRule": allow("events:ListTargetsByRule", rule),
            "events:PutTargets": allow(
                "events:PutTargets", rule, **{"ForAllValues:ArnEquals": {"events:TargetArn": self.queue}}
            ),
            "iam:PassRole": allow("iam:PassRole", self.submits, StringEquals={"iam:PassedToService": EVENTS}),
            "events:PutEvents": allow(
                "events:PutEvents",
                self.bench.arn("events", f"event-bus/{self.name}"),
                StringEquals={"events:source": "dn.eventbridge.targetsync"},
            ),
            "batch:DescribeJobDefinitions": allow("batch:DescribeJobDefinitions", "*"),
            "ssm:GetParameter": allow("ssm:GetParameter", self.parameter("/lock")),
            "ssm:GetParameters": allow("ssm:GetParameters", self.parameter("/*")),
            "ssm:GetParametersByPath": allow("ssm:GetParametersByPath", self.parameter()),
            "ssm:GetParameterHistory": allow("ssm:GetParameterHistory", self.parameter("/*")),
            "ssm:PutParameter": allow("ssm:PutParameter", self.parameter("/*")),
            "SNS:Publish": allow("sns:Publish", self.topic),
            "cloudwatch:PutMetricData": allow(
                "cloudwatch:PutMetricData", "*", StringEquals={"cloudwatch:namespace": "BatchTargetSync"}
            ),
        }

    def make(self, client: Client) -> dict[str, list[Any]]:
        """Every call, by the right that it needs: the operation, called with these arguments."""
        events, ssm, sns = client("events"), client("ssm"), client("sns")
        lock = f"/{self.name}/lock"
        rule = {"Rule": "r", "EventBusName": self.name}
        entry = {"Source": "dn.eventbridge.targetsync", "DetailType": "Batch Target Changed", "Detail": "{}"}
        metric = [{"MetricName": "Runs", "Value": 1.0, "Unit": "Count"}]
        return {
            "events:ListRules": [lambda: events.list_rules(EventBusName=self.name)],
            "events:ListTargetsByRule": [lambda: events.list_targets_by_rule(**rule)],
            "events:PutTargets": [lambda: events.put_targets(**rule, Targets=[self.target(2)])],
            "iam:PassRole": [lambda: events.put_targets(**rule, Targets=[self.target(3)])],
            "events:PutEvents": [lambda: events.put_events(Entries=[entry | {"EventBusName": self.name}])],
            "batch:DescribeJobDefinitions": [
                lambda: client("batch").describe_job_definitions(jobDefinitionName=self.name)
            ],
            "ssm:GetParameter": [
                lambda: ssm.get_parameter(Name=lock),
                lambda: ssm.get_parameter(Name=f"{lock}:1"),
                lambda: ssm.get_parameter(Name=self.parameter("/lock")),
            ],
            "ssm:GetParameters": [lambda: ssm.get_parameters(Names=[lock])],
            "ssm:GetParametersByPath": [lambda: ssm.get_parameters_by_path(Path=f"/{self.name}")],
            "ssm:GetParameterHistory": [lambda: ssm.get_parameter_history(Name=lock)],
            "ssm:PutParameter": [lambda: ssm.put_parameter(Name=lock, Value="y", Type="String", Overwrite=True)],
            "SNS:Publish": [
                lambda: sns.publish(TopicArn=self.topic, Message="m"),
                lambda: sns.publish_batch(
                    TopicArn=self.topic, PublishBatchRequestEntries=[{"Id": "a", "Message": "m"}]
                ),
            ],
            "cloudwatch:PutMetricData": [
                lambda: client("cloudwatch").put_metric_data(Namespace="BatchTargetSync", MetricData=metric)
            ],
        }

    def as_role(self, *statements: dict[str, Any]) -> Client:
        """Clients with the credentials of a role that has these rights and no others."""
        self.bench.may(*statements)
        arn = self.bench.arn("iam", f"role/{self.name}")
        taken = self.bench.client("sts").assume_role(RoleArn=arn, RoleSessionName="sync")
        return clients(self.bench.box, taken["Credentials"])


RIGHTS = (
    "events:ListRules",
    "events:ListTargetsByRule",
    "events:PutTargets",
    "iam:PassRole",
    "events:PutEvents",
    "batch:DescribeJobDefinitions",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:GetParameterHistory",
    "ssm:PutParameter",
    "SNS:Publish",
    "cloudwatch:PutMetricData",
)
CODES = {"SNS:Publish": "AuthorizationError", "cloudwatch:PutMetricData": "AccessDenied"}


@pytest.fixture
def calls(repaired: server.Sandbox) -> Calls:
    return Calls(repaired)


def test_callers_need_their_rights(aws: Client, name: str) -> None:
    trust = {"Version": "2012-10-17", "Statement": [allow("sts:AssumeRole", "*") | {"Principal": {"AWS": "*"}}]}
    aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    key = aws("sts").assume_role(RoleArn=arn, RoleSessionName="sync")["Credentials"]
    ssm = aws("ssm")
    ssm._request_signer._credentials.access_key = key["AccessKeyId"]
    with pytest.raises(ClientError, match="ssm:PutParameter action") as refused:
        ssm.put_parameter(Name=f"/{name}/lock", Value="x", Type="String")
    error = refused.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"] == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{name}/sync is not authorized to perform: ssm:PutParameter on "
        f"resource: arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{name}/lock because no identity-based policy allows the "
        "ssm:PutParameter action"
    )


def test_role_with_the_least_rights_makes_every_call(calls: Calls) -> None:
    client = calls.as_role(*calls.rights().values())
    for right, made in calls.make(client).items():
        for call in made:
            answer = call()
            assert not answer.get("FailedEntryCount"), right
    (target,) = calls.bench.client("events").list_targets_by_rule(Rule="r", EventBusName=calls.name)["Targets"]
    assert target == calls.target(3)
    assert client("sts").get_caller_identity()["Arn"].endswith(f"assumed-role/{calls.name}/sync")


@pytest.mark.parametrize("missing", RIGHTS)
def test_each_right_is_needed(calls: Calls, missing: str) -> None:
    """Without it, the calls that need it fail in the words of their service, and all others still work."""
    client = calls.as_role(*[each for right, each in calls.rights().items() if right != missing])
    for right, made in calls.make(client).items():
        if right == missing or {right, missing} == {"events:PutTargets", "iam:PassRole"}:
            for call in made:
                with pytest.raises(
                    ClientError, match=f"because no identity-based policy allows the {missing} action"
                ) as no:
                    call()
                assert no.value.response["Error"]["Code"] == CODES.get(missing, "AccessDeniedException")
        else:
            for call in made:
                call()
    (target,) = calls.bench.client("events").list_targets_by_rule(Rule="r", EventBusName=calls.name)["Targets"]
    assert target == calls.target(1 if missing in ("events:PutTargets", "iam:PassRole") else 3)


def test_every_right_of_a_sync_is_taken_away_once(calls: Calls) -> None:
    assert set(RIGHTS) == set(calls.rights()) == set(calls.make(calls.bench.client))


@pytest.mark.parametrize(
    ("right", "condition"),
    [
        ("events:PutTargets", {"ForAllValues:ArnEquals": {"events:TargetArn": "arn:aws:sqs:us-east-1:1:other"}}),
        ("iam:PassRole", {"StringEquals": {"iam:PassedToService": "batch.amazonaws.com"}}),
        ("events:PutEvents", {"StringEquals": {"events:source": "another"}}),
        ("cloudwatch:PutMetricData", {"StringEquals": {"cloudwatch:namespace": "Another"}}),
        ("ssm:PutParameter", {"StringEquals": {"ssm:Overwrite": "false"}}),
        ("ssm:GetParametersByPath", {"StringEquals": {"ssm:Recursive": "true"}}),
    ],
)
def test_condition_that_does_not_hold_is_no_right(
    calls: Calls, right: str, condition: dict[str, dict[str, str]]
) -> None:
    rights = calls.rights()
    client = calls.as_role(*(rights | {right: rights[right] | {"Condition": condition}}).values())
    with pytest.raises(ClientError, match=f"{right} action"):
        calls.make(client)[right][0]()


def test_calls_with_the_keys_test_need_no_right(calls: Calls) -> None:
    for made in calls.make(calls.bench.client).values():
        for call in made:
            call()


def test_encrypted_topic_needs_its_key(calls: Calls) -> None:
    account = calls.bench.box.account
    delegates = allow("kms:*", "*") | {"Principal": {"AWS": f"arn:aws:iam::{account}:root"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [delegates]})
    key = calls.bench.client("kms").create_key(Policy=document)["KeyMetadata"]["Arn"]
    calls.bench.client("sns").set_topic_attributes(
        TopicArn=calls.topic, AttributeName="KmsMasterKeyId", AttributeValue=key
    )
    client = calls.as_role(*calls.rights().values())
    for publish in calls.make(client)["SNS:Publish"]:
        with pytest.raises(ClientError, match="no identity-based policy allows the kms:Decrypt action") as refused:
            publish()
        assert refused.value.response["Error"]["Code"].startswith("KMSAccessDenied")
    via = {"kms:ViaService": f"sns.{calls.bench.box.region}.amazonaws.com"}
    uses = allow(["kms:Decrypt", "kms:GenerateDataKey*"], key, StringEquals=via)
    client = calls.as_role(uses, *calls.rights().values())
    for publish in calls.make(client)["SNS:Publish"]:
        publish()


def test_what_is_not_there_is_refused_by_its_service(calls: Calls) -> None:
    client = calls.as_role(allow("*", "*"))
    with pytest.raises(ClientError, match="NotFound"):
        client("sns").publish(TopicArn=f"{calls.topic}-none", Message="m")
    with pytest.raises(ClientError, match="does not exist"):
        client("events").list_targets_by_rule(Rule="none")
