"""Each repair is needed (its test fails without it) and does what AWS documents.

A test has the name of its repair, and the repair's docstring says why; the fixture `aws` runs it on both.
"""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.ssm.models import SimpleSystemManagerBackend

from sandbox import repairs
from tests.sandbox.bench import Bench
from tests.sandbox.conftest import Client

CLUSTER = "arn:aws:ecs:us-east-1:867653852961:cluster/c"
ROLE = "arn:aws:iam::867653852961:role/r"
KEY = "arn:aws:kms:us-east-1:867653852961:key/00000000-0000-0000-0000-000000000001"


def attributes(sqs: Any, url: str) -> dict[str, str]:
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def target() -> dict[str, Any]:
    definition = "arn:aws:ecs:us-east-1:867653852961:task-definition/f"
    return {"Arn": CLUSTER, "RoleArn": ROLE, "EcsParameters": {"TaskDefinitionArn": definition}}


def schedule(name: str, **fields: Any) -> dict[str, Any]:
    window = {"Mode": "OFF"}
    return {
        "Name": name,
        "ScheduleExpression": "rate(7 days)",
        "FlexibleTimeWindow": window,
        "Target": target(),
    } | fields


def register(ecs: Any, family: str, **fields: Any) -> dict[str, Any]:
    container = {"name": "main", "image": "example.com/image:1", "memory": 128}
    ecs.register_task_definition(family=family, containerDefinitions=[container], **fields)
    found: dict[str, Any] = ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]
    return found


def test_queue_policy_survives_other_attributes(aws: Client, name: str) -> None:
    sqs = aws("sqs")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sqs:*"}]}
    url = sqs.create_queue(QueueName=name, Attributes={"Policy": json.dumps(policy)})["QueueUrl"]

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "1209600"})
    after = attributes(sqs, url)
    assert after["MessageRetentionPeriod"] == "1209600"
    assert json.loads(after.get("Policy", "null")) == policy

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert "Policy" not in attributes(sqs, url), "an empty policy is how one is removed"


def test_redrive_policy_is_compact(aws: Client, name: str) -> None:
    sqs = aws("sqs")
    dlq = sqs.create_queue(QueueName=f"{name}-dlq")["QueueUrl"]
    sent = json.dumps(
        {"deadLetterTargetArn": attributes(sqs, dlq)["QueueArn"], "maxReceiveCount": 4}, separators=(",", ":")
    )
    url = sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": sent})["QueueUrl"]
    assert attributes(sqs, url)["RedrivePolicy"] == sent


def test_redrive_allow_policy_is_kept(aws: Client, name: str) -> None:
    sqs = aws("sqs")
    sent = json.dumps({"redrivePermission": "denyAll"})
    url = sqs.create_queue(QueueName=name, Attributes={"RedriveAllowPolicy": sent})["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedriveAllowPolicy"])
    assert asked["Attributes"] == {"RedriveAllowPolicy": sent}

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedriveAllowPolicy": ""})
    assert "RedriveAllowPolicy" not in attributes(sqs, url)


def test_customer_key_replaces_managed_encryption(aws: Client, name: str) -> None:
    sqs = aws("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    assert attributes(sqs, url)["SqsManagedSseEnabled"] == "true"

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": KEY})
    assert attributes(sqs, url)["SqsManagedSseEnabled"] == "false"


def test_network_mode_is_kept(aws: Client, name: str) -> None:
    ecs = aws("ecs")
    with pytest.raises(ClientError, match="Fargate only supports network mode"):
        register(ecs, name, requiresCompatibilities=["FARGATE"], networkMode="bridge", cpu="256", memory="512")
    external = register(ecs, f"{name}-x", requiresCompatibilities=["EXTERNAL"], networkMode="host")
    assert external["networkMode"] == "host"
    fargate = register(
        ecs, f"{name}-f", requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="512"
    )
    assert fargate["networkMode"] == "awsvpc"
    assert register(ecs, f"{name}-d")["networkMode"] == "bridge"


def test_fault_injection_is_kept(aws: Client, name: str) -> None:
    ecs = aws("ecs")
    assert register(ecs, name, enableFaultInjection=True).get("enableFaultInjection") is True
    assert register(ecs, name).get("enableFaultInjection") is False


def test_family_means_latest_active_revision(aws: Client, name: str) -> None:
    ecs = aws("ecs")
    register(ecs, name)
    register(ecs, name)
    ecs.deregister_task_definition(taskDefinition=f"{name}:2")
    assert ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]["revision"] == 1
    assert ecs.describe_task_definition(taskDefinition=f"{name}:2")["taskDefinition"]["status"] == "INACTIVE"

    ecs.deregister_task_definition(taskDefinition=f"{name}:1")
    with pytest.raises(ClientError, match="Unable to describe task definition"):
        ecs.describe_task_definition(taskDefinition=name)
    assert register(ecs, name)["revision"] == 3, "the number of a deregistered revision is not used again"


def test_update_role_keeps_what_is_not_sent(aws: Client, name: str) -> None:
    iam = aws("iam")
    trust = {"Version": "2012-10-17", "Statement": []}
    iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), Description="before", MaxSessionDuration=7200
    )
    iam.update_role(RoleName=name, Description="after")
    role = iam.get_role(RoleName=name)["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("after", 7200)

    iam.update_role(RoleName=name, MaxSessionDuration=3600)
    role = iam.get_role(RoleName=name)["Role"]
    assert (role.get("Description"), role["MaxSessionDuration"]) == ("after", 3600)


def test_key_rotation_period_is_kept(aws: Client) -> None:
    kms = aws("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key)
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    assert kms.get_key_rotation_status(KeyId=key).get("RotationPeriodInDays") == 180
    kms.enable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365


def test_log_group_key_can_change(aws: Client, name: str) -> None:
    logs = aws("logs")

    def key() -> str | None:
        (group,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        found: str | None = group.get("kmsKeyId")
        return found

    logs.create_log_group(logGroupName=name)
    logs.associate_kms_key(logGroupName=name, kmsKeyId=KEY)
    assert key() == KEY
    logs.disassociate_kms_key(logGroupName=name)
    assert key() is None
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.associate_kms_key(logGroupName=f"{name}-none", kmsKeyId=KEY)


def test_schedule_group_must_exist(aws: Client, name: str) -> None:
    scheduler = aws("scheduler")
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        scheduler.create_schedule(**schedule(name, GroupName=name))
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        scheduler.delete_schedule_group(Name=name)
    scheduler.create_schedule_group(Name=name)
    scheduler.create_schedule(**schedule(name, GroupName=name))
    scheduler.create_schedule(**schedule(name))  # in the default group, which is always there


def test_schedule_group_is_created_once(aws: Client, name: str) -> None:
    scheduler = aws("scheduler")
    scheduler.create_schedule_group(Name=name)
    scheduler.create_schedule(**schedule(name, GroupName=name))
    with pytest.raises(scheduler.exceptions.ConflictException):
        scheduler.create_schedule_group(Name=name)
    assert scheduler.get_schedule(Name=name, GroupName=name)["Name"] == name


def test_update_schedule_resets_what_is_not_sent(aws: Client, name: str) -> None:
    scheduler = aws("scheduler")
    scheduler.create_schedule(**schedule(name, State="DISABLED", ActionAfterCompletion="NONE"))
    scheduler.update_schedule(**schedule(name, State="DISABLED", ActionAfterCompletion="DELETE"))
    found = scheduler.get_schedule(Name=name)
    assert (found["State"], found["ActionAfterCompletion"]) == ("DISABLED", "DELETE")

    scheduler.update_schedule(**schedule(name))
    found = scheduler.get_schedule(Name=name)
    assert (found.get("State"), found["ActionAfterCompletion"]) == ("ENABLED", "NONE")


def test_bus_policy_is_replaced(aws: Client, name: str) -> None:
    events = aws("events")
    bus = events.create_event_bus(Name=name)["EventBusArn"]

    def policy(sid: str, account: str) -> str:
        statement = {"Sid": sid, "Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Principal": {"AWS": account}}]})

    events.put_permission(EventBusName=name, Policy=policy("First", "111122223333"))
    events.put_permission(EventBusName=name, Policy=policy("Second", "444455556666"))

    def sids() -> list[str]:
        stored = json.loads(events.describe_event_bus(Name=name)["Policy"])
        return [statement["Sid"] for statement in stored["Statement"]]

    assert sids() == ["Second"]

    allows = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}
    third = allows | {"Sid": "Third", "Principal": {"AWS": "444455556666"}}
    for broken in (allows, third | {"Effect": "Perhaps"}, "nonsense"):
        with pytest.raises(ClientError, match=r"ValidationException.*statement 2"):
            events.put_permission(EventBusName=name, Policy=json.dumps({"Statement": [third, broken]}))
        assert sids() == ["Second"], "all of a policy or nothing"
    not_kept = json.dumps({"Statement": [third, allows | {"Sid": "Fourth", "NotPrincipal": {"AWS": "444455556666"}}]})
    with pytest.raises(ClientError, match="KeyError: 'Principal'"):
        events.put_permission(EventBusName=name, Policy=not_kept)
    assert sids() == ["Second"]

    events.put_permission(EventBusName=name, Policy=json.dumps({"Statement": third}))
    assert sids() == ["Third"], "one statement needs no list"


def test_parameter_value_is_checked(aws: Client, name: str) -> None:
    ssm = aws("ssm")

    def put(value: str, **more: Any) -> int:
        version: int = ssm.put_parameter(Name=f"/{name}/p", Value=value, Type="String", **more)["Version"]
        return version

    assert put("x" * 4096) == 1
    for too_long in ("x" * 4097, "é" * 2049):
        with pytest.raises(ClientError, match="Standard tier parameters support a maximum parameter value of 4096"):
            put(too_long, Overwrite=True)
    with pytest.raises(ClientError, match="Advanced tier parameters support a maximum parameter value of 8192"):
        put("x" * 8193, Overwrite=True, Tier="Advanced")
    with pytest.raises(ClientError, match="Parameter value can't nest another parameter"):
        put('{"a": "{{ b }}"}', Overwrite=True)
    with pytest.raises(ClientError, match="ParameterAlreadyExists"):
        put("y")
    assert put('{"a": {"b": 1}}', Overwrite=True) == 2
    history = ssm.get_parameter_history(Name=f"/{name}/p")["Parameters"]
    assert [(each["Version"], len(each["Value"])) for each in history] == [(1, 4096), (2, 15)]


def test_parameter_versions_are_given_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """To many writers at the same time, though moto counts and stores in two steps: a lock is a version number."""
    stored: list[int] = []

    def put_parameter(backend: Any, name: str, description: str, value: str) -> int:
        version = len(stored) + 1
        time.sleep(0.005)
        stored.append(version)
        return version

    loose: Any = SimpleSystemManagerBackend
    for action in ("get_parameters_by_path", "get_parameter_history", "describe_parameters", "delete_parameter"):
        monkeypatch.setattr(loose, action, vars(loose)[action])  # put back when the test is over
    monkeypatch.setattr(loose, "put_parameter", put_parameter)
    repairs.REPAIRS["parameter_value_is_checked"]()
    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(lambda _: loose.put_parameter(None, "lock", "", "x"), range(24)))
    assert sorted(versions) == list(range(1, 25))


def test_parameters_of_a_path_come_by_tens(bench: Bench) -> None:
    ssm = bench.client("ssm")
    for number in range(12):
        ssm.put_parameter(Name=f"/{bench.name}/updates/{number}", Value="x", Type="String")
    first = ssm.get_parameters_by_path(Path=f"/{bench.name}/updates")
    assert len(first["Parameters"]) == 10
    second = ssm.get_parameters_by_path(Path=f"/{bench.name}/updates", NextToken=first["NextToken"])
    assert len(second["Parameters"]) == 2
    assert "NextToken" not in second
    with pytest.raises(ClientError, match="less than or equal to 10"):
        ssm.get_parameters_by_path(Path=f"/{bench.name}/updates", MaxResults=11)


ON_BOTH_SERVERS = r"^def (test_\w+)\((?:aws: Client|bench: EcsBench)"


def test_every_repair_has_its_test() -> None:
    """Here or in another module of this folder, and on both servers."""
    texts = [path.read_text() for path in Path(__file__).parent.glob("test_*.py")]
    defined = {name for text in texts for name in re.findall(ON_BOTH_SERVERS, text, re.MULTILINE)}
    assert {f"test_{repair}" for repair in repairs.REPAIRS} <= defined


def test_repair_that_does_not_exist_is_refused() -> None:
    with pytest.raises(repairs.UnknownRepairError, match="no such repair: nonsense"):
        repairs.apply(without=["nonsense"])
