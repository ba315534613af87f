"""Log groups as targets of rules: EventBridge writes to them as itself, and takes no role for it.

"CloudWatch Logs permissions" in "Using resource-based policies for Amazon EventBridge"; PutTargets answers "RoleArn is
not supported for target".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.checks.subject import TARGETS, Found
from review.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.checks.subject import Subject


def find(subject: Subject) -> Iterator[Found]:
    """Yield each target that is a log group and has a role."""
    for each in subject.plan.existing(TARGETS):
        if ":logs:" in each.text("arn") and each.text("role_arn"):
            yield Found(
                Severity.FAIL,  # the apply fails here, and leaves the rule without its target
                "The apply fails: EventBridge takes no role for a target that is a log group.",
                each.address,
                "Leave out role_arn; let a log resource policy give events.amazonaws.com and "
                "delivery.logs.amazonaws.com logs:CreateLogStream and logs:PutLogEvents.",
                detail=f"role_arn is {each.text('role_arn')}",
            )
