"""mvp-development as it was deployed to a sandbox: its job definition, its target, and the automation that keeps it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

from sandbox.server import Sandbox
from tests.support.applied import SETTLE_SECONDS, Applied
from tests.support.clone import Clone, succeeded

ENVIRONMENT = "mvp-development"
ACCOUNT, REGION = "077075375386", "us-east-2"
BUS, RULE, TARGET = "mvp-development", "mvp-pipeline-development-rule", "mvp-pipeline"
DEFINITION = "mvp-pipeline-job-definition"
NAME = "internal-mvp-use2-mvp-pipeline"  # of the sync: its document, and where its metrics and its state are
STATE = f"/batch-target-sync/{NAME}"
CONTAINER = {
    "image": "busybox",
    "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}],
}


class Kept(Applied):
    """The sandbox with what was deployed, and what a test does there."""

    def __init__(self, clone: Clone, box: Sandbox, printed: str) -> None:
        super().__init__(clone, box)
        self.printed = printed

    def register(self) -> int:
        """Register a revision, and wait for whatever follows."""
        answer = self.aws("batch").register_job_definition(
            jobDefinitionName=DEFINITION, type="container", containerProperties=CONTAINER
        )
        self.settle()
        return int(answer["revision"])

    def deregister(self, revision: int) -> None:
        """Deregister a revision, and wait for whatever follows."""
        self.aws("batch").deregister_job_definition(jobDefinition=f"{DEFINITION}:{revision}")
        self.settle()

    def newest(self) -> int:
        """The highest ACTIVE revision."""
        pages = self.aws("batch").get_paginator("describe_job_definitions")
        found = pages.paginate(jobDefinitionName=DEFINITION, status="ACTIVE")
        return max(each["revision"] for page in found for each in page["jobDefinitions"])

    def target(self) -> dict[str, Any]:
        """The target as EventBridge has it."""
        (found,) = self.aws("events").list_targets_by_rule(Rule=RULE, EventBusName=BUS)["Targets"]
        target: dict[str, Any] = found
        return target

    def revision(self) -> int:
        """The revision that the target is on."""
        return int(self.target()["BatchParameters"]["JobDefinition"].rpartition(":")[2])

    def automations(self) -> list[dict[str, Any]]:
        """Every execution, the oldest first, once none is under way."""
        answer = self.box.ask("automations", seconds=SETTLE_SECONDS + 30, settle=SETTLE_SECONDS)
        assert answer["settled"]
        found: list[dict[str, Any]] = answer["automations"]
        return found

    def settle(self) -> None:
        """Wait until nothing is under way: no delivery, no automation."""
        self.deliveries(0)
        self.automations()

    def run(self, operation: str, **parameters: str) -> dict[str, Any]:
        """Start the automation by hand, as a person does in the console, and return how it ended."""
        values = {"Operation": [operation]} | {name: [value] for name, value in parameters.items()}
        started = self.aws("ssm").start_automation_execution(DocumentName=NAME, Parameters=values)
        (found,) = [
            each for each in self.automations() if each["AutomationExecutionId"] == started["AutomationExecutionId"]
        ]
        return found

    def put_back(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Put the target with something else in it, as a person would."""
        target = self.target()
        change(target)
        answer = self.aws("events").put_targets(Rule=RULE, EventBusName=BUS, Targets=[target])
        assert answer["FailedEntryCount"] == 0

    def set_revision(self, revision: int) -> None:
        """Put the target on a revision by hand."""

        def change(target: dict[str, Any]) -> None:
            before = target["BatchParameters"]["JobDefinition"].rpartition(":")[0]
            target["BatchParameters"]["JobDefinition"] = f"{before}:{revision}"

        self.put_back(change)

    def make_json(self, target: str, *arguments: str) -> Any:
        """What a target of the Makefile prints with JSON=1."""
        return json.loads(succeeded(self.make(target, "JSON=1", *arguments)))

    def make(self, target: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a target of the Makefile for this environment."""
        return self.clone.make(target, f"ENV={ENVIRONMENT}", *arguments)
