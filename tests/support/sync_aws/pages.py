"""Pages of a list, as AWS makes them: in no order that means anything, and an empty one need not be the last."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tests.support.sync_aws.errors import invalid

Item = TypeVar("Item")


@dataclass
class Paging:
    """How long pages are, in all services.

    Attributes:
        size: the most on a page, whatever the caller asks for; None is what the service gives by itself.
        empty_first: whether a list begins with an empty page, which services that filter may send.
    """

    size: int | None = None
    empty_first: bool = False

    def page(
        self, items: Sequence[Item], *, asked: int | None, most: int, token: str | None
    ) -> tuple[list[Item], str | None]:
        """Return a page and the token of the next."""
        size = min(asked or most, most, self.size or most)
        start = decode(token) if token else (-1 if self.empty_first else 0)
        if start < 0:
            return [], encode(0)
        end = start + size
        return list(items[start:end]), encode(end) if end < len(items) else None


def encode(start: int) -> str:
    return base64.b64encode(json.dumps({"from": start}).encode()).decode()


def decode(token: str) -> int:
    try:
        return int(json.loads(base64.b64decode(token))["from"])
    except (ValueError, KeyError, TypeError) as error:
        raise invalid("The token is not valid.") from error


def unordered(names: Iterable[str], salt: str) -> list[str]:
    """Return names in an order that says nothing, the same each time."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{salt}{name}".encode()).digest())
