"""Keeping secrets out of what is written: the ones that are known, and whatever looks like one."""

from __future__ import annotations

import json
import math
import re
import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any

from workers.frame.problems import Problem

MASK = "***"

# A known secret shorter than this would blacken half of each line; settings refuse one.
SHORTEST_SECRET = 4

# The name of a header, of a parameter of a URL, of a member of JSON, whose value is one.
NAMES_OF_SECRETS = (
    r"(?:(?:proxy-)?authorization|(?:set-)?cookie|password|passwd|passphrase|private[_-]?key|signature"
    r"|(?:[a-z0-9]+[_-])*(?:secret|api[_-]?key|access[_-]?key|credentials?)"
    r"|(?:(?:access|refresh|id|session|security|bearer|auth|oauth|api|x-amz-security)[_-]?)?token"
    r"|x-amz-(?:signature|credential))"
)
_NAME = re.compile(NAMES_OF_SECRETS, re.IGNORECASE)

_LOOK_LIKE_SECRETS = (
    # The whole of such a header: its scheme may have any name, its value parts with commas.
    (re.compile(r"""(authorization(?:\\*["'])?\s*[=:]\s*(?:\\*["'])?)[^"'\\\r\n}\]]+""", re.IGNORECASE), rf"\1{MASK}"),
    # `Bearer …`, `Basic …`.
    (re.compile(r"\b((?i:bearer)(?:\s+|%20|\+))[A-Za-z0-9._~+/=-]{4,}"), rf"\1{MASK}"),
    (re.compile(r"\b((?i:basic)(?:\s+|%20|\+))(?=[A-Za-z0-9+/]*[A-Z0-9])[A-Za-z0-9+/]{8,}={0,2}"), rf"\1{MASK}"),
    # `name=value` of a URL or a form, `"name": "value"` of JSON, also within JSON, `name: value` of a header.
    (
        re.compile(
            rf"""(?<![A-Za-z0-9])({NAMES_OF_SECRETS}(?:\\*["'])?\s*(?:[=:]|%3D)\s*)"""
            r"""(?:(\\*["']).*?(?<!\\)\2|(?!\*\*\*|bearer\b|basic\b)[^\s"'&,;}\])]+)""",
            re.IGNORECASE,
        ),
        rf"\1\2{MASK}\2",
    ),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?"), MASK),  # JSON Web Token
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), MASK),  # AWS access key id
    (re.compile(r"\bya29\.[A-Za-z0-9._-]+"), MASK),  # Google access token
    (re.compile(r"\b1//[A-Za-z0-9_-]{20,}"), MASK),  # Google refresh token
    (re.compile(r"\bAIza[A-Za-z0-9_-]{35}"), MASK),  # Google API key
    (re.compile(r"\bda2-[a-z0-9]{26}\b"), MASK),  # AppSync API key
    (re.compile(r"(?<=://)[^/\s:@?#]+:[^/\s@]+(?=@)"), MASK),  # user and password of a URL
)


class Masker:
    """Masks what is to be written."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Know these secrets, in every form in which text may hold them."""
        self._forms: set[str] = set()
        self._known: re.Pattern[str] | None = None
        self.know(secrets)

    def know(self, secrets: Iterable[str]) -> None:
        """Know more secrets."""
        self._forms |= {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in forms_of(secret)}
        longest_first = sorted(self._forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def text(self, text: str) -> str:
        """Return `text` with secrets masked."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        for pattern, replacement in _LOOK_LIKE_SECRETS:
            text = pattern.sub(replacement, text)
        return text

    def value(self, value: Any, *, hidden: bool = False) -> Any:
        """Return `value` as JSON has it, with secrets masked however deep; `hidden` masks every text in it."""
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else repr(value)
        if isinstance(value, Problem):
            value = value.as_dict()
        if isinstance(value, Mapping):
            return {
                self.text(str(name)): self.value(item, hidden=hidden or _NAME.fullmatch(str(name)) is not None)
                for name, item in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item, hidden=hidden) for item in value]
        if isinstance(value, bytes | bytearray):
            value = bytes(value).decode(errors="replace")
        return MASK if hidden else self.text(value if isinstance(value, str) else str(value))


def forms_of(secret: str) -> set[str]:
    """Return the forms that a text takes in JSON, in Python's `repr`, in a URL."""
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        urllib.parse.quote(secret, errors="replace"),
        urllib.parse.quote(secret, safe="", errors="replace"),
        urllib.parse.quote_plus(secret, errors="replace"),
    }
