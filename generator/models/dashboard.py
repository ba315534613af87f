"""What an environment can say about its dashboard."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.models.forms import Strict, form

DashboardName = Annotated[
    str, form(r"[A-Za-z0-9_-]{1,255}", "the name of a dashboard: up to 255 letters, digits, _ and -")
]


class Dashboard(Strict):
    """The CloudWatch dashboard of an environment: runs, failures, dead-letter queues and durations, by workload."""

    enabled: bool = Field(default=True, description="false makes no dashboard.")
    name: DashboardName | None = Field(
        None,
        description="Name of the dashboard, unique in the account in all its regions; the standard's with the "
        "environment's name unless given.",
    )
