"""In which partition, account and region the resources of a plan are."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from review.plan.identity import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from review.plan.configuration import Configuration
    from review.plan.raw import Raw

_ARN: Final = re.compile(r"arn:([a-z][a-z0-9-]*):[a-z0-9-]+:([a-z]{2}(?:-[a-z]+)+-[0-9])?:([0-9]{12}):")
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_ROLE: Final = re.compile(r"arn:[^:]+:iam::([0-9]{12}):role/.+")
_DEFAULT: Final = "aws"  # the provider's configuration without an alias
_ANY: Final = "*"


class Places:
    """Where resources are, by the configuration of their provider.

    Attributes:
        default: where those are whose provider has no alias.
    """

    def __init__(self, raws: list[Raw], configuration: Configuration) -> None:
        self._configuration = configuration
        self._facts = sorted((raw for raw in raws if raw.is_data and raw.known), key=lambda raw: raw.module)
        self._places: dict[str, Place] = {}
        partition, account, region = (
            found(_DEFAULT) or found(_ANY) for found in (self._partition, self._account, self._region)
        )
        if not (partition and region and account):
            seen = _seen(raws)
            partition, region, account = (
                partition or _most(seen[0]) or "aws",
                region or _most(seen[1]) or "‹region›",
                account or _most(seen[2]) or "‹account›",
            )
        self.default = Place(partition, account, region)

    def of(self, raw: Raw) -> Place:
        """Return where a resource is; one of another provider may be in another region, or account."""
        if raw.provider in ("", _DEFAULT):
            return self.default
        if raw.provider not in self._places:
            self._places[raw.provider] = self._of_other(raw.provider)
        return self._places[raw.provider]

    def _of_other(self, provider: str) -> Place:
        says = self._configuration.says_of_provider
        account, region = self._account(provider), self._region(provider)
        if not account:
            is_elsewhere = says(provider, "assume_role") or says(provider, "profile")
            account = f"‹account of {provider}›" if is_elsewhere else self.default.account
        if not region:
            region = f"‹region of {provider}›" if says(provider, "region") else self.default.region
        return Place(self._partition(provider) or self.default.partition, account, region)

    def _partition(self, provider: str) -> str:
        return self._said(provider, "aws_partition", "partition")

    def _region(self, provider: str) -> str:
        said = self._said(provider, "aws_region", "region", "name", "id")
        return said or _fitting(_REGION, self._configuration.of_provider(provider, "region"))

    def _account(self, provider: str) -> str:
        of_provider: Callable[..., Any] = self._configuration.of_provider
        allowed = of_provider(provider, "allowed_account_ids")
        only = allowed[0] if isinstance(allowed, list) and len(allowed) == 1 else allowed
        taken_on = _ROLE.fullmatch(str(of_provider(provider, "assume_role", "role_arn")))
        return (
            self._said(provider, "aws_caller_identity", "account_id")
            or _fitting(_ACCOUNT, only)
            or (taken_on[1] if taken_on else "")
        )

    def _said(self, provider: str, kind: str, *names: str) -> str:
        """Return what a data source says that a provider reads; that any reads, if the provider is `_ANY`."""
        values = [
            raw.known.get(name)
            for raw in self._facts
            for name in names
            if raw.known and raw.type == kind and provider in (_ANY, raw.provider or _DEFAULT)
        ]
        return next((value for value in values if isinstance(value, str) and value), "")


def _fitting(form: re.Pattern[str], value: Any) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) else ""


def _seen(raws: list[Raw]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Count the partitions, regions and accounts of all ARNs in the plan."""
    counted: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
    for raw in raws:
        if raw.known:
            for found in _ARN.finditer(json.dumps(raw.known)):
                for counter, part in zip(counted, found.groups(), strict=True):
                    counter[part or ""] += bool(part)
    return counted


def _most(counter: Counter[str]) -> str:
    return next((value for value, number in counter.most_common(1) if number), "")
