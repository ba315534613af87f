"""Each repair of Systems Manager's documents and automations is needed, and does what AWS documents."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.automation_bench import runbook
from tests.sandbox.conftest import Client

SCRIPT = "def handler(events, context):\n    return events\n"


def create(aws: Client, name: str, content: dict[str, Any]) -> None:
    aws("ssm").create_document(Name=name, Content=json.dumps(content), DocumentType="Automation", DocumentFormat="JSON")


def test_default_version_can_be_named(aws: Client, name: str) -> None:
    create(aws, name, runbook(SCRIPT))
    aws("ssm").update_document(Name=name, Content=json.dumps(runbook(f"{SCRIPT}# 2")), DocumentVersion="$LATEST")
    assert aws("ssm").get_document(Name=name, DocumentVersion="$DEFAULT")["DocumentVersion"] == "1"
    assert aws("ssm").describe_document(Name=name, DocumentVersion="$LATEST")["Document"]["DocumentVersion"] == "2"


def test_automation_documents_are_checked(aws: Client, name: str) -> None:
    step: dict[str, Any] = {"name": "Run", "action": "aws:executeScript"}
    inputs = {"Runtime": "python3.11", "Handler": "handler", "Script": SCRIPT}
    wrong: dict[str, dict[str, Any]] = {
        "schema version 0.3": runbook(SCRIPT) | {"schemaVersion": "2.2"},
        "at least one step": runbook(SCRIPT) | {"mainSteps": []},
        "lacks Handler": runbook(SCRIPT, inputs={"Handler": ""}),
        "refers to Nonsense": runbook(SCRIPT, inputs={"InputPayload": {"a": ["{{ Nonsense }}"]}}),
        "Run refers to braces": runbook(f"{SCRIPT}    # f'{{{{braces}}}}'"),
        "assumeRole refers to Role": runbook(SCRIPT, "{{ Role }}"),
        "Two steps have one name": runbook(SCRIPT) | {"mainSteps": [step | {"inputs": inputs}] * 2},
        "unknown type Text": runbook(SCRIPT, parameters={"A": {"type": "Text"}}),
        "is no StringList": runbook(SCRIPT, parameters={"A": {"type": "StringList", "default": "a"}}),
        "none of its allowedValues": runbook(
            SCRIPT, parameters={"A": {"type": "String", "default": "a", "allowedValues": ["b"]}}
        ),
    }
    for words, content in wrong.items():
        with pytest.raises(ClientError, match=words) as refused:
            create(aws, name, content)
        assert refused.value.response["Error"]["Code"] == "InvalidDocumentContent"

    fitting = runbook(f"{SCRIPT}#")
    fitting["mainSteps"][0]["inputs"]["Script"] += "x" * (64 * 1024 - len(json.dumps(fitting)))
    create(aws, name, fitting)
    fitting["mainSteps"][0]["inputs"]["Script"] += "x"
    with pytest.raises(ClientError, match="MaxDocumentSizeExceeded"):
        aws("ssm").update_document(Name=name, Content=json.dumps(fitting), DocumentVersion="$LATEST")


def test_automations_run(aws: Client, name: str) -> None:
    ssm = aws("ssm")
    create(aws, name, runbook(SCRIPT, inputs={"InputPayload": {"Execution": "{{ automation:EXECUTION_ID }}"}}))
    identifier = ssm.start_automation_execution(DocumentName=name)["AutomationExecutionId"]
    deadline = time.monotonic() + 20
    while True:
        execution = ssm.get_automation_execution(AutomationExecutionId=identifier)["AutomationExecution"]
        if execution["AutomationExecutionStatus"] not in ("Pending", "InProgress"):
            break
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert execution["AutomationExecutionStatus"] == "Success"
    (step,) = execution["StepExecutions"]
    assert json.loads(step["Outputs"]["Payload"][0]) == {"Execution": identifier}
    assert json.loads(step["Outputs"]["OutputPayload"][0]) == {"Payload": {"Execution": identifier}}
