"""A workbench for deliveries: a bus with rules and targets, all allowed what they need unless a test takes it away."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sandbox.server import Sandbox
from tests.sandbox.calling import clients

SETTLE_SECONDS = 30


def statement(action: str | list[str], resource: str, **condition: Any) -> dict[str, Any]:
    """Let EventBridge do something with a resource."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": action,
        "Resource": resource,
    } | ({"Condition": condition} if condition else {})


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@dataclass
class Bench:
    """One test's bus, in a sandbox that the session shares."""

    box: Sandbox
    name: str
    source: str = field(init=False)

    def __post_init__(self) -> None:
        self.client = clients(self.box)
        self.source = f"test.{self.name}"
        self.bus_arn = self.client("events").create_event_bus(Name=self.name)["EventBusArn"]

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.box.region}:{self.box.account}:{resource}"

    def rule_arn(self, rule: str = "rule") -> str:
        return self.arn("events", f"rule/{self.name}/{self.name}-{rule}")

    def rule(self, *targets: dict[str, Any], rule: str = "rule", state: str = "ENABLED", **pattern: Any) -> str:
        """Make a rule, for this test's source unless it has another pattern, with targets that have no ids yet."""
        events = self.client("events")
        named = {"Name": f"{self.name}-{rule}", "EventBusName": self.name}
        events.put_rule(**named, EventPattern=json.dumps(pattern or {"source": [self.source]}), State=state)
        events.put_targets(
            Rule=named["Name"],
            EventBusName=self.name,
            Targets=[{"Id": f"t{number}"} | target for number, target in enumerate(targets)],
        )
        return self.rule_arn(rule)

    def queue(self, suffix: str = "queue", *, rule: str = "rule", allowed: bool = True, **attributes: str) -> str:
        """Make a queue that the rule may send to, and return its ARN."""
        sqs = self.client("sqs")
        arn = self.arn("sqs", f"{self.name}-{suffix}")
        if allowed:
            document = policy(statement("sqs:SendMessage", arn, ArnEquals={"aws:SourceArn": self.rule_arn(rule)}))
            attributes = {"Policy": document} | attributes
        sqs.create_queue(QueueName=f"{self.name}-{suffix}", Attributes=attributes)
        return arn

    def topic(self, *, rule: str = "rule", allowed: bool = True) -> str:
        """Make a topic that the rule may publish to, and return its ARN."""
        sns = self.client("sns")
        arn: str = sns.create_topic(Name=self.name)["TopicArn"]
        who = self.rule_arn(rule) if allowed else self.rule_arn("another")
        document = policy(statement("sns:Publish", arn, ArnEquals={"aws:SourceArn": who}))
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=document)
        return arn

    def log_group(self, *, allowed: bool = True) -> str:
        """Make a log group that EventBridge may write to, and return its ARN."""
        logs = self.client("logs")
        group = f"/aws/events/{self.name}"
        logs.create_log_group(logGroupName=group)
        arn = self.arn("logs", f"log-group:{group}")
        if allowed:
            document = policy(statement(["logs:CreateLogStream", "logs:PutLogEvents"], f"{arn}:*"))
            logs.put_resource_policy(policyName=self.name, policyDocument=document)
        return arn

    def role(self, *statements: dict[str, Any], rule: str = "rule") -> str:
        """Make a role that EventBridge may take for the rule, and return its ARN."""
        iam = self.client("iam")
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": self.box.account},
                "ArnEquals": {"aws:SourceArn": self.rule_arn(rule)},
            },
        }
        arn: str = iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=self.name, PolicyName="p", PolicyDocument=policy(*statements))
        return arn

    def put(self, detail: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        """Put an event and return its result."""
        entry = {"Source": self.source, "DetailType": "Test", "Detail": json.dumps(detail or {"status": "success"})}
        answer = self.client("events").put_events(Entries=[entry | {"EventBusName": self.name} | fields])
        result: dict[str, Any] = answer["Entries"][0]
        return result

    def settled(self) -> list[dict[str, Any]]:
        """Wait, and return the deliveries of this test's rules."""
        answer = self.box.ask("deliveries", settle=SETTLE_SECONDS)
        assert answer["settled"], "something is still under way"
        assert answer["failures"] == [], "a delivery ended without a record"
        return [each for each in answer["deliveries"] if f"/{self.name}" in each["source_arn"]]

    def one(self) -> dict[str, Any]:
        """Wait, and return the only delivery."""
        (delivery,) = self.settled()
        return delivery

    def events(self) -> list[dict[str, Any]]:
        """Return the events of this test's source."""
        return [each for each in self.box.ask("events")["events"] if each["event"]["source"] == self.source]

    def messages(self, queue_arn: str) -> list[dict[str, Any]]:
        """Take what is in a queue."""
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found


def attributes(message: dict[str, Any]) -> dict[str, str]:
    return {name: each["StringValue"] for name, each in message.get("MessageAttributes", {}).items()}
