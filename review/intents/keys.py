"""What a role needs of the key that encrypts what it works on.

A key is used through the service whose data it protects, as `kms:ViaService` says ("AWS KMS condition keys", KMS
Developer Guide). A message that is sent to an encrypted queue or topic takes a data key: "Configure KMS permissions for
Amazon SQS" of the SQS Developer Guide, "Managing Amazon SNS encryption keys and costs" of the SNS Developer Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.intents.facts import arns
from review.intents.grants import Grants, allow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from review.intents.facts import Facts
    from review.intents.grants import Statement

READ: Final = ("kms:Decrypt",)
SEND: Final = ("kms:Decrypt", "kms:GenerateDataKey")


def through(facts: Facts, service: str, keys: Sequence[str], actions: Sequence[str], region: str = "") -> Statement:
    """Return the use of keys for what a service keeps.

    Args:
        facts: of the plan.
        service: such as `sqs`.
        keys: their ARNs.
        actions: of KMS.
        region: of the service; the plan's own by default.
    """
    return allow(actions, keys, {"StringEquals": {"kms:ViaService": facts.endpoint(service, region)}})


def sending(facts: Facts, arn: str) -> Grants:
    """Return what it takes to send to a queue or a topic, beside the right to send."""
    service, region = arns.service(arn), arns.region(arn)
    key = facts.encryption.key_of(arn)
    if key:
        return Grants(needed=(through(facts, service, [key], SEND, region),))
    if key == "":
        return Grants()
    return Grants(
        supposed=(through(facts, service, [any_key(facts, region)], SEND, region),),
        outside=(f"Nothing in this plan says which key encrypts {arn}.",),
    )


def any_key(facts: Facts, region: str = "") -> str:
    """Return the ARN of every key of a region, of any account."""
    return f"arn:{facts.plan.partition}:kms:{region or facts.plan.region}:*:key/*"
