"""An account in a sandbox, as large as the benchmark of the sync needs it: definitions, a bus, rules and targets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3

from harness.errors import VerdictError
from sandbox import asking, server

ACCOUNT, REGION, BUS = "123456789012", "us-east-1", "bench"
QUEUE = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/bench"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/bench"


@dataclass(frozen=True)
class Size:
    """How much there is to do. 300 rules are the quota of a bus, and five targets that of a rule.

    Attributes:
        revisions: of each definition; targets begin on one but the newest.
        sample: how many targets the script is given.
    """

    rules: int = 300
    targets: int = 5
    definitions: int = 50
    revisions: int = 3
    sample: int = 20

    @property
    def all_targets(self) -> int:
        """The number of targets of all rules."""
        return self.rules * self.targets

    def definition(self, rule: int, target: int) -> str:
        """The name of the definition of a target."""
        return f"definition-{(rule * self.targets + target) % self.definitions:03}"

    def rules_of(self, definition: str) -> int:
        """How many rules have a target of this definition."""
        return sum(
            any(self.definition(rule, target) == definition for target in range(self.targets))
            for rule in range(self.rules)
        )


@dataclass(frozen=True)
class Account:
    """A sandbox with definitions, a bus and rules, whose targets are behind or not."""

    box: server.Sandbox
    size: Size
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return the client of a service."""
        if service not in self._clients:
            self._clients[service] = boto3.client(  # type: ignore[call-overload]
                service,
                endpoint_url=self.box.endpoint,
                region_name=REGION,
                aws_access_key_id="test",
                aws_secret_access_key="test",  # noqa: S106 - the sandbox's
            )
        return self._clients[service]

    def build(self) -> None:
        """Register the definitions in all their revisions, and make the bus and its rules."""
        container = {"image": "example", "resourceRequirements": [{"type": "VCPU", "value": "1"}]}
        container["resourceRequirements"].append({"type": "MEMORY", "value": "2048"})  # type: ignore[attr-defined]
        for number in range(self.size.definitions):
            for _ in range(self.size.revisions):
                self.client("batch").register_job_definition(
                    jobDefinitionName=f"definition-{number:03}", type="container", containerProperties=container
                )
        self.client("events").create_event_bus(Name=BUS)
        for rule in range(self.size.rules):
            self.client("events").put_rule(
                Name=rule_name(rule), EventBusName=BUS, EventPattern=json.dumps({"source": [rule_name(rule)]})
            )

    def leave_behind(self) -> None:
        """Put every target on an old revision, each with all that a target can have."""
        for rule in range(self.size.rules):
            targets = [self.target(rule, number, 1) for number in range(self.size.targets)]
            self.client("events").put_targets(Rule=rule_name(rule), EventBusName=BUS, Targets=targets)

    def target(self, rule: int, number: int, revision: int) -> dict[str, Any]:
        """Return a target as it should be on a revision."""
        return {
            "Id": f"target-{number}",
            "Arn": QUEUE,
            "RoleArn": ROLE,
            "InputTransformer": {
                "InputPathsMap": {"id": "$.detail.id"},
                "InputTemplate": '{"Parameters": {"id": <id>}}',
            },
            "BatchParameters": {
                "JobDefinition": f"{self.size.definition(rule, number)}:{revision}",
                "JobName": f"job-{rule}-{number}",
                "ArrayProperties": {"Size": 2 + number},
                "RetryStrategy": {"Attempts": 3},
            },
            "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:bench-dlq"},
            "RetryPolicy": {"MaximumRetryAttempts": 4, "MaximumEventAgeInSeconds": 3600},
        }

    def targets(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Return every target as it is, with the numbers of its rule and its own."""
        for rule in range(self.size.rules):
            listed = self.client("events").list_targets_by_rule(Rule=rule_name(rule), EventBusName=BUS)["Targets"]
            for target in listed:
                yield rule, int(target["Id"].removeprefix("target-")), target

    def check_targets(self, only: str | None = None) -> None:
        """Hold every target to what it should be after a sync, of all definitions or of one.

        Raises:
            VerdictError: one is not.
        """
        for rule, number, target in self.targets():
            moved = only is None or self.size.definition(rule, number) == only
            wanted = self.target(rule, number, self.size.revisions if moved else 1)
            if target != wanted:
                raise VerdictError(f"{rule_name(rule)}/{target['Id']} is {target} and should be {wanted}")

    def requests(self) -> int:
        """How many requests of AWS's services the server has answered, by its own log."""
        lines = self.box.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return sum('"POST /' in line and asking.CONTROL_PATH not in line for line in lines)


def rule_name(number: int) -> str:
    """The name of a rule."""
    return f"rule-{number:03}"
