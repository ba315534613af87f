"""One execution of a runbook as Systems Manager describes it, the event of each change, and all that there were.

API reference: AutomationExecution, StepExecution. User Guide, "Amazon EventBridge event examples for Systems Manager".
"""

from __future__ import annotations

import json
import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.clock import CLOCK
from sandbox.delivery.entries import new_event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sandbox.automation.runbooks import Runbook, Step

ENDED = ("Success", "TimedOut", "Cancelled", "Failed")


@dataclass
class StepExecution:
    """One step of an execution."""

    step: Step
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "Pending"
    started: datetime | None = None
    ended: datetime | None = None
    inputs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, list[str]] = field(default_factory=dict)
    failure: str | None = None
    lines: list[str] = field(default_factory=list)

    def described(self) -> dict[str, Any]:
        """Return it as the API has it."""
        known = {
            "StepName": self.step.name,
            "Action": self.step.action,
            "TimeoutSeconds": self.step.timeout_seconds,
            "OnFailure": self.step.on_failure,
            "MaxAttempts": 1,
            "ExecutionStartTime": self.started,
            "ExecutionEndTime": self.ended,
            "StepStatus": self.status,
            "Inputs": dict(self.inputs),
            "Outputs": dict(self.outputs),
            "FailureMessage": self.failure,
            "StepExecutionId": self.id,
            "IsEnd": self.step.is_end,
        }
        return {name: value for name, value in known.items() if value is not None}


@dataclass
class Execution:
    """One execution of a runbook.

    Attributes:
        partition: of its ARN.
        document: the name of the runbook's document.
        version: the number of the document's version, as text.
        values: of all parameters.
        executed_by: ARN of who started it.
        access_key: of who started it: without a role of its own, a runbook works with the rights of that one.
        role_arn: the role it works with; None without.
    """

    partition: str
    account: str
    region: str
    document: str
    version: str
    runbook: Runbook
    values: Mapping[str, list[str]]
    executed_by: str
    access_key: str
    role_arn: str | None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "Pending"
    started: datetime = field(default_factory=CLOCK.now)
    ended: datetime | None = None
    failure: str | None = None
    steps: list[StepExecution] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.steps = [StepExecution(step) for step in self.runbook.steps]

    @property
    def arn(self) -> str:
        """Its ARN, which Systems Manager says in `aws:SourceArn` when it takes its role on."""
        return f"{self._prefix}:automation-execution/{self.id}"

    @property
    def definition_arn(self) -> str:
        """The ARN of what it executes."""
        return f"{self._prefix}:automation-definition/{self.document}:{self.version}"

    @property
    def _prefix(self) -> str:
        return f"arn:{self.partition}:ssm:{self.region}:{self.account}"

    def summary(self) -> dict[str, Any]:
        """Return it as DescribeAutomationExecutions has it."""
        current = next((each for each in self.steps if each.status == "InProgress"), None)
        known = {
            "AutomationExecutionId": self.id,
            "DocumentName": self.document,
            "DocumentVersion": self.version,
            "AutomationExecutionStatus": self.status,
            "ExecutionStartTime": self.started,
            "ExecutionEndTime": self.ended,
            "ExecutedBy": self.executed_by,
            "Mode": "Auto",
            "CurrentStepName": current.step.name if current else None,
            "CurrentAction": current.step.action if current else None,
            "FailureMessage": self.failure,
            "Outputs": {},
            "Targets": [],
            "ResolvedTargets": {"ParameterValues": [], "Truncated": False},
        }
        return {name: value for name, value in known.items() if value is not None}

    def described(self) -> dict[str, Any]:
        """Return it as GetAutomationExecution has it."""
        return self.summary() | {
            "StepExecutions": [each.described() for each in self.steps],
            "StepExecutionsTruncated": False,
            "Parameters": {name: list(values) for name, values in self.values.items()},
        }

    def as_json(self) -> dict[str, Any]:
        """Return it with the output lines of its steps, as JSON has it."""
        told: dict[str, Any] = self.described() | {"AutomationExecutionArn": self.arn}
        for step, each in zip(told["StepExecutions"], self.steps, strict=True):
            step["OutputLines"] = list(each.lines)
        read: dict[str, Any] = json.loads(json.dumps(told, default=lambda moment: moment.isoformat()))
        return read

    def event(self, now: datetime) -> dict[str, Any]:
        """Return the event that says how it is now."""
        known = {
            "ExecutionId": self.id,
            "Definition": self.document,
            "DefinitionVersion": float(self.version),
            "Status": self.status,
            "StartTime": _moment(self.started),
            "EndTime": _moment(self.ended) if self.ended else None,
            "Time": round(((self.ended or now) - self.started).total_seconds() * 1000, 1),
            "ExecutedBy": self.executed_by,
        }
        return new_event(
            source="aws.ssm",
            detail_type="EC2 Automation Execution Status-change Notification",
            detail={name: value for name, value in known.items() if value is not None},
            account=self.account,
            region=self.region,
            at=now,
            resources=[self.arn, self.definition_arn],
        )


def _moment(moment: datetime) -> str:
    return moment.strftime(f"%b {moment.day}, %Y {moment.strftime('%I').lstrip('0')}:%M:%S %p")


class Executions:
    """The executions of this server, in order; any thread may add one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executions: dict[str, Execution] = {}
        self.on_change: list[Callable[[Mapping[str, Any]], None]] = []

    def add(self, execution: Execution) -> None:
        """Keep an execution."""
        with self._lock:
            self._executions[execution.id] = execution

    def all(self) -> list[Execution]:
        """Return what there were, in the order in which they were started."""
        with self._lock:
            return list(self._executions.values())

    def find(self, identifier: str, account: str, region: str) -> Execution | None:
        """Return an execution of an account and region; None if there is none."""
        with self._lock:
            found = self._executions.get(identifier)
        return found if found is not None and (found.account, found.region) == (account, region) else None

    def tell(self, execution: Execution) -> None:
        """Give the event of a change to whoever listens."""
        event = execution.event(CLOCK.now())
        for listener in self.on_change:
            listener(event)


EXECUTIONS = Executions()
