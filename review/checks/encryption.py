"""Which key encrypts which queue, topic, log group and bus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from review.policies.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from review.plan import Plan, Resource
    from review.policies.keys import Key

_ATTRIBUTES: Final = {
    "aws_cloudwatch_event_bus": "kms_key_identifier",
    "aws_cloudwatch_log_group": "kms_key_id",
    "aws_sns_topic": "kms_master_key_id",
    "aws_sqs_queue": "kms_master_key_id",
}


@dataclass(frozen=True)
class Encrypted:
    """A resource that a key of KMS encrypts."""

    resource: Resource
    arn: str
    key: Key


@dataclass(frozen=True)
class Encryption:
    """All that the plan manages and a key of KMS encrypts.

    Attributes:
        by_arn: by the ARN of what is encrypted.
    """

    by_arn: Mapping[str, Encrypted]

    def of(self, arn: str, kind: str = "") -> Encrypted | None:
        """Return what has an ARN, of this type of resource if one is given; None if it is not encrypted or not here."""
        found = self.by_arn.get(arn)
        return found if found is not None and kind in ("", found.resource.type) else None


def read(plan: Plan) -> Encryption:
    """Find all that the plan manages and a key of KMS encrypts."""
    keys = Keys(plan)
    found: dict[str, Encrypted] = {}
    for kind, attribute in _ATTRIBUTES.items():
        for each in plan.existing(kind):
            key, arn = keys.of(each, attribute), plan.arn(each)
            if key is not None:
                found[arn] = Encrypted(each, arn, key)
    return Encryption(found)
