"""Rules and their targets as they are in the account, with what the specification says they are for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from harness.errors import EnvironmentFailedError
from operations.account import is_missing
from operations.environment import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_events import EventBridgeClient

    from operations.account import Account
    from operations.environment import Environment

MISSING: Final = "missing"
# What a target is by its ARN: service and how its resource begins.
_BY_ARN: Final = {
    ("batch", "job-queue/"): KINDS["submit_job"],
    ("ecs", "cluster/"): KINDS["run_task"],
    ("sns", ""): KINDS["notify"],
    ("logs", "log-group:"): KINDS["log"],
    ("sqs", ""): KINDS["queue"],
    ("events", "event-bus/"): KINDS["bus"],
    ("lambda", "function:"): "Lambda function",
    ("states", "stateMachine:"): "state machine",
    ("ssm", "automation-definition/"): "automation",
}


@dataclass(frozen=True)
class FoundTarget:
    """A target as ListTargetsByRule has it.

    Attributes:
        arn: of the job queue where it submits jobs, of the cluster where it runs tasks, else of what it sends to.
        definition: the job definition's name or ARN as the target has it; empty for other targets.
        raw: all of it.
    """

    id: str
    kind: str
    arn: str
    role: str
    definition: str
    job_name: str
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class FoundRule:
    """A rule as the account has it; one that is not there has the state `missing` and nothing else.

    Attributes:
        key: `<workflow>.<rule>` of the specification; empty for a rule that it does not make.
        pattern: None for a rule by schedule.
        managed_by: the AWS service that made the rule for itself; empty for everybody else's.
    """

    region: str
    bus: str
    name: str
    key: str
    state: str = MISSING
    arn: str = ""
    pattern: dict[str, Any] | None = None
    schedule: str = ""
    managed_by: str = ""
    targets: tuple[FoundTarget, ...] = ()

    @property
    def is_enabled(self) -> bool:
        """Whether it starts anything; one may also be enabled for all that CloudTrail has."""
        return self.state.startswith("ENABLED")


def find(account: Account, environment: Environment) -> list[FoundRule]:
    """Return the rules of an environment: its own, what else is on the buses that it makes, and what its syncs keep.

    Its own are there also if the account does not have them: as missing.
    """
    keys = {(environment.region, rule.bus, rule.name): rule.key for rule in environment.rules}
    whole = {(environment.region, bus) for bus in environment.buses}
    named = set(keys)
    for each in environment.syncs:
        for selection in each.selections:
            region = selection.region or environment.region
            if selection.rule is None:
                whole.add((region, selection.bus))
            else:
                named.add((region, selection.bus, selection.rule))
    found: dict[tuple[str, str, str], FoundRule] = {}
    for region, bus in sorted(whole):
        for name in _names(account, region, bus):
            named.add((region, bus, name))
    for region, bus, name in sorted(named):
        found[region, bus, name] = describe(account, region, bus, name, keys.get((region, bus, name), ""))
    return list(found.values())


def describe(account: Account, region: str, bus: str, name: str, key: str = "") -> FoundRule:
    """Return a rule with its targets; one whose state is `missing` if it, or its bus, is not there."""
    events = account.events(region)
    try:
        rule = events.describe_rule(Name=name, EventBusName=bus)
        targets = tuple(_targets(events, bus, name))
    except ClientError as error:
        if is_missing(error):
            return FoundRule(region, bus, name, key)
        raise
    return FoundRule(
        region=region,
        bus=bus,
        name=name,
        key=key,
        state=rule["State"],
        arn=rule["Arn"],
        pattern=json.loads(rule["EventPattern"]) if rule.get("EventPattern") else None,
        schedule=rule.get("ScheduleExpression", ""),
        managed_by=rule.get("ManagedBy", ""),
        targets=targets,
    )


def kind(target: Mapping[str, Any]) -> str:
    """Return what a target is, as the tables call it; the service of its ARN where that is no kind of its own."""
    arn = str(target.get("Arn", ""))
    _, _, service, _, _, resource, *_ = [*arn.split(":", 5), *[""] * 6]
    for (known, prefix), called in _BY_ARN.items():
        if service == known and resource.startswith(prefix):
            return called
    return service or arn


def require_bus(account: Account, environment: Environment, bus: str, region: str | None = None) -> None:
    """Check that a bus is there: EventBridge takes events for one that is not, and loses them.

    Raises:
        EnvironmentFailedError: it is not.
    """
    try:
        account.events(region).describe_event_bus(Name=bus)
    except ClientError as error:
        if not is_missing(error):
            raise
        raise EnvironmentFailedError(
            f"there is no event bus {bus} in account {environment.account}, {region or environment.region}: "
            f"`make apply ENV={environment.name}` makes what the specification says"
        ) from None


def _names(account: Account, region: str, bus: str) -> list[str]:
    """Return the name of every rule of a bus; none of a bus that is not there."""
    try:
        pages = account.events(region).get_paginator("list_rules").paginate(EventBusName=bus)
        return [rule["Name"] for page in pages for rule in page["Rules"]]
    except ClientError as error:
        if is_missing(error):
            return []
        raise


def _targets(events: EventBridgeClient, bus: str, rule: str) -> Iterator[FoundTarget]:
    for page in events.get_paginator("list_targets_by_rule").paginate(Rule=rule, EventBusName=bus):
        for target in page["Targets"]:
            parameters = target.get("BatchParameters")
            yield FoundTarget(
                id=target["Id"],
                kind=kind(target),
                arn=target["Arn"],
                role=target.get("RoleArn", ""),
                definition=parameters["JobDefinition"] if parameters else "",
                job_name=parameters["JobName"] if parameters else "",
                raw=target,
            )


def starts(rule: FoundRule) -> str:
    """Return what makes a rule fire: its schedule, or its pattern as one line of JSON."""
    if rule.pattern is None:
        return rule.schedule
    return json.dumps(rule.pattern, ensure_ascii=False)


def record(rule: FoundRule) -> dict[str, Any]:
    """Return a rule for a program; of its targets what each is."""
    fields = ("region", "bus", "name", "key", "state", "arn", "pattern", "schedule", "managed_by")
    targets = [{"id": each.id, "kind": each.kind, "arn": each.arn, "role": each.role} for each in rule.targets]
    return {name: getattr(rule, name) for name in fields} | {"targets": targets}
