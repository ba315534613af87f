"""Which buses, rules and archives have been applied, as moto keeps them.

This module reaches into moto with loose types; what it returns is typed, and a copy: a rule that changes while an event
is on its way does not change that delivery.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.events.models import events_backends
from moto.utilities.utils import get_partition

from sandbox.delivery import arns

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENT_BUS = "event-bus/"
ARCHIVES_OWN = "prod.vhs.events.aws.internal"  # who manages the rule that each archive has


@dataclass(frozen=True, slots=True)
class Bus:
    """An event bus.

    Attributes:
        key: the KMS key that encrypts it, as it was given; None if AWS's own does.
        dead_letter_queue: ARN of the bus's own queue; None if it has none.
    """

    arn: str
    name: str
    account: str
    region: str
    key: str | None
    dead_letter_queue: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is enabled and has a pattern; its targets are as PutTargets got them."""

    arn: str
    name: str
    pattern: Mapping[str, Any]
    targets: tuple[Mapping[str, Any], ...]


def find_bus(account: str, region: str, name_or_arn: str) -> Bus | None:
    """Return a bus of an account and region by its name, or any by its ARN; None if there is none."""
    backends: Any = events_backends
    arn = arns.parse(arn_of_bus(account, region, name_or_arn))
    account, region, name = arn.account, arn.region, arn.resource.removeprefix(EVENT_BUS)
    found = backends[account][region].event_buses.get(name)
    if found is None:
        return None
    return Bus(
        arn=found.arn,
        name=found.name,
        account=account,
        region=region,
        key=found.kms_key_identifier,
        dead_letter_queue=(found.dead_letter_config or {}).get("Arn"),
    )


def arn_of_bus(account: str, region: str, name_or_arn: str) -> str:
    """Return the ARN of a bus, which need not exist, of an account and region if it is named without them."""
    if arns.is_arn(name_or_arn):
        return name_or_arn
    name = name_or_arn.removeprefix(EVENT_BUS)
    return f"arn:{get_partition(region)}:events:{region}:{account}:{EVENT_BUS}{name}"


def rules(bus: Bus) -> list[Rule]:
    """Return the rules of a bus that events are matched with: enabled, with a pattern, and not an archive's own."""
    return [
        Rule(
            arn=rule.arn,
            name=rule.name,
            pattern=json.loads(rule.event_pattern.dump()),
            targets=tuple(copy.deepcopy(rule.targets)),
        )
        for rule in list(_bus(bus).rules.values())
        if rule.state != "DISABLED" and rule.event_pattern.dump() and rule.managed_by != ARCHIVES_OWN
    ]


def archives(bus: Bus) -> list[tuple[str, Mapping[str, Any] | None]]:
    """Return the archives of a bus, each with the pattern of what it keeps; None keeps everything."""
    backends: Any = events_backends
    return [
        (archive.name, json.loads(archive.event_pattern.dump() or "null"))
        for archive in list(backends[bus.account][bus.region].archives.values())
        if archive.source_arn == bus.arn
    ]


def archive(bus: Bus, name: str, event: Mapping[str, Any]) -> None:
    """Keep an event in an archive, if it is still there."""
    backends: Any = events_backends
    found = backends[bus.account][bus.region].archives.get(name)
    if found is not None:
        found.events.append(copy.deepcopy(dict(event)))


def archived(moto_archive: Any, since: float, until: float) -> list[dict[str, Any]]:
    """Return the events of an archive whose time is in this range, in seconds since 1970, the end not included."""
    return [event for event in list(moto_archive.events) if since <= _seconds(event["time"]) < until]


def _seconds(moment: str) -> float:
    return datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def _bus(bus: Bus) -> Any:
    backends: Any = events_backends
    return backends[bus.account][bus.region].event_buses[bus.name]
