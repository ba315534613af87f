"""Addresses of what a root manages, in Terraform's own form, as `moved` and `imports` name them.

Source: Terraform documentation, "Resource addressing". What stands in brackets is a number or plain text: no `$`, `%`,
quotes or backslashes, so that an address can be written into a root as it is.
"""

from __future__ import annotations

from typing import Annotated, Final

from generator.models.forms import form

NAME: Final = r"[A-Za-z_][A-Za-z0-9_-]*"
KEY: Final = r'\[(?:[0-9]{1,9}|"[ !#&-\[\]-~]*")\]'
MODULE: Final = rf"module\.{NAME}"
PLAIN: Final = rf"[a-z][a-z0-9]*(?:_[a-z0-9]+)+\.{NAME}"
_INSIDE: Final = rf"(?:{MODULE}(?:{KEY})?\.)*"

RESOURCE: Final = rf"{_INSIDE}{PLAIN}(?:{KEY})?"
ADDRESS: Final = rf"{_INSIDE}(?:{MODULE}|{PLAIN})(?:{KEY})?"

AddressText = Annotated[
    str, form(ADDRESS, "the address of a module call or a resource, such as module.task_x or aws_kms_key.main")
]
ResourceText = Annotated[
    str, form(RESOURCE, "the address of a resource, such as module.task_x.aws_cloudwatch_log_group.task")
]
