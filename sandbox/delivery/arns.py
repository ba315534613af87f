"""The parts of an Amazon Resource Name."""

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


def parse(text: str) -> Arn:
    """Take an ARN apart.

    Raises:
        ValueError: it has not the form of one.
    """
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        raise ValueError(f"{text!r} is not an ARN")
    return Arn(*parts[1:])
