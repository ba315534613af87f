"""What EventBridge counts in CloudWatch of a rule's deliveries: User Guide, "Monitoring Amazon EventBridge"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.clock import CLOCK
from sandbox.delivery import clients

if TYPE_CHECKING:
    from sandbox.delivery.applied import Bus, Rule
    from sandbox.delivery.records import Delivery

NAMESPACE = "AWS/Events"


def matched(bus: Bus, rule: Rule) -> None:
    """Count an event that a rule matched."""
    put(bus, rule, {"MatchedEvents": 1, "TriggeredRules": 1})


def delivered(bus: Bus, rule: Rule, delivery: Delivery) -> None:
    """Count what became of an event at one target."""
    put(bus, rule, counts(delivery))


def counts(delivery: Delivery) -> dict[str, int]:
    """Return what a delivery adds to each metric; those that it does not add to are not published.

    `Invocations` has the successes and what failed for good; `FailedInvocations` has the latter whether or not there is
    a dead-letter queue (what the guide leaves out, `DeadLetterInvocations`, are rules that would run themselves).
    """
    found = {"InvocationAttempts": delivery.attempts, "Invocations": 1}
    if delivery.attempts > 1:
        found["RetryInvocationAttempts"] = delivery.attempts - 1
    if delivery.outcome != "delivered":
        found["FailedInvocations"] = 1
    if delivery.dead_letter_queue is not None:
        sent = delivery.outcome == "dead-lettered"
        found["InvocationsSentToDlq" if sent else "InvocationsFailedToBeSentToDlq"] = 1
    return found


def put(bus: Bus, rule: Rule, values: dict[str, int]) -> None:
    """Publish values with the dimensions that a rule has; one on the default bus has its name alone."""
    dimensions = [{"Name": "RuleName", "Value": rule.name}]
    if bus.name != "default":
        dimensions.insert(0, {"Name": "EventBusName", "Value": bus.name})
    now = CLOCK.now()
    clients.cloudwatch(bus.region).put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {"MetricName": name, "Dimensions": dimensions, "Timestamp": now, "Value": value, "Unit": "Count"}
            for name, value in values.items()
        ],
    )
