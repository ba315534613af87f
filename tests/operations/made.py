"""The specification of the tests' environment, and that environment in an account, as an apply would leave it."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import Any

from operations.environment import Environment, Job
from sandbox.server import Sandbox
from tests.sandbox.calling import clients

ACCOUNT, REGION = "123456789012", "us-east-2"
ENVIRONMENT = "shop-test"
EVENT = {"source": "shop.web", "detail-type": "Report Wanted", "detail": {"kind": "daily", "count": 3}}
PATTERN = {"source": ["shop.web"], "detail-type": ["Report Wanted"], "detail": {"kind": ["daily", "weekly"]}}
Statement = dict[str, Any]


def spec(unique: str) -> dict[str, Any]:
    """Return a specification whose names nobody else has: the tests share a sandbox."""
    job = {
        "job_queue_arn": f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/{unique}",
        "job_definition": unique,
        "revision": 1,
        "synced": True,
    }
    return {
        "extends": "base",
        "account": ACCOUNT,
        "region": REGION,
        "aws_region_short_code": "use2",
        "state": {"bucket": "example-state", "key": f"punctual/{ENVIRONMENT}/terraform.tfstate"},
        "keys": {},
        "clusters": {},
        "tasks": {},
        "schedules": {},
        "workflows": {
            "shop": {
                "bus_name": unique,
                "rules": {
                    "report": {
                        "name": f"{unique}-report",
                        "event_pattern": PATTERN,
                        "role_names": {"submit_job": unique},
                        "targets": {"job": {"submit_job": job}},
                    }
                },
            }
        },
        "target_syncs": {unique: {"selections": [{"workflow": "shop"}]}},
    }


def policy(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@dataclass
class Made:
    """The environment in the sandbox; what a test wants otherwise it changes."""

    box: Sandbox
    environment: Environment

    def __post_init__(self) -> None:
        self.client = functools.cache(clients(self.box))
        (self.rule,) = self.environment.rules
        (self.target,) = [target for target in self.rule.targets if target.id == "job"]
        self.job = self.target.job or Job("", "", "", None, synced=False)
        self.role = self.target.role.rpartition("/")[2]

    @property
    def rule_arn(self) -> str:
        return f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{self.rule.bus}/{self.rule.name}"

    def definition(self, revision: int | str = 1) -> str:
        return f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/{self.job.definition}:{revision}"

    def everything(self) -> None:
        """Make bus, rule, role and target; queue and definition are there once a target names them."""
        self.client("events").create_event_bus(Name=self.rule.bus)
        self.put_rule()
        self.client("iam").create_role(RoleName=self.role, AssumeRolePolicyDocument=self.trust())
        self.allow(self.job.queue, self.definition("*"))
        self.put_target()
        self.client("batch").describe_job_definitions(jobDefinitionName=self.job.definition)

    def put_rule(self, pattern: dict[str, Any] | None = None, state: str = "ENABLED") -> None:
        self.client("events").put_rule(
            Name=self.rule.name,
            EventBusName=self.rule.bus,
            EventPattern=json.dumps(pattern or PATTERN),
            State=state,
        )

    def put_target(self, revision: int | None = 1, **changes: Any) -> None:
        definition = self.definition() if revision is None else self.definition(revision)
        if revision is None:
            definition = definition.rpartition(":")[0]
        target = {
            "Id": "job",
            "Arn": self.job.queue,
            "RoleArn": self.target.role,
            "BatchParameters": {"JobDefinition": definition, "JobName": "job"},
        }
        answer = self.client("events").put_targets(
            Rule=self.rule.name, EventBusName=self.rule.bus, Targets=[target | changes]
        )
        assert answer["FailedEntryCount"] == 0

    def trust(self, source: str | None = None, service: str = "events.amazonaws.com") -> str:
        condition = {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnEquals": {"aws:SourceArn": source or self.rule_arn},
        }
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        return policy(statement | {"Condition": condition})

    def allow(self, *resources: str) -> None:
        statement = {"Effect": "Allow", "Action": "batch:SubmitJob", "Resource": list(resources)}
        self.client("iam").put_role_policy(RoleName=self.role, PolicyName="work", PolicyDocument=policy(statement))

    def register(self) -> int:
        """Register a revision, and return its number."""
        container = {"image": "example.com/image:1", "vcpus": 1, "memory": 128, "command": ["true"]}
        answer = self.client("batch").register_job_definition(
            jobDefinitionName=self.job.definition, type="container", containerProperties=container
        )
        revision: int = answer["revision"]
        return revision

    def revision(self) -> int:
        """Return the revision that the target names."""
        (target,) = self.client("events").list_targets_by_rule(Rule=self.rule.name, EventBusName=self.rule.bus)[
            "Targets"
        ]
        return int(target["BatchParameters"]["JobDefinition"].rpartition(":")[2])

    def jobs(self) -> list[str]:
        answer = self.client("batch").list_jobs(
            jobQueue=self.job.queue, filters=[{"name": "JOB_NAME", "values": ["job"]}]
        )
        return [each["jobId"] for each in answer["jobSummaryList"]]
