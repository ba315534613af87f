"""Addresses of what a root manages, taken apart, and written as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.models.addresses import ADDRESS, KEY, MODULE, PLAIN
from generator.output.hcl import Reference

if TYPE_CHECKING:
    from generator.models.spec import Environment

_STEP: Final = re.compile(rf"(?P<name>{MODULE}|{PLAIN})(?P<key>{KEY})?(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an address: `module.x` or `type.name`, and the key of the instance with its brackets, if any."""

    name: str
    key: str = ""

    @property
    def is_module(self) -> bool:
        """Whether it is a call of a module."""
        return self.name.startswith("module.")

    def __str__(self) -> str:
        """Return the step as it is written."""
        return self.name + self.key


@dataclass(frozen=True, slots=True)
class Address(Reference):
    """An address that a spec names: the one text of a spec that is written as it is, so its form is checked again."""

    def __post_init__(self) -> None:
        """Refuse all that is not an address.

        Raises:
            ValueError: the text has not the form of one.
        """
        if not re.fullmatch(ADDRESS, self.expression):
            raise ValueError(f"{self.expression!r} is not an address")

    @property
    def steps(self) -> tuple[Step, ...]:
        """The calls of modules on the way, and then what is meant."""
        return tuple(Step(match["name"], match["key"] or "") for match in _STEP.finditer(self.expression))


def key_arn(spec: Environment, name: str) -> Reference:
    """Return the ARN of one of the `keys`, where it is used."""
    made = spec.keys[name].arn is None
    return Reference(f"aws_kms_key.{label(name)}.arn" if made else f"local.existing_key_arns.{name}")


def label(name: str) -> str:
    """Return a spec's name as Terraform's: names have no underscores, so no two become one."""
    return name.replace("-", "_")
