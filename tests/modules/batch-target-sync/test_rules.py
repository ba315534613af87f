"""What starts the automation, and with which parameters."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from semantics import event_patterns, input_transformers
from tests.support.module_calls import Call

pytestmark = pytest.mark.slow
EVENTS = Path(__file__).parent / "events"
ACCOUNT = "867653852961"
DEFINITION = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition"
MATCHED: list[tuple[str, str, dict[str, Any], set[str]]] = [
    ("registered", "register", {}, {"registered"}),
    ("registered, another of the selections", "register", {"jobDefinitionName": "bill"}, {"registered"}),
    ("registered, a longer name", "register", {"jobDefinitionName": "job-2"}, set()),
    ("registered, a shorter name", "register", {"jobDefinitionName": "jo"}, set()),
    ("deregistered by ARN", "deregister", {}, {"deregistered"}),
    ("deregistered by name", "deregister", {"jobDefinition": "job:12"}, {"deregistered"}),
    ("deregistered, another of the selections", "deregister", {"jobDefinition": "bill:1"}, {"deregistered"}),
    ("deregistered by ARN, a longer name", "deregister", {"jobDefinition": f"{DEFINITION}/job-2:12"}, set()),
    ("deregistered by name, a longer name", "deregister", {"jobDefinition": "job-2:12"}, set()),
    ("deregistered by name, a longer name at its end", "deregister", {"jobDefinition": "my-job:12"}, set()),
]


def event(file: str, parameters: dict[str, Any], **detail: Any) -> dict[str, Any]:
    """A sample event with other request parameters and other fields of its detail."""
    found: dict[str, Any] = json.loads((EVENTS / f"{file}.json").read_text(encoding="utf-8"))
    found["detail"]["requestParameters"] |= parameters
    found["detail"] |= detail
    return found


def matching(call: Call, sample: dict[str, Any]) -> set[str]:
    """The rules of a call that an event starts."""
    rules = call.of("aws_cloudwatch_event_rule.change")
    assert rules
    return {key for key, rule in rules.items() if event_patterns.matches(json.loads(rule["event_pattern"]), sample)}


@pytest.mark.parametrize(("_name", "file", "parameters", "rules"), MATCHED, ids=[row[0] for row in MATCHED])
def test_events_of_the_selected_definitions_start_it(
    _name: str, file: str, parameters: dict[str, Any], rules: set[str], planned: dict[str, Call]
) -> None:
    assert matching(planned["most"], event(file, parameters)) == rules


@pytest.mark.parametrize("file", ["register", "deregister"])
def test_neither_a_refused_call_nor_another_does(file: str, planned: dict[str, Call]) -> None:
    assert not matching(planned["most"], event(file, {}, errorCode="AccessDenied"))
    assert not matching(planned["most"], event(file, {}, eventName="SubmitJob"))
    assert not matching(planned["most"], event(file, {}) | {"source": "aws.ecs"})


@pytest.mark.parametrize(("file", "rule"), [("register", "registered"), ("deregister", "deregistered")])
def test_every_definition_does_where_a_selection_names_none(file: str, rule: str, planned: dict[str, Call]) -> None:
    assert matching(planned["least"], event(file, {})) == {rule}
    other = {"jobDefinitionName": "another", "jobDefinition": f"{DEFINITION}/another:3"}
    assert matching(planned["least"], event(file, other)) == {rule}
    assert not matching(planned["least"], event(file, {}, errorCode="AccessDenied"))


@pytest.mark.parametrize(
    ("call", "names"),
    [
        ("many", [f"definition-of-a-long-name-{number:03}" for number in range(50)]),
        ("longest", [f"d{number:0127}" for number in range(9)]),
    ],
)
def test_many_definitions_are_shared_out_over_rules_that_eventbridge_takes(
    call: str, names: list[str], planned: dict[str, Call]
) -> None:
    rules = planned[call].of("aws_cloudwatch_event_rule.change")
    for rule in rules.values():
        pattern = json.loads(rule["event_pattern"])
        assert not event_patterns.problems(pattern)
        assert event_patterns.size(pattern) <= event_patterns.MAX_CHARACTERS
    for name in names:
        for file, parameters in (
            ("register", {"jobDefinitionName": name}),
            ("deregister", {"jobDefinition": f"{DEFINITION}/{name}:7"}),
        ):
            assert len(matching(planned[call], event(file, parameters))) == 1
    assert len({rule["name"] for rule in rules.values()}) == len(rules)
    assert set(rules) >= {"registered", "registered-2", "deregistered", "deregistered-2"}
    assert rules["registered-2"]["name"].endswith("-registered-2")


def test_the_patterns_are_near_full_where_there_are_several(planned: dict[str, Call]) -> None:
    rules = planned["many"].of("aws_cloudwatch_event_rule.change")
    assert event_patterns.size(json.loads(rules["deregistered"]["event_pattern"])) > 1500
    assert len(rules) == 10


@pytest.mark.parametrize(
    ("call", "key", "operation", "definition"),
    [
        ("least", "registered", "sync", "job"),
        ("least", "deregistered", "sync", f"{DEFINITION}/job:12"),
        ("most", "registered", "check", "job"),
    ],
)
def test_an_event_starts_it_for_its_definition(
    call: str, key: str, operation: str, definition: str, planned: dict[str, Call]
) -> None:
    target = planned[call].of("aws_cloudwatch_event_target.change")[key]
    (transformer,) = target["input_transformer"]
    assert not input_transformers.problems(transformer["input_paths"], transformer["input_template"])
    given = input_transformers.target_input(
        event({"registered": "register", "deregistered": "deregister"}[key], {}),
        input_paths=transformer["input_paths"],
        input_template=transformer["input_template"],
    )
    parameters = json.loads(given)
    assert parameters == {"Operation": [operation], "JobDefinition": [definition], "Trigger": ["event"]}
    known = document(planned[call])["parameters"]
    assert set(parameters) <= set(known)
    assert operation in known["Operation"]["allowedValues"]


@pytest.mark.parametrize(("call", "operation", "rate"), [("least", "sync", 60), ("most", "check", 1440)])
def test_the_schedule_starts_it_for_all_of_them(call: str, operation: str, rate: int, planned: dict[str, Call]) -> None:
    rule = planned[call].resources['aws_cloudwatch_event_rule.schedule["schedule"]']
    assert (rule["schedule_expression"], rule["event_bus_name"]) == (f"rate({rate} minutes)", "default")
    target = planned[call].resources['aws_cloudwatch_event_target.schedule["schedule"]']
    assert json.loads(target["input"]) == {"Operation": [operation], "Trigger": ["schedule"]}


def test_every_rule_starts_this_document_with_the_start_role(planned: dict[str, Call]) -> None:
    call = planned["least"]
    targets = {
        **call.of("aws_cloudwatch_event_target.change"),
        **call.of("aws_cloudwatch_event_target.schedule"),
    }
    assert {(its["arn"], its["role_arn"], its["rule"]) for its in targets.values()} == {
        (
            f"arn:aws:ssm:us-east-1:{ACCOUNT}:automation-definition/internal-reporting-use1-least:$DEFAULT",
            f"arn:aws:iam::{ACCOUNT}:role/internal-reporting-use1-least-start",
            f"internal-reporting-use1-least-{key}",
        )
        for key in ("registered", "deregistered", "schedule")
    }


def test_nothing_can_start_it_before_it_is_whole(planned: dict[str, Call]) -> None:
    """ARNs are built from names, so that no reference keeps this order; an event that comes too early would be lost."""
    waits = planned["least"].waits
    for target in ("aws_cloudwatch_event_target.change", "aws_cloudwatch_event_target.schedule"):
        assert set(waits[target]) == {"aws_iam_role_policy.start", "aws_ssm_document.main"}
    assert set(waits["aws_ssm_document.main"]) == {"aws_iam_role_policy.notify", "aws_iam_role_policy.sync"}


def test_by_hand_means_no_rules(planned: dict[str, Call]) -> None:
    assert not [address for address in planned["by_hand"].resources if "aws_cloudwatch_event" in address]


def document(call: Call) -> dict[str, Any]:
    """The Automation document of a call."""
    found: dict[str, Any] = json.loads(call.resources["aws_ssm_document.main"]["content"])
    return copy.deepcopy(found)
