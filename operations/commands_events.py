"""The commands about events: send one, test a pattern against one, test the whole chain from one to its job."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.errors import WrongUseError
from operations import chain, chain_jobs, events, pattern_tests, patterns, rules
from operations.events import TestEvent
from operations.options import AsJson, EnvironmentName, Live, Yes, confirm, reach
from operations.output import say, show, show_json
from operations.steps import FAILED, Step
from semantics import event_patterns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.account import Account
    from operations.environment import Environment
    from operations.events import Sent
    from operations.rules import FoundRule

app = typer.Typer(
    help="Send test events, and test what they set going.", no_args_is_help=True, pretty_exceptions_enable=False
)

RuleName = Annotated[
    str | None, typer.Option("--rule", metavar="RULE", help="One rule, by its key or its name; all unless given.")
]
EventGiven = Annotated[
    str | None, typer.Option("--event", metavar="FILE|JSON|-", help="The event, instead of a sample for the rule.")
]


@app.command()
def send(
    env: EnvironmentName,
    *,
    rule: RuleName = None,
    event: EventGiven = None,
    source: Annotated[str | None, typer.Option(help="Who sends the event, instead of a sample's.")] = None,
    detail_type: Annotated[str | None, typer.Option(help="What it is about; with --source.")] = None,
    detail: Annotated[str | None, typer.Option(help="A JSON object, {} unless given; with --source.")] = None,
    bus: Annotated[str | None, typer.Option(help="One of the environment's buses; the only one unless given.")] = None,
    live: Live = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Send a test event: samples of environments/events/ that match its rules, one made from a pattern, or your own."""
    own = _own(event, source, detail_type, detail)
    environment, account = reach(env, live=live)
    tests = _tests(environment, rule, own, bus)
    if account.live and not yes:
        for test in tests:
            say(f"{test.origin}, to {test.bus}: {json.dumps(test.event, ensure_ascii=False)}")
    confirm(environment, account, yes=yes)
    for name in sorted({test.bus for test in tests}):
        rules.require_bus(account, environment, name)
    there = rules.find(account, environment)
    sent = events.put(account, tests)
    if as_json:
        show_json([_sent_record(there, each) for each in sent])
    else:
        _show_sent(there, sent)
    if any(each.problem for each in sent):
        raise typer.Exit(1)


@app.command("test")
def try_pattern(
    env: EnvironmentName,
    *,
    rule: RuleName = None,
    pattern: Annotated[
        str | None, typer.Option("--pattern", metavar="FILE|JSON", help="Instead of the rules' own in the account.")
    ] = None,
    event: EventGiven = None,
    live: Live = False,
    as_json: AsJson = False,
) -> None:
    """Test a pattern against an event; exit 1 if it does not match, with the fields that keep it from matching."""
    own = patterns.parse_event(*patterns.read(event, "--event")) if event is not None else None
    tried = patterns.parse_pattern(*patterns.read(pattern, "--pattern")) if pattern is not None else None
    environment, account = reach(env, live=live)
    verdicts = pattern_tests.run(account, environment, environment.rule(rule) if rule else None, tried, own)
    if as_json:
        show_json([asdict(verdict) for verdict in verdicts])
    else:
        rows = [
            (each.rule, each.event, _matches(each.matches), _matches(each.by_eventbridge), "; ".join(each.why_not))
            for each in verdicts
        ]
        show(("pattern of", "event", "verdict", "EventBridge's verdict", "why not"), rows, f"{env} has no rules")
    for each in verdicts:
        if each.disagrees:
            say(f"{each.rule}: EventBridge decides otherwise than semantics/ here: EventBridge is right; report it")
    if not any(each.verdict for each in verdicts):
        raise typer.Exit(1)


@app.command("test-all")
def try_chain(
    env: EnvironmentName,
    *,
    rule: RuleName = None,
    event: EventGiven = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="All but the last steps: no event, no job.")] = False,
    wait: Annotated[float, typer.Option(min=0, help="Seconds that a job may take to appear in its queue.")] = 60.0,
    live: Live = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Test the whole chain of each rule, from the event to a job that is really submitted; exit 1 if a step fails."""
    own = patterns.parse_event(*patterns.read(event, "--event")) if event is not None else None
    environment, account = reach(env, live=live)
    only = environment.rule(rule) if rule else None
    found = chain.concerned(environment, rules.find(account, environment), only)
    if not found:
        raise WrongUseError(f"{env} has no rules: give it `workflows`")
    examined = chain.examine(account, environment, found, own)
    trials = [] if dry_run else chain.trials(examined)
    if trials:
        if account.live and not yes:
            for trial in trials:
                say(f"{trial.test.origin} will be sent to {trial.test.bus}, and what its rules start really runs")
        confirm(environment, account, yes=yes)
    tried = chain_jobs.run(account, trials, wait, _where_to_look(env, account)) if trials else []
    steps = chain.in_order(examined, tried, "--dry-run" if dry_run else "")
    if as_json:
        show_json([asdict(step) for step in steps])
    else:
        _show_steps(steps)
    if any(step.verdict == FAILED for step in steps):
        raise typer.Exit(1)


def _own(
    event: str | None, source: str | None, detail_type: str | None, detail: str | None
) -> tuple[str, dict[str, Any]] | None:
    """Return the event that the options give, with what to call it; None if they give none."""
    if source is None and (detail_type is not None or detail is not None):
        raise WrongUseError("--detail-type and --detail go with --source")
    if source is not None:
        if event is not None:
            raise WrongUseError("--event and --source: give one")
        if detail_type is None:
            raise WrongUseError("--source needs --detail-type: an event has both")
        given = {"Source": source, "DetailType": detail_type, "Detail": detail or "{}"}
        return "the event given", patterns.parse_event(json.dumps(given), "--detail")
    if event is not None:
        text, where = patterns.read(event, "--event")
        return where, patterns.parse_event(text, where)
    return None


def _tests(
    environment: Environment, rule: str | None, own: tuple[str, dict[str, Any]] | None, bus: str | None
) -> list[TestEvent]:
    """Return what to send."""
    chosen = environment.rule(rule) if rule else None
    if own is not None:
        where = chosen.bus if chosen is not None and bus is None else events.require_bus(environment, bus)
        event = events.as_sent(environment.account, environment.region, own[1])
        return [TestEvent(environment.region, where, own[0], event)]
    if bus is not None:
        events.require_bus(environment, bus)
    wanted = [chosen] if chosen is not None else [each for each in environment.rules if bus in (None, each.bus)]
    if not wanted:
        raise WrongUseError(
            f"{environment.name} has no rules: give it `workflows`, or an event of your own with --event"
        )
    found = []
    for each in wanted:
        made = events.for_pattern(environment, environment.region, each.pattern or {}, each.key)
        if not made:
            say(f"{each.key}: no sample matches its pattern, and none can be made from it: give one with --event")
        found += [TestEvent(environment.region, each.bus, origin, event) for origin, event in made]
    if not found:
        raise WrongUseError("there is no event to send")
    return events.distinct(found)


def _matched(there: Sequence[FoundRule], sent: Sent) -> list[FoundRule]:
    """Return the rules of the account whose pattern takes an event, enabled or not; none of an AWS service's own."""
    return [
        rule
        for rule in there
        if (rule.region, rule.bus) == (sent.test.region, sent.test.bus)
        and rule.pattern
        and not rule.managed_by
        and event_patterns.matches(rule.pattern, sent.test.event)
    ]


def _sent_record(there: Sequence[FoundRule], sent: Sent) -> dict[str, Any]:
    entry = sent.test.entry()
    return {
        "id": sent.id,
        "problem": sent.problem,
        "bus": sent.test.bus,
        "origin": sent.test.origin,
        "source": entry["Source"],
        "detail_type": entry["DetailType"],
        "detail": sent.test.event["detail"],
        "rules": [rule.key or rule.name for rule in _matched(there, sent) if rule.is_enabled],
        "disabled_rules": [rule.key or rule.name for rule in _matched(there, sent) if not rule.is_enabled],
    }


def _show_sent(there: Sequence[FoundRule], sent: Sequence[Sent]) -> None:
    records = [_sent_record(there, each) for each in sent]
    rows = [
        (
            each["bus"],
            each["source"],
            each["detail_type"],
            each["origin"],
            each["id"] or "not sent",
            each["problem"]
            or ", ".join([*each["rules"], *(f"{rule} (disabled)" for rule in each["disabled_rules"])])
            or "no rule of the bus",
        )
        for each in records
    ]
    show(("bus", "source", "detail type", "from", "event id", "matches"), rows, "there is no event to send")


def _matches(verdict: bool | None) -> str:  # noqa: FBT001 - it is what is shown
    return "" if verdict is None else "matches" if verdict else "matches not"


def _show_steps(steps: Sequence[Step]) -> None:
    rows = [(step.rule, step.target, step.name, step.verdict, step.found, step.remedy) for step in steps]
    show(("rule", "target", "step", "verdict", "found", "what to do"), rows, "there is nothing to test")
    counts = [
        f"{sum(step.verdict == verdict for step in steps)} {verdict}" for verdict in ("passed", "failed", "not tried")
    ]
    say(", ".join(counts))


def _where_to_look(env: str, account: Account) -> str:
    """Say where to look when a job does not appear."""
    if account.live:
        return "look at the rule's FailedInvocations in CloudWatch, and at its targets' dead-letter queue"
    return f".build/venv/bin/python -m sandbox deliveries {env} says what became of the event"
