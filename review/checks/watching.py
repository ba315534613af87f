"""What alarms watch: metrics, each with its dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.plan import Plan


@dataclass(frozen=True)
class Watch:
    """A metric that an alarm watches.

    Attributes:
        namespace: such as `AWS/SQS`.
        metric: its name.
        dimensions: name and value of each.
    """

    namespace: str
    metric: str
    dimensions: frozenset[tuple[str, str]]


def read(plan: Plan) -> Iterator[Watch]:
    """Yield every metric that an alarm of the plan watches, also those of a metric math expression."""
    for alarm in plan.existing("aws_cloudwatch_metric_alarm"):
        yield from _of(alarm.after or {})
        for query in _blocks(alarm.get("metric_query")):
            for metric in _blocks(query.get("metric")):
                yield from _of(metric)


def _of(metric: Mapping[str, Any]) -> Iterator[Watch]:
    if metric.get("namespace") and metric.get("metric_name"):
        given = metric.get("dimensions")
        dimensions = given if isinstance(given, dict) else {}
        watched = frozenset((str(name), str(value)) for name, value in dimensions.items())
        yield Watch(str(metric["namespace"]), str(metric["metric_name"]), watched)


def _blocks(value: Any) -> list[dict[str, Any]]:
    """Return the blocks of a list; none of what is sensitive as a whole, as a set with anything sensitive in it is."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
