"""Rules with a schedule expression: when they are due, and one run of them.

EventBridge User Guide, "Creating an Amazon EventBridge rule that runs on a schedule": on the default bus alone, in UTC;
a rate counts from when the rule was made. This module reads rules in moto with loose types.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from moto.events.models import events_backends

from sandbox.clock import CLOCK
from sandbox.delivery import applied, engine, metrics
from sandbox.delivery.entries import new_event
from sandbox.delivery.events import EVENTS
from semantics.schedules import Schedule, ScheduleError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sandbox.delivery.records import Delivery

DEFAULT_BUS = "default"


@dataclass(frozen=True, slots=True)
class ScheduledRule:
    """A rule with a schedule expression; what it has in common with a schedule has the same name.

    Attributes:
        bus: the default bus of its account and region.
        rule: with its targets.
        enabled: whether it runs by itself.
        expression: as it was given.
        times: when it runs; None if its expression is none: moto takes some that AWS would not.
    """

    bus: applied.Bus
    rule: applied.Rule
    enabled: bool
    expression: str
    times: Schedule | None
    group: str = ""
    timezone: str = "UTC"

    @property
    def arn(self) -> str:
        """Its ARN."""
        return self.rule.arn

    @property
    def name(self) -> str:
        """Its name."""
        return self.rule.name

    def runs_after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the runs after a moment, enabled or not."""
        return self.times.runs_after(moment) if self.times else iter(())


def scheduled_rules() -> list[ScheduledRule]:
    """Return the rules with a schedule expression, of all accounts and regions."""
    backends: Any = events_backends
    found = []
    for account, regions in list(backends.items()):
        for region in list(regions):
            bus = applied.find_bus(account, region, DEFAULT_BUS)
            if bus is not None:
                rules = list(backends[account][region].event_buses[DEFAULT_BUS].rules.values())
                found += [_read(bus, rule) for rule in rules if rule.scheduled_expression]
    return found


def fire(scheduled: ScheduledRule, moment: datetime) -> list[Delivery]:
    """Run a rule once: its targets get an event of their own, which no other rule sees; return what became of it."""
    bus, rule = scheduled.bus, scheduled.rule
    event = new_event(
        source="aws.events",
        detail_type="Scheduled Event",
        detail={},
        account=bus.account,
        region=bus.region,
        at=moment,
        resources=[rule.arn],
    )
    EVENTS.add(at=CLOCK.now(), bus_arn=bus.arn, event=event, rules=[rule.arn])
    metrics.put(bus, rule, {"TriggeredRules": 1})
    return [engine.deliver(event, bus, rule, target, forwarded=False) for target in rule.targets]


def _read(bus: applied.Bus, rule: Any) -> ScheduledRule:
    created = getattr(rule, "created_at", None) or CLOCK.now()
    times: Schedule | None
    try:
        times = Schedule(expression=rule.scheduled_expression, zone=UTC, created=created)
        times.check()
    except ScheduleError:
        times = None
    return ScheduledRule(
        bus=bus,
        rule=applied.Rule(rule.arn, rule.name, {}, tuple(copy.deepcopy(rule.targets))),
        enabled=rule.state != "DISABLED",
        expression=rule.scheduled_expression,
        times=times,
    )
