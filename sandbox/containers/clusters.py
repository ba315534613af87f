"""Clusters that are made elsewhere: the account has them, no plan of ours makes them.

A schedule or a rule that has been applied names the cluster it runs tasks on. That is how the sandbox knows of one: it
is there from its first use on. One that nothing names is not, as on AWS.
"""

from __future__ import annotations

from typing import Any

from moto.events.models import events_backends
from moto.scheduler.models import scheduler_backends


def named_by_triggers(account: str, region: str, cluster_arn: str) -> bool:
    """Tell whether a schedule or a rule of this account and region runs tasks on a cluster."""
    schedules: Any = scheduler_backends
    rules: Any = events_backends
    targets = [
        schedule.target
        for group in list(schedules[account][region].schedule_groups.values())
        for schedule in list(group.schedules.values())
    ]
    targets += [
        target
        for bus in list(rules[account][region].event_buses.values())
        for rule in list(bus.rules.values())
        for target in rule.targets
    ]
    return any(target["Arn"] == cluster_arn for target in targets)
