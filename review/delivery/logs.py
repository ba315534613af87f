"""A log group as the target of a rule.

Sources: "CloudWatch Logs permissions" and "Amazon EventBridge targets" of the EventBridge user guide; "Encrypt log data
in CloudWatch Logs using AWS KMS" of the CloudWatch Logs user guide. A role is refused: PutTargets answers `RoleArn is
not supported for target`. Of names, AWS's documents disagree: the guide lets one choose others if the policy names
them, re:Post ("How do I use a CloudWatch log group as the target of an EventBridge rule?") asked for /aws/events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.delivery.asking import Need
from review.delivery.model import Answer, Hop
from review.delivery.target import EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.delivery.target import Desk, Target

_PREFIX: Final = "/aws/events/"
_WRITERS: Final = (EVENTS, "delivery.logs.amazonaws.com")
_ACTIONS: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
_KEY_ACTIONS: Final = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey")


def hops(desk: Desk, target: Target) -> Iterator[Hop]:
    """Yield the questions about writing to a log group."""
    group = target.arn.removesuffix(":*")
    name = group.partition(":log-group:")[2]
    resource = desk.facts.find(group)
    address = resource.address if resource else ""
    if target.caller.role_arn:
        because = f"the target names the role {target.caller.role_arn}: EventBridge refuses a log group with a role"
        yield Hop(f"Does {EVENTS} write to the log group for itself?", Answer.NO, because, rule="target")
    if not name.startswith(_PREFIX):
        because = f"depends on whether its name has to begin with {_PREFIX}, of which AWS's documents disagree"
        yield Hop(f"Can the log group {name} be a target?", Answer.DEPENDS, because, where=address)
    if target.arn.endswith(":*"):
        because = (
            f"depends on whether EventBridge takes {target.arn}: events for such an ARN have been lost without a trace"
        )
        yield Hop(f"Can the ARN of the log group {name} end in :*?", Answer.DEPENDS, because, where=address)
    for service in _WRITERS:
        needs = [
            Need(action, f"{group}:log-stream:‹stream›", target.caller.source, grant=(f"{group}:*",))
            for action in _ACTIONS
        ]
        yield desk.authority.service_may(service, f"May {service} write to the log group {name}?", needs)
    key = desk.facts.key_of(resource, "kms_key_id") if resource and not resource.is_data else ""
    if key:
        condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": group}}
        service = f"logs.{group.split(':')[3]}.amazonaws.com"
        context = {"kms:EncryptionContext:aws:logs:arn": group}
        needs = [Need(action, key, dict(context), condition=condition) for action in _KEY_ACTIONS]
        yield desk.authority.service_may(service, f"May CloudWatch Logs use the key of the log group {name}?", needs)
