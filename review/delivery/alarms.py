"""The paths of CloudWatch alarms to what they tell.

Sources: the CloudWatch user guide, "Notifying users on alarm changes"; "Configuring Amazon SNS encryption permissions";
"Invoke a Lambda function from an alarm".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.delivery import writing
from review.delivery.asking import Need, asked_source, kind_of, name_of, source_of
from review.delivery.model import Answer, Hop, Path
from review.delivery.target import taken_away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.delivery.target import Desk
    from review.plan import Resource

_SERVICE: Final = "cloudwatch.amazonaws.com"
_TO_FUNCTIONS: Final = "lambda.alarms.cloudwatch.amazonaws.com"
_ACTIONS: Final = ("alarm_actions", "ok_actions", "insufficient_data_actions")
_ON: Final = "Does it tell anything?"


def paths(desk: Desk) -> Iterator[Path]:
    """Yield a path for each target that alarms have; alarms that get the same answers on the way are in one path."""
    grouped: dict[tuple[str, tuple[Hop, ...]], list[Resource]] = {}
    for alarm in desk.facts.plan.existing("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"):
        for arn in dict.fromkeys(each for name in _ACTIONS for each in _listed(alarm, name)):
            grouped.setdefault((arn, tuple(_hops(desk, alarm, arn))), []).append(alarm)
    for (arn, hops), alarms in grouped.items():
        names = [each.text("alarm_name") for each in alarms]
        trigger = names[0] if len(names) == 1 else f"{len(names)} alarms: {names[0]} and others"
        target = f"{kind_of(arn)} {name_of(arn)}"
        yield Path(
            trigger=trigger,
            kind="alarm",
            via=alarms[0].address,
            target=target,
            stations=(f"alarm {names[0]}" if len(names) == 1 else f"{len(names)} alarms", target),
            hops=hops,
            address=desk.facts.address(arn),
        )


def _listed(alarm: Resource, name: str) -> list[str]:
    """Return the targets of one state; all of a set that is unknown as a whole is one text."""
    value = alarm.get(name)
    several = value if isinstance(value, list) else [value] if value else []
    made_up = f"‹{alarm.address}.{name}›"
    return [each for each in several if isinstance(each, str) and each != made_up]


def _hops(desk: Desk, alarm: Resource, arn: str) -> Iterator[Hop]:
    if alarm.get("actions_enabled") is False:
        because = "depends on somebody who turns its actions on: actions_enabled is false"
        yield Hop(_ON, Answer.DEPENDS, because)
    plan = desk.facts.plan
    source_arn = plan.arn(alarm) or desk.facts.made("cloudwatch", f"alarm:{alarm.text('alarm_name')}")
    source = source_of(source_arn, plan.account)
    any_alarm = desk.facts.made("cloudwatch", "alarm:*", source_arn)
    asked = asked_source(any_alarm, plan.account)
    condition = {"ArnLike": asked["ArnEquals"], "StringEquals": asked["StringEquals"]}
    kind = kind_of(arn)
    if desk.facts.gone(arn):
        yield taken_away(desk.facts, kind, arn)
    elif kind == "topic":
        context = {**source, "aws:SourceOwner": plan.account}
        # The key's policy may ask for the source, as SNS's guide suggests for all that write but EventBridge.
        yield from writing.by_service(desk, _SERVICE, arn, (context, condition), perhaps=source)
    elif kind == "function":
        need = Need("lambda:InvokeFunction", arn, source, condition=condition)
        question = f"May {_TO_FUNCTIONS} call the function {name_of(arn)}?"
        guard = ":".join(arn.split(":")[:7])
        yield desk.authority.service_may(_TO_FUNCTIONS, question, [need], guard=guard)
    else:
        because = f"depends on what {arn} needs, which is not checked here"
        yield Hop("May it be called?", Answer.DEPENDS, because)
