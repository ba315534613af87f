"""Alarms that tell nobody: "Using Amazon CloudWatch alarms" of the CloudWatch User Guide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from review.checks.subject import ALARMS, Found
from review.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.checks.subject import Subject

_COMPOSITE: Final = "aws_cloudwatch_composite_alarm"
_NAMED: Final = re.compile(r"""(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*["']?(.*?)["']?\s*\)""")


def find(subject: Subject) -> Iterator[Found]:
    """Yield each alarm that does nothing when it goes off, unless another alarm is made of it."""
    parts = {
        _name(text) for each in subject.plan.existing(_COMPOSITE) for text in _NAMED.findall(each.text("alarm_rule"))
    }
    for each in subject.plan.existing(ALARMS, _COMPOSITE):
        if each.text("alarm_name") in parts:
            continue
        is_off = each.get("actions_enabled") is False
        if is_off or not each.get("alarm_actions"):
            yield Found(
                Severity.WARN,  # nothing is lost by it, but nobody hears of what is
                "Nobody hears of this alarm: "
                + ("its actions are switched off (actions_enabled)." if is_off else "it has no alarm_actions."),
                each.address,
                "Give it alarm_actions, such as a topic that somebody reads; or make no alarm of it.",
            )


def _name(text: str) -> str:
    """Return the name of an alarm, which a rule may give by its ARN."""
    return text.partition(":alarm:")[2] or text
