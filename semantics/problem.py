"""What is wrong with a text that AWS would refuse, and where in it."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why AWS would refuse a document.

    Attributes:
        path: keys and indexes that lead from the document's root to what is wrong; empty for the whole.
        message: what is there, and the rule.
    """

    path: tuple[str | int, ...]
    message: str


def shown(value: object) -> str:
    """Return a value as a message can have it: as JSON, and not all of a long one."""
    text = json.dumps(value, ensure_ascii=False, default=str, skipkeys=True)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


_LONGEST = 80
