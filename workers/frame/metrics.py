"""Metrics as log lines: CloudWatch takes them from the log stream, so that no call and no permission is needed.

The embedded metric format, and every limit here:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import math
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_NAME = 1024
MOST_DIMENSIONS = 30
MOST_METRICS = 100
LARGEST_LINE = 256 * 1024

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
_PREFIXES = ("kilo", "mega", "giga", "tera")
_RATED = ("Count", *(f"{prefix}{size}".capitalize() for size in ("bytes", "bits") for prefix in ("", *_PREFIXES)))
UNITS = {"None", "Percent", "Seconds", "Milliseconds", "Microseconds", *_RATED, *(f"{unit}/Second" for unit in _RATED)}


def emit(
    namespace: str,
    dimensions: Mapping[str, str],
    metrics: Mapping[str, tuple[float, str]],
    properties: Mapping[str, Any] | None = None,
) -> None:
    """Write metrics to stdout, as one line in the embedded metric format.

    Args:
        namespace: of the metrics, such as `Punctual/Workers`.
        dimensions: what tells the series apart, all of them together; CloudWatch bills each combination of values.
        metrics: each with its value and its unit (`Count`, `Seconds`, ... as CloudWatch has them).
        properties: what else the line says, for who searches the log; no series of its own.

    Raises:
        ValueError: CloudWatch would not take the line, and would say so nowhere but in a metric of its own.
    """
    line = {
        "_aws": {
            "Timestamp": time.time_ns() // 1_000_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": namespace,
                    "Dimensions": [list(dimensions)],
                    "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in metrics.items()],
                }
            ],
        },
        **(properties or {}),
        **dimensions,
        **{name: value for name, (value, _) in metrics.items()},
    }
    text = json.dumps(line)
    wrong = [*_wrong(namespace, dimensions, metrics, properties or {})]
    if len(text) > LARGEST_LINE:
        wrong.append(f"the line has {len(text)} bytes, and at most {LARGEST_LINE} are taken")
    if wrong:
        raise ValueError("; ".join(wrong))
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _wrong(
    namespace: str,
    dimensions: Mapping[str, str],
    metrics: Mapping[str, tuple[float, str]],
    properties: Mapping[str, Any],
) -> list[str]:
    members = [*dimensions, *metrics, *properties]
    rules = {
        f"a namespace has 1 to {LONGEST_NAME} characters and does not begin with a colon: {namespace!r}": (
            0 < len(namespace) <= LONGEST_NAME and not namespace.startswith(":")
        ),
        f"a line has 1 to {MOST_METRICS} metrics: {len(metrics)}": 0 < len(metrics) <= MOST_METRICS,
        f"metrics have at most {MOST_DIMENSIONS} dimensions: {len(dimensions)}": len(dimensions) <= MOST_DIMENSIONS,
        f"names must differ, and none is _aws: {', '.join(members)}": len({*members, "_aws"}) == len(members) + 1,
    }
    found = [rule for rule, kept in rules.items() if not kept]
    for name, value in dimensions.items():
        if not (0 < len(name) <= LONGEST_NAME and 0 < len(value) <= LONGEST_NAME and value.isascii() and value.strip()):
            found.append(f"the dimension {name!r} needs ASCII text of 1 to {LONGEST_NAME} characters: {value!r}")
    for name, (number, unit) in metrics.items():
        if not 0 < len(name) <= LONGEST_NAME:
            found.append(f"a metric's name has 1 to {LONGEST_NAME} characters: {name!r}")
        if not math.isfinite(number):
            found.append(f"the metric {name!r} is no number: {number}")
        if unit not in UNITS:
            found.append(f"the metric {name!r} has a unit that CloudWatch does not know: {unit!r}")
    return found
