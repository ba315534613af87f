r"""Says a pattern of Python's `re` in the dialect of JSON Schema, ECMA 262, for the same texts.

The two differ in what `.`, `\s` and `$` match and in what may be escaped, and each has constructs that the other has
not. So these are written out, needless escapes are dropped, and what cannot be said in both is refused.
"""

from __future__ import annotations

import re
from typing import Final

_CLASSES: Final = {"d": "0-9", "w": "A-Za-z0-9_", "s": r" \t\n\r\f\v"}  # as re.ASCII has them
# `$` is the end, and in Python the place before a last newline too.
_TEXT: Final = {".": r"[^\n]", "$": r"(?![^\n]|\n(?:[^\n]|\n))"}
_SYNTAX: Final = frozenset(r"^$\.*+?()[]{}|/")  # what the flag `u` lets a pattern escape
_TOKEN: Final = re.compile(
    r"""
      \\ (?P<escape> x[0-9A-Fa-f]{2} | u[0-9A-Fa-f]{4} | . )
    | (?P<group> \( (?: \?: | \?= | \?! | \?<= | \?<! | (?!\?) ) )
    | (?P<repetition> (?: [*+?] | \{ [0-9]+ (?: , [0-9]* )? \} ) \?? )
    | (?P<opening> \[ (?! \^? \] ) )
    | (?P<text> . )
    """,
    re.VERBOSE | re.DOTALL,
)


def ecmascript(pattern: str) -> str:
    r"""Return an anchored ECMA 262 pattern (flag `u`) for what `re.fullmatch` accepts with `re.ASCII`.

    Raises:
        ValueError: the pattern has what the two do not share, such as `(?P<name>...)`, `\Z` or `a++`.
    """
    parts: list[str] = []
    in_class, before = False, ""
    for match in _TOKEN.finditer(pattern):
        piece, kind = match[0], str(match.lastgroup)
        part: str | None = piece
        if kind == "escape":
            part = _escape(match["escape"], in_class=in_class)
        elif in_class:
            in_class = piece != "]"
        elif kind == "opening":
            in_class = True
        elif kind == "text":
            part = _TEXT.get(piece, None if piece in "([]{}" else piece)
        elif kind == before == "repetition":
            part = None  # `a++` never gives back in Python
        if part is None:
            raise ValueError(f"{pattern!r}: {piece!r} does not mean the same in Python and in ECMAScript")
        parts.append(part)
        before = kind
    return f"^(?:{''.join(parts)})$"


def _escape(character: str, *, in_class: bool) -> str | None:
    name = character.lower()
    if name in _CLASSES and character == name:
        return _CLASSES[name] if in_class else f"[{_CLASSES[name]}]"
    if name in _CLASSES:
        return None if in_class else f"[^{_CLASSES[name]}]"
    if len(character) > 1 or character in "tnrfv" or character in _SYNTAX or (in_class and character == "-"):
        return f"\\{character}"
    return None if character.isalnum() else character
