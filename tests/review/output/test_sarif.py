"""`review.sarif` is as SARIF 2.1.0 has it, and as GitHub takes it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from review.output.sarif import render
from tests.review.output import made


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


TEXT = {"type": "string", "minLength": 1}
MESSAGE = _object(["text"], text=TEXT)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
# The objects of the specification that are used here, and what it says of them; numbers are its sections.
RULE = _object(  # 3.49
    ["id"],
    id=TEXT,
    shortDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=_object([], level=LEVEL),
    properties=_object([], tags={"type": "array", "uniqueItems": True, "items": TEXT}),
)
LOCATION = _object(  # 3.28; GitHub refuses a file with a location that has no artifact
    ["physicalLocation"],
    physicalLocation=_object(  # 3.29
        ["artifactLocation"],
        artifactLocation=_object(
            ["uri"], uri={"type": "string", "format": "uri-reference", "pattern": r"^[A-Za-z0-9%._~/-]+$"}
        ),
        region=_object(["startLine"], startLine={"type": "integer", "minimum": 1}),  # 3.30.5
    ),
    logicalLocations={"type": "array", "items": _object([], fullyQualifiedName=TEXT, kind=TEXT)},  # 3.33
)
RESULT = _object(  # 3.27
    ["message", "locations", "partialFingerprints"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    kind={"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
    message=MESSAGE,
    locations={"type": "array", "minItems": 1, "items": LOCATION},
    partialFingerprints={"type": "object", "minProperties": 1, "additionalProperties": TEXT},  # 3.27.17
    suppressions={
        "type": "array",
        "items": _object(["kind"], kind={"enum": ["inSource", "external"]}, justification=TEXT),
    },
)
INVOCATION = _object(  # 3.20
    ["executionSuccessful"],
    executionSuccessful={"type": "boolean"},
    exitCode={"type": "integer"},
    toolExecutionNotifications={"type": "array", "items": _object(["message"], level=LEVEL, message=MESSAGE)},
)
RUN = _object(  # 3.14
    ["tool", "results"],
    tool=_object(
        ["driver"], driver=_object(["name"], name=TEXT, rules={"type": "array", "uniqueItems": True, "items": RULE})
    ),
    automationDetails=_object([], id=TEXT),
    invocations={"type": "array", "items": INVOCATION},
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "items": RESULT},
)
LOG = _object(  # 3.13
    ["version", "runs"],
    version={"const": "2.1.0"},
    runs={"type": "array", "minItems": 1, "items": RUN},
    **{"$schema": {"type": "string", "format": "uri"}},
)


def run_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(made.ALL[name]()))["runs"][0]
    return found


@pytest.mark.parametrize("name", made.ALL)
def test_it_is_as_the_specification_says(name: str) -> None:
    jsonschema.Draft202012Validator(LOG).validate(json.loads(render(made.ALL[name]())))
    run = run_of(name)
    rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)  # 3.19.23: no two alike
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]  # 3.27.6
        if result.get("kind", "fail") != "fail":
            assert result["level"] == "none"  # 3.27.10


@pytest.mark.parametrize("name", made.ALL)
def test_each_finding_and_each_skip_is_a_result(name: str) -> None:
    report = made.ALL[name]()
    results = run_of(name)["results"]
    assert len(results) == len(report.findings) + len(report.checks.skips)
    assert [each["ruleId"] for each in results[: len(report.findings)]] == [each.rule for each in report.findings]
    levels = {"fail": "error", "warn": "warning", "note": "note"}
    assert [each["level"] for each in results[: len(report.findings)]] == [
        levels[each.severity] for each in report.findings
    ]


def test_a_result_says_where_it_is() -> None:
    result = next(each for each in run_of("usual")["results"] if each["ruleId"] == "privilege/beyond")
    (location,) = result["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "iam.tf"}, "region": {"startLine": 12}}
    (logical,) = location["logicalLocations"]
    assert logical["fullyQualifiedName"] == "module.schedule_claims-report.aws_iam_role.scheduler"


def test_what_has_no_source_is_in_the_plan() -> None:
    result = next(each for each in run_of("usual")["results"] if each["ruleId"] == "delivery/denied")
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "dn-dev"


def test_a_skip_is_suppressed_with_its_reason() -> None:
    result = run_of("usual")["results"][-1]
    assert (result["ruleId"], result["kind"]) == ("CKV_AWS_158", "notApplicable")
    assert result["suppressions"] == [{"kind": "inSource", "justification": "the key is the caller's choice"}]


@pytest.mark.parametrize("name", made.ALL)
def test_fingerprints_tell_results_apart(name: str) -> None:
    prints = [json.dumps(each["partialFingerprints"]) for each in run_of(name)["results"]]
    assert len(set(prints)) == len(prints)


def test_fingerprints_tell_even_alike_results_apart() -> None:
    report = made.usual()
    (finding,) = report.privileges.findings
    twice = replace(report, privileges=replace(report.privileges, findings=(finding, finding)))
    results = json.loads(render(twice))["runs"][0]["results"]
    prints = [json.dumps(each["partialFingerprints"]) for each in results if each["ruleId"] == finding.rule]
    assert len(set(prints)) == len(prints) == 2


def test_a_fingerprint_stays_when_other_findings_come_and_go() -> None:
    def prints(name: str) -> dict[str, Any]:
        return {each["ruleId"]: each["partialFingerprints"] for each in run_of(name)["results"]}

    assert prints("passing")["CKV_AWS_158"] == prints("usual")["CKV_AWS_158"]


def test_that_checkov_did_not_run_is_told() -> None:
    (invocation,) = run_of("empty")["invocations"]
    assert "it is not installed" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_nothing_unseen_is_left_in_it() -> None:
    text = render(made.hostile())
    assert not made.UNSEEN.search(text)
    text.encode("utf-8")
    assert not re.search(r"\\u00[01]|\\ud8", text.replace("\\\\", ""))
