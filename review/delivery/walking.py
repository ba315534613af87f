"""Walks every path of a plan: from schedules, events and alarms to what they are to reach."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from review.delivery import alarms, findings, rules, schedules
from review.delivery.asking import Authority, name_of
from review.delivery.aws_events import aws_events
from review.delivery.facts import Facts
from review.delivery.model import Answer, Deliveries, Hop, Path
from review.delivery.reaching import Samples
from review.delivery.target import Desk
from semantics.event_patterns import matches
from semantics.example_events import example
from semantics.problem import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from review.delivery.rules import Rule
    from review.delivery.samples import SampleEvent
    from review.plan import Plan
    from review.policies.model import Policies

_REACHES: Final = "Does a sample event reach the rule?"
_ANY: Final = {"source": "example", "detail-type": "example", "detail": {}}
_ORDER: Final = (Answer.NO, Answer.DEPENDS, Answer.YES)


def deliver(plan: Plan, policies: Policies, events: Sequence[SampleEvent]) -> Deliveries:
    """Walk every path of a plan.

    Events whose source is AWS's own are tried on the default bus alone, others on every bus; what a rule puts on
    another bus of the plan is tried there, too, once ("Sending events between event buses" of the EventBridge user
    guide). What AWS itself will tell of the plan's own tasks, jobs and alarms need not be given.

    Args:
        plan: the plan.
        policies: its policies, collected.
        events: sample events.
    """
    facts = Facts(plan, policies)
    desk = Desk(facts, Authority(facts))
    walk = _Walk(desk, events)
    paths = [*schedules.paths(desk), *walk.paths(), *alarms.paths(desk)]
    paths.sort(key=lambda path: _ORDER.index(path.answer))
    found = findings.of(paths, walk.unreached, walk.idle, walk.useless(events))
    return Deliveries(tuple(paths), tuple(rule.address for rule, _ in walk.unreached), tuple(found))


class _Walk:
    """The rules of a plan, and which events reach them.

    Attributes:
        unreached: rules that no sample event reaches, each with why.
        idle: addresses of rules without a target.
    """

    def __init__(self, desk: Desk, events: Sequence[SampleEvent]) -> None:
        self._desk = desk
        self._rules = rules.rules(desk.facts)
        ours = [*events, *aws_events(desk.facts)]
        self._of_aws = Samples([each for each in ours if str(each.event["source"]).startswith("aws.")])
        self._others = Samples([each for each in ours if not str(each.event["source"]).startswith("aws.")])
        self._reached: set[str] = set()  # names of the events that reach a rule
        self.unreached: list[tuple[Rule, Hop]] = []
        self.idle = [each.address for each in self._rules if not each.targets]

    def paths(self) -> Iterator[Path]:
        """Yield the paths of all rules."""
        matched = {number: self._matching(rule) for number, rule in enumerate(self._rules)}
        forwarded = self._forwarded(matched)
        for number, rule in enumerate(self._rules):
            at_first_hand = matched[number]
            samples = [(each, "") for each in at_first_hand]
            samples += [each for each in forwarded.get(number, ()) if each[0] not in at_first_hand]
            self._reached.update(each.name for each, _ in samples)
            yield from self._of(rule, samples)

    def useless(self, events: Sequence[SampleEvent]) -> list[str]:
        """Return the names of the sample events that reach no rule."""
        return [each.name for each in events if each.name not in self._reached] if self._rules else []

    def _of(self, rule: Rule, samples: list[tuple[SampleEvent, str]]) -> Iterator[Path]:
        if rule.resource is None:
            yield from rules.without_event(self._desk, rule, rules.outside_rule(rule))
            return
        if rule.schedule:
            yield from rules.by_clock(self._desk, rule)
        for sample, forwarder in samples:
            yield from rules.by_event(self._desk, rule, sample, forwarder)
        if samples or not rule.resource.text("event_pattern"):
            return
        hop = self._why_not(rule)
        if hop.answer is Answer.NO:
            self.unreached.append((rule, hop))
        yield from rules.without_event(self._desk, rule, hop)

    def _matching(self, rule: Rule) -> list[SampleEvent]:
        if rule.pattern is None:
            return []
        found = self._others.reaching(rule.pattern)
        return found + self._of_aws.reaching(rule.pattern) if rule.is_on_default_bus else found

    def _forwarded(self, matched: dict[int, list[SampleEvent]]) -> dict[int, list[tuple[SampleEvent, str]]]:
        """Return for each rule the events that another rule puts on its bus, with that rule's address."""
        on_bus: dict[str, list[tuple[SampleEvent, str]]] = {}
        for number, rule in enumerate(self._rules):
            for target in rule.targets:
                if ":event-bus/" in target.text("arn") and rule.is_on:
                    on_bus.setdefault(target.text("arn"), []).extend((each, rule.address) for each in matched[number])
        found: dict[int, list[tuple[SampleEvent, str]]] = {}
        for number, rule in enumerate(self._rules):
            arrived = on_bus.get(rule.bus)
            if arrived and rule.pattern is not None:
                names = {each.name for each in Samples([each for each, _ in arrived]).reaching(rule.pattern)}
                found[number] = [(each, by) for each, by in arrived if each.name in names]
        return found

    def _why_not(self, rule: Rule) -> Hop:
        """Return the hop that says why no sample event reaches a rule."""
        where = rule.address
        if rule.pattern_is_pending:
            because = f"depends on the pattern of {where}, which the plan does not show"
            return Hop(_REACHES, Answer.DEPENDS, because, where=where)
        if rule.pattern is None:
            because = f"EventBridge refuses its pattern: {rule.pattern_problem}"
            return Hop(_REACHES, Answer.NO, because, where=where, rule="pattern")
        of_aws = not rule.is_on_default_bus and self._of_aws.reaching(rule.pattern)
        if of_aws:
            because = (
                f"AWS's own events, such as `{of_aws[0].name}`, come on the default bus, and it is on the bus "
                f"{name_of(rule.bus)}"
            )
            return Hop(_REACHES, Answer.NO, because, where=where, rule="unreached")
        return Hop(_REACHES, Answer.NO, self._nearest(rule), where=where, rule="unreached")

    def _nearest(self, rule: Rule) -> str:
        pattern = rule.pattern or {}
        nearest = self._others.nearest(pattern)
        if rule.is_on_default_bus:
            other = self._of_aws.nearest(pattern)
            nearest = min((each for each in (nearest, other) if each), key=lambda each: len(each[1]), default=None)
        made = example(pattern)
        whole = {**_ANY, **(made or {})}  # what a sample event needs besides what the pattern names
        made = whole if matches(pattern, whole) else made
        if made is None:
            return f"no event at all can match its pattern {shown(pattern)}"
        because = "no sample event matches its pattern"
        if nearest is not None and nearest[1]:
            because += f"; {nearest[0].name} comes nearest, but not in {', '.join(nearest[1])}"
        return f"{because}; this one would: {json.dumps(made, ensure_ascii=False)}"
