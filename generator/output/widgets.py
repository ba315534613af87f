"""The widgets of a dashboard, and their places on its grid.

Source: "Dashboard Body Structure and Syntax" of the CloudWatch API Reference, and "CloudWatch service quotas".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.output.hcl import Reference, Template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from generator.output.hcl import Value

COLUMNS: Final = 24
MOST_WIDGETS: Final = 500  # on a dashboard
MOST_METRICS: Final = 2500  # on a dashboard
MOST_METRICS_OF_ONE: Final = 500  # in a widget
MOST_ALARMS_OF_ONE: Final = 100  # in a widget
PERIOD: Final = 3600  # seconds
REGION: Final = Reference("local.region")

_HEIGHTS: Final = {"alarm": 4, "log": 6, "metric": 6, "text": 1}

Name = str | Reference  # of what a widget shows: one that is known here, or an output of a module
Metric = list["Value"]


@dataclass(frozen=True, slots=True)
class Widget:
    """A widget without its place.

    Attributes:
        type: alarm, log, metric or text.
        properties: as CloudWatch has them for that type.
        height: in units of the grid; what is usual for the type unless given.
    """

    type: str
    properties: dict[str, Value]
    height: int = 0

    @property
    def rows(self) -> int:
        """Its height on the grid."""
        return self.height or _HEIGHTS[self.type]

    @property
    def metrics(self) -> int:
        """How many metrics it shows."""
        metrics = self.properties.get("metrics", ())
        return len(metrics) if isinstance(metrics, list) else 0

    def titled(self, about: str) -> Widget:
        """The same with what it is of at the beginning of its title."""
        return replace(self, properties={**self.properties, "title": f"{about} - {self.properties['title']}"})


@dataclass(frozen=True, slots=True)
class Section:
    """What belongs together on a dashboard.

    Attributes:
        about: what it is, as a comment in the root.
        rows: widgets that stand beside each other, row by row; those of one row are equally wide.
    """

    about: str
    rows: tuple[tuple[Widget, ...], ...]

    @property
    def widgets(self) -> Iterator[Widget]:
        """All widgets in their order."""
        return (widget for row in self.rows for widget in row)


class Placed(NamedTuple):
    """A widget as it stands in a dashboard: its type and place, and what it shows."""

    place: dict[str, Value]
    properties: dict[str, Value]


def placed(sections: Iterable[Section]) -> Iterator[tuple[str, list[Placed]]]:
    """Return what each section is, and its widgets with their places: each row begins below the one before it."""
    y = 0
    for section in sections:
        found: list[Placed] = []
        for row in section.rows:
            width = COLUMNS // len(row)
            for position, widget in enumerate(row):
                place: dict[str, Value] = {"x": position * width, "y": y, "width": width, "height": widget.rows}
                found.append(Placed({"type": widget.type, **place}, widget.properties))
            y += max(widget.rows for widget in row)
        yield section.about, found


def text(*parts: str | Reference, height: int = 0) -> Widget:
    """Return a widget that shows Markdown."""
    return Widget("text", {"markdown": Template(*parts)}, height)


def counts(title: str, metrics: Sequence[Metric]) -> Widget:
    """Return a graph of how often things happened in each period."""
    return _graph(title, metrics, "Sum", {"left": {"min": 0, "showUnits": False}})


def queue(name: Name) -> Widget:
    """Return a graph of a dead-letter queue: both metrics are gauges, so it shows the most of each period."""
    metrics: list[Metric] = [
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name],
        ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", name, {"yAxis": "right"}],
    ]
    axes: dict[str, Value] = {
        "left": {"label": "messages", "min": 0, "showUnits": False},
        "right": {"label": "seconds", "min": 0, "showUnits": False},
    }
    return _graph("Dead-letter queue: messages, and age of the oldest", metrics, "Maximum", axes)


def behind(title: str, metrics: Sequence[Metric]) -> Widget:
    """Return a graph of what a sync left to do, both gauges: how many targets, and beside it since how many seconds."""
    axes: dict[str, Value] = {
        "left": {"label": "targets", "min": 0, "showUnits": False},
        "right": {"label": "seconds", "min": 0, "showUnits": False},
    }
    return _graph(title, metrics, "Maximum", axes)


def durations(log_group: Name) -> Widget:
    """Return a table of a task's runs, the newest first, by the lines that each wrote.

    ECS publishes no duration of a task that no service runs. Each run has a log stream of its own, so the time from its
    first to its last line comes near: what the container did before and after is not in it.
    """
    query = Template(
        "SOURCE '",
        log_group,
        "' | fields toMillis(@timestamp) as millis\n"
        "| stats fromMillis(min(millis)) as started, (max(millis) - min(millis)) / 1000 as seconds, count(*) as lines"
        " by @logStream\n"
        "| sort started desc\n"
        "| limit 50",
    )
    title = "Task durations: seconds from the first to the last log line of each run"
    return Widget("log", {"title": title, "query": query, "region": REGION, "view": "table"})


def alarms(title: str, arns: Sequence[Value]) -> list[Widget]:
    """Return the states of alarms, those that have gone off first, in as many widgets as it takes."""
    return [
        Widget(
            "alarm",
            {"title": title, "alarms": arns[start : start + MOST_ALARMS_OF_ONE], "sortBy": "stateUpdatedTimestamp"},
        )
        for start in range(0, len(arns), MOST_ALARMS_OF_ONE)
    ]


def _graph(title: str, metrics: Sequence[Metric], stat: str, axes: dict[str, Value]) -> Widget:
    return Widget(
        "metric",
        {
            "title": title,
            "metrics": list(metrics),
            "stat": stat,
            "period": PERIOD,
            "region": REGION,
            "view": "timeSeries",
            "yAxis": axes,
        },
    )
