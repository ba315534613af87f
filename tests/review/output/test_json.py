"""`review.json` holds everything of a report, as its schema says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import jsonschema
import pytest

from review.changes.model import Change, Difference
from review.checks.model import Checks, Skip
from review.delivery.model import Deliveries, Hop, Path
from review.finding import Finding
from review.intents.model import Proof
from review.output.json import render, values
from review.plan import Plan
from review.policies.model import Sentence
from review.timetable.model import Calendar, Timetable
from tests.review.output import made
from tests.support.planning import REPOSITORY

SCHEMA = json.loads((REPOSITORY / "review" / "review.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
MODELS = (
    *(Plan, Finding, Change, Difference, Sentence, Proof, Path, Hop, Deliveries),
    *(Timetable, Calendar, Skip, Checks),
)
# A plan's resources are in the plan, and their sensitive values must not be here, too.
LEFT_OUT = {
    "Plan.resources",
    "Plan.data",
    "Plan.outputs",
    "Plan.arns",
    "Plan._by_address",
    "Plan._by_type",
    "Plan._by_arn",
}


@pytest.mark.parametrize("name", made.ALL)
def test_a_report_is_as_the_schema_says(name: str) -> None:
    VALIDATOR.validate(json.loads(render(made.ALL[name]())))


def test_the_schema_is_one_and_describes_every_property() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    objects = [SCHEMA, *(each for each in _all(SCHEMA) if each.get("type") == "object")]
    assert len(objects) > 12
    for each in objects:
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
        for name, property_ in each["properties"].items():
            assert property_.get("description", "").endswith("."), name


def test_what_the_schema_does_not_know_is_refused() -> None:
    document = values(made.usual())
    document["calendar"]["timetables"][0]["unknown"] = 1
    assert not VALIDATOR.is_valid(document)
    document = values(made.usual())
    del document["delivery"]["paths"][0]["hops"][0]["side"]
    assert not VALIDATOR.is_valid(document)


def test_every_field_of_every_model_is_in_it() -> None:
    report = made.usual()
    before, untold, tried = render(report), set(), set()
    for name, other in _others(report, ""):
        tried.add(name)
        if render(other) == before:
            untold.add(name)
    assert untold == set()
    assert (
        tried
        == {
            f"{model.__name__}.{each.name}"
            for model in MODELS
            for each in fields(model)
            if not re.search("|".join(model.__name__ for model in MODELS), str(each.type))
        }
        - LEFT_OUT
    )


def test_the_same_report_is_the_same_text() -> None:
    assert render(made.usual()) == render(made.usual())


def test_a_text_that_unicode_cannot_carry_comes_back_as_it_was() -> None:
    hidden = replace(made.usual(), plan=made.plan('half \ud83d, \\\ud83d and "quoted"'))
    text = render(hidden)
    text.encode("utf-8")
    assert json.loads(text)["plan"]["name"] == hidden.plan.name


def test_runs_are_in_utc() -> None:
    document = values(made.usual())
    assert document["plan"]["timestamp"] == "2026-03-02T14:30:00Z"
    (daily, hourly, *_) = document["calendar"]["timetables"]
    assert daily["runs"][:2] == ["2026-03-02T23:00:00Z", "2026-03-03T23:00:00Z"]
    assert (hourly["duration_seconds"], hourly["overlaps"]) == (4500, 719)


def _all(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for each in schema.values():
            yield from _all(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _all(each)


def _others(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield what differs from a value in one place, each with the name of the field that it is in."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            field_name = f"{type(value).__name__}.{each.name}"
            if field_name in LEFT_OUT:
                continue
            for inner, other in _others(getattr(value, each.name), field_name):
                yield inner, replace(value, **{each.name: other})
    elif isinstance(value, tuple):
        if value and not is_dataclass(value[0]):
            yield name, (*value, _another(value[0], name))
        for number, each in enumerate(value[:3]):
            for inner, other in _others(each, name):
                yield inner, (*value[:number], other, *value[number + 1 :])
    else:
        yield name, _another(value, name)


def _another(value: Any, name: str) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case StrEnum():
            return next(each for each in type(value) if each is not value)
        case str():
            return value + "another"
        case datetime():
            return value + timedelta(hours=1)
        case timedelta():
            return value + timedelta(minutes=1)
        case None:
            return timedelta(minutes=1) if name == "Timetable.duration" else "another"
    raise AssertionError(f"no other value of {value!r}")


def test_only_a_plan_has_what_is_left_out() -> None:
    names = {f"Plan.{each.name}" for each in fields(Plan)}
    assert names >= LEFT_OUT
    assert names - LEFT_OUT == {
        f"Plan.{each}" for each in ("name", "timestamp", "partition", "account", "region", "errored")
    }
