"""What the policy of a bus is for: who may put which events on it.

No resource of a plan says that; the output `review` of the root does. Identities of the bus's own account need no such
policy ("Permissions for Amazon EventBridge event buses", EventBridge User Guide), so what a task is declared to put may
be said here, and what publishers are declared to put has to be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from review.intents import account
from review.intents.facts import arns, declared
from review.intents.grants import Grants, GuardedIntent, let

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.intents.facts import Facts
    from review.intents.grants import Statement

_PUT: Final = "events:PutEvents"


def intent(facts: Facts, bus: str) -> GuardedIntent | None:
    """Return what the policy of a bus is for; None if nothing is declared of who puts events on it."""
    name = arns.bus_name(bus)
    others = declared.publishers(facts.plan, name)
    needed = tuple(_let(bus, {"AWS": _listed(each.get("principal_arns"))}, each) for each in others or ())
    optional = tuple(_tasks(facts, bus, name))
    if others is None and not optional:
        return None
    said = Grants(needed=needed, optional=optional)
    return GuardedIntent(
        "bus",
        f"who the output `review` says may put events on {name}",
        said + Grants(tolerated=(*account.on_everything(said), account.of_its_own(_PUT, arns.account(bus)))),
    )


def _tasks(facts: Facts, bus: str, name: str) -> Iterator[Statement]:
    """Yield the tasks that are declared to put events on a bus."""
    for definition in facts.tasks.definitions:
        permissions = declared.permissions(facts.plan, definition.family) or {}
        for grant in permissions.get("put_events", ()):
            if definition.task_role and (grant.get("event_bus") or "default") in (bus, name):
                yield _let(bus, {"AWS": definition.task_role}, grant)


def _let(bus: str, principal: Mapping[str, Any], grant: Mapping[str, Any]) -> Statement:
    allowed = {"events:source": _listed(grant.get("sources"))}
    if detail_types := _listed(grant.get("detail_types")):
        allowed["events:detail-type"] = detail_types
    return let(principal, _PUT, bus, {"StringEquals": allowed})


def _listed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else []
