"""spec.schema.json: current, complete, and of one mind with the generator about every field."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.validators import extend
from pydantic import Field, ValidationError

from generator.commands import schema
from generator.models.forms import Strict, form
from generator.models.spec import Environment
from generator.specs import loading
from generator.specs.reading import parse
from generator.specs.tree import plain
from tests.generator.conftest import MINIMAL, REPOSITORY, Workplace
from tests.support.models import models

ENVIRONMENTS = REPOSITORY / "environments"
EVERYTHING = Path(__file__).parent / "everything.yaml"
SCHEMA = json.loads(schema.text())
LINE = "# yaml-language-server: $schema=spec.schema.json"


def ecma_pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[jsonschema.ValidationError]:
    """In ECMAScript `$` is the end of the text; in Python a newline can follow."""
    text = pattern.removeprefix("^").removesuffix("$")
    if isinstance(instance, str) and not re.fullmatch(text, instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


Validator = extend(jsonschema.Draft202012Validator, {"pattern": ecma_pattern})
VALIDATOR = Validator(SCHEMA)


def errors(spec: Any) -> list[str]:
    return sorted(error.json_path for error in VALIDATOR.iter_errors(spec))


def written(text: str) -> Any:
    return plain(parse(text, "spec.yaml"))


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_it_is_current() -> None:
    assert (ENVIRONMENTS / schema.FILE).read_text(encoding="utf-8") == schema.text(), "run: make generate"


@pytest.mark.parametrize("path", [*sorted(ENVIRONMENTS.glob("*.yaml")), EVERYTHING], ids=lambda path: path.stem)
def test_every_spec_here_is_right(path: Path) -> None:
    assert errors(written(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", sorted(ENVIRONMENTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_spec_here_names_it(path: Path) -> None:
    assert path.read_text(encoding="utf-8").splitlines()[0] == LINE
    assert (path.parent / LINE.partition("=")[2]).is_file()


# what is written -> where an editor marks it
WRONG = {
    "account: 123456789012": ["$.account"],
    'account: "12345678901"': ["$.account"],
    "region: Ireland": ["$.region"],
    "regoin: eu-west-1": ["$"],
    "extends: [base]": ["$.extends"],
    "extends: ../base": ["$.extends"],
    "extends: null": ["$.extends"],
    "abstract: maybe": ["$.abstract"],
    "state: {bucket: UPPER}": ["$.state.bucket"],
    "keys: {main: {deletion_window_in_days: 5}}": ["$.keys.main.deletion_window_in_days"],
    "keys: {main: {arn: alias/main}}": ["$.keys.main.arn"],
    "tasks: {weekly_report: {}}": ["$.tasks"],
    "tasks: {report: {cpu: lots}}": ["$.tasks.report.cpu"],
    'tasks: {report: {cpu: "256"}}': ["$.tasks.report.cpu"],
    "tasks: {report: {cpu: 0.25}}": ["$.tasks.report.cpu"],
    "tasks: {report: {memmory: 1}}": ["$.tasks.report"],
    "tasks: {report: {environment: {PORT: 8080}}}": ["$.tasks.report.environment.PORT"],
    "tasks: {report: {init_process: yes}}": ["$.tasks.report.init_process"],
    "tasks: {report: {launch_types: [FARGTE]}}": ["$.tasks.report.launch_types[0]"],
    "tasks: {report: {permissions: {s3_read: [{prefix: x/}]}}}": ["$.tasks.report.permissions.s3_read[0]"],
    "tasks: {report: {permissions: {s3_read: [null]}}}": ["$.tasks.report.permissions.s3_read[0]"],
    "tasks: {report: {health_check: {command: run}}}": ["$.tasks.report.health_check.command"],
    "schedules: {daily: {timezone: Europe/Berln}}": ["$.schedules.daily.timezone"],
    "schedules: {daily: {schedule_expression: daily}}": ["$.schedules.daily.schedule_expression"],
    "schedules: {daily: {additional_schedules: [{name: x}]}}": ["$.schedules.daily.additional_schedules[0]"],
    "network: {trusted_compute_subnets: []}": ["$.network.trusted_compute_subnets"],
    "defaults: {task: {cpuu: 1}}": ["$.defaults.task"],
    "defaults: {schedule: {key: 1}}": ["$.defaults.schedule.key"],
    "defaults: {tasks: {}}": ["$.defaults"],
}


@pytest.mark.parametrize("text", WRONG)
def test_a_mistake_is_marked_where_it_is(text: str) -> None:
    assert errors(written(text)) == WRONG[text]


def test_one_file_can_leave_out_and_remove_anything() -> None:
    spec = written(MINIMAL)
    assert errors(spec) == []
    assert errors({}) == []
    assert errors(dict.fromkeys(spec)) == []
    assert (
        errors({"tasks": {"report": None}, "schedules": {"weekly": dict.fromkeys(spec["schedules"]["weekly"])}}) == []
    )


# The generator and the schema about each value of the environment that has every field -------------------------------

Place = tuple[str | int, ...]

VALUES: list[Any] = [None, "", "text", "FILL_IN", 0, 1, -1, 1000, 1.5, True, [], ["text"], [None], [1], [{}], {}]
VALUES += [{"a": "b"}, {"a": 1}, {"a": None}, {"unknown": {}}]


def merged_everything() -> Any:
    return plain(loading.load(EVERYTHING.parent, "everything"))


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    if path:
        yield path
    if path == ("defaults",):
        return  # the generator judges it where it lies under something
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from places(child, (*path, name))


def at(spec: Any, path: Place) -> Any:
    for part in path:
        spec = spec[part]
    return spec


def generator_refuses(spec: Any, path: Place, value: Any) -> bool:
    try:
        Environment.model_validate(replaced(spec, path, value))
    except ValidationError as error:
        return any(counts(dict(detail), path) for detail in error.errors() if detail["loc"][: len(path)] == path)
    return False


def counts(detail: dict[str, Any], path: Place) -> bool:
    """Say whether a mistake is one that can be seen in one file: a base may give what is missing."""
    if any(isinstance(part, int) for part in path):
        return True
    in_list = any(isinstance(part, int) for part in detail["loc"])
    return in_list or not (detail["type"] == "missing" or (detail["type"] == "value_error" and detail["input"] == {}))


def schema_refuses(spec: Any, path: Place, value: Any) -> bool:
    return bool(errors(alone(spec, path, value)))


def alone(spec: Any, path: Place, value: Any) -> Any:
    """The value by itself, and what is around it only where a list makes it part of a whole."""
    if not path:
        return value
    if isinstance(spec, list):
        return [replaced(spec[int(path[0])], path[1:], value)]
    return {path[0]: alone(spec[path[0]], path[1:], value)}


def replaced(spec: Any, path: Place, value: Any) -> Any:
    if not path:
        return value
    spec = copy.copy(spec)
    spec[path[0]] = replaced(spec[path[0]], path[1:], value)
    return spec


SPEC = merged_everything()
PLACES = list(places(SPEC))


def test_there_is_a_place_for_every_field_of_a_task_and_a_schedule() -> None:
    assert len(PLACES) > 300


@pytest.mark.parametrize("section", sorted({path[0] for path in PLACES}))
def test_the_generator_and_the_schema_agree(section: str) -> None:
    disagreements = []
    for path in (path for path in PLACES if path[0] == section):
        own = at(SPEC, path)
        near = [own, own + " ", own + "\n", "x" + own, own.upper(), own[:-1]] if isinstance(own, str) else [own]
        for value in VALUES + near:
            removes = value is None and not any(isinstance(part, int) for part in path)
            expected = generator_refuses(SPEC, path, value) and not removes
            if value == {"a": None} and not any(isinstance(part, int) for part in path):
                continue  # removes a key, or is refused: it depends on what lies below
            if schema_refuses(SPEC, path, value) != expected:
                disagreements.append((path, value, "the generator refuses it" if expected else "the schema refuses it"))
    assert disagreements == []


TEXTS = [path for path in PLACES if isinstance(at(SPEC, path), str)]
ALPHABET = "abcxyzAZ019-_./:@ \n\r\t\\*$%~>=<,()é٣"


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(TEXTS), text=st.text(alphabet=ALPHABET, max_size=20))
def test_they_agree_on_any_text(path: Place, text: str) -> None:
    assert schema_refuses(SPEC, path, text) == generator_refuses(SPEC, path, text)


# What is in it --------------------------------------------------------------------------------------------------------


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, definition in {"": SCHEMA, **SCHEMA["$defs"]}.items():
        for field, said in definition.get("properties", {}).items():
            yield f"{name}.{field}", said


def test_every_field_of_every_model_is_in_it() -> None:
    fields = {name for name, _ in properties()}
    for model in models():
        kinds = [""] if model is Environment else [model.__name__, f"{model.__name__}Item"]
        for name, field in model.model_fields.items():
            assert any(f"{kind}.{field.alias or name}" in fields for kind in kinds), f"{model.__name__}.{name}"
    assert {".extends", ".abstract"} <= fields


def test_everything_is_described() -> None:
    described = {**dict(properties()), **SCHEMA["$defs"]}
    thin = [
        name
        for name, said in described.items()
        if not said.get("description", "").endswith(".") or len(said["description"].split()) < 3
    ]
    assert thin == []


def test_every_reference_leads_to_a_definition_and_every_definition_is_used() -> None:
    assert set(schema.references(SCHEMA)) == set(SCHEMA["$defs"])


def test_every_form_is_a_pattern_with_its_rule_in_words() -> None:
    account = SCHEMA["properties"]["account"]
    assert account["pattern"] == "^(?:FILL_IN|[0-9]{12})$"
    assert account["errorMessage"] == "Not an account: 12 digits, in quotes."
    assert account["type"] == ["string", "null"]
    silent = [found for found in walk(SCHEMA) if "pattern" in found and "errorMessage" not in found]
    assert silent == []
    items = SCHEMA["$defs"]["Network"]["properties"]["trusted_compute_subnets"]
    assert items["items"]["pattern"] == "^(?:FILL_IN|subnet-[0-9a-f]{8,17})$"
    assert items["minItems"] == 1


def test_examples_and_defaults_are_right() -> None:
    shown = [(said, value) for said in walk(SCHEMA) for value in [*said.get("examples", []), *default(said)]]
    assert shown
    for said, value in shown:
        assert list(Validator({**said, "$defs": SCHEMA["$defs"]}).iter_errors(value)) == [], (said, value)


def walk(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        if "properties" not in found:
            yield found
        for value in found.values():
            yield from walk(value)


def default(said: dict[str, Any]) -> list[Any]:
    return [said["default"]] if "default" in said else []


# The texts of which AWS knows a few only: where the module has them.
CHOICES = {
    ("Task", "cpu_architecture"): ("ecs-task/variables.tf", r"contains\(\[([^]]*)\], var\.cpu_architecture\)"),
    ("Task", "network_mode"): ("ecs-task/variables.tf", r"contains\(\[([^]]*)\], var\.network_mode\)"),
    ("Task", "operating_system_family"): (
        "ecs-task/variables.tf",
        r"contains\(\[([^]]*)\], var\.operating_system_family\)",
    ),
    ("Task", "launch_types"): ("ecs-task/variables.tf", r"contains\(\[([^]]*)\], type\)"),
    ("Schedule", "launch_type"): ("ecs-scheduler/rules.tf", r"launch_type += \[([^]]*)\]"),
    ("PlacementConstraintItem", "type"): ("ecs-scheduler/rules.tf", r"contains\(\[([^]]*)\], constraint\.type\)"),
    ("PlacementStrategyItem", "type"): ("ecs-scheduler/rules.tf", r"contains\(\[([^]]*)\], strategy\.type\)"),
    ("ResourceRequirementItem", "type"): (
        "ecs-scheduler/rules_overrides.tf",
        r"contains\(\[([^]]*)\], requirement\.type\)",
    ),
    ("SchedulerAlarm", "statistic"): ("ecs-scheduler/variables.tf", r"contains\(\[([^]]*)\], alarm\.statistic\)"),
}


@pytest.mark.parametrize("field", CHOICES, ids=".".join)
def test_a_choice_is_what_the_module_allows(field: tuple[str, str]) -> None:
    file, pattern = CHOICES[field]
    model, name = field
    said = SCHEMA["$defs"][model]["properties"][name]
    ((allowed),) = re.findall(pattern, (REPOSITORY / "modules" / file).read_text(encoding="utf-8"))[:1]
    assert set(said.get("items", said)["enum"]) - {"FILL_IN", None} == set(re.findall(r'"(\w+)"', allowed))


# Models that are still to come ----------------------------------------------------------------------------------------


class Move(Strict):
    """One move."""

    before: str = Field(alias="from", description="What it was called.")
    order: int | None = Field(None, description="When.")


class Part(Strict):
    """One part."""

    inputs: dict[str, Any] = Field(description="Values of any kind.")
    connect: dict[Annotated[str, form(r"[a-z]+", "a word")], int] = Field(description="Numbers by word.")
    shape: Literal["round", "square"] | None = Field(None, description="Its shape.")


class Later(Strict):
    """An environment of another time."""

    moved: list[Move] | None = Field(None, description="Moves.")
    parts: dict[str, Part] | None = Field(None, description="Parts by name.")


def test_it_follows_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "Environment", Later)
    validator = Validator(json.loads(schema.text()))

    def wrong(spec: Any) -> list[str]:
        return sorted(error.json_path for error in validator.iter_errors(spec))

    assert wrong({"moved": [{"from": "a"}, {"from": "b", "order": None}]}) == []
    assert wrong({"moved": [{"before": "a"}, {"order": 1}]}) == ["$.moved[0]", "$.moved[0]", "$.moved[1]"]
    assert wrong({"parts": {"a": {"inputs": {"x": [1, {"y": None}]}, "connect": {"b": 1, "c": None}}, "d": None}}) == []
    assert wrong({"parts": {"a": {"connect": {"B": 1, "c": "1"}}}}) == ["$.parts.a.connect", "$.parts.a.connect.c"]
    assert wrong({"parts": {"a": {"shape": None}, "b": {"shape": "flat"}}}) == ["$.parts.b.shape"]


# The command ----------------------------------------------------------------------------------------------------------


def test_the_command_writes_it_beside_the_specs(workplace: Workplace) -> None:
    command = ("schema", "--environments", "environments")
    assert workplace.invoke(*command, "--check").code == 1
    assert workplace.invoke(*command).out == "environments/spec.schema.json: written\n"
    assert workplace.invoke(*command).out == ""
    assert workplace.invoke(*command, "--check").code == 0
    assert [path.name for path in workplace.environments.iterdir()] == ["spec.schema.json"]


def test_check_finds_one_that_is_stale(workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL)
    assert workplace.run("generate").code == 0
    file = workplace.environments / schema.FILE
    file.write_text(schema.text().replace('"minimum": 7', '"minimum": 1'))
    outcome = workplace.run("check")
    assert outcome.code == 1
    assert '-          "minimum": 1,\n+          "minimum": 7,\n' in outcome.out
    assert outcome.err == "environments/spec.schema.json: not what the models say; run: make generate\n"
    assert workplace.run("check", "own").code == 0, "one environment is not the schema"
    assert workplace.run("generate").out == "roots/own: up to date\nenvironments/spec.schema.json: written\n"
    assert workplace.run("check").code == 0


def test_a_wrong_spec_and_it_is_not_written(workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL.replace("eu-west-1", "Ireland"))
    assert workplace.run("generate").code == 2
    assert not (workplace.environments / schema.FILE).exists()


def test_a_directory_that_is_not_there(workplace: Workplace) -> None:
    outcome = workplace.invoke("schema", "--environments", "nowhere")
    assert (outcome.code, outcome.err) == (2, "nowhere: there is no such directory\n")


def test_a_full_disk_leaves_it_as_it_was(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    file = workplace.environments / schema.FILE
    file.write_text("{}\n")

    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    outcome = workplace.invoke("schema", "--environments", "environments")
    assert outcome.code == 3
    assert outcome.err == "environments/spec.schema.json: No space left on device; it is as it was\n"
    assert file.read_text() == "{}\n"
    assert [path.name for path in workplace.environments.iterdir()] == [schema.FILE]
