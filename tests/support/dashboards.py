"""What CloudWatch takes for the body of a dashboard, as far as roots use it.

Source: "Dashboard Body Structure and Syntax" of the CloudWatch API Reference; for the metrics and their dimensions the
tables of EventBridge, EventBridge Scheduler and SQS in their own guides; for a target sync the README of its module.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

import jsonschema

SUM, MAXIMUM = "Sum", "Maximum"
RULE: Final = (("RuleName",), ("EventBusName", "RuleName"))
# namespace and metric: the sets of dimensions that it is published with, and the statistic that means something
METRICS: Final[dict[tuple[str, str], tuple[tuple[tuple[str, ...], ...], str]]] = {
    ("AWS/Events", "FailedInvocations"): (RULE, SUM),
    ("AWS/Events", "Invocations"): (RULE, SUM),
    ("AWS/Events", "InvocationsFailedToBeSentToDlq"): (RULE, SUM),
    ("AWS/Events", "InvocationsSentToDlq"): (RULE, SUM),
    ("AWS/Events", "TriggeredRules"): (RULE, SUM),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): ((("QueueName",),), MAXIMUM),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ((("QueueName",),), MAXIMUM),
    ("AWS/Scheduler", "InvocationAttemptCount"): ((("ScheduleGroup",),), SUM),
    ("AWS/Scheduler", "InvocationDroppedCount"): ((("ScheduleGroup",),), SUM),
    ("AWS/Scheduler", "InvocationsFailedToBeSentToDeadLetterCount"): ((("ScheduleGroup",),), SUM),
    ("AWS/Scheduler", "TargetErrorCount"): ((("ScheduleGroup",),), SUM),
    ("BatchTargetSync", "Changes"): ((("Sync",),), SUM),
    ("BatchTargetSync", "Failures"): ((("Sync",),), SUM),
    ("BatchTargetSync", "MismatchAge"): ((("Sync",),), MAXIMUM),
    ("BatchTargetSync", "Mismatches"): ((("Sync",),), MAXIMUM),
    ("BatchTargetSync", "Runs"): ((("Sync",),), SUM),
}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


_TEXT: Final = {"type": "string", "minLength": 1}
_AXIS: Final = _object({}, label=_TEXT, min={"type": "number"}, max={"type": "number"}, showUnits={"type": "boolean"})
_RENDERING: Final = _object({}, label=_TEXT, yAxis={"enum": ["left", "right"]}, stat={"enum": [SUM, MAXIMUM]})
_METRIC: Final = {
    "type": "array",
    "minItems": 4,
    "items": {"anyOf": [_TEXT, {**_RENDERING, "minProperties": 1}]},
}
_PROPERTIES: Final = {
    "alarm": _object(
        {
            "alarms": {
                "type": "array",
                "minItems": 1,
                "maxItems": 100,
                "uniqueItems": True,
                "items": {"type": "string", "pattern": r"^arn:aws:cloudwatch:[a-z0-9-]+:[0-9]{12}:alarm:[ -~]{1,255}$"},
            }
        },
        title=_TEXT,
        sortBy={"enum": ["default", "stateUpdatedTimestamp", "timestamp"]},
        states={"type": "array", "items": {"enum": ["ALARM", "INSUFFICIENT_DATA", "OK"]}},
    ),
    "log": _object(
        {"region": _TEXT, "query": {"type": "string", "pattern": r"^SOURCE '[\w./#-]{1,512}' \| "}},
        title=_TEXT,
        view={"enum": ["table", "timeSeries", "bar", "pie"]},
    ),
    "metric": _object(
        {"region": _TEXT, "metrics": {"type": "array", "minItems": 1, "maxItems": 500, "items": _METRIC}},
        title=_TEXT,
        period={"type": "integer", "multipleOf": 60, "minimum": 60},
        stat={"enum": [SUM, MAXIMUM]},
        view={"enum": ["timeSeries", "singleValue", "gauge", "bar", "pie", "table"]},
        yAxis=_object({}, left=_AXIS, right=_AXIS),
    ),
    "text": _object({"markdown": _TEXT}, background={"enum": ["solid", "transparent"]}),
}


def _integer(least: int, most: int | None = None) -> dict[str, Any]:
    return {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})


_PLACE: Final = {"x": _integer(0, 23), "y": _integer(0), "width": _integer(1, 24), "height": _integer(1, 1000)}
BODY: Final = _object(
    {
        "widgets": {
            "type": "array",
            "maxItems": 500,
            "items": {
                "oneOf": [
                    _object({"type": {"const": kind}, **_PLACE, "properties": properties})
                    for kind, properties in _PROPERTIES.items()
                ]
            },
        }
    },
    start={"type": "string", "pattern": r"^-P(T[0-9]+[MH]|[0-9]+[DWM])$"},
    periodOverride={"enum": ["auto", "inherit"]},
)


def problems(body: dict[str, Any]) -> Iterator[str]:
    """Name what CloudWatch would refuse in a body, or draw over something else, or show nothing for."""
    for error in jsonschema.Draft202012Validator(BODY).iter_errors(body):
        yield f"{error.json_path}: {error.message[:300]}"
    widgets = body["widgets"]
    for widget in widgets:
        if widget["x"] + widget["width"] > 24:
            yield f"{widget['type']} at {widget['x']}, {widget['y']} goes beyond the last column"
    for one, other in combinations(widgets, 2):
        if _overlap(one, other, "x", "width") and _overlap(one, other, "y", "height"):
            yield f"two widgets overlap at {one['x']}, {one['y']}"
    metrics = [(metric, widget) for widget in widgets for metric in widget["properties"].get("metrics", ())]
    if len(metrics) > 2500:
        yield f"{len(metrics)} metrics"
    for metric, widget in metrics:
        namespace, name, *rest = metric
        dimensions = tuple(each for each in rest if isinstance(each, str))[::2]
        known, statistic = METRICS.get((namespace, name), ((), ""))
        if dimensions not in known:
            yield f"{namespace} has no {name} with the dimensions {dimensions}"
        if widget["properties"]["stat"] != statistic:
            yield f"{name} is shown as {widget['properties']['stat']}"


def _overlap(one: dict[str, Any], other: dict[str, Any], start: str, size: str) -> bool:
    return bool(one[start] < other[start] + other[size] and other[start] < one[start] + one[size])
