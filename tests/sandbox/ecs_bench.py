"""One test's own corner of a sandbox for tasks: a family, its roles, its log group, and a schedule that runs it."""

from __future__ import annotations

import json
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from sandbox import server
from tests.sandbox.conftest import clients

CLUSTER = "c"
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-made-elsewhere"], "assignPublicIp": "ENABLED"}}
ECS = "ecs-tasks.amazonaws.com"
SCHEDULER = "scheduler.amazonaws.com"
SECONDS = 30


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(actions: str | list[str], resource: str, **conditions: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return statement | ({"Condition": conditions} if conditions else {})


def python(program: str) -> list[str]:
    """A command that runs a program in Python."""
    return [sys.executable, "-c", program]


@dataclass
class EcsBench:
    """Names are the test's own, so that tests may share a server."""

    box: server.Sandbox
    name: str = field(default_factory=lambda: f"t-{uuid.uuid4().hex[:10]}")

    def __post_init__(self) -> None:
        self.client = clients(self.box)
        self.ecs = self.client("ecs")
        self.logs = self.client("logs")
        self.log_group = f"/ecs/{self.name}"
        self.ecs.create_cluster(clusterName=CLUSTER)

    def arn(self, service: str, resource: str) -> str:
        region = "" if service == "iam" else self.box.region
        return f"arn:aws:{service}:{region}:{self.box.account}:{resource}"

    def role(self, kind: str, *statements: dict[str, Any], service: str = ECS, source: str | None = None) -> str:
        """Make a role that a service may take on, on behalf of a source, with these statements."""
        condition = {
            "StringEquals": {"aws:SourceAccount": self.box.account},
            "ArnLike": {"aws:SourceArn": source or self.arn("ecs", "*")},
        }
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
        iam = self.client("iam")
        name = f"{self.name}-{kind}"
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust | {"Condition": condition}))
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy(*statements))
        return self.arn("iam", f"role/{name}")

    def may_log(self) -> dict[str, Any]:
        return allow(["logs:CreateLogStream", "logs:PutLogEvents"], self.arn("logs", f"log-group:{self.log_group}:*"))

    def define(
        self, *containers: dict[str, Any], execution_role: str | None = None, group: bool = True, **fields: Any
    ) -> str:
        """Register a task definition, by default of one container that logs, and return its family."""
        if group:
            self.logs.create_log_group(logGroupName=self.log_group)
        options = {
            "awslogs-group": self.log_group,
            "awslogs-region": self.box.region,
            "awslogs-stream-prefix": "own",
        }
        defaults = {
            "name": "main",
            "image": f"example.com/{self.name}:1",
            "logConfiguration": {"logDriver": "awslogs", "options": options},
        }
        role = execution_role or self.role("execution", self.may_log())
        self.ecs.register_task_definition(
            family=self.name,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            executionRoleArn=role,
            containerDefinitions=[defaults | container for container in containers or [{}]],
            **fields,
        )
        return self.name

    def start(self, *overrides: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Call RunTask, and return its first task."""
        arguments: dict[str, Any] = {"launchType": "FARGATE", "networkConfiguration": NETWORK, "cluster": CLUSTER}
        arguments |= {"taskDefinition": self.name, "overrides": {"containerOverrides": list(overrides)}} | fields
        task: dict[str, Any] = self.ecs.run_task(**arguments)["tasks"][0]
        return task

    def run(self, *overrides: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Run a task to its end."""
        return self.wait(self.start(*overrides, **fields)["taskArn"])

    def task(self, arn: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ecs.describe_tasks(cluster=arn.split("/")[1], tasks=[arn])["tasks"][0]
        return found

    def wait(self, arn: str, status: str = "STOPPED") -> dict[str, Any]:
        deadline = time.monotonic() + SECONDS
        while (task := self.task(arn))["lastStatus"] != status:
            assert time.monotonic() < deadline, f"the task is {task['lastStatus']}, not {status}, after {SECONDS} s"
            time.sleep(0.05)
        return task

    def lines(self, task: dict[str, Any], container: str = "main") -> list[str]:
        """What a container of a task has logged."""
        stream = f"own/{container}/{task['taskArn'].rpartition('/')[2]}"
        found = self.logs.get_log_events(logGroupName=self.log_group, logStreamName=stream, startFromHead=True)
        return [event["message"] for event in found["events"]]
