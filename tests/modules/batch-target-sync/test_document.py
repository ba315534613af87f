"""The Automation document: the tested file itself, and a form that a person can fill in."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from typing import Any

import pytest
from batch_target_sync import sync

from tests.support.module_calls import Call
from tests.support.planning import REPOSITORY

SCRIPT = REPOSITORY / "modules" / "batch-target-sync" / "batch_target_sync" / "sync.py"
LARGEST = 65_536  # "Systems Manager service quotas": the size of a document, in bytes
LONGEST_VALUE = 512  # characters of one value of a parameter (StartAutomationExecution)
BASE = "internal-reporting-use1"


def content(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call.resources["aws_ssm_document.main"]["content"])
    return found


def step(call: Call) -> dict[str, Any]:
    (only,) = content(call)["mainSteps"]
    assert only["action"] == "aws:executeScript"
    inputs: dict[str, Any] = only["inputs"]
    return inputs


@pytest.mark.slow
@pytest.mark.parametrize("call", ["least", "most", "many"])
def test_the_script_is_the_file_byte_for_byte(call: str, planned: dict[str, Call]) -> None:
    script = step(planned[call])["Script"].encode()
    assert script == SCRIPT.read_bytes()
    assert planned[call].outputs["script_sha256"] == hashlib.sha256(SCRIPT.read_bytes()).hexdigest()


@pytest.mark.slow
@pytest.mark.parametrize("call", ["least", "most", "many"])
def test_the_document_is_of_a_size_that_aws_takes(call: str, planned: dict[str, Call]) -> None:
    document = planned[call].resources["aws_ssm_document.main"]
    assert (document["document_type"], document["document_format"]) == ("Automation", "JSON")
    assert len(document["content"].encode()) <= LARGEST


@pytest.mark.slow
def test_many_selections_are_packed_and_the_handler_unpacks_them(
    planned: dict[str, Call], monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = step(planned["many"])["InputPayload"]
    packed = payload["Settings"]["Selections"]
    arguments = planned["many"].outputs["command_arguments"]
    as_json = arguments[arguments.index("--selections") + 1]
    assert len(packed) < len(as_json) / 5
    started: list[Any] = []

    def start(selections: list[sync.Selection], *_: object, **__: object) -> sync.Report:
        started.extend(selections)
        return sync.Report(operation="sync", name="many", run="", caller="", started="")

    monkeypatch.setattr(sync, "sync", start)
    filled_in = {"Operation": "sync", "JobDefinition": "", "Selections": "", "Trigger": "hand", "Execution": "an-id"}
    sync.handler(payload | filled_in, {})
    assert started == [sync.Selection(**each) for each in json.loads(as_json)]
    assert len(started) == 50
    started.clear()
    sync.handler(payload | filled_in | {"Selections": '[{"rule": "other"}]'}, {})
    assert started == [sync.Selection(rule="other")]


def test_the_script_has_nothing_that_systems_manager_fills_in() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert "{{" not in text
    assert "\\u00" not in text  # what document.tf does to the escapes of JSON would do it to these


def test_the_script_has_the_handler_and_none_of_its_neighbours() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    assert "handler" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or "."] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
    }
    assert not [name for name in imported if name.split(".")[0] in ("", "batch_target_sync")]


@pytest.mark.slow
def test_it_runs_with_its_own_role_on_a_runtime_that_systems_manager_has(planned: dict[str, Call]) -> None:
    document, inputs = content(planned["least"]), step(planned["least"])
    assert document["schemaVersion"] == "0.3"
    assert document["assumeRole"] == f"arn:aws:iam::867653852961:role/{BASE}-least-sync"
    assert (inputs["Runtime"], inputs["Handler"]) == ("python3.11", "handler")
    assert document["mainSteps"][0]["timeoutSeconds"] == 600


@pytest.mark.slow
def test_each_parameter_can_be_filled_in_and_reaches_the_handler(planned: dict[str, Call]) -> None:
    document, inputs = content(planned["least"]), step(planned["least"])
    parameters = document["parameters"]
    assert set(parameters) == {"Operation", "JobDefinition", "Selections", "Trigger"}
    for name, parameter in parameters.items():
        assert parameter["type"] == "String"
        assert parameter["description"]
        assert len(parameter["default"]) <= LONGEST_VALUE
        assert inputs["InputPayload"][name] == f"{{{{ {name} }}}}"
        assert parameter["default"] in parameter.get("allowedValues", [parameter["default"]])
        assert re.search(parameter.get("allowedPattern", ""), parameter["default"]) is not None
    assert {name: each["default"] for name, each in parameters.items()} == {
        "Operation": "sync",
        "JobDefinition": "",
        "Selections": "",
        "Trigger": "hand",
    }
    assert parameters["Operation"]["allowedValues"] == ["sync", "check", "dry-run", "rollback", "resume"]
    assert inputs["InputPayload"]["Execution"] == "{{ automation:EXECUTION_ID }}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("job", True),
        ("arn:aws:batch:us-east-1:867653852961:job-definition/job:12", True),
        ("job:12", True),
        ("{{ global:REGION }}", False),
        ("job\n", False),
        ('job"', False),
    ],
)
def test_the_pattern_of_a_definition_takes_its_forms_only(value: str, taken: bool, planned: dict[str, Call]) -> None:
    pattern = content(planned["least"])["parameters"]["JobDefinition"]["allowedPattern"]
    assert pattern.startswith("^")
    assert pattern.endswith("$")
    assert (re.fullmatch(pattern.rstrip("$"), value) is not None) is taken


@pytest.mark.slow
def test_the_handler_is_told_what_the_module_was_told(planned: dict[str, Call]) -> None:
    least, most = (dict(step(planned[call])["InputPayload"]["Settings"]) for call in ("least", "most"))
    assert json.loads(least.pop("Selections")) == [{"bus": "orders", "rule": "nightly"}]
    assert least == {
        "Name": f"{BASE}-least",
        "Region": "us-east-1",
        "State": f"/batch-target-sync/{BASE}-least",
        "Topic": "",
        "EventBus": "",
    }
    assert json.loads(most.pop("Selections")) == [
        {"bus": "orders", "rule": "nightly", "target": "report", "job_definition": "job"},
        {"bus": "orders", "rule": "nightly", "target": "bill", "job_definition": "bill"},
        {"bus": "default", "rule": "weekly", "job_definition": "job"},
        {"bus": "audit", "job_definition": "job"},
        {"bus": "default", "job_definition": "bill", "region": "eu-west-1"},
    ]
    assert most == {
        "Name": f"{BASE}-most",
        "Region": "us-east-1",
        "State": "/platform/targets",
        "Topic": "arn:aws:sns:us-east-1:867653852961:alerts",
        "EventBus": "operations",
    }


@pytest.mark.slow
def test_the_command_is_told_the_same(planned: dict[str, Call]) -> None:
    settings = step(planned["most"])["InputPayload"]["Settings"]
    arguments = planned["most"].outputs["command_arguments"]
    assert dict(zip(arguments[::2], arguments[1::2], strict=True)) == {
        "--region": settings["Region"],
        "--name": settings["Name"],
        "--state": settings["State"],
        "--topic": settings["Topic"],
        "--event-bus": settings["EventBus"],
        "--selections": settings["Selections"],
    }


@pytest.mark.slow
def test_the_step_after_an_apply_is_there_for_who_asks(planned: dict[str, Call]) -> None:
    steps = {
        call: [address for address in its.resources if address.startswith("terraform_data.")]
        for call, its in planned.items()
    }
    assert steps.pop("most") == ["terraform_data.sync_after_apply[0]"]
    assert not any(steps.values())


def test_the_readme_says_what_each_kind_of_failure_means() -> None:
    kinds = set(re.findall(r'SyncError\(\s*"([a-z-]+)"', SCRIPT.read_text(encoding="utf-8"))) - {"failed"}
    assert len(kinds) > 10
    readme = (SCRIPT.parents[1] / "README.md").read_text(encoding="utf-8")
    table = readme.partition("\n## When it fails\n")[2].partition("\n## ")[0]
    assert not {kind for kind in kinds if f"`{kind}`" not in table}
