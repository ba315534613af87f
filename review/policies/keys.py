"""Which key of KMS a plan means, whatever it calls it.

A key is given by its id, its ARN, an alias or the ARN of one ("KeyId" in the KMS API Reference); or by what a data
source has read, which may be a key of AWS's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from review.plan import Plan, Resource

MANAGED: Final = "alias/aws/"
_OF_AWS: Final = "a key of AWS's own"


@dataclass(frozen=True)
class Key:
    """What encrypts a resource.

    Attributes:
        arn: of a key that somebody made, or what stands for it; "" for one of AWS's own.
        managed: the alias of AWS's own, such as `alias/aws/sqs`, or words if the plan does not say; "" for others.
    """

    arn: str
    managed: str = ""


class Keys:
    """What the names of keys in a plan mean."""

    def __init__(self, plan: Plan) -> None:
        """Learn the names of all keys and aliases of a plan."""
        self._plan = plan
        self._known: dict[str, Key] = {}  # by what a plan may call a key
        for each in (each for each in plan.data if each.exists_after and each.type == "aws_kms_key"):
            asked, arn = each.text("key_id"), each.text("arn")
            if MANAGED in asked or each.text("key_manager") == "AWS":
                self._learn(each, Key("", _managed(asked) or _OF_AWS), "arn", "id", "key_id")
            elif arn:
                self._learn(each, Key(arn), "arn", "id", "key_id")
        for each in plan.existing("aws_kms_alias"):
            self._learn_alias(each)

    def of(self, resource: Resource, attribute: str) -> Key | None:
        """Return the key that an attribute of a resource names; None if there is none.

        What the provider makes up when nothing is given is none: then the service encrypts with its own, or nothing is
        encrypted.
        """
        given = resource.text(attribute)
        is_made_up = given == f"‹{resource.address}.{attribute}›"
        return None if not given or is_made_up else self.named(given, self._plan.arn(resource))

    def named(self, given: str, like: str) -> Key:
        """Return the key that a name means, in the region and account of what it encrypts.

        Args:
            given: the name; a symbol that stands alone is the key of which only the apply will know.
            like: the ARN of what it encrypts.
        """
        if managed := _managed(given):
            return Key("", managed)
        if given in self._known:
            return self._known[given]
        if given.startswith("‹"):
            return Key(given)
        _, _, _, region, account, *_ = [*like.split(":"), "", "", "", "", ""]
        place = f"arn:{self._plan.partition}:kms:{region or self._plan.region}:{account or self._plan.account}"
        if given.startswith("arn:"):
            return self._known.get(given.rpartition(":")[2], Key(given)) if ":alias/" in given else Key(given)
        return Key(f"{place}:{given}" if given.startswith("alias/") else f"{place}:key/{given}")

    def _learn_alias(self, alias: Resource) -> None:
        name = alias.text("name")
        if managed := _managed(name):
            self._learn(alias, Key("", managed), "arn", "target_key_arn", "target_key_id")
            return
        targets = (alias.text(attribute) for attribute in ("target_key_arn", "target_key_id"))
        target = next((each for each in targets if each and not each.startswith("‹")), "")
        if target:
            key = self.named(target, self._plan.arn(alias) or alias.text("arn"))
            self._known[name] = key
            self._learn(alias, key, "arn")

    def _learn(self, of: Resource, key: Key, *attributes: str) -> None:
        for attribute in attributes:
            if text := of.text(attribute):
                self._known[text] = key


def _managed(name: str) -> str:
    """Return the alias of a key of AWS's own that a name or an ARN has; "" if it has none."""
    return name[name.index(MANAGED) :] if MANAGED in name else ""
