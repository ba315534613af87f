"""A rule whose target is an Automation runbook: its input, and each right that it needs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox import server
from tests.sandbox.automation_bench import AutomationBench, allow, payload

SCRIPT = "def handler(events, context):\n    return events\n"
PARAMETERS = {
    "Operation": {"type": "String", "default": "sync", "allowedValues": ["sync", "check"]},
    "JobDefinition": {"type": "String", "default": ""},
    "Trigger": {"type": "String", "default": "hand"},
}
ASKED = {name: f"{{{{ {name} }}}}" for name in PARAMETERS}
REGISTERED = {
    "source": ["aws.batch"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventName": ["RegisterJobDefinition"]},
}


class RuleBench(AutomationBench):
    """A rule on the default bus that starts the runbook when this test's job definition is registered."""

    def rights(self) -> dict[str, dict[str, Any]]:
        """What the rule's role needs."""
        works = self.arn("iam", f"role/{self.name}")
        return {
            "document": allow("ssm:StartAutomationExecution", self.arn("ssm", f"document/{self.name}")),
            "definition": allow(
                "ssm:StartAutomationExecution", self.arn("ssm", f"automation-definition/{self.name}:*")
            ),
            "execution": allow("ssm:StartAutomationExecution", self.arn("ssm", "automation-execution/*")),
            "pass": allow("iam:PassRole", works, StringEquals={"iam:PassedToService": "ssm.amazonaws.com"}),
        }

    def runbook(self) -> None:
        self.document(SCRIPT, self.role(), parameters=PARAMETERS, inputs={"InputPayload": ASKED})

    def rule(
        self, *, missing: str = "", source: str = "", version: str = ":$DEFAULT", document: str = "", **target: Any
    ) -> None:
        rights = [each for name, each in self.rights().items() if name != missing]
        source = source or self.arn("events", f"rule/{self.name}")
        starter = self.role(*rights, service="events.amazonaws.com", source=source, name="-starter")
        pattern = json.loads(json.dumps(REGISTERED))
        pattern["detail"]["requestParameters"] = {"jobDefinitionName": [self.name]}
        events = self.client("events")
        events.put_rule(Name=self.name, EventPattern=json.dumps(pattern))
        arn = self.arn("ssm", f"automation-definition/{document or self.name}{version}")
        self.target = arn
        default = {
            "InputTransformer": {
                "InputPathsMap": {"definition": "$.detail.requestParameters.jobDefinitionName"},
                "InputTemplate": '{"JobDefinition": ["<definition>"], "Trigger": ["event"]}',
            }
        }
        whole = {"Id": "t", "Arn": arn, "RoleArn": starter} | (target or default)
        given = {name: value for name, value in whole.items() if value is not None}
        assert events.put_targets(Rule=self.name, Targets=[given])["FailedEntryCount"] == 0

    def register(self) -> dict[str, Any]:
        """Register a revision, wait, and return the delivery."""
        container = {"image": "example.com/image:1", "vcpus": 1, "memory": 128}
        self.client("batch").register_job_definition(
            jobDefinitionName=self.name, type="container", containerProperties=container
        )
        answer = self.box.ask("deliveries", settle=30)
        assert (answer["settled"], answer["failures"]) == (True, [])
        (delivery,) = [each for each in answer["deliveries"] if each["source_arn"].endswith(f"rule/{self.name}")]
        found: dict[str, Any] = delivery
        return found


@pytest.fixture
def bench(repaired: server.Sandbox) -> RuleBench:
    return RuleBench(repaired)


@pytest.mark.parametrize("version", [":$DEFAULT", ":1", ""])
def test_registering_a_definition_starts_the_runbook(bench: RuleBench, version: str) -> None:
    bench.runbook()
    bench.rule(version=version)
    delivery = bench.register()
    assert delivery["outcome"] == "delivered", delivery["error_message"]
    assert json.loads(delivery["payload"]) == {"JobDefinition": [bench.name], "Trigger": ["event"]}
    execution = bench.ended(delivery["result"]["automation"])
    assert payload(execution) == {"Operation": "sync", "JobDefinition": bench.name, "Trigger": "event"}
    starter = bench.arn("sts", f"assumed-role/{bench.name}-starter/events").replace(f":{bench.box.region}:", "::")
    assert execution["ExecutedBy"] == starter


@pytest.mark.parametrize(
    ("missing", "action"),
    [
        ("document", "ssm:StartAutomationExecution"),
        ("definition", "ssm:StartAutomationExecution"),
        ("execution", "ssm:StartAutomationExecution"),
        ("pass", "iam:PassRole"),
    ],
)
def test_each_right_is_needed(bench: RuleBench, missing: str, action: str) -> None:
    bench.runbook()
    bench.rule(missing=missing)
    delivery = bench.register()
    assert (delivery["outcome"], delivery["error_code"]) == ("dropped", "NO_PERMISSIONS")
    assert f"because no identity-based policy allows the {action} action" in delivery["error_message"]
    assert bench.mine() == []


def test_role_must_trust_the_rule(bench: RuleBench) -> None:
    bench.runbook()
    bench.rule(source=bench.arn("events", "rule/another"))
    assert bench.register()["error_code"] == "FAILED_TO_ASSUME_ROLE"


def test_runbook_that_is_not_there_is_no_resource(bench: RuleBench) -> None:
    bench.rule(version=":$DEFAULT")
    delivery = bench.register()
    assert (delivery["error_code"], delivery["attempts"]) == ("NO_RESOURCE", 1)


@pytest.mark.parametrize(
    ("target", "code", "words"),
    [
        ({"Input": '{"Trigger": "event"}'}, "INVALID_PARAMETER", "Trigger is no list of texts"),
        ({"Input": '{"Trigger": [1]}'}, "INVALID_PARAMETER", "Trigger is no list of texts"),
        ({"Input": '["event"]'}, "INVALID_PARAMETER", "no JSON object"),
        ({"Input": '{"Nonsense": ["x"]}'}, "INVALID_PARAMETER", "Unknown parameters: Nonsense"),
        ({"Input": '{"Operation": ["destroy"]}'}, "INVALID_PARAMETER", "none of: sync, check"),
        ({"Input": '{"JobDefinition": [""]}'}, "INVALID_PARAMETER", "1 to 512 characters"),
        ({"InputPath": "$.detail.eventName"}, "INVALID_PARAMETER", "no JSON object"),
        ({"InputPath": "$"}, "INVALID_PARAMETER", "is no list of texts"),
        ({"RoleArn": None}, "INVALID_PARAMETER", "RoleArn is required"),
    ],
)
def test_input_must_be_the_runbooks_parameters(bench: RuleBench, target: dict[str, Any], code: str, words: str) -> None:
    bench.runbook()
    bench.rule(**target)
    delivery = bench.register()
    assert (delivery["error_code"], delivery["outcome"]) == (code, "dropped")
    assert words in delivery["error_message"]
    assert bench.mine() == []


def test_throttled_start_is_tried_again(bench: RuleBench) -> None:
    bench.runbook()
    bench.rule()
    bench.box.ask("fault", arn=bench.target, code="ThrottlingException", times=2)
    delivery = bench.register()
    assert (delivery["outcome"], delivery["attempts"]) == ("delivered", 3)
