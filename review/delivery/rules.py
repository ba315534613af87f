"""The paths of rules: from an event, or the clock, over the bus and the rule to each target.

Sources: the EventBridge user guide, "Event buses", "Rules", and "Using dead-letter queues to process undelivered
events".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from review.delivery import buses, inputs, targets, writing
from review.delivery.asking import name_of, outside
from review.delivery.model import Answer, Hop, Path
from review.delivery.schedules import leading
from review.delivery.target import EVENTS, Caller, Target, ecs_of, label
from review.plan import Hidden, Symbol
from review.plan import rules as of_plan
from review.plan.rules import DEFAULT
from semantics import event_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.delivery.facts import Facts
    from review.delivery.samples import SampleEvent
    from review.delivery.target import Desk
    from review.plan import Resource

NOTHING: Final = "no sample event"  # what a path begins with that no event takes
_ON: Final = "Is the rule on?"
_MATCHES: Final = "Does its pattern match the event?"


@dataclass(frozen=True)
class Rule:
    """A rule with its targets.

    Attributes:
        resource: the rule; None if it is not of this plan, and only its targets are.
        name: its name.
        bus: the ARN of its bus.
        arn: its own.
        targets: `aws_cloudwatch_event_target`s.
    """

    resource: Resource | None
    name: str
    bus: str
    arn: str
    targets: tuple[Resource, ...]

    @property
    def address(self) -> str:
        """The address of the rule; of its first target if the rule is not of this plan."""
        return self.resource.address if self.resource else self.targets[0].address

    @property
    def schedule(self) -> str:
        """The expression of a rule that runs by the clock; "" for another."""
        return self.resource.text("schedule_expression") if self.resource else ""

    @property
    def is_on_default_bus(self) -> bool:
        """Whether it is on the bus that AWS's own services use."""
        return self.bus.endswith(f":event-bus/{DEFAULT}")

    @cached_property
    def pattern(self) -> Mapping[str, Any] | None:
        """What its events have to match; None if it has no pattern, or none that can be read."""
        text = self.resource.text("event_pattern") if self.resource else ""
        try:
            found = json.loads(text)
        except ValueError:
            return None
        return found if isinstance(found, dict) and not event_patterns.problems(found) else None

    @property
    def pattern_is_pending(self) -> bool:
        """Whether the plan does not show the pattern: only the apply will know it, or it is sensitive."""
        value = self.resource.get("event_pattern") if self.resource else None
        if isinstance(value, Hidden):
            return True
        return isinstance(value, Symbol) and not value.is_built and self.pattern is None

    @property
    def pattern_problem(self) -> str:
        """Why EventBridge refuses the pattern; "" if it takes it, or there is none to judge."""
        text = self.resource.text("event_pattern") if self.resource else ""
        if not text or self.pattern is not None or self.pattern_is_pending:
            return ""
        try:
            found = event_patterns.problems(json.loads(text))
        except ValueError as error:
            return f"not JSON: {error}"
        return "; ".join(f"{'.'.join(map(str, each.path))}: {each.message}".removeprefix(": ") for each in found)

    @property
    def is_on(self) -> bool:
        """Whether it is enabled; the older `is_enabled` counts where there is no state."""
        if self.resource is None:
            return True
        state = self.resource.get("state")
        if isinstance(state, str) and not (isinstance(state, Symbol) and not state.is_built):
            return state != "DISABLED"
        return self.resource.get("is_enabled") is not False


def rules(facts: Facts) -> list[Rule]:
    """Return the rules of a plan, and those outside that it gives targets."""
    plan = facts.plan
    by_rule = of_plan.targets(plan)
    found = []
    for rule in plan.existing(of_plan.RULE):
        bus, name, arn = of_plan.bus_name(rule), rule.text("name"), plan.arn(rule)
        of_it = by_rule.pop(of_plan.key(rule), ())
        found.append(Rule(rule, name, facts.made("events", f"event-bus/{bus}", arn), arn, tuple(of_it)))
    for (bus, name, _), targets_of_it in by_rule.items():
        prefix = "" if bus == DEFAULT else f"{bus}/"
        arn = facts.made("events", f"rule/{prefix}{name}")
        found.append(Rule(None, name, facts.made("events", f"event-bus/{bus}"), arn, tuple(targets_of_it)))
    return found


@dataclass(frozen=True)
class Trigger:
    """What starts a rule.

    Attributes:
        name: of the sample event; or what else it is.
        kind: of the path.
        station: the label of where the path begins.
        to_bus: the questions up to the bus; none if the path leads over none.
        to_rule: those up to the rule.
        event: the event; None if there is none.
    """

    name: str
    kind: str
    station: str
    to_bus: tuple[Hop, ...]
    to_rule: tuple[Hop, ...]
    event: Mapping[str, Any] | None = None


def by_event(desk: Desk, rule: Rule, sample: SampleEvent, forwarded_by: str = "") -> Iterator[Path]:
    """Yield a path from a sample event to each target of a rule that it matches.

    Args:
        desk: the facts, and who answers.
        rule: the rule.
        sample: the event.
        forwarded_by: the address of the rule that puts it on this rule's bus; "" if it is put there at first hand.
    """
    where = rule.address
    if forwarded_by:
        on_bus = Hop(
            f"Does anybody put it on the bus {name_of(rule.bus)}?", Answer.YES, f"{forwarded_by} puts it there"
        )
    else:
        on_bus = buses.who_puts(desk, rule.bus, sample.event)
    matches = Hop(_MATCHES, Answer.YES, f"it matches the pattern of {rule.name}", where=where)
    to_bus = (on_bus, *buses.entry(desk, rule.bus))
    station = f"event {sample.event['detail-type']}"
    trigger = Trigger(sample.name, "event", station, to_bus, (matches, _state(rule)), sample.event)
    yield from _to_targets(desk, rule, trigger)


def by_clock(desk: Desk, rule: Rule) -> Iterator[Path]:
    """Yield a path from the clock to each target of a rule that has a schedule."""
    question = "Can the rule run by the clock?"
    on_bus = Hop(question, Answer.YES, "it is on the default bus", where=rule.address)
    if not rule.is_on_default_bus:
        because = f"it is on the bus {name_of(rule.bus)}: rules with a schedule run on the default bus only"
        on_bus = Hop(question, Answer.NO, because, where=rule.address, rule="bus")
    event = {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": desk.facts.plan.account,
        "time": desk.facts.plan.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": desk.facts.plan.region,
        "resources": [rule.arn],
        "detail": {},
    }
    trigger = Trigger(rule.name, "schedule", rule.schedule, (), (on_bus, _state(rule)), event)
    yield from _to_targets(desk, rule, trigger)


def without_event(desk: Desk, rule: Rule, because: Hop) -> Iterator[Path]:
    """Yield a path to each target of a rule that no sample event reaches, so that its permissions are checked."""
    to_bus = (because, *buses.entry(desk, rule.bus))
    trigger = Trigger(NOTHING, "event", NOTHING, to_bus, (_state(rule),))
    yield from _to_targets(desk, rule, trigger)


def outside_rule(rule: Rule) -> Hop:
    """Return the first hop of a rule that is not of this plan."""
    return Hop(_MATCHES, Answer.DEPENDS, outside("rule", rule.arn))


def _state(rule: Rule) -> Hop:
    """Ask whether a rule is on: what a rule that is off misses is lost."""
    where = rule.address
    if rule.resource is None:
        return Hop(_ON, Answer.DEPENDS, outside("rule", rule.arn), where=where)
    if rule.is_on:
        return Hop(_ON, Answer.YES, "it is enabled", where=where)
    return Hop(_ON, Answer.NO, "it is DISABLED: what comes meanwhile is lost", where=where, rule="off")


def _to_targets(desk: Desk, rule: Rule, trigger: Trigger) -> Iterator[Path]:
    for resource in rule.targets:
        yield _to_target(desk, rule, trigger, resource)


def _to_target(desk: Desk, rule: Rule, trigger: Trigger, resource: Resource) -> Path:
    facts = desk.facts
    to_rule, text = list(trigger.to_rule), None
    if trigger.event is not None:
        now = facts.plan.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ")
        hop, text = inputs.given(resource, trigger.event, rule.arn, rule.name, now)
        to_rule.append(hop)
    target = _target(rule, resource, text, trigger.event or {})
    what, role = label(facts, target), "" if targets.is_by_itself(target) else target.caller.role_arn
    stations = [trigger.station, *([f"bus {name_of(rule.bus)}"] if trigger.to_bus else []), f"rule {rule.name}"]
    hops = [*leading(trigger.to_bus, 1), *leading(to_rule, len(stations) - 1)]
    hops += leading(targets.trust(desk, target), len(stations))
    stations += [*([f"role {name_of(role)}"] if role else []), what]
    hops += leading(targets.calls(desk, target), len(stations) - 1)
    queue = resource.text("dead_letter_config", 0, "arn")
    if queue:
        hops += leading(writing.dead_letters(desk, target.caller, queue), len(stations))
        stations.append(writing.queue_words(queue))
    return Path(
        trigger=trigger.name,
        kind=trigger.kind,
        via=rule.address,
        target=what,
        stations=tuple(stations),
        hops=tuple(hops),
        address=resource.address,
    )


def _target(rule: Rule, resource: Resource, text: str | None, event: Mapping[str, Any]) -> Target:
    caller = Caller(EVENTS, rule.arn, rule.arn, resource.text("role_arn"))
    return Target(
        resource.text("arn"),
        caller,
        ecs_of(resource.get("ecs_target", 0)),
        job_definition=resource.text("batch_target", 0, "job_definition"),
        message_group=resource.text("sqs_target", 0, "message_group_id"),
        input=text,
        event=event,
    )
