"""Event buses on the way: who may put an event on one, whether its key lets EventBridge in, and the way on to another.

Sources: "Permissions for event buses" and "Sending events between event buses" of the EventBridge user guide;
"Authorizing EventBridge to use a customer managed key" and "Using dead-letter queues to capture encrypted event errors"
there, by which the queue's policy asks for the ARN of the bus; `kms:DescribeKey` has no encryption context (KMS API).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from review.delivery import writing
from review.delivery.asking import Authority, Need, asked_source, name_of, outside, source_of
from review.delivery.model import Answer, Hop
from review.delivery.target import EVENTS, Caller

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.delivery.asking import Context
    from review.delivery.target import Desk, Target

_PUT: Final = "events:PutEvents"
_CONTEXT: Final = "kms:EncryptionContext:aws:events:event-bus:arn"
_SHOWN: Final = 3


def who_puts(desk: Desk, bus: str, event: Mapping[str, Any]) -> Hop:
    """Ask whether any role of the plan may put an event on a bus.

    Args:
        desk: the facts, and who answers.
        bus: ARN of the bus.
        event: the event, whose source and detail-type policies may ask for.
    """
    source, detail_type = str(event["source"]), str(event["detail-type"])
    question = f"Does anybody put it on the bus {name_of(bus)}?"
    if source.startswith("aws."):
        return Hop(question, Answer.YES, f"{source} is AWS itself, which puts its events on the default bus")
    need = Need(_PUT, bus, {"events:source": source, "events:detail-type": detail_type})
    found = [
        (role, hop)
        for role in desk.facts.policies.roles
        if Authority.names(role, _PUT)
        if (hop := desk.authority.role_may(role.arn, question, [need])).answer is Answer.YES
    ]
    if found:
        names = [role.name for role, _ in found[:_SHOWN]]
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        return Hop(
            question, Answer.YES, f"{', '.join(names)}{more} may: {found[0][1].because}", where=found[0][1].where
        )
    because = f"depends on whoever puts {source} on it, outside this plan: no role of the plan may"
    return Hop(question, Answer.DEPENDS, because)


def entry(desk: Desk, bus: str) -> Iterator[Hop]:
    """Yield whether EventBridge may use the key of a bus, and bury what it cannot decrypt."""
    resource = desk.facts.find(bus)
    if resource is None or resource.is_data:
        if not bus.endswith(":event-bus/default"):
            yield Hop(f"Is there a bus {name_of(bus)}?", Answer.DEPENDS, outside("bus", bus))
        return
    key = desk.facts.key_of(resource, "kms_key_identifier")
    if key:
        yield _key(desk, bus, key)
    queue = resource.text("dead_letter_config", 0, "arn")
    if queue:
        yield from writing.dead_letters(desk, Caller(EVENTS, bus, bus, ""), queue)


def _key(desk: Desk, bus: str, key: str) -> Hop:
    """Ask whether EventBridge may use the key of a bus."""
    account = bus.split(":")[4]
    source: Context = source_of(bus, account)
    condition = asked_source(bus, account)
    encrypted = {**condition, "StringEquals": {**condition["StringEquals"], _CONTEXT: bus}}
    needs = [Need("kms:DescribeKey", key, source)]
    needs += [
        Need(action, key, {**source, _CONTEXT: bus}, condition=encrypted)
        for action in ("kms:GenerateDataKey", "kms:Decrypt")
    ]
    return desk.authority.service_may(EVENTS, f"May {EVENTS} use the key of the bus {name_of(bus)}?", needs)


def onward(desk: Desk, target: Target) -> Iterator[Hop]:
    """Yield whether a rule may put events on another bus: with its role, or by that bus's policy."""
    question = f"May the rule put events on the bus {name_of(target.arn)}?"
    context: Context = {"events:eventBusInvocation": "true"}
    context |= {f"events:{name}": str(target.event[name]) for name in ("source", "detail-type") if name in target.event}
    if target.caller.role_arn:
        yield desk.authority.role_may(target.caller.role_arn, question, [Need(_PUT, target.arn, context)])
    else:
        need = Need(_PUT, target.arn, {**context, **target.caller.source}, condition=target.caller.asked_source)
        yield desk.authority.service_may(EVENTS, question, [need])
    yield from entry(desk, target.arn)
