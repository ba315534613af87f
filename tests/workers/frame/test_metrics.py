"""Metric lines, held to the specification of the embedded metric format."""

from __future__ import annotations

import json
import time
from typing import Any

import jsonschema
import pytest

from workers.frame.metrics import MOST_METRICS, UNITS, emit

# The specification's rules, as a schema: names, limits, which members there may be.
NAME = {"type": "string", "minLength": 1, "maxLength": 1024}
DIMENSIONS = {"type": "array", "items": NAME, "maxItems": 30}
SPECIFICATION = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "additionalProperties": False,
            "properties": {
                "Timestamp": {"type": "integer", "minimum": 1_600_000_000_000, "maximum": 99_999_999_999_999},
                "CloudWatchMetrics": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["Namespace", "Dimensions", "Metrics"],
                        "additionalProperties": False,
                        "properties": {
                            "Namespace": NAME,
                            "Dimensions": {"type": "array", "minItems": 1, "items": DIMENSIONS},
                            "Metrics": {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": 100,
                                "items": {
                                    "type": "object",
                                    "required": ["Name"],
                                    "additionalProperties": False,
                                    "properties": {
                                        "Name": NAME,
                                        "Unit": {"enum": sorted(UNITS)},
                                        "StorageResolution": {"enum": [1, 60]},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}  # fmt: skip


def line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (text,) = capsys.readouterr().out.splitlines()
    loaded: dict[str, Any] = json.loads(text)
    jsonschema.validate(loaded, SPECIFICATION)
    for directive in loaded["_aws"]["CloudWatchMetrics"]:
        for name in [metric["Name"] for metric in directive["Metrics"]]:
            assert isinstance(loaded[name], int | float)
        for name in [name for dimensions in directive["Dimensions"] for name in dimensions]:
            assert isinstance(loaded[name], str)
    return loaded


def test_a_line_is_as_cloudwatch_wants_it(capsys: pytest.CaptureFixture[str]) -> None:
    emit(
        "Punctual/Workers",
        {"Worker": "w"},
        {"Updated": (3, "Count"), "Took": (1.5, "Seconds")},
        {"shard": 7, "Zeit": "ü"},
    )
    there = line(capsys)
    at = there["_aws"].pop("Timestamp")
    assert abs(at / 1000 - time.time()) < 60
    metrics = [{"Name": "Updated", "Unit": "Count"}, {"Name": "Took", "Unit": "Seconds"}]
    directive = {"Namespace": "Punctual/Workers", "Dimensions": [["Worker"]], "Metrics": metrics}
    assert there == {
        "_aws": {"CloudWatchMetrics": [directive]}, "Worker": "w", "Updated": 3, "Took": 1.5, "shard": 7, "Zeit": "ü",
    }  # fmt: skip


def test_without_dimensions(capsys: pytest.CaptureFixture[str]) -> None:
    emit("n", {}, {"Updated": (0, "None")})
    assert line(capsys)["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]


ONE = {"Updated": (1, "Count")}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("", {}, ONE, {}), "a namespace has 1 to 1024 characters"),
        ((":n", {}, ONE, {}), "does not begin with a colon"),
        (("n", {}, {}, {}), "1 to 100 metrics: 0"),
        (("n", {}, {f"m{number}": (1, "Count") for number in range(MOST_METRICS + 1)}, {}), "1 to 100 metrics: 101"),
        (("n", {f"d{number}": "x" for number in range(31)}, ONE, {}), "at most 30 dimensions: 31"),
        (("n", {"d": ""}, ONE, {}), "the dimension 'd' needs ASCII text"),
        (("n", {"d": "ü"}, ONE, {}), "the dimension 'd' needs ASCII text"),
        (("n", {"d": "x" * 1025}, ONE, {}), "the dimension 'd' needs ASCII text"),
        (("n", {}, {"x" * 1025: (1, "Count")}, {}), "a metric's name has 1 to 1024 characters"),
        (("n", {}, {"m": (float("nan"), "Count")}, {}), "the metric 'm' is no number: nan"),
        (("n", {}, {"m": (1, "Pieces")}, {}), "a unit that CloudWatch does not know: 'Pieces'"),
        (("n", {"Updated": "x"}, ONE, {}), "names must differ"),
        (("n", {}, ONE, {"Updated": 2}), "names must differ"),
        (("n", {}, ONE, {"_aws": 2}), "none is _aws"),
        (("n", {}, ONE, {"text": "x" * 262_144}), "at most 262144 are taken"),
    ],
)  # fmt: skip
def test_what_cloudwatch_would_drop_without_a_word_is_refused(
    capsys: pytest.CaptureFixture[str], wrong: tuple[str, Any, Any, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told.replace("(", "\\(")):
        emit(*wrong)
    assert capsys.readouterr().out == ""
