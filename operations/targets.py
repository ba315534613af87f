"""Every target of an environment's rules: what it starts, and whether it is on the revision that it should have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import StringIO
from typing import TYPE_CHECKING

from operations import definitions
from operations.environment import BATCH
from operations.rules import MISSING
from operations.target_sync import sync

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.account import Account
    from operations.environment import Environment
    from operations.rules import FoundRule, FoundTarget

    Place = tuple[str, str, str, str]  # region, bus, rule, id of the target


@dataclass(frozen=True)
class Row:
    """One target.

    Attributes:
        definition: name of its job definition; empty, as all that follows, for what submits no jobs.
        revision: the one that the target names; None if it names none.
        newest: the highest ACTIVE one; None if there is none.
        verdict: `current`, `stale`, `held`, `floating` or `failed`, as the sync's own check says; `missing` for what
            the specification has and the account has not: a rule, which has no target then, or a target.
        kept_by: the sync that keeps it; empty if none does.
        problem: what failed, in words.
    """

    region: str
    bus: str
    rule: str
    target: str = ""
    kind: str = ""
    arn: str = ""
    role: str = ""
    definition: str = ""
    revision: int | None = None
    newest: int | None = None
    verdict: str = ""
    kept_by: str = ""
    problem: str = ""


def rows(account: Account, environment: Environment, rules: Sequence[FoundRule]) -> list[Row]:
    """Return a row for each target of these rules, and one for each rule or target that is not there.

    One more for each thing that a sync could not find or read, so that a sync that fails is never all green here.
    What an AWS service has made for itself, as an archive's rule, is its own business and left out.

    Raises:
        sync.SyncError: as `check`.
    """
    found = [(rule, target) for rule in rules if not rule.managed_by for target in rule.targets]
    verdicts, elsewhere = check(account, environment, found)
    newest: dict[tuple[str, str], int | None] = {}
    result = _missing(environment, rules)
    absent = {(row.region, row.bus, row.rule) for row in result}
    result += [
        Row(each.region, each.bus, each.rule, each.target, verdict=each.status, kept_by=kept_by, problem=_problem(each))
        for each, kept_by in elsewhere
        if (each.region, each.bus, each.rule) not in absent
    ]
    for rule, target in found:
        row = Row(rule.region, rule.bus, rule.name, target.id, target.kind, target.arn, target.role)
        if target.kind == BATCH:
            reference = definitions.parse(target.definition)
            key = (rule.region, reference.name)
            if key not in newest:
                newest[key] = next(iter(definitions.active(account.batch(rule.region), reference.name)), None)
            outcome, kept_by = verdicts[_place(rule, target)]
            row = replace(
                row,
                definition=reference.name,
                revision=reference.revision,
                newest=newest[key],
                verdict=outcome.status,
                kept_by=kept_by,
                problem=_problem(outcome),
            )
        result.append(row)
    return sorted(result, key=lambda row: (row.region, row.bus, row.rule, row.target))


def check(
    account: Account, environment: Environment, found: Sequence[tuple[FoundRule, FoundTarget]]
) -> tuple[dict[Place, tuple[sync.Outcome, str]], list[tuple[sync.Outcome, str]]]:
    """Return what the sync's own check says of each Batch target, and which of the environment's syncs keeps it.

    And what failed of a sync that is of none of these targets, as of a rule that has lost its own.
    Each sync is asked with its own state, which says what rollbacks hold. What no sync keeps is checked as if one did.

    Raises:
        sync.SyncError: a check could not begin: credentials, network, a state that is none.
    """
    aws = sync.Aws(account.session, log=StringIO())  # nothing has run that a log should know of
    wanted = {_place(rule, target) for rule, target in found if target.kind == BATCH}
    verdicts: dict[Place, tuple[sync.Outcome, str]] = {}
    elsewhere: list[tuple[sync.Outcome, str]] = []
    for each in environment.syncs:
        report = sync.sync(each.selections, each.settings, aws, operation="check")
        verdicts |= {place: (outcome, each.name) for outcome in report.outcomes if (place := _of(outcome)) in wanted}
        elsewhere += [
            (outcome, each.name)
            for outcome in report.outcomes
            if outcome.status == "failed" and _of(outcome) not in wanted
        ]
    left = sorted(wanted - verdicts.keys())
    if left:
        selections = [sync.Selection(bus=bus, rule=rule, target=id_, region=region) for region, bus, rule, id_ in left]
        settings = sync.Settings(region=environment.region)
        report = sync.sync(selections, settings, aws, operation="check")
        verdicts |= {place: (outcome, "") for outcome in report.outcomes if (place := _of(outcome)) in wanted}
    for region, bus, rule, id_ in wanted - verdicts.keys():
        gone = sync.Outcome(
            region, bus, rule, id_, status="failed", kind="target-not-found", message="it has just gone"
        )
        verdicts[region, bus, rule, id_] = (gone, "")
    return verdicts, elsewhere


def _missing(environment: Environment, rules: Sequence[FoundRule]) -> list[Row]:
    """Return the rules and targets that the specification has and the account has not."""
    makes = f"make apply ENV={environment.name} makes it"
    specified = {rule.key: rule for rule in environment.rules}
    result = []
    for rule in rules:
        if rule.state == MISSING:
            result.append(Row(rule.region, rule.bus, rule.name, verdict=MISSING, problem=makes))
        elif rule.key:
            there = {target.id for target in rule.targets}
            result += [
                Row(
                    rule.region,
                    rule.bus,
                    rule.name,
                    each.id,
                    each.kind,
                    definition=each.job.definition if each.job else "",
                    verdict=MISSING,
                    problem=makes,
                )
                for each in specified[rule.key].targets
                if each.id not in there
            ]
    return result


def _problem(outcome: sync.Outcome) -> str:
    return f"{outcome.kind}: {outcome.message}" if outcome.kind else ""


def _place(rule: FoundRule, target: FoundTarget) -> Place:
    return rule.region, rule.bus, rule.name, target.id


def _of(outcome: sync.Outcome) -> Place:
    return outcome.region, outcome.bus, outcome.rule, outcome.target
