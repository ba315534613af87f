"""One test's own corner of a sandbox for automations: a runbook with one script, and the role that it works with."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from sandbox.server import Sandbox
from tests.sandbox.calling import clients

SECONDS = 30
SSM = "ssm.amazonaws.com"


def allow(actions: str | list[str], resource: str | list[str], **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


def runbook(script: str, role: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return the content of a document whose only step runs a script; `step` and `inputs` add to that step."""
    step, inputs = fields.pop("step", {}), fields.pop("inputs", {})
    inputs = {"Runtime": "python3.11", "Handler": "handler", "Script": script} | inputs
    steps = [{"name": "Run", "action": "aws:executeScript", "isEnd": True, "inputs": inputs} | step]
    content: dict[str, Any] = {"schemaVersion": "0.3", "mainSteps": steps} | fields
    return content | ({"assumeRole": role} if role else {})


@dataclass
class AutomationBench:
    """Names are the test's own, so that tests may share a server."""

    box: Sandbox
    name: str = field(default_factory=lambda: f"t-{uuid.uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        self.client = clients(self.box)
        self.ssm = self.client("ssm")

    def arn(self, service: str, resource: str) -> str:
        region = "" if service == "iam" else self.box.region
        return f"arn:aws:{service}:{region}:{self.box.account}:{resource}"

    def role(self, *statements: dict[str, Any], service: str = SSM, source: str = "", name: str = "") -> str:
        """Make a role that a service may take on for a source, automations unless another is given."""
        iam = self.client("iam")
        name = f"{self.name}{name}"
        condition = {
            "StringEquals": {"aws:SourceAccount": self.box.account},
            "ArnLike": {"aws:SourceArn": source or self.arn("ssm", "automation-execution/*")},
        }
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
        document = {"Version": "2012-10-17", "Statement": [trust | {"Condition": condition}]}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
        self.may(*statements, role=name)
        return self.arn("iam", f"role/{name}")

    def may(self, *statements: dict[str, Any], role: str = "") -> None:
        """Give the role these rights and no others."""
        iam, role = self.client("iam"), role or self.name
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            iam.delete_role_policy(RoleName=role, PolicyName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=document)

    def document(self, script: str, role: str | None = None, **fields: Any) -> str:
        """Make a document of a script, and return its name."""
        content = json.dumps(runbook(script, role, **fields))
        self.ssm.create_document(Name=self.name, Content=content, DocumentType="Automation", DocumentFormat="JSON")
        return self.name

    def start(self, **parameters: list[str]) -> str:
        started = self.ssm.start_automation_execution(DocumentName=self.name, Parameters=parameters)
        identifier: str = started["AutomationExecutionId"]
        return identifier

    def run(self, **parameters: list[str]) -> dict[str, Any]:
        """Run the document to its end, and return the execution."""
        return self.ended(self.start(**parameters))

    def ended(self, identifier: str) -> dict[str, Any]:
        """Wait for an execution, and return it with the lines of its steps."""
        assert self.box.ask("automations", settle=SECONDS)["settled"], "something is still under way"
        return self.seen(identifier)

    def seen(self, identifier: str) -> dict[str, Any]:
        """Return an execution as it is now, with the lines of its steps."""
        every = self.box.ask("automations")["automations"]
        found: dict[str, Any] = next(each for each in every if each["AutomationExecutionId"] == identifier)
        return found

    def mine(self) -> list[dict[str, Any]]:
        """Wait, and return the executions of this test's document."""
        answer = self.box.ask("automations", settle=SECONDS)
        assert answer["settled"], "something is still under way"
        return [each for each in answer["automations"] if each["DocumentName"] == self.name]


def payload(execution: dict[str, Any]) -> Any:
    """What the script returned."""
    assert execution["AutomationExecutionStatus"] == "Success", execution.get("FailureMessage")
    return json.loads(execution["StepExecutions"][0]["Outputs"]["Payload"][0])
