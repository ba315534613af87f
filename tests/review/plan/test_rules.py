"""Which targets are of which rule, however either names the bus."""

from __future__ import annotations

from typing import Any

import pytest

from review.plan import rules
from tests.review.plan.test_reading import ACCOUNT, REGION, change, plan_of

BUSES = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus"
PARTNER = "aws.partner/example.com/orders"


@pytest.mark.parametrize(
    ("bus", "name"),
    [
        (None, "default"),
        ("default", "default"),
        (f"{BUSES}/default", "default"),
        (f"{BUSES}/shop", "shop"),
        (PARTNER, PARTNER),
        (f"{BUSES}/{PARTNER}", PARTNER),
    ],
)
@pytest.mark.parametrize("rule", ["placed", "shop/placed"])
def test_a_target_finds_its_rule(bus: str | None, name: str, rule: str) -> None:
    made: dict[str, Any] = {"name": "placed", "event_bus_name": name}
    plan = plan_of(
        change("aws_cloudwatch_event_rule.r", made, {"arn": True}),
        change("aws_cloudwatch_event_target.t", {"rule": rule, "event_bus_name": bus}),
        change("aws_cloudwatch_event_target.other", {"rule": "placed", "event_bus_name": "other"}),
    )
    (its_rule,) = plan.existing(rules.RULE)
    assert [each.address for each in rules.targets(plan)[rules.key(its_rule)]] == ["aws_cloudwatch_event_target.t"]
    path = "placed" if name == "default" else f"{name}/placed"
    assert plan.arn(its_rule) == f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{path}"


def test_a_name_that_only_the_apply_knows_is_whole() -> None:
    # The key of for_each may have a slash.
    name = '‹aws_cloudwatch_event_rule.r["a/b"].name›'
    plan = plan_of(change("aws_cloudwatch_event_target.t", {"rule": name, "event_bus_name": None}))
    assert rules.rule_name(plan.existing(rules.TARGET)[0]) == name
