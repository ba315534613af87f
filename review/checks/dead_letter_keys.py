"""Dead-letter queues that are encrypted with a key of AWS's own.

Such a key lets in the account's own identities and no service, and nobody can change its policy ("AWS managed keys",
KMS Developer Guide; "Considerations for dead-letter queues", EventBridge User Guide). Rules, buses and subscriptions
write as a service; a schedule writes with its role, which may.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from review.checks.subject import BUSES, SCHEDULES, TARGETS, Found
from review.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.checks.subject import Subject
    from review.plan import Resource

_ADVICE: Final = (
    "Encrypt the queue with a key of your own whose policy lets the service use kms:GenerateDataKey and kms:Decrypt, "
    "or with SQS's own encryption (sqs_managed_sse_enabled)."
)


def find(subject: Subject) -> Iterator[Found]:
    """Yield each dead-letter queue whose key is AWS's own."""
    by_service, by_role = _written_to(subject)
    for arn in sorted({*by_service, *by_role}):
        queue = subject.encryption.of(arn, "aws_sqs_queue")
        if queue is None or not queue.key.managed:
            continue
        writers = by_service.get(arn, [])
        if writers:
            yield Found(
                Severity.FAIL,  # what cannot be delivered is lost, and nothing says so
                f"Nothing ever reaches this dead-letter queue: {queue.key.managed} lets no service encrypt with it.",
                queue.resource.address,
                _ADVICE,
                detail="\n".join(f"dead-letter queue of {each}" for each in writers),
            )
        else:
            yield Found(
                Severity.WARN,  # the role gets through; whatever comes later may not
                f"Only identities of this account can write to this dead-letter queue: {queue.key.managed} lets no "
                "service and no other account encrypt with it.",
                queue.resource.address,
                _ADVICE,
                detail="\n".join(f"dead-letter queue of {each}" for each in by_role[arn]),
            )


def _written_to(subject: Subject) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return ARNs of dead-letter queues with the addresses of what they are for: by services, and by roles."""
    by_service: dict[str, list[str]] = {}
    by_role: dict[str, list[str]] = {}
    for each in subject.plan.existing(TARGETS, BUSES):
        by_service.setdefault(each.text("dead_letter_config", 0, "arn"), []).append(each.address)
    for each in subject.plan.existing("aws_sns_topic_subscription"):
        by_service.setdefault(redrive_target(each), []).append(each.address)
    for each in subject.plan.existing(SCHEDULES):
        by_role.setdefault(each.text("target", 0, "dead_letter_config", 0, "arn"), []).append(each.address)
    return {arn: found for arn, found in by_service.items() if arn}, {arn: each for arn, each in by_role.items() if arn}


def redrive_target(subscription: Resource) -> str:
    """Return the ARN of the dead-letter queue of a subscription; "" if it has none or it cannot be read."""
    try:
        policy = json.loads(subscription.text("redrive_policy") or "{}")
    except ValueError:  # a symbol
        return ""
    return str(policy.get("deadLetterTargetArn") or "") if isinstance(policy, dict) else ""
