"""Patterns against events: decided here, and in the real account by EventBridge too."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.errors import WrongUseError
from operations import patterns, rules
from operations.events import for_pattern
from semantics import event_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from operations.account import Account
    from operations.environment import Environment, Rule


@dataclass(frozen=True)
class Verdict:
    """Whether one pattern matches one event.

    Attributes:
        rule: whose pattern it is; `--pattern` for one that was given.
        event: where the event is from.
        matches: as `semantics` decides.
        by_eventbridge: as EventBridge's own TestEventPattern does; None where it was not asked.
        why_not: each field that keeps it from matching.
    """

    rule: str
    event: str
    matches: bool
    by_eventbridge: bool | None
    why_not: tuple[str, ...] = ()

    @property
    def verdict(self) -> bool:
        """EventBridge's own where there is one: it is the one that counts."""
        return self.matches if self.by_eventbridge is None else self.by_eventbridge

    @property
    def disagrees(self) -> bool:
        """Whether the two decide differently."""
        return self.by_eventbridge not in (None, self.matches)


def run(
    account: Account,
    environment: Environment,
    only: Rule | None,
    pattern: Mapping[str, Any] | None,
    event: Mapping[str, Any] | None,
) -> list[Verdict]:
    """Return the verdict on each pattern and event that are meant.

    Args:
        account: where the rules are.
        environment: whose rules they are.
        only: the one rule that is meant; all of them unless given.
        pattern: one to try instead of the rules' own.
        event: the event; samples that are there for each rule unless given.

    Raises:
        WrongUseError: there is no pattern, or no event, to test.
    """
    found = []
    for label, wanted, tried in _patterns(account, environment, only, pattern):
        for origin, each in _events(environment, wanted, label, event):
            found.append(_verdict(account, label, tried, origin, each))
    if not found:
        raise WrongUseError("there is nothing to test: no rule, or no event for one; give one with --event")
    return found


def _patterns(
    account: Account, environment: Environment, only: Rule | None, given: Mapping[str, Any] | None
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield each pattern with a name for it, and before it the one that an event is looked for with."""
    if given is not None:
        wanted = only.pattern if only is not None and only.pattern is not None else given
        yield "--pattern", wanted, given
        return
    for rule in environment.rules if only is None else (only,):
        there = rules.describe(account, environment.region, rule.bus, rule.name, rule.key)
        if there.pattern is None:
            raise WrongUseError(
                f"there is no rule {rule.name} on bus {rule.bus}: make apply ENV={environment.name}"
                if there.state == rules.MISSING
                else f"the rule {rule.name} has no pattern: it runs by schedule, {there.schedule}"
            )
        yield rule.key, rule.pattern or there.pattern, there.pattern


def _events(
    environment: Environment, pattern: Mapping[str, Any], label: str, given: Mapping[str, Any] | None
) -> list[tuple[str, Mapping[str, Any]]]:
    if given is not None:
        return [("the event given", patterns.completed(given, environment.account, environment.region))]
    return list(for_pattern(environment, environment.region, pattern, label))


def _verdict(
    account: Account, label: str, pattern: Mapping[str, Any], origin: str, event: Mapping[str, Any]
) -> Verdict:
    by_eventbridge: bool | None = None
    if account.live:
        answer = account.events().test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
        by_eventbridge = answer["Result"]
    why_not = tuple(patterns.mismatches(pattern, event))
    return Verdict(label, origin, event_patterns.matches(pattern, event), by_eventbridge, why_not)
