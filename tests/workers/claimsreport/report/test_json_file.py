"""`report.json` holds everything of a report, as its schema says."""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass, replace
from typing import Any

import jsonschema
import numpy as np
import pytest

from tests.support.planning import REPOSITORY
from tests.workers.claimsreport.report import made
from workers.claimsreport.finding import Finding, Kind, Part, Point, Priority
from workers.claimsreport.report.content import (
    MEASURES,
    Ended,
    Example,
    Quality,
    Rates,
    Reason,
    Report,
    Total,
    Trend,
)
from workers.claimsreport.report.json_file import render, values
from workers.claimsreport.report.rounding import plain

SCHEMA = json.loads(
    (REPOSITORY / "workers/claimsreport/report/report.schema.json").read_text(encoding="utf-8"),
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def loaded(report: Report) -> dict[str, Any]:
    def no_number(text: str) -> None:
        raise AssertionError(f"{text} is no JSON")

    found: dict[str, Any] = json.loads(render(report), parse_constant=no_number)
    return found


@pytest.mark.parametrize("name", made.ALL)
def test_a_report_is_as_the_schema_says(name: str) -> None:
    VALIDATOR.validate(loaded(made.ALL[name]()))


def test_the_schema_describes_every_object_and_says_what_is_required() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    objects = [each for each in every(SCHEMA) if each.get("type") == "object" and "properties" in each]
    assert len(objects) > 10
    for each in objects:
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
        assert each["description"].endswith(".")


def test_the_schema_knows_every_kind_priority_and_measure() -> None:
    finding = SCHEMA["$defs"]["finding"]["properties"]
    assert finding["kind"]["enum"] == [kind.value for kind in Kind]
    assert finding["priority"]["enum"] == [priority.value for priority in Priority]
    assert SCHEMA["$defs"]["trend"]["properties"]["measure"]["enum"] == list(MEASURES)


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (Report, ()),
        (Finding, ("findings", 0)),
        (Part, ("findings", 0, "parts", 0)),
        (Point, ("findings", 0, "history", 0)),
        (Ended, ("ended", 0)),
        (Trend, ("trends", 0)),
        (Total, ("trends", 0, "totals", 0)),
        (Quality, ("quality",)),
        (Reason, ("quality", "quarantine", 0)),
        (Example, ("quality", "quarantine", 0, "examples", 0)),
        (Rates, ("rates",)),
    ],
)
def test_no_field_of_a_model_is_left_out(model: Any, path: tuple[str | int, ...]) -> None:
    assert is_dataclass(model)
    found: Any = loaded(made.usual())
    for step in path:
        found = found[step]
    elsewhere = {"previous": "previous_date", "standing": "findings"}
    assert {elsewhere.get(each.name, each.name) for each in fields(model)} <= set(found)


def test_a_finding_says_since_when_it_is_there_and_whether_people_were_told() -> None:
    report = made.usual()
    for found, finding in zip(loaded(report)["findings"], report.findings, strict=True):
        standing = report.standing[finding.identity]
        assert found["identity"] == finding.identity
        assert found["since"] == standing.since.isoformat()
        assert found["new"] is (standing.since == made.DATE)
        assert found["alerted"] == (standing.alerted and standing.alerted.isoformat())
        assert found["priority"] == finding.priority.value
        assert found["score"] == finding.score


def test_counts_are_those_of_the_findings() -> None:
    found = loaded(made.usual())
    counts = found["counts"]
    assert counts["findings"] == len(found["findings"]) == counts["high"] + counts["medium"] + counts["low"]
    assert counts["new"] == sum(each["new"] for each in found["findings"])
    for kind, by_priority in counts["by_kind"].items():
        for priority, count in by_priority.items():
            fitting = [each for each in found["findings"] if (each["kind"], each["priority"]) == (kind, priority)]
            assert len(fitting) == count


def test_every_finding_has_a_line_of_its_own() -> None:
    lines = render(made.usual()).splitlines()
    assert sum('"identity":"viral-asset:' in line for line in lines) == 3


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1.23456789, 1.23457),
        (123456789.0, 123457000.0),
        (1234567, 1234567),  # whole numbers are counts, and exact
        (3.2e-12, 3.2e-12),
        (math.nan, None),
        (math.inf, None),
        (np.float64("nan"), None),
        (np.float64(0.1234567), 0.123457),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (True, True),
        (None, None),
        ("text", "text"),
    ],
)
def test_numbers_are_written_to_six_digits_and_never_as_nan(value: object, written: object) -> None:
    found = plain(value)
    assert found == written
    assert type(found) is type(written)


def test_nothing_that_is_no_number_reaches_the_file() -> None:
    finding = replace(
        made.VIRAL,
        p_value=math.nan,
        numbers={"ratio": math.inf, "count": np.int64(3)},
        history=(Point(made.DATE, math.nan, -math.inf, np.float64("nan")),),
    )
    (found,) = loaded(made.report([finding]))["findings"]
    assert found["p_value"] is None
    assert found["numbers"] == {"ratio": None, "count": 3}
    assert found["history"] == [{"date": "2026-11-22", "value": None, "expected": None, "high": None}]


def test_texts_are_as_they_are() -> None:
    found = values(made.hostile())
    assert sorted(each["title"] for each in found["findings"]) == sorted(made.HOSTILE)
    assert json.loads(render(made.hostile())) == found


def every(node: Any) -> Any:
    """Yield every object within a schema."""
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from every(each)
    elif isinstance(node, list):
        for each in node:
            yield from every(each)
