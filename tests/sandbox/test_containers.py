"""RunTask runs a task's containers as local processes, as ECS would start them."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import server
from sandbox.containers import startup
from sandbox.containers.plans import ContainerPlan
from sandbox.containers.runner import Run
from sandbox.containers.tasks import Container, Task
from sandbox.errors import WrongUseError
from tests.sandbox.conftest import REGION
from tests.sandbox.ecs_bench import ECS, EcsBench, allow, python

SHOW_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"


@pytest.fixture
def bench(repaired: server.Sandbox) -> EcsBench:
    return EcsBench(repaired)


def environment(bench: EcsBench, task: dict[str, Any]) -> dict[str, str]:
    (line,) = bench.lines(task)
    found: dict[str, str] = json.loads(line)
    return found


def test_life_of_a_task(bench: EcsBench) -> None:
    bench.define()
    started = bench.start(
        {"name": "main", "command": ["sh", "-c", "echo out; echo err >&2; exit 3"]}, startedBy="test", count=2
    )
    assert (started["lastStatus"], started["desiredStatus"]) == ("PROVISIONING", "RUNNING")
    task = bench.wait(started["taskArn"])
    assert task["desiredStatus"] == "STOPPED"
    assert (task["stopCode"], task["stoppedReason"]) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    assert task["startedBy"] == "test"
    assert task["createdAt"] <= task["startedAt"] <= task["stoppingAt"] <= task["stoppedAt"]
    (container,) = task["containers"]
    assert (container["name"], container["lastStatus"], container["exitCode"]) == ("main", "STOPPED", 3)
    assert sorted(bench.lines(task)) == ["err", "out"]
    bench.box.ask("deliveries", settle=20)
    listed = bench.ecs.list_tasks(cluster="c", family=bench.name, desiredStatus="STOPPED")["taskArns"]
    assert task["taskArn"] in listed
    assert len(listed) == 2, "as many as the count says"


def test_events_of_a_task(bench: EcsBench) -> None:
    """As ECS shapes them, in order, on the default bus."""
    bench.define()
    task = bench.run({"name": "main", "command": ["true"]})
    events = [
        each["event"] for each in bench.box.ask("events")["events"] if each["event"]["resources"] == [task["taskArn"]]
    ]
    assert [each["detail"]["lastStatus"] for each in events] == [
        "PROVISIONING",
        "PENDING",
        "RUNNING",
        "RUNNING",
        "STOPPED",
    ]
    assert [each["detail"]["version"] for each in events] == [1, 2, 3, 4, 5]
    last = events[-1]
    assert (last["source"], last["detail-type"], last["account"]) == (
        "aws.ecs",
        "ECS Task State Change",
        bench.box.account,
    )
    detail = last["detail"]
    assert detail["group"] == f"family:{bench.name}"
    assert detail["clusterArn"] == bench.arn("ecs", "cluster/c")
    assert detail["stopCode"] == "EssentialContainerExited"
    assert detail["containers"][0]["exitCode"] == 0
    assert detail["overrides"]["containerOverrides"] == [{"name": "main", "command": ["true"]}]


def test_environment_is_the_definitions_with_the_overrides_and_nothing_of_this_machine(
    bench: EcsBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.define({"environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]})
    overridden = [{"name": "B", "value": "override"}, {"name": "C", "value": ""}]
    task = bench.run({"name": "main", "command": python(SHOW_ENVIRONMENT), "environment": overridden})
    found = environment(bench, task)
    assert (found["A"], found["B"], found["C"]) == ("1", "override", "")
    assert (found["AWS_REGION"], found["AWS_DEFAULT_REGION"]) == (REGION, REGION)
    assert found["AWS_EXECUTION_ENV"] == "AWS_ECS_FARGATE"
    assert found["AWS_ENDPOINT_URL"] == bench.box.endpoint
    assert found["HOME"] == found["TMPDIR"]
    allowed = {"A", "B", "C", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_ENDPOINT_URL", "HOME"}
    allowed |= {"TMPDIR", "PATH", "AWS_EC2_METADATA_DISABLED", "ECS_CONTAINER_METADATA_URI_V4"}
    assert found.keys() - {"LC_CTYPE"} == allowed  # Python itself sets LC_CTYPE where there is no locale


def test_image_that_nobody_told_about_shows_its_environment(bench: EcsBench) -> None:
    bench.client("ssm").put_parameter(Name=f"/{bench.name}/key", Value="secret value", Type="String")
    parameter = bench.arn("ssm", f"parameter/{bench.name}/key")
    role = bench.role("execution", bench.may_log(), allow("ssm:GetParameters", parameter))
    bench.define({"secrets": [{"name": "KEY", "valueFrom": parameter}]}, execution_role=role)
    task = bench.run({"name": "main", "environment": [{"name": "COUNT", "value": "7"}]})
    (line,) = bench.lines(task)
    shown = json.loads(line)
    assert f"example.com/{bench.name}:1" in shown["stand_in"]
    assert shown["environment"]["COUNT"] == "7"
    assert shown["environment"]["KEY"] == "***"
    assert task["containers"][0]["exitCode"] == 0


def test_command_that_is_no_program_is_the_arguments_of_an_entry_point_that_nobody_told_about(bench: EcsBench) -> None:
    """`command: [backfill]` of an image that has an entry point of its own, which the sandbox cannot see."""
    bench.define({"command": ["no-such-program", "--flag"]})
    task = bench.run()
    (line,) = bench.lines(task)
    assert f"example.com/{bench.name}:1" in json.loads(line)["stand_in"]
    assert task["containers"][0]["exitCode"] == 0


def test_image_that_somebody_told_about(bench: EcsBench) -> None:
    """Its command follows the entry point; a definition's entry point is in the place of the image's."""
    bench.define({"command": ["of-the-definition"]})
    bench.box.ask(
        "image",
        image=f"example.com/{bench.name}",
        command=["sh", "-c", 'echo "$GREETING $0"'],
        environment={"GREETING": "hello"},
    )
    assert bench.lines(bench.run()) == ["hello of-the-definition"]
    assert bench.lines(bench.run({"name": "main", "command": ["other"]})) == ["hello other"]
    bench.define(
        {"entryPoint": ["echo"], "command": ["x"]}, execution_role=bench.role("again", bench.may_log()), group=False
    )
    assert bench.lines(bench.run()) == ["x"]


def test_path_is_one_from_where_the_program_starts(bench: EcsBench, tmp_path: Path) -> None:
    script = tmp_path / "bin" / "start"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\npwd\n")
    script.chmod(0o755)
    bench.define({"command": ["bin/start"], "workingDirectory": str(tmp_path)})
    assert bench.lines(bench.run()) == [str(tmp_path)]


def test_several_containers_end_with_the_essential_one(bench: EcsBench) -> None:
    bench.define(
        {"name": "main", "command": ["sh", "-c", "sleep 0.3; exit 5"]},
        {"name": "agent", "command": ["sleep", "600"], "essential": False},
        {"name": "brief", "command": ["true"], "essential": False},
    )
    task = bench.run()
    codes = {each["name"]: each["exitCode"] for each in task["containers"]}
    assert codes == {"main": 5, "agent": 143, "brief": 0}


def test_stop_task(bench: EcsBench) -> None:
    bench.define(
        {
            "command": python(
                "import signal, time; signal.signal(15, lambda *_: exit(9)); print('on', flush=True); time.sleep(600)"
            )
        }
    )
    task = bench.start()
    bench.wait(task["taskArn"], "RUNNING")
    assert task["taskArn"] in bench.ecs.list_tasks(cluster="c", family=bench.name)["taskArns"]
    time.sleep(0.5)
    asked = bench.ecs.stop_task(cluster="c", task=task["taskArn"], reason="enough")["task"]
    assert asked["desiredStatus"] == "STOPPED"
    stopped = bench.wait(task["taskArn"])
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("UserInitiated", "enough")
    assert stopped["containers"][0]["exitCode"] == 9, "it was asked with SIGTERM"
    assert bench.ecs.list_tasks(cluster="c", family=bench.name)["taskArns"] == []


def test_container_that_does_not_listen_is_killed(bench: EcsBench) -> None:
    bench.define({"command": ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], "stopTimeout": 1})
    task = bench.start()
    bench.wait(task["taskArn"], "RUNNING")
    time.sleep(0.3)
    bench.ecs.stop_task(cluster="c", task=task["taskArn"])
    assert bench.wait(task["taskArn"])["containers"][0]["exitCode"] == 137


def test_task_is_killed_without_being_asked(bench: EcsBench) -> None:
    bench.define({"command": ["sh", "-c", "trap 'exit 9' TERM; while :; do sleep 0.1; done"]})
    task = bench.start()
    bench.wait(task["taskArn"], "RUNNING")
    time.sleep(0.3)
    assert bench.box.ask("kill", task=task["taskArn"].rpartition("/")[2][:8])["task"] == task["taskArn"]
    killed = bench.wait(task["taskArn"])
    assert (killed["stopCode"], killed["containers"][0]["exitCode"]) == ("EssentialContainerExited", 137)
    with pytest.raises(WrongUseError, match="one task that runs"):
        bench.box.ask("kill", task=task["taskArn"])


def test_metadata(bench: EcsBench) -> None:
    bench.define()
    program = "import os, urllib.request as u; a = os.environ['ECS_CONTAINER_METADATA_URI_V4']\n"
    program += "for path in ('', '/task'): print(u.urlopen(a + path).read().decode())"
    task = bench.run({"name": "main", "command": python(program)})
    container, whole = (json.loads(line) for line in bench.lines(task))
    assert (container["Name"], container["KnownStatus"]) == ("main", "RUNNING")
    assert (whole["TaskARN"], whole["Family"], whole["Revision"]) == (task["taskArn"], bench.name, "1")
    assert whole["Cluster"] == bench.arn("ecs", "cluster/c")


def test_program_works_with_the_task_role(bench: EcsBench) -> None:
    """It is known by that role in every call, and may do what that role may and no more."""
    bus = bench.arn("events", "event-bus/default")
    role = bench.role("task", allow("events:PutEvents", bus, StringEquals={"events:source": bench.name}))
    bench.define(taskRoleArn=role)
    program = (
        "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])\n"
        f"for source in ('{bench.name}', 'other'):\n"
        "    entry = {'Source': source, 'DetailType': 'T', 'Detail': '{}'}\n"
        "    try: print(boto3.client('events').put_events(Entries=[entry])['FailedEntryCount'])\n"
        "    except Exception as error: print(error)"
    )
    task = bench.run({"name": "main", "command": python(program)})
    task_id = task["taskArn"].rpartition("/")[2]
    identity, own, other = bench.lines(task)
    assert identity == bench.arn("sts", f"assumed-role/{bench.name}-task/{task_id}").replace(REGION, "")
    assert own == "0"
    assert "not authorized to perform: events:PutEvents" in other


def test_secrets(bench: EcsBench) -> None:
    ssm, secrets = bench.client("ssm"), bench.client("secretsmanager")
    ssm.put_parameter(Name=f"/{bench.name}/a", Value="from ssm", Type="SecureString")
    secret = secrets.create_secret(Name=bench.name, SecretString=json.dumps({"user": "u", "number": 1}))["ARN"]
    parameter = bench.arn("ssm", f"parameter/{bench.name}/a")
    role = bench.role(
        "execution",
        bench.may_log(),
        allow("ssm:GetParameters", parameter),
        allow("secretsmanager:GetSecretValue", secret),
    )
    wanted = {"A": parameter, "B": f"/{bench.name}/a", "C": secret, "D": f"{secret}:user::", "E": f"{secret}:number::"}
    bench.define(
        {"secrets": [{"name": name, "valueFrom": source} for name, source in wanted.items()]}, execution_role=role
    )
    found = environment(bench, bench.run({"name": "main", "command": python(SHOW_ENVIRONMENT)}))
    assert [found[name] for name in wanted] == ["from ssm", "from ssm", '{"user": "u", "number": 1}', "u", "1"]


def secret_of_a_parameter(bench: EcsBench) -> str:
    bench.client("ssm").put_parameter(Name=f"/{bench.name}/a", Value="v", Type="String")
    return bench.arn("ssm", f"parameter/{bench.name}/a")


def secret_of_a_key(bench: EcsBench) -> str:
    key = bench.client("kms").create_key()["KeyMetadata"]["Arn"]
    bench.client("ssm").put_parameter(Name=f"/{bench.name}/a", Value="v", Type="SecureString", KeyId=key)
    return bench.arn("ssm", f"parameter/{bench.name}/a")


def secret_of_secrets_manager(bench: EcsBench) -> str:
    found: str = bench.client("secretsmanager").create_secret(Name=bench.name, SecretString="v")["ARN"]
    return found


@pytest.mark.parametrize(
    ("make", "allowed", "words"),
    [
        (secret_of_a_parameter, [], "retrieve secrets from ssm.*AccessDeniedException.*ssm:GetParameters"),
        (secret_of_a_key, ["ssm:GetParameters"], "retrieve secrets from ssm.*AccessDeniedException.*kms:Decrypt"),
        (
            secret_of_secrets_manager,
            [],
            "retrieve secret from asm.*AccessDeniedException.*secretsmanager:GetSecretValue",
        ),
        (lambda bench: bench.arn("ssm", "parameter/none"), ["ssm:GetParameters"], "invalid ssm parameters: none"),
    ],
    ids=["parameter", "key", "secret", "missing"],
)
def test_secret_that_the_execution_role_cannot_read(bench: EcsBench, make: Any, allowed: list[str], words: str) -> None:
    source = make(bench)
    role = bench.role("execution", bench.may_log(), *(allow(action, "*") for action in allowed))
    bench.define({"secrets": [{"name": "S", "valueFrom": source}]}, execution_role=role)
    assert_not_started(bench.run(), "ResourceInitializationError: unable to pull secrets.*" + words)


def assert_not_started(task: dict[str, Any], words: str) -> None:
    assert task["stopCode"] == "TaskFailedToStart"
    assert re.search(words, task["stoppedReason"]), task["stoppedReason"]
    assert "startedAt" not in task
    assert all("exitCode" not in container for container in task["containers"])


def test_binary_secret_is_empty(bench: EcsBench) -> None:
    """As ECS's agent has it; a key of its JSON is not in it."""
    source = bench.client("secretsmanager").create_secret(Name=bench.name, SecretBinary=b"\x00")["ARN"]
    role = bench.role("execution", bench.may_log(), allow("secretsmanager:GetSecretValue", source))
    bench.define({"secrets": [{"name": "S", "valueFrom": source}]}, execution_role=role)
    assert environment(bench, bench.run({"name": "main", "command": python(SHOW_ENVIRONMENT)}))["S"] == ""
    bench.define({"secrets": [{"name": "S", "valueFrom": f"{source}:key::"}]}, execution_role=role, group=False)
    assert_not_started(bench.run(), "did not contain json key key")


def test_task_ends_even_if_the_sandbox_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("unexpected")

    monkeypatch.setattr(startup, "check_image", fail)
    monkeypatch.setenv("MOTO_PORT", "1")
    now = datetime.now(UTC)
    task = Task("arn:aws:ecs:us-east-1:1:task/c/1", "arn:c", "arn:d", "f", 1, "g", now, "us-east-1", "1")
    task.containers = [Container("arn:x", task.task_arn, "main", "example.com/x", "0")]
    seen: list[str] = []
    run = Run(task, [ContainerPlan("main", "example.com/x")], lambda event: seen.append(event["detail"]["lastStatus"]))
    with pytest.raises(RuntimeError, match="unexpected"):
        run.live()
    assert (seen[-1], task.stop_code) == ("STOPPED", "TaskFailedToStart")
    assert "an error of its own" in str(task.stopped_reason)


def test_log_group_that_is_not_there(bench: EcsBench) -> None:
    bench.define(group=False)
    assert_not_started(bench.run(), "failed to validate logger args.*The specified log group does not exist")


def test_log_stream_that_the_execution_role_may_not_make(bench: EcsBench) -> None:
    group = bench.arn("logs", f"log-group:{bench.log_group}:*")
    bench.define(execution_role=bench.role("execution", allow("logs:PutLogEvents", group)))
    assert_not_started(bench.run(), "failed to create Cloudwatch log stream: AccessDenied.*logs:CreateLogStream")


def test_lines_that_the_execution_role_may_not_write_are_lost(bench: EcsBench) -> None:
    group = bench.arn("logs", f"log-group:{bench.log_group}:*")
    bench.define(execution_role=bench.role("execution", allow("logs:CreateLogStream", group)))
    task = bench.run({"name": "main", "command": ["echo", "lost"]})
    assert (task["stopCode"], task["containers"][0]["exitCode"]) == ("EssentialContainerExited", 0)
    assert bench.lines(task) == []
    assert "gets no more lines: User: " in bench.box.log.read_text()


def test_image_that_the_execution_role_may_not_pull(bench: EcsBench) -> None:
    image = f"{bench.box.account}.dkr.ecr.{REGION}.amazonaws.com/{bench.name}:1"
    login = allow("ecr:GetAuthorizationToken", "*")
    pull = allow("ecr:Batch*", bench.arn("ecr", f"repository/{bench.name}"))
    bench.define({"image": image}, execution_role=bench.role("execution", bench.may_log(), pull))
    assert_not_started(bench.run(), "unable to retrieve ecr registry auth.*ecr:GetAuthorizationToken")
    role = bench.role("other", bench.may_log(), login, pull)
    assert_not_started(
        bench.run(overrides={"executionRoleArn": role}), "CannotPullContainerError.*ecr:GetDownloadUrlForLayer"
    )


def test_program_that_is_not_there(bench: EcsBench) -> None:
    """Of the definition, or of an image that somebody told about."""
    expected = 'CannotStartContainerError.*"no-such-program": executable file not found'
    bench.define({"entryPoint": ["no-such-program"], "command": ["true"]})
    assert_not_started(bench.run(), expected)
    bench.define({}, execution_role=bench.role("again", bench.may_log()), group=False)
    bench.box.ask("image", image=f"example.com/{bench.name}", command=["no-such-program"])
    assert_not_started(bench.run(), expected)


@pytest.mark.parametrize("which", ["taskRoleArn", "executionRoleArn"])
def test_role_that_does_not_trust_ecs(bench: EcsBench, which: str) -> None:
    bench.define()
    elsewhere = bench.role("other", service=ECS, source="arn:aws:ecs:eu-west-1:*:*")
    with pytest.raises(ClientError, match=r"ECS was unable to assume the role '.*-other'"):
        bench.start(overrides={which: elsewhere})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"cluster": "none"}, "Cluster not found"),
        ({"taskDefinition": "none"}, "Unable to describe task definition"),
        ({"count": 11}, "Count must be between 1 and 10"),
        ({"networkConfiguration": {}}, "Network Configuration must be provided when networkMode 'awsvpc'"),
        ({"overrides": {"containerOverrides": [{"name": "x"}]}}, "named x is not a container in the TaskDefinition"),
        ({"overrides": {"containerOverrides": [{"cpu": 1}]}}, "must specify a container name"),
        ({"launchType": "FARGATE", "capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}, "not both"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_run_task_refuses(bench: EcsBench, fields: dict[str, Any], words: str) -> None:
    bench.define()
    with pytest.raises(ClientError, match=words):
        bench.start(**fields)


def test_deregistered_revision_and_deleted_cluster_are_refused(bench: EcsBench) -> None:
    bench.define()
    bench.ecs.deregister_task_definition(taskDefinition=f"{bench.name}:1")
    with pytest.raises(ClientError, match="TaskDefinition is inactive"):
        bench.start(taskDefinition=f"{bench.name}:1")
    bench.ecs.create_cluster(clusterName=bench.name)
    bench.ecs.delete_cluster(cluster=bench.name)
    with pytest.raises(ClientError, match="Cluster not found"):
        bench.start(cluster=bench.name)


def test_cluster_that_a_rule_names_is_there(bench: EcsBench) -> None:
    """It is made elsewhere; the rule is how the sandbox knows of it."""
    bench.define({"command": ["true"]})
    cluster = bench.arn("ecs", f"cluster/{bench.name}")
    with pytest.raises(ClientError, match="Cluster not found"):
        bench.start(cluster=cluster)
    events = bench.client("events")
    events.put_rule(Name=bench.name, EventPattern=json.dumps({"source": [bench.name]}))
    parameters = {"TaskDefinitionArn": bench.arn("ecs", f"task-definition/{bench.name}")}
    role = bench.arn("iam", "role/any")
    target = {"Id": "t", "Arn": cluster, "RoleArn": role, "EcsParameters": parameters}
    events.put_targets(Rule=bench.name, Targets=[target])
    assert bench.run(cluster=cluster)["clusterArn"] == cluster


def test_settling_waits_for_tasks(bench: EcsBench) -> None:
    bench.define({"command": ["sleep", "1"]})
    task = bench.start()
    assert bench.box.ask("deliveries", settle=20)["settled"]
    assert bench.task(task["taskArn"])["lastStatus"] == "STOPPED"


def test_image_must_be_one(bench: EcsBench) -> None:
    with pytest.raises(WrongUseError, match="command: Tuple should have at least 1 item"):
        bench.box.ask("image", image="x", command=[])
