"""What the policy of a topic is for: the rules and alarms of this plan that publish to it.

Sources: "Amazon SNS permissions" of the EventBridge User Guide; "Setting up Amazon SNS notifications" of the CloudWatch
User Guide and "Example cases for Amazon SNS access control" of the SNS Developer Guide, which lets in every alarm of
the account. Roles publish by their own policies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.intents import account
from review.intents.facts import arns
from review.intents.grants import Grants, GuardedIntent, let, service

if TYPE_CHECKING:
    from review.intents.facts import Facts

_PUBLISH: Final = "sns:Publish"


def intent(facts: Facts, topic: str) -> GuardedIntent | None:
    """Return what the policy of a topic is for; None if nothing in this plan publishes to it as a service."""
    rules = publishing_rules(facts, topic)
    alarms = publishing_alarms(facts, topic)
    by_alarms = may_be_told_by_alarms(facts, topic)
    anywhere = facts.targets_anywhere
    if not (rules or by_alarms or anywhere):
        return None
    grants = Grants()
    owner = {"aws:SourceAccount": arns.account(topic)}
    if rules:
        # The rule's ARN is the one condition that AWS documents here. EventBridge sends the account as well.
        by_rule = {"ArnEquals": {"aws:SourceArn": rules}}
        grants += Grants(
            needed=(let(service("events.amazonaws.com"), _PUBLISH, topic, by_rule | {"StringEquals": owner}),),
            optional=(let(service("events.amazonaws.com"), _PUBLISH, topic, by_rule),),
        )
    if by_alarms:
        place = f"arn:{facts.plan.partition}:cloudwatch:{arns.region(topic)}:{arns.account(topic)}"
        # The alarms of this plan have to be let in. AWS's own statement lets in all of the account.
        grants += Grants(
            needed=(
                let(
                    service("cloudwatch.amazonaws.com"),
                    _PUBLISH,
                    topic,
                    {
                        "ArnEquals": {"aws:SourceArn": alarms},
                        "StringEquals": owner | {"aws:SourceOwner": arns.account(topic)},
                    },
                ),
            )
            if alarms
            else (),
            optional=(
                let(
                    service("cloudwatch.amazonaws.com"),
                    _PUBLISH,
                    topic,
                    {"ArnLike": {"aws:SourceArn": f"{place}:alarm:*"}, "StringEquals": owner},
                ),
            ),
        )
    if anywhere:
        perhaps = {"ArnEquals": {"aws:SourceArn": sorted({each.rule.arn for each in anywhere})}}
        grants += Grants(optional=(let(service("events.amazonaws.com"), _PUBLISH, topic, perhaps),))
    if not (rules or by_alarms):
        names = ", ".join(dict.fromkeys(each.rule.name for each in anywhere))
        grants += Grants(outside=(f"To which topic the targets of {names} publish, only the apply will know.",))
    grants += Grants(tolerated=(*account.on_everything(grants), account.of_its_own("sns:*", arns.account(topic))))
    told = [*(arns.resource(each).rpartition("/")[2] for each in rules), *(["alarms"] if by_alarms else [])]
    return GuardedIntent("topic", f"{', '.join(told) or 'rules perhaps'} publish to it", grants)


def publishing_rules(facts: Facts, topic: str) -> list[str]:
    """Return the ARNs of the rules that publish to a topic as the service."""
    return sorted({each.rule.arn for each in facts.targets_at(topic) if each.arn == topic and not each.role})


def publishing_alarms(facts: Facts, topic: str) -> list[str]:
    """Return the ARNs of the alarms that publish to a topic."""
    return facts.alarms_telling(topic)


def may_be_told_by_alarms(facts: Facts, topic: str) -> bool:
    """Tell whether alarms publish to a topic, or may: some say only after the apply whom they tell."""
    return bool(publishing_alarms(facts, topic)) or facts.has_alarms_telling_somebody


def may_be_told_by_rules(facts: Facts, topic: str) -> bool:
    """Tell whether rules publish to a topic, or may."""
    return bool(publishing_rules(facts, topic) or facts.targets_anywhere)
