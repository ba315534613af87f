"""Paths and values as texts: long ones shortened, unknown ones called unknown, sensitive ones never shown."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from review.plan import HIDDEN, Symbol

LONGEST: Final = 300  # characters of a value
_CONTEXT: Final = 40  # characters that stay before and after what differs in a long text
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_KNOWN_LATER: Final = "known after apply"


def join(path: str, step: str | int) -> str:
    """Return a path with one more step: `.name`, `["other:name"]` or `[0]`."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    if _NAME.fullmatch(step):
        return f"{path}.{step}" if path else step
    return f"{path}[{json.dumps(step, ensure_ascii=False)}]"


def labelled(path: str, label: str) -> str:
    """Return a path with one more step, to what has a name in a list: `[RunTask]`."""
    return f"{path}[{label}]"


def written(path: tuple[str | int, ...]) -> str:
    """Return a path of Terraform's."""
    text = ""
    for step in path:
        text = join(text, step)
    return text


def shown(value: Any, address: str) -> str | None:
    """Return a value as a text; None if there is none.

    Args:
        value: with symbols for what is not known.
        address: of the resource that it is of: a symbol of its own says no more than that it is not known.
    """
    text = _text(value, address)
    return None if text is None else _short(text)


def shown_both(before: Any, after: Any, address: str) -> tuple[str | None, str | None]:
    """Return two values that differ as texts; of long ones, the part that differs."""
    old, new = _text(before, address), _text(after, address)
    if old is None or new is None or max(len(old), len(new)) <= LONGEST:
        return (None if old is None else _short(old)), (None if new is None else _short(new))
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    return _middle(old, start, end), _middle(new, start, end)


def later(symbol: Symbol, address: str) -> str:
    """Say that a value is known after the apply, and what it is or comes from if that says more."""
    if symbol.is_built or (symbol.origin is not None and symbol.origin[0] != address):
        return f"{_KNOWN_LATER}: {symbol}"
    return _KNOWN_LATER


def _text(value: Any, address: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, Symbol):
        return later(value, address)
    if isinstance(value, str):
        return str(value) if value else '""'
    return json.dumps(_plain(value, address), ensure_ascii=False, sort_keys=True, default=str)


def _plain(value: Any, address: str) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each, address) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, address) for each in value]
    if isinstance(value, Symbol):
        return f"({later(value, address)})"
    return HIDDEN if value is HIDDEN else value


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    shorter = min(len(one), len(other))
    return next((number for number in range(shorter) if one[number] != other[number]), shorter)


def _middle(text: str, start: int, end: int) -> str:
    """Leave out what two texts begin and end with alike, but for some context."""
    first, last = max(0, start - _CONTEXT), min(len(text), len(text) - end + _CONTEXT)
    head, tail = "…" if first else "", "…" if last < len(text) else ""
    part = text[first:last]
    if len(part) > LONGEST:
        part, tail = part[:LONGEST], "…"
    return f"{head}{part}{tail}"
