"""How an event that a bus has been given travels: the rules it matches, their targets, and the dead-letter queues."""

from __future__ import annotations

import dataclasses
import functools
import json
import threading
from typing import TYPE_CHECKING, Any

from sandbox import permissions
from sandbox.clock import CLOCK, written
from sandbox.delivery import applied, arns, dead_letters, metrics, retries, targets
from sandbox.delivery.events import EVENTS
from sandbox.delivery.faults import FAULTS
from sandbox.delivery.invocation import Caller, InvocationError
from sandbox.delivery.records import RECORDS
from sandbox.delivery.refusals import INVALID_JSON, NO_RESOURCE, THIRD_ACCOUNT_HOP_DETECTED, refusal
from sandbox.delivery.work import WORK
from semantics import event_patterns, input_transformers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sandbox.delivery.records import Delivery

SERVICE = "events.amazonaws.com"
# What an encrypted bus needs of its key (EventBridge User Guide, "KMS key options for EventBridge").
KEY_ACTIONS = ("kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt")


# Deliveries call this very process, so that more of them only get in each other's way: 250 at once took more than twice
# as long as these few at a time. What they start (a task, an event on another bus) does not wait in this line.
PLACES = threading.BoundedSemaphore(8)


def publish(
    event: Mapping[str, Any],
    account: str,
    region: str,
    bus_name: str,
    *,
    forwarded_by: str | None = None,
    only_rules: Collection[str] = (),
) -> None:
    """Give an event to a bus: match it now, deliver it on threads that `WORK` counts.

    An event for a bus that does not exist is lost without an error, as on AWS (PutEvents answers with an id).

    Args:
        event: as rules see it; `entries.new_event` makes one.
        account: of the bus.
        region: of the bus.
        bus_name: its name or ARN.
        forwarded_by: ARN of the rule of another bus that sends it.
        only_rules: ARNs of the rules to match it with; none names all (a replay may choose).
    """
    bus = applied.find_bus(account, region, bus_name)
    if bus is None:
        bus_arn = applied.arn_of_bus(account, region, bus_name)
        lost = f"there is no event bus {bus_name.rpartition('/')[2]}"
        EVENTS.add(at=CLOCK.now(), bus_arn=bus_arn, event=event, forwarded_by=forwarded_by, lost=lost)
        return
    try:
        if bus.key:
            permissions.key_lets(SERVICE, bus.arn, bus.account, bus.key, KEY_ACTIONS)
    except InvocationError as error:
        EVENTS.add(at=CLOCK.now(), bus_arn=bus.arn, event=event, forwarded_by=forwarded_by, lost=str(error))
        WORK.start(functools.partial(reject, event, bus, error), f"rejection of {event['id']} by {bus.name}")
        return
    matched = [
        rule
        for rule in applied.rules(bus)
        if (not only_rules or rule.arn in only_rules) and event_patterns.matches(rule.pattern, event)
    ]
    EVENTS.add(
        at=CLOCK.now(),
        bus_arn=bus.arn,
        event=event,
        rules=[rule.arn for rule in matched],
        archives=archive(event, bus),
        forwarded_by=forwarded_by,
    )
    for rule in matched:
        WORK.start(functools.partial(metrics.matched, bus, rule), f"count of {event['id']} by {rule.name}", PLACES)
        for target in rule.targets:
            task = functools.partial(deliver, event, bus, rule, target, forwarded=forwarded_by is not None)
            WORK.start(task, f"delivery of {event['id']} to {rule.name}/{target['Id']}", PLACES)


def publish_as_aws(event: Mapping[str, Any]) -> None:
    """Give an event of one of AWS's services to the default bus of its place; nobody else may use its source."""
    publish(event, event["account"], event["region"], "default")


def archive(event: Mapping[str, Any], bus: applied.Bus) -> list[str]:
    """Keep an event in the archives of a bus that want it, and return their names; a replayed one is kept already."""
    if "replay-name" in event:
        return []
    names = [
        name for name, pattern in applied.archives(bus) if pattern is None or event_patterns.matches(pattern, event)
    ]
    for name in names:
        applied.archive(bus, name, event)
    return names


def deliver(
    event: Mapping[str, Any], bus: applied.Bus, rule: applied.Rule, target: Mapping[str, Any], *, forwarded: bool
) -> Delivery:
    """Invoke one target for one event, with retries and then the dead-letter queue; return the record of it."""
    caller = Caller(SERVICE, rule.arn, bus.account, bus.region, target.get("RoleArn"))
    payload = ""

    def once() -> dict[str, Any]:
        nonlocal payload
        payload = input_of(target, event, rule)
        fault = FAULTS.take(target["Arn"])
        if fault is not None:
            raise refusal(*fault)
        invocation = targets.Invocation(target, payload, caller, event)
        if is_bus(target["Arn"]):
            return forward(invocation, forwarded=forwarded)
        return targets.invoke(invocation)

    attempted = retries.attempt(once, retries.RetryPolicy.of(target))
    record: dict[str, Any] = {
        "at": CLOCK.now(),
        "trigger": "event",
        "source_arn": rule.arn,
        "event_id": event["id"],
        "target_id": target["Id"],
        "target_arn": target["Arn"],
        "payload": payload,
        "attempts": attempted.attempts,
        "waited_seconds": attempted.waited_seconds,
    }
    if attempted.error is None:
        delivery = RECORDS.add(**record, outcome="delivered", result=attempted.result or {})
    else:
        attributes = dead_letters.attributes_of(attempted, RULE_ARN=rule.arn, TARGET_ARN=target["Arn"])
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        # EventBridge writes to the queue itself, without the target's role.
        itself = dataclasses.replace(caller, role_arn=None)
        delivery = RECORDS.add(
            **record,
            error_code=attempted.error.code,
            exhausted_retry_condition=attempted.exhausted,
            **dead_letters.bury(queue, json.dumps(event), itself, attributes, attempted.error),
        )
    metrics.delivered(bus, rule, delivery)
    return delivery


def reject(event: Mapping[str, Any], bus: applied.Bus, error: InvocationError) -> None:
    """Put an event that a bus cannot encrypt into the bus's own dead-letter queue, and record it.

    EventBridge User Guide, "Using dead-letter queues to capture encrypted event errors". AWS encrypts what it puts
    there; this is the event as it came.
    """
    caller = Caller(SERVICE, bus.arn, bus.account, bus.region)
    message = error.message[: dead_letters.LONGEST_MESSAGE]
    attributes = {"EVENT_BUS_ARN": bus.arn, "ERROR_CODE": error.code, "ERROR_MESSAGE": message}
    body = json.dumps(event)
    RECORDS.add(
        at=CLOCK.now(),
        trigger="event",
        source_arn=bus.arn,
        event_id=event["id"],
        target_arn=bus.arn,
        payload=body,
        error_code=error.code,
        **dead_letters.bury(bus.dead_letter_queue, body, caller, attributes, error),
    )


def input_of(target: Mapping[str, Any], event: Mapping[str, Any], rule: applied.Rule) -> str:
    """Return the text that a target is given for an event.

    Raises:
        InvocationError: the target's transformer makes no valid input of it.
    """
    transformer = target.get("InputTransformer") or {}
    try:
        return input_transformers.target_input(
            event,
            input=target.get("Input"),
            input_path=target.get("InputPath"),
            input_paths=transformer.get("InputPathsMap"),
            input_template=transformer.get("InputTemplate"),
            rule_arn=rule.arn,
            rule_name=rule.name,
            ingestion_time=written(CLOCK.now()),
        )
    except input_transformers.InputError as error:
        raise InvocationError(INVALID_JSON, str(error)) from None


def is_bus(target_arn: str) -> bool:
    """Tell whether a target is another bus."""
    return ":events:" in target_arn and target_arn.split(":", 5)[-1].startswith(applied.EVENT_BUS)


def forward(invocation: targets.Invocation, *, forwarded: bool) -> dict[str, Any]:
    """Give the event to another bus, where it stays the event it is: id, time, account and source.

    That is why this is no PutEvents, which would make a new event. An event travels from one bus to another only once
    (EventBridge User Guide, "Sending events between event buses in the same account and Region").

    Raises:
        InvocationError: it came from another bus, the bus is not there, or the rule may not send to it.
    """
    arn = arns.parse(invocation.arn)
    if forwarded:
        raise InvocationError(
            THIRD_ACCOUNT_HOP_DETECTED, "Events received from another event bus cannot be forwarded to this event bus."
        )
    if applied.find_bus(arn.account, arn.region, arn.resource) is None:
        raise InvocationError(NO_RESOURCE, f"Event bus {arn.resource.removeprefix(applied.EVENT_BUS)} does not exist.")
    context: dict[str, str | list[str]] = {
        "events:source": invocation.event["source"],
        "events:detail-type": invocation.event["detail-type"],
        "events:eventBusInvocation": "true",
    }
    if invocation.caller.role_arn:
        permissions.role_may(invocation.caller, "events:PutEvents", invocation.arn, context)
    else:
        permissions.service_may(invocation.caller, "events:PutEvents", invocation.arn, context)
    publish(invocation.event, arn.account, arn.region, arn.resource, forwarded_by=invocation.caller.source_arn)
    return {"event_bus": invocation.arn, "event_id": invocation.event["id"]}
