"""The `wildcard` operator of event patterns: how it is written, what it matches, and when it is too complex.

Sources: the EventBridge user guide, "Comparison operators for use in event patterns", section "Matching using
wildcards"; for what is too complex, aws/event-ruler, which EventBridge matches with: its README and its
MachineComplexityEvaluator.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

# Of a single rule. The guide gives no number: this is the one that event-ruler's README has in its example, and the
# patterns that the guide calls too complex, and those that it offers instead, lie on the two sides of it.
MAX_COMPLEXITY: Final = 10
_MOST_SETS: Final = 5_000
_ANY: Final = -1
_OTHER: Final = 256  # any byte that no expression has
_QUOTE: Final = ord('"')


class WildcardError(ValueError):
    """A wildcard expression that EventBridge refuses."""


def parse(expression: str) -> list[str | None]:
    r"""Take a wildcard expression apart: a character each, and None for each `*` that stands for any characters.

    `\*` is an asterisk and `\\` a backslash.

    Raises:
        WildcardError: two `*` follow each other, or a backslash stands before anything else.
    """
    found: list[str | None] = []
    characters = iter(expression)
    for character in characters:
        if character == "\\":
            escaped = next(characters, "")
            if escaped not in ("*", "\\"):
                what = (
                    rf"\{escaped} is no escape: a backslash" if escaped else "the expression ends in a backslash, which"
                )
                raise WildcardError(f"{what} stands only before * and before \\")
            found.append(escaped)
        elif character != "*":
            found.append(character)
        elif found and found[-1] is None:
            raise WildcardError("two wildcards follow each other: one * stands for any number of characters")
        else:
            found.append(None)
    return found


@lru_cache(maxsize=4096)
def compiled(expression: str) -> re.Pattern[str]:
    """Return a regular expression for the whole of a text; `*` also stands for no character at all.

    Raises:
        WildcardError: as `parse`.
    """
    return re.compile("".join(".*" if part is None else re.escape(part) for part in parse(expression)), re.DOTALL)


def complexity(operators: Collection[tuple[str, ...]], at_most: int = MAX_COMPLEXITY + 1) -> int:
    """Return how many beginnings of these expressions one text can match at once, whatever the text.

    It is what matching costs: EventBridge follows all of them at the same time. `*a*a` has four such beginnings (`*`,
    `*a`, `*a*`, `*a*a`), and the text `aa` matches every one.

    Args:
        operators: the expressions of each operator that one field is compared with; an `anything-but` may have several,
            and what they have in common up to their first wildcard counts once.
        at_most: where counting stops; more is not told apart. It also stops, at what it has then, when the ways to
            match are too many to go through: AWS has the last word.

    Raises:
        WildcardError: as `parse`.
    """
    # A text is matched with its quotes and as UTF-8, so that a character may count several times.
    words = [(number, _as_bytes(each)) for number, operator in enumerate(sorted(set(operators))) for each in operator]
    letters = [*sorted({letter for _, word in words for letter in word if letter != _ANY}), _OTHER]
    start = frozenset((word, 0) for word in range(len(words)))
    seen, pending, most = {start}, [start], 0
    while pending and most < at_most and len(seen) < _MOST_SETS:
        here = pending.pop()
        for letter in letters:
            there = _after(here, letter, [word for _, word in words])
            most = max(most, len({_state(*words[word], word, length) for word, length in there}))
            if there and there not in seen:
                seen.add(there)
                pending.append(there)
    return min(most, at_most)


def _as_bytes(expression: str) -> tuple[int, ...]:
    inner = [
        code
        for part in parse(expression)
        for code in ([_ANY] if part is None else part.encode("utf-8", "surrogatepass"))
    ]
    return (_QUOTE, *inner, _QUOTE)


def _state(operator: int, word: tuple[int, ...], number: int, length: int) -> tuple[object, ...]:
    """Return what tells a beginning from others: those of one operator meet before a wildcard and at the end."""
    if length == len(word):
        return (operator, "end")
    if _ANY in word[: length - 1]:
        return (operator, number, length)
    return (operator, word[:length])


def _after(here: frozenset[tuple[int, int]], letter: int, words: list[tuple[int, ...]]) -> frozenset[tuple[int, int]]:
    """Return the beginnings, as (word, length), that match once the text goes on with a letter."""
    found: set[tuple[int, int]] = set()
    for number, length in here:
        word = words[number]
        if length and word[length - 1] == _ANY:
            found.add((number, length))
        if length < len(word) and word[length] == letter:
            found.add((number, length + 1))
    # A wildcard may stand for nothing, so the beginning that ends with it matches as soon as the one before does.
    return frozenset(found | {(n, at + 1) for n, at in found if at < len(words[n]) and words[n][at] == _ANY})
