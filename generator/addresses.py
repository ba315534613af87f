"""Addresses of what a root manages, in Terraform's own form, as `moved` and `imports` name them.

Source: Terraform documentation, "Resource addressing". What stands in brackets is a number or plain text: no `$`, `%`,
quotes or backslashes, so that an address can be written into a root as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final

from generator.forms import form
from generator.hcl import Reference

_NAME: Final = r"[A-Za-z_][A-Za-z0-9_-]*"
_KEY: Final = r'\[(?:[0-9]{1,9}|"[ !#&-\[\]-~]*")\]'
_MODULE: Final = rf"module\.{_NAME}"
_RESOURCE: Final = rf"[a-z][a-z0-9]*(?:_[a-z0-9]+)+\.{_NAME}"
_INSIDE: Final = rf"(?:{_MODULE}(?:{_KEY})?\.)*"
_STEP: Final = re.compile(rf"(?P<name>{_MODULE}|{_RESOURCE})(?P<key>{_KEY})?(?:\.|$)")

RESOURCE: Final = rf"{_INSIDE}{_RESOURCE}(?:{_KEY})?"
ADDRESS: Final = rf"{_INSIDE}(?:{_MODULE}|{_RESOURCE})(?:{_KEY})?"

AddressText = Annotated[
    str, form(ADDRESS, "the address of a module call or a resource, such as module.task_x or aws_kms_key.main")
]
ResourceText = Annotated[
    str, form(RESOURCE, "the address of a resource, such as module.task_x.aws_cloudwatch_log_group.task")
]


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


def label(name: str) -> str:
    """Return a spec's name as Terraform's: names have no underscores, so no two become one."""
    return name.replace("-", "_")
