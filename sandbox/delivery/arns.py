"""The parts of an Amazon Resource Name, and the endpoints that go with them."""

from __future__ import annotations

from typing import NamedTuple


class Arn(NamedTuple):
    """An ARN, taken apart at its first five colons."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return ":".join(("arn", *self))


def is_arn(text: str) -> bool:
    """Tell whether a text has the form of an ARN."""
    return text.startswith("arn:") and text.count(":") >= 5


def endpoint(service: str, region: str) -> str:
    """Return the name of a service in a region, as `kms:ViaService` has it."""
    return f"{service}.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"


def parse(text: str) -> Arn:
    """Take an ARN apart.

    Raises:
        ValueError: it has not the form of one.
    """
    if not is_arn(text):
        raise ValueError(f"{text!r} is not an ARN")
    return Arn(*text.split(":", 5)[1:])
