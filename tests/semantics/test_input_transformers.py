"""What text a target is given, and what EventBridge refuses in a transformer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from semantics.input_transformers import InputError, problems, target_input
from tests.support.planning import REPOSITORY

TABLE: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("target_inputs.yaml"))
EVENT: dict[str, Any] = TABLE["event"]
ROWS: list[dict[str, Any]] = [row for section in TABLE["sections"] for row in section["rows"]]
RULE = {
    "rule_arn": "arn:aws:events:us-east-1:867653852961:rule/bus/success",
    "rule_name": "success",
    "ingestion_time": "2026-03-02T06:12:49Z",
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.get("input_template") or row)[:60])
def test_a_row_of_the_table(row: dict[str, Any]) -> None:
    """`gives: null` is an input that cannot be delivered."""
    given_to_it = {name: value for name, value in row.items() if name != "gives"}
    if row["gives"] is None:
        with pytest.raises(InputError):
            target_input(EVENT, **given_to_it, **RULE)
    else:
        assert target_input(EVENT, **given_to_it, **RULE) == row["gives"]


def test_a_target_without_more_gets_the_event() -> None:
    text = target_input(EVENT)
    assert json.loads(text) == EVENT
    assert text.startswith('{"version":"0","id":"5c3a0c5e-')
    assert '"name":"Läufe"' in text


def test_the_whole_event_can_stand_in_a_template() -> None:
    assert json.loads(target_input(EVENT, input_template='{"event": <aws.events.event.json>}')) == {"event": EVENT}


PULL_FAILURE = (
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
    "failed to resolve ref example/report:1.0: not found"
)


def failure_alarm() -> dict[str, Any]:
    """Return the transformer of modules/ecs-task/failure_alarm.tf for the task of the sample events."""
    text = (REPOSITORY / "modules" / "ecs-task" / "failure_alarm.tf").read_text(encoding="utf-8")
    [paths] = re.findall(r"input_paths = \{\n(.*?)\n    \}", text, re.DOTALL)
    [template] = re.findall(r"failure_message = trimspace\(<<-EOT\n(.*?)\n  EOT", text, re.DOTALL)
    lines = "\n".join(line.strip() for line in template.splitlines())
    return {
        "input_paths": dict(re.findall(r'^ *(\w+) *= "(.*)"$', paths, re.MULTILINE)),
        "input_template": lines.replace("${local.names.family}", "report").replace(
            "${local.names.log_group}", "/ecs/report"
        ),
    }


@pytest.mark.parametrize(
    ("name", "stop_code", "reason", "exit_codes", "container_reasons"),
    [
        ("failed-exit", "EssentialContainerExited", "Essential container in task exited", "[1]", "[]"),
        (
            "out-of-memory",
            "EssentialContainerExited",
            "Essential container in task exited",
            "[137]",
            "[OutOfMemoryError: Container killed due to memory usage]",
        ),
        (
            "could-not-start",
            "TaskFailedToStart",
            PULL_FAILURE,
            "[]",
            "[]",
        ),
    ],
)
def test_what_the_failure_alarm_says(
    name: str, stop_code: str, reason: str, exit_codes: str, container_reasons: str
) -> None:
    path = REPOSITORY / "tests" / "modules" / "ecs-task" / "events" / f"{name}.json"
    event = json.loads(path.read_text(encoding="utf-8"))["event"]
    transformer = failure_alarm()
    assert problems(**transformer) == []
    assert target_input(event, **transformer).splitlines() == [
        '"ECS task of family report failed at 2026-03-02T06:12:48Z (account 867653852961, us-east-1)."',
        f'"Stop code: {stop_code}"',
        f'"Reason: {reason}"',
        f'"Exit codes: {exit_codes}"',
        f'"Containers: {container_reasons}"',
        '"Task definition: arn:aws:ecs:us-east-1:867653852961:task-definition/report:7"',
        f'"Task: {event["detail"]["taskArn"]}"',
        '"Cluster: arn:aws:ecs:us-east-1:867653852961:cluster/production"',
        '"Logs: /ecs/report"',
    ]


@pytest.mark.parametrize(
    ("paths", "template", "expected"),
    [
        ({"a": "$.a"}, '{"a": <a>}', []),
        ({"a": "$.a"}, '{"a": "<a>", "b": <aws.events.event>}', []),
        (None, '"text"\n"more"\n', []),
        ({}, "", ["input_template: 0 characters: EventBridge takes 1 to 8192"]),
        ({}, '"' + "a" * 8190 + '"', []),
        ({}, '"' + "a" * 8191 + '"', ["input_template: 8193 characters: EventBridge takes 1 to 8192"]),
        (
            {"a": "$.a"},
            '{"b": <b>, "c": "<b> <aws.events.rule>"}',
            [
                "input_template: <b> is defined nowhere: input_paths has a",
                "input_template: <aws.events.rule> is defined nowhere: input_paths has a",
            ],
        ),
        (None, '"<b>"', ["input_template: <b> is defined nowhere: input_paths has nothing"]),
        (
            {"a": "$.a"},
            '"a is"\n<a>',
            ['input_template: line 2, "<a>", is no string in quotes, which each line of a text must be'],
        ),
        ({"a": "a"}, '"<a>"', ['input_paths.a: "a": a path begins with $, which is the event']),
        (
            {"a": "$..b"},
            '"<a>"',
            ["input_paths.a: \"$..b\": ..b is none of .name, ['name'], [0], [*] and .*, which EventBridge follows"],
        ),
        (
            {"a b": "$.a"},
            '"x"',
            ['input_paths.a b: the name "a b" has other characters than letters, digits, - and _'],
        ),
        (
            {"AWS.x": "$.a"},
            '"x"',
            ['input_paths.AWS.x: the name "AWS.x": names that begin with aws. are EventBridge\'s own'],
        ),
        ({"a" * 257: "$.a"}, '"x"', [f"input_paths.{'a' * 257}: the name has 257 characters: EventBridge takes 256"]),
        ({"a": "$." + "a" * 255}, '"x"', ["input_paths.a: the path has 257 characters: EventBridge takes 256"]),
        ({f"a{number}": "$.a" for number in range(100)}, '"x"', []),
        (
            {f"a{number}": "$.a" for number in range(101)},
            '"x"',
            ["input_paths: 101 paths: EventBridge takes 100"],
        ),
    ],
)
def test_what_is_refused(paths: dict[str, str] | None, template: str, expected: list[str]) -> None:
    found = problems(paths, template)
    assert [f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in found] == expected


def test_a_template_that_can_never_be_json_is_refused() -> None:
    [problem] = problems({"a": "$.a"}, '{"a": <a>')
    assert problem.path == ("input_template",)
    assert problem.message.startswith("what the template becomes is no JSON, Expecting ',' delimiter")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_a_value_outside_quotes_arrives_as_it_is(value: Any) -> None:
    text = target_input({"a": value}, input_paths={"a": "$.a"}, input_template='{"found" : <a>}')
    assert json.loads(text) == {"found": value}


@given(st.text(max_size=8) | st.integers() | st.booleans())
def test_a_value_within_quotes_arrives_as_its_text_or_not_at_all(value: Any) -> None:
    """What needs an escape in JSON is not escaped; without a backslash no other text can come out of it."""
    text = value if isinstance(value, str) else json.dumps(value)
    needs_escape = any(character in '"\\' or character < " " for character in text)
    try:
        arrived = target_input({"a": value}, input_paths={"a": "$.a"}, input_template='{"found": "<a>"}')
    except InputError:
        assert needs_escape
    else:
        assert needs_escape or json.loads(arrived) == {"found": text}


def test_what_a_value_says_is_no_placeholder() -> None:
    """An event cannot reach for another value by having a placeholder in it."""
    event = {"a": "<b>", "b": "secret"}
    text = target_input(event, input_paths={"a": "$.a", "b": "$.b"}, input_template='{"x": "<a>", "y": <a>}')
    assert json.loads(text) == {"x": "<b>", "y": "<b>"}
