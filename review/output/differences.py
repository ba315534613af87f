"""Two texts side by side: what both begin and end with, and what lies between."""

from __future__ import annotations

from dataclasses import dataclass

from review.output.wording import visible

LONGEST = 4_000
CONTEXT = 120


@dataclass(frozen=True)
class Marked:
    """A text with the part of it that is not in the other one.

    Attributes:
        start: what both begin with.
        middle: what only this one has.
        end: what both end with.
        is_empty: whether the text is there and empty.
    """

    start: str
    middle: str
    end: str
    is_empty: bool = False


def marked(text: str | None, other: str | None) -> Marked | None:
    """Return a text with what is not in the other marked; None if there is no text."""
    if text is None:
        return None
    shown, beside = visible(text), visible(other or "")
    start = _alike(shown, beside)
    rest, beside = shown[start:], beside[start:]
    end = _alike(rest[::-1], beside[::-1])
    middle, tail = rest[: len(rest) - end], rest[len(rest) - end :]
    return Marked(_last(shown[:start]), _clip(middle), _first(tail), not text)


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (left, right) in pairs if left != right), min(len(one), len(other)))


def _last(text: str) -> str:
    return text if len(text) <= CONTEXT else "…" + text[-CONTEXT:]


def _first(text: str) -> str:
    return text if len(text) <= CONTEXT else text[:CONTEXT] + "…"


def _clip(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}… ({len(text) - LONGEST:,} more characters in review.json)"
