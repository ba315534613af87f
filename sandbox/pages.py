"""A list that an API gives in pages, and the tokens that lead from one to the next."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class TokenError(Exception):
    """A token that this list gave nobody for this question."""


def page(items: Sequence[T], size: int, token: str | None, question: Any) -> tuple[list[T], str | None]:
    """Return one page, and the token of the next; None if there is none.

    Args:
        items: the whole list.
        size: of a page, 1 or more.
        token: of the page; None for the first.
        question: what was asked, as JSON has it: a token is good for the same question only.

    Raises:
        TokenError: the token is none, or another question's.
    """
    asked = hashlib.sha256(json.dumps(question).encode()).hexdigest()[:16]
    first = 0
    if token:
        try:
            of_token, number = base64.urlsafe_b64decode(token).decode().split(":")
            first = int(number)
        except ValueError:
            raise TokenError(f"{token!r} is not a valid token.") from None
        if of_token != asked or first < 0:
            raise TokenError("The token was given for another request.")
    end = first + size
    following = base64.urlsafe_b64encode(f"{asked}:{end}".encode()).decode() if end < len(items) else None
    return list(items[first:end]), following
