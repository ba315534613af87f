"""Finds dashboards that are larger than CloudWatch takes: a plan would not notice, and an apply fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.errors import Problem
from generator.output import dashboard
from generator.output.widgets import MOST_METRICS, MOST_METRICS_OF_ONE, MOST_WIDGETS
from generator.specs.loading import NAME
from generator.specs.tree import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.models.spec import Environment
    from generator.specs.tree import Mapping


def oversized(tree: Mapping, spec: Environment) -> Iterator[Problem]:
    """Count the widgets and metrics that the dashboard of an environment would have."""
    used = {*spec.tasks, *spec.schedules, *(schedule.task for schedule in spec.schedules.values())}
    used |= {
        *(spec.jobs or {}),
        *(spec.workflows or {}),
        *(spec.target_syncs or {}),
        *(key for workflow in (spec.workflows or {}).values() for key in workflow.rules),
    }
    if not dashboard.enabled(spec) or not all(NAME.fullmatch(name) for name in used):
        return  # of what has no name nothing can be written, and that is said elsewhere
    widgets = [widget for section in dashboard.sections("", spec, "") for widget in section.widgets]
    counted = [
        (len(widgets), "widgets", MOST_WIDGETS, ""),
        (sum(widget.metrics for widget in widgets), "metrics", MOST_METRICS, ""),
        (max(widget.metrics for widget in widgets), "metrics", MOST_METRICS_OF_ONE, " in one widget"),
    ]
    for number, what, most, where in counted:
        if number > most:
            message = f"the dashboard would have {number} {what}{where}; CloudWatch takes {most}: set dashboard.enabled"
            yield Problem(source_of(tree, ("dashboard",)), f"{message} to false")
