"""What the command is given: arguments, variables, JSON; each mistake is told by its place."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from batch_target_sync import arguments, wanted
from batch_target_sync.sync import Selection, SyncError

QUEUE = "arn:aws:batch:us-east-2:077075375386:job-queue/mvp-pipeline-job-queue"
ROLE = "arn:aws:iam::077075375386:role/mvp-pipeline-eventbridge-role"
SEED = {
    "EVENTBRIDGE_BUS_NAME": "mvp-development",
    "RULE_NAME": "mvp-pipeline-development-rule",
    "JOB_DEFINITION_NAME": "mvp-pipeline-job-definition",
    "JOB_QUEUE_ARN": QUEUE,
    "EVENTBRIDGE_ROLE_ARN": ROLE,
}


def selected(given: list[str], variables: dict[str, str] | None = None) -> list[Selection]:
    return wanted.selections(arguments.parse(given), variables or {})


def mistake(given: list[str], variables: dict[str, str] | None = None) -> str:
    with pytest.raises(SyncError) as refused:
        selected(given, variables)
    assert refused.value.kind == "wrong-use"
    return refused.value.message


def test_the_variables_of_the_script_before_select_what_it_worked_on() -> None:
    assert selected([], SEED) == [
        Selection(
            bus="mvp-development",
            rule="mvp-pipeline-development-rule",
            job_definition="mvp-pipeline-job-definition",
            job_queue=QUEUE,
            role=ROLE,
        )
    ]


@pytest.mark.parametrize(
    ("flag", "value", "field"),
    [
        ("--bus", "other", "bus"),
        ("--rule", "other", "rule"),
        ("--job-definition", "other", "job_definition"),
        ("--job-queue", QUEUE + "-2", "job_queue"),
        ("--role", ROLE + "-2", "role"),
    ],
)
def test_a_flag_wins_over_its_variable_and_over_no_other(flag: str, value: str, field: str) -> None:
    [of_variables], [with_flag] = selected([], SEED), selected([flag, value], SEED)
    differ = {name for name in vars(of_variables) if getattr(of_variables, name) != getattr(with_flag, name)}
    assert (differ, getattr(with_flag, field)) == ({field}, value)


def test_flags_alone_are_enough() -> None:
    assert selected(["--bus", "b"]) == [Selection(bus="b")]
    assert selected(["--rule", "r", "--target", "t"]) == [Selection(bus="default", rule="r", target="t")]


def test_selections_take_the_place_of_the_variables() -> None:
    assert selected(["--selections", '[{"bus": "b"}]'], SEED) == [Selection(bus="b")]


EVERY_FIELD = {
    "bus": "b", "rule": "r", "target": "t", "job_definition": "d:3",
    "region": "eu-west-1", "job_queue": QUEUE, "role": ROLE,
}  # fmt: skip


def test_selections_come_as_text_a_file_or_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps([EVERY_FIELD, {"rule": "r2", "target": None}])
    wanted_ones = [Selection(**EVERY_FIELD), Selection(rule="r2")]
    (tmp_path / "selections.json").write_text(text)
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    for given in (text, f"\n {text}", str(tmp_path / "selections.json"), "-"):
        assert selected(["--selections", given]) == wanted_ones


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "which targets? Give --bus, --rule or both (EVENTBRIDGE_BUS_NAME, RULE_NAME), or --selections"),
        (["--job-definition", "d"], "which targets?"),
        (["--target", "t"], "which targets?"),
        (["--bus", "b", "--target", "t"], "--target needs --rule"),
        (["--rule", ""], "--rule is empty"),
        (["--bus", "a b"], "--bus: 'a b': the name of a bus has letters"),
        (["--bus", "b", "--rule", "r\n"], "--rule: 'r\\n': the name of a rule has at most 64"),
        (["--bus", "b", "--rule", "r" * 65], "has at most 64"),
        (["--bus", "b", "--job-definition", "d:0"], "--job-definition: 'd:0': the name of a job definition"),
        (["--bus", "b", "--job-queue", "queue"], "--job-queue: 'queue': it must be the ARN of a job queue"),
        (["--bus", "b", "--role", "role"], "--role: 'role': it must be the ARN of a role"),
        (["--check", "--dry-run", "--bus", "b"], "argument --dry-run: not allowed with argument --check"),
        (["--bus"], "argument --bus: expected one argument"),
        (["--no-such"], "unrecognized arguments: --no-such"),
        (["roolback"], "there is no operation 'roolback'; did you mean rollback?"),
        (["x"], "there is no operation 'x'; there are sync, rollback, resume, history"),
        (["rollback", "--check"], "rollback does not take --check"),
        (["--bus", "b", "--rule", "r", "resume"], "resume does not take --bus, --rule"),
        (["history", "--dry-run"], "history does not take --dry-run"),
        (["--selections", "[{}]", "--bus", "b"], "--bus and --selections: give one or the other"),
        (["--selections", "[{}]", "--job-definition", "d"], "--only-job-definition narrows the selections"),
        (["--selections", "nowhere.json"], "--selections nowhere.json: No such file or directory"),
        (["--selections", "[]"], "--selections: a list of at least one object is needed"),
        (["--selections", "{}"], "--selections: a list of at least one object is needed"),
        (["--selections", '[\n {"bus": "b"},\n {"bus" "c"}]'], "--selections: line 3, column 9: this is not JSON"),
        (["--selections", '[{"bus": "b"}, 7]'], "--selections: [1]: an object is needed"),
        (["--selections", '[{"rul": "r"}]'], "--selections: [0].rul: there is no such field; did you mean rule?"),
        (["--selections", '[{"x": 1}]'], "[0].x: there is no such field; there are bus, rule, target"),
        (["--selections", '[{"bus": "b", "rule": 7}]'], "[0].rule: 7 is not a text"),
        (["--selections", '[{"bus": null}]'], "[0].bus: null is not a text"),
        (["--selections", '[{"bus": "b", "region": "Ohio"}]'], "[0].region: 'Ohio': a region is like us-east-2"),
        (["--selections", '[{"job_definition": "d"}]'], "[0]: give bus, rule or both"),
        (["--selections", '[{"bus": "b", "target": "t"}]'], "[0].target: the id of a target says nothing without"),
    ],
)
def test_a_mistake_is_told_by_its_place(given: list[str], says: str) -> None:
    assert says in mistake(given)


@pytest.mark.parametrize("variable", SEED)
def test_an_empty_variable_does_not_widen_the_sync(variable: str) -> None:
    assert f"{variable} is set to nothing" in mistake(["--target", "t"], SEED | {variable: ""})


def test_a_variable_of_a_wrong_form_is_told_by_its_name() -> None:
    assert mistake([], SEED | {"JOB_QUEUE_ARN": "q"}).startswith("JOB_QUEUE_ARN: 'q': it must be the ARN")


def test_the_region_is_the_flags_then_the_variables_then_the_profiles() -> None:
    variables = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}
    assert wanted.region("eu-west-3", variables, "eu-central-1") == "eu-west-3"
    assert wanted.region(None, variables, "eu-central-1") == "eu-west-1"
    assert wanted.region(None, variables | {"AWS_REGION": ""}, "eu-central-1") == "eu-west-2"
    assert wanted.region(None, {}, "eu-central-1") == "eu-central-1"
    with pytest.raises(SyncError, match="which region"):
        wanted.region(None, {}, None)
    with pytest.raises(SyncError, match="AWS_REGION: 'Ohio'"):
        wanted.region(None, {"AWS_REGION": "Ohio"}, None)


@pytest.mark.parametrize("order", [["rollback", "--region", "us-east-2"], ["--region", "us-east-2", "rollback"]])
def test_the_operation_may_stand_anywhere(order: list[str]) -> None:
    options = arguments.parse(order)
    assert (options.operation, options.region) == ("rollback", "us-east-2")


def test_what_is_not_said_is_a_sync() -> None:
    assert arguments.parse(["--dry-run"]).operation == "sync"
