"""Which customer's key encrypts which queue, topic, bus and log group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from review.intents.facts import arns
from review.plan import Symbol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from review.plan import Plan, Resource

_ATTRIBUTES: Final = {
    "aws_cloudwatch_event_bus": "kms_key_identifier",
    "aws_cloudwatch_log_group": "kms_key_id",
    "aws_secretsmanager_secret": "kms_key_id",
    "aws_sns_topic": "kms_master_key_id",
    "aws_sqs_queue": "kms_master_key_id",
    "aws_ssm_parameter": "key_id",
}
_OF_AWS: Final = "alias/aws/"


@dataclass(frozen=True)
class Encryption:
    """The keys of the resources of a plan.

    Attributes:
        keys: ARN of a resource of the plan to the ARN of the customer's key that encrypts it; "" if none does, None if
            only the apply will know.
    """

    keys: Mapping[str, str | None]

    def key_of(self, arn: str) -> str | None:
        """Return the key of a resource, "" if no customer's key encrypts it, None if the plan does not say."""
        return self.keys.get(arn)

    def encrypted_by(self, key: str, service: str) -> list[str]:
        """Return the ARNs of what a key encrypts of a service."""
        return [arn for arn, its in self.keys.items() if its == key and arns.service(arn) == service]

    def maybe_encrypted_by(self, key: str, service: str) -> list[str]:
        """Return the ARNs of what a key encrypts of a service, or may, since only the apply will know."""
        return [arn for arn, its in self.keys.items() if its in (key, None) and arns.service(arn) == service]


def read(plan: Plan) -> Encryption:
    """Return the keys of the resources of a plan, also of those that it only reads."""
    aliases = {
        _alias(plan, each, each.text("name")): _written(plan, each, each.get("target_key_id"), {})
        for each in plan.existing("aws_kms_alias")
        if each.text("target_key_id")
    }
    keys: dict[str, str | None] = {}
    for kind, attribute in _ATTRIBUTES.items():
        for each in plan.existing(kind):
            arn = each.text("arn") if each.is_data else plan.arn(each)
            keys.setdefault(arn, _written(plan, each, each.get(attribute) or "", aliases))
    return Encryption(keys)


def _written(plan: Plan, of: Resource, key: str, aliases: Mapping[tuple[str, str, str], str | None]) -> str | None:
    """Return the ARN of a key that is given by id, ARN or alias; None if it cannot be told.

    It is "" for a key of AWS's own, which is nobody's to grant.
    """
    if isinstance(key, Symbol) and not key.is_built and not key.startswith("arn:"):
        # A key's own id is one, too: ‹aws_kms_key.main.key_id›.
        found = plan.at(key.origin[0]) if key.origin else None
        return plan.arn(found) if found is not None and found.type == "aws_kms_key" else None
    if key.startswith("arn:") and ":alias/" in key:
        key = arns.resource(key)
    if key.startswith(_OF_AWS) or not key:
        return ""
    if key.startswith("alias/"):
        return aliases.get(_alias(plan, of, key))
    if key.startswith("arn:"):
        return key
    place = arns.region(plan.arn(of)) or plan.region
    return f"arn:{plan.partition}:kms:{place}:{plan.account}:key/{key}"


def _alias(plan: Plan, of: Resource, name: str) -> tuple[str, str, str]:
    """Return what tells an alias from those of its name elsewhere: account and region, and its name."""
    arn = of.text("arn") if of.is_data else plan.arn(of)
    return arns.account(arn) or plan.account, arns.region(arn) or plan.region, name
