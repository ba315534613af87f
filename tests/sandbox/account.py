"""What the tests of permissions store in an account, and how they ask."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from sandbox.delivery.invocation import Caller, InvocationError

ACCOUNT, REGION = "123456789012", "us-east-1"
EVENTS, SCHEDULER = "events.amazonaws.com", "scheduler.amazonaws.com"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/orders/paid"
GROUP = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/daily"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/main"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/run"
FAMILY = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/cleanup"
Statement = dict[str, Any]


@functools.cache
def client(service: str) -> Any:
    """moto answers clients that were made before a mock too, and making one takes a while."""
    return boto3.client(  # type: ignore[call-overload]
        service, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, to: str = "", on: str | list[str] = "*", **condition: dict[str, Any]) -> Statement:
    statement: Statement = {"Effect": "Allow", "Action": list(actions), "Resource": on}
    statement |= {"Condition": condition} if condition else {}
    return statement | (
        {"Principal": {"Service": to}} if to.endswith(".com") else {"Principal": {"AWS": to}} if to else {}
    )


def trust(service: str, source: str, account: str = ACCOUNT) -> str:
    statement = allow(
        "sts:AssumeRole",
        to=service,
        ArnEquals={"aws:SourceArn": source},
        StringEquals={"aws:SourceAccount": account},
    )
    return document({name: value for name, value in statement.items() if name != "Resource"})


def make_role(*statements: Statement, trusted: str = "", **more: Any) -> None:
    iam = client("iam")
    iam.create_role(RoleName="run", AssumeRolePolicyDocument=trusted or trust(EVENTS, RULE), **more)
    if statements:
        iam.put_role_policy(RoleName="run", PolicyName="work", PolicyDocument=document(*statements))


def by_rule(role: str | None = ROLE) -> Caller:
    return Caller(EVENTS, RULE, ACCOUNT, REGION, role)


def by_schedule() -> Caller:
    return Caller(SCHEDULER, GROUP, ACCOUNT, REGION, ROLE)


def refusal(check: Callable[..., None], *arguments: Any) -> tuple[str, str]:
    """Return the code and words with which something is refused."""
    with pytest.raises(InvocationError) as refused:
        check(*arguments)
    assert not refused.value.retryable
    return refused.value.code, refused.value.message


def make_key(*statements: Statement) -> str:
    arn: str = client("kms").create_key(Policy=document(*statements))["KeyMetadata"]["Arn"]
    return arn


def make_queue(*statements: Statement, key: str = "") -> str:
    attributes = {"KmsMasterKeyId": key} if key else {}
    attributes |= {"Policy": document(*statements)} if statements else {}
    client("sqs").create_queue(QueueName="dead", Attributes=attributes)
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"


def make_topic(*statements: Statement, key: str = "") -> str:
    attributes = {"KmsMasterKeyId": key} if key else {}
    attributes |= {"Policy": document(*statements)} if statements else {}
    arn: str = client("sns").create_topic(Name="alerts", Attributes=attributes)["TopicArn"]
    return arn


DELEGATES = allow("kms:*", to=f"arn:aws:iam::{ACCOUNT}:root")
USES_KEY = allow("kms:Decrypt", "kms:GenerateDataKey*", to=EVENTS)


BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/orders"
PUT = "events:PutEvents"
PAID = {"events:source": "shop.orders", "events:detail-type": "Order Paid"}


def make_bus(*statements: Statement, **more: Any) -> None:
    events = client("events")
    events.create_event_bus(Name="orders", **more)
    if statements:
        named = [statement | {"Sid": f"S{number}"} for number, statement in enumerate(statements)]
        events.put_permission(EventBusName="orders", Policy=document(*named))
