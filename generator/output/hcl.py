"""Writes Python values as HCL literals: the one way by which a value of a spec gets into a template."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 100  # a list longer than this gets one line an item

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
# `{ for = ...` would open a loop; the others are values.
_RESERVED: Final = frozenset({"for", "null", "true", "false"})
_REFERENCE: Final = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_-]*)+")
_PLAIN: Final = re.compile(r"[ !#-\[\]-z|}~]*")  # nothing in it that HCL reads as more than itself
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Reference:
    """An expression of Terraform, such as `module.task_x.role_arns`: written as it is, never from a spec's text."""

    expression: str

    def __post_init__(self) -> None:
        """Refuse all but attribute access: a mistake in the generator must not become an injection."""
        if not _REFERENCE.fullmatch(self.expression):
            raise ValueError(f"{self.expression!r} is not a reference")


@dataclass(frozen=True, slots=True)
class Template:
    """A text in which Terraform fills in expressions: `Template("alarm:", Reference("local.name"))`."""

    parts: tuple[str | Reference, ...]

    def __init__(self, *parts: str | Reference) -> None:
        """Take the parts in their order; only a reference is read as more than itself."""
        object.__setattr__(self, "parts", parts)


@dataclass(frozen=True, slots=True)
class Json:
    """A value that a module takes as JSON text: it stands in the root as it is, and Terraform encodes it."""

    value: Value


Value = str | int | float | Reference | Template | Json | Sequence["Value"] | Mapping[str, "Value"] | None


def literal(value: Value, indent: int = 0) -> str:
    """Return the HCL for a value whose line is indented by that many columns."""
    match value:
        case None:
            text = "null"
        case bool():
            text = "true" if value else "false"
        case int():
            text = str(value)
        case float():
            text = _number(value)
        case str():
            text = quoted(value)
        case Reference():
            text = value.expression
        case Template():
            text = _template(value)
        case Json():
            text = f"jsonencode({literal(value.value, indent)})"
        case Mapping():
            text = _object(value, indent)
        case Sequence():
            text = _tuple(value, indent)
    return text


def line(value: Value) -> str:
    """Return the HCL for a value on one line, however long: for what is read as one thing."""
    match value:
        case Mapping():
            pairs = ", ".join(f"{key_text(key)} = {line(item)}" for key, item in sorted(value.items()))
            return f"{{ {pairs} }}" if pairs else "{}"
        case str():
            return quoted(value)
        case Sequence():
            return f"[{', '.join(line(item) for item in value)}]"
        case _:
            return literal(value)


def quoted(text: str) -> str:
    """Return a quoted string that Terraform reads back as this text, whatever is in it."""
    return f'"{text}"' if _PLAIN.fullmatch(text) else '"' + "".join(_escaped(text)) + '"'


def _template(value: Template) -> str:
    written: list[str] = []
    for part in value.parts:
        if isinstance(part, Reference):
            if written and written[-1][-1:] in {"$", "%"}:
                written[-1] = f"{written[-1][:-1]}\\u{ord(written[-1][-1]):04x}"  # `$${` would be a plain `${`
            written.append(f"${{{part.expression}}}")
        elif part:
            written.append(quoted(part)[1:-1])
    return '"' + "".join(written) + '"'


def _escaped(text: str) -> list[str]:
    parts: list[str] = []
    for position, character in enumerate(text):
        before, after = text[position - 1 : position], text[position + 1 : position + 2]
        if character in _SHORT:
            parts.append(_SHORT[character])
        elif not character.isprintable():
            code = ord(character)
            parts.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
        elif character in "$%" and after == "{" and before != character:
            parts.append(character * 2)  # `$${` is how HCL writes a plain `${`
        elif character == "{" and before and before in "$%" and text[position - 2 : position - 1] == before:
            parts.append("\\u007b")  # ... but `$$${` would not be a plain `$${`
        else:
            parts.append(character)
    return parts


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that HCL can write")
    return repr(value)


def _tuple(items: Sequence[Value], indent: int) -> str:
    if all(_is_scalar(item) for item in items):  # first: a list in a list would be written twice at every level
        line = "[" + ", ".join(literal(item) for item in items) + "]"
        if indent + len(line) <= WIDTH:
            return line
    inner = " " * (indent + 2)
    lines = "".join(f"{inner}{literal(item, indent + 2)},\n" for item in items)
    return f"[\n{lines}{' ' * indent}]"


def _object(entries: Mapping[str, Value], indent: int) -> str:
    if not entries:
        return "{}"
    # Sorted, so that the order of keys in a spec changes nothing.
    pairs = [(key_text(key), value) for key, value in sorted(entries.items())]
    if len(pairs) == 1 and _is_scalar(pairs[0][1]):
        return f"{{ {pairs[0][0]} = {literal(pairs[0][1])} }}"
    inner = " " * (indent + 2)
    lines = "".join(f"{inner}{key} = {literal(value, indent + 2)}\n" for key, value in pairs)
    return f"{{\n{lines}{' ' * indent}}}"


def key_text(name: str) -> str:
    """Return the key of an object as HCL has it: quoted where it is no identifier."""
    if _IDENTIFIER.fullmatch(name) and name not in _RESERVED:
        return name
    # ASCII only: `terraform fmt` aligns by graphemes, and layout.py need not count them then.
    return "".join(
        c if c.isascii() else (f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}") for c in quoted(name)
    )


def _is_scalar(value: Value) -> bool:
    return value is None or isinstance(value, str | int | float | Reference | Template)
