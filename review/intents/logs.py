"""What the account's policies for CloudWatch Logs are for: rules write events to log groups.

Source: "CloudWatch Logs permissions" of the EventBridge User Guide, whose statement names both services and has no
condition. EventBridge writes to log groups of the rule's own account only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.intents.facts import arns
from review.intents.grants import Grants, GuardedIntent, let, service

if TYPE_CHECKING:
    from review.intents.facts import Facts

_SERVICES: Final = ("delivery.logs.amazonaws.com", "events.amazonaws.com")
_WRITE: Final = ("logs:CreateLogStream", "logs:PutLogEvents")


def intent(facts: Facts) -> GuardedIntent | None:
    """Return what the account's policies for CloudWatch Logs are for; None if no rule of this plan writes to logs."""
    targets = [each for each in facts.targets if arns.service(each.arn) == "logs"]
    if not targets:
        return None
    groups = sorted({f"{each.arn.removesuffix(':*')}:*" for each in targets})
    names = ", ".join(dict.fromkeys(each.rule.name for each in targets))
    # One statement for all groups of EventBridge saves the account some of its ten policies; other rules may write.
    every = f"arn:{facts.plan.partition}:logs:{facts.plan.region}:{facts.plan.account}:log-group:/aws/events/*:*"
    return GuardedIntent(
        "logs",
        f"the rules {names} write events to their log groups",
        Grants(
            needed=(let(service(*_SERVICES), _WRITE, groups),),
            tolerated=(let(service(*_SERVICES), _WRITE, every),),
        ),
    )
