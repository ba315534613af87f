"""Rules of EventBridge: on which bus one is, and which targets are its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from review.plan.model import Plan, Resource

DEFAULT: Final = "default"
RULE: Final = "aws_cloudwatch_event_rule"
TARGET: Final = "aws_cloudwatch_event_target"

Key = tuple[str, str, str]


def bus_name(of: Resource) -> str:
    """Return the name of the bus of a rule or a target, which may be given by its ARN."""
    given = of.text("event_bus_name")
    return given.partition(":event-bus/")[2] or given or DEFAULT


def rule_name(of: Resource) -> str:
    """Return the name of a rule, or of the rule of a target, which may be given by the rule's id: `<bus>/<name>`."""
    if of.type == RULE:
        return of.text("name")
    given = of.text("rule")
    return given if "‹" in given else given.rpartition("/")[2]


def key(of: Resource) -> Key:
    """Return what a rule and its targets have in common: bus, name, and the provider, since regions may differ."""
    return bus_name(of), rule_name(of), of.provider


def targets(plan: Plan) -> dict[Key, list[Resource]]:
    """Return all targets of a plan by what they have in common with their rule, in the plan's order."""
    found: dict[Key, list[Resource]] = {}
    for each in plan.existing(TARGET):
        found.setdefault(key(each), []).append(each)
    return found
