"""The whole chain of an environment's rules: from the event to the job, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from operations import chain_targets, definitions, patterns, targets
from operations.chain_jobs import Awaited, Trial
from operations.environment import BATCH
from operations.events import TestEvent, as_sent, for_pattern
from operations.rules import MISSING
from operations.steps import (
    EVENT,
    JOB,
    PATTERN,
    RULE_ENABLED,
    RULE_EXISTS,
    TARGET,
    Recorder,
    Step,
    has_failed,
)  # fmt: skip
from semantics import event_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from operations.account import Account
    from operations.environment import Environment, Rule, Target
    from operations.rules import FoundRule, FoundTarget

_BROKEN: Final = "a step before it has failed"


@dataclass(frozen=True)
class Examined:
    """A rule with the steps that need no event.

    Attributes:
        test: the event to send for it; None if there is none that its pattern takes.
        awaited: the jobs that it must lead to.
    """

    label: str
    steps: tuple[Step, ...]
    test: TestEvent | None
    awaited: tuple[Awaited, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing keeps the event from being sent."""
        return self.test is not None and not has_failed(list(self.steps)) and bool(self.awaited)


def concerned(environment: Environment, found: Sequence[FoundRule], only: Rule | None = None) -> list[FoundRule]:
    """Return the rules that are tested: those of the specification, and those made elsewhere that a sync keeps."""
    kept = {
        (selection.region or environment.region, selection.bus, selection.rule)
        for each in environment.syncs
        for selection in each.selections
    }
    if only is not None:
        return [rule for rule in found if rule.key == only.key]
    return [
        rule for rule in found if rule.key or {(rule.region, rule.bus, rule.name), (rule.region, rule.bus, None)} & kept
    ]


def examine(
    account: Account, environment: Environment, found: Sequence[FoundRule], given: Mapping[str, Any] | None = None
) -> list[Examined]:
    """Return each rule with its steps up to the event, which is not sent yet.

    Args:
        account: where the rules are.
        environment: what they should be.
        found: the rules as they are.
        given: the event to try the rules with, instead of samples.
    """
    pairs = [(rule, target) for rule in found for target in rule.targets]
    verdicts, _ = targets.check(account, environment, pairs)
    specified = {rule.key: rule for rule in environment.rules}
    return [
        _examine(_Examination(account, environment, rule, specified.get(rule.key), given), verdicts) for rule in found
    ]


def trials(examined: Sequence[Examined]) -> list[Trial]:
    """Return the events to send for rules that are sound; one that serves several rules of a bus is sent once."""
    found: dict[tuple[str, str, str], Trial] = {}
    for each in examined:
        if not each.is_sound or each.test is None:
            continue
        key = (each.test.region, each.test.bus, each.test.origin)
        before = found.get(key, Trial(each.test, (), ()))
        found[key] = Trial(before.test, (*before.rules, each.label), (*before.awaited, *each.awaited))
    return list(found.values())


def untried(examined: Examined, because: str = "") -> list[Step]:
    """Return the last steps of a rule for which no event is sent, with the reason."""
    if has_failed(list(examined.steps)):
        because = _BROKEN
    elif not examined.awaited:
        because = "none of its targets submits a job"
    jobs = [Recorder(each.rule, each.target).not_tried(JOB, because) for each in examined.awaited]
    return [Recorder(examined.label).not_tried(EVENT, because), *jobs]


@dataclass(frozen=True)
class _Examination:
    """One rule that is examined; `wanted` is None for a rule that is made elsewhere."""

    account: Account
    environment: Environment
    rule: FoundRule
    wanted: Rule | None
    given: Mapping[str, Any] | None

    @property
    def label(self) -> str:
        """What the steps call the rule."""
        return self.rule.key or f"{self.rule.bus}/{self.rule.name}"

    @property
    def apply(self) -> str:
        return f"make apply ENV={self.environment.name}"


def _examine(asked: _Examination, verdicts: Mapping[targets.Place, tuple[Any, str]]) -> Examined:
    record, rule = Recorder(asked.label), asked.rule
    if rule.state == MISSING:
        where = f"there is no rule {rule.name} on bus {rule.bus} in {asked.environment.account}, {rule.region}"
        steps = [record.failed(RULE_EXISTS, where, asked.apply)]
        steps += [record.not_tried(name, "there is no rule") for name in (RULE_ENABLED, PATTERN)]
        steps += [Recorder(asked.label, target.id).not_tried(TARGET, "there is no rule") for target in _wanted(asked)]
        return Examined(asked.label, tuple(steps), None, ())
    steps = [record.passed(RULE_EXISTS, rule.arn), _enabled(asked, record)]
    matched, test = _pattern(asked, record)
    steps.append(matched)
    there = {target.id: target for target in rule.targets}
    for wanted in _wanted(asked):
        if wanted.id not in there:
            found = f"the rule has no target {wanted.id}"
            steps.append(Recorder(asked.label, wanted.id).failed(TARGET, found, asked.apply))
    for target in rule.targets:
        steps += _target(asked, target, *verdicts.get((rule.region, rule.bus, rule.name, target.id), (None, "")))
    if not rule.targets and not _wanted(asked):
        steps.append(record.failed(TARGET, "the rule has no target", "give it one"))
    awaited = tuple(_awaited(asked, target) for target in rule.targets if target.kind == BATCH)
    return Examined(asked.label, tuple(steps), test, awaited)


def _wanted(asked: _Examination) -> tuple[Target, ...]:
    return asked.wanted.targets if asked.wanted is not None else ()


def _enabled(asked: _Examination, record: Recorder) -> Step:
    state = asked.rule.state
    if asked.rule.is_enabled:
        return record.passed(RULE_ENABLED, state)
    if asked.wanted is not None and not asked.wanted.enabled:
        return record.failed(RULE_ENABLED, f"{state}, as the specification says", "take `enabled: false` out of it")
    return record.failed(RULE_ENABLED, state, f"{asked.apply}, or find out who disabled it")


def _pattern(asked: _Examination, record: Recorder) -> tuple[Step, TestEvent | None]:
    """Return the step of the pattern, and the event that it takes."""
    pattern = asked.rule.pattern
    if pattern is None:
        return record.not_tried(PATTERN, f"it runs by schedule, {asked.rule.schedule}: no event starts it"), None
    specified = asked.wanted.pattern if asked.wanted is not None else None
    candidates = _candidates(asked, specified or pattern)
    if not candidates:
        found = "no event in environments/events/ matches it, and none can be made from it"
        return record.failed(PATTERN, found, "give one with --event FILE, or put it into environments/events/"), None
    for origin, event in candidates:
        if event_patterns.matches(pattern, event):
            return record.passed(PATTERN, origin), TestEvent(asked.rule.region, asked.rule.bus, origin, event)
    origin, event = candidates[0]
    remedy = "mend the event or the pattern"
    if specified is not None and specified != pattern:
        remedy = f"the account has another pattern than the specification: {asked.apply}"
    return record.failed(PATTERN, f"{origin}: {'; '.join(patterns.mismatches(pattern, event))}", remedy), None


def _candidates(asked: _Examination, pattern: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    if asked.given is not None:
        return [("the event given", as_sent(asked.environment.account, asked.rule.region, asked.given))]
    return for_pattern(asked.environment, asked.rule.region, pattern, asked.label)


def _target(asked: _Examination, target: FoundTarget, outcome: Any, kept_by: str) -> Iterator[Step]:
    record = Recorder(asked.label, target.id)
    wanted = next((each for each in _wanted(asked) if each.id == target.id), None)
    case = chain_targets.Case(asked.environment, asked.rule, target, wanted, outcome, kept_by)
    yield from chain_targets.steps(asked.account, case, record)


def _awaited(asked: _Examination, target: FoundTarget) -> Awaited:
    return Awaited(
        rule=asked.label,
        target=target.id,
        region=asked.rule.region,
        queue=target.arn,
        name=target.job_name,
        definition=definitions.parse(target.definition),
        dead_letters=target.raw.get("DeadLetterConfig", {}).get("Arn", ""),
    )


def in_order(examined: Sequence[Examined], tried: Sequence[Step], because: str) -> list[Step]:
    """Return all steps, rule by rule: those that needed no event, then those that did, or why they were not tried."""
    steps: list[Step] = []
    for each in examined:
        own = [step for step in tried if step.rule == each.label]
        steps += [*each.steps, *(own or untried(each, because))]
    return steps
