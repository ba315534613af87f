"""Aligns `=` the way `terraform fmt` does, so that what is emitted needs no second tool and no second run.

The rule, from hclwrite: lines that follow each other and each hold a whole `name = value` are aligned with each other.
A value that goes on in the next line, a comment, a block and an empty line end such a run.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

_OPENING: Final = "([{"
_CLOSING: Final = ")]}"
# Nearly every line is one of these, and is known by one match instead of character by character.
_SIMPLE: Final = re.compile(r""" *[\w.-]+ (=) (?:[^"#()\[\]{}]*|"[^"\\$%]*")""")


def align(text: str) -> str:
    """Return the text with its `=` aligned; the indentation is the template's own."""
    lines: list[str] = []
    split = [(line, assignment(line)) for line in text.split("\n")]
    for is_assignment, run in groupby(split, key=lambda pair: pair[1] is not None):
        if not is_assignment:
            lines.extend(line for line, _ in run)
            continue
        pairs = [(line[:at].rstrip(), line[at:]) for line, at in run if at is not None]
        width = max(len(name) for name, _ in pairs)
        lines.extend(f"{name:<{width}} {value}" for name, value in pairs)
    return "\n".join(lines)


def assignment(line: str) -> int | None:
    """Return where the `=` of a whole `name = value` is in a line, None when the line is not one."""
    if " = " not in line:
        return None
    if simple := _SIMPLE.fullmatch(line):
        return simple.start(1)
    at: int | None = None
    brackets = 0
    position = 0
    while position < len(line):
        character = line[position]
        if character == "#":
            break
        if character == '"':
            position = _end_of_string(line, position)
            continue
        if at is None and character == "=" and line[position - 1 : position + 2] == " = ":
            if not line[:position].strip():
                return None
            at = position
        elif at is not None and character in _OPENING:
            brackets += 1
        elif at is not None and character in _CLOSING:
            brackets -= 1
        position += 1
    return at if brackets == 0 else None


def _end_of_string(line: str, start: int) -> int:
    """Return the position after a quoted string; what is inside `${ }` is part of it, with strings of its own."""
    position = start + 1
    while position < len(line):
        two = line[position : position + 2]
        if two in {"$$", "%%"} and line[position + 2 : position + 3] == "{":
            position += 3
        elif two[0] == "\\":
            position += 2
        elif two in {"${", "%{"}:
            position = _end_of_template(line, position + 2)
        elif two[0] == '"':
            return position + 1
        else:
            position += 1
    return position


def _end_of_template(line: str, start: int) -> int:
    position, depth = start, 1
    while position < len(line) and depth:
        if line[position] == '"':
            position = _end_of_string(line, position)
            continue
        depth += {"{": 1, "}": -1}.get(line[position], 0)
        position += 1
    return position
