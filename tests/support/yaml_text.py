"""Writes data as YAML in every style that YAML has: a reader must not care which one a person took.

A style is only taken where it carries the value exactly by YAML 1.2.
"""

from __future__ import annotations

import re
from random import Random
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z_/][A-Za-z0-9_./${}%\\\"'-]*( [A-Za-z0-9_./${}%\\\"'-]+)*")
_RESOLVED: Final = re.compile(r"(?i:null|true|false)")
_PRINTABLE: Final = re.compile("[\t\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
_WORDS: Final = re.compile(r"[^\s\ufeff]+( [^\s\ufeff]+)+")
_LONGEST_KEY: Final = 1000  # YAML allows 1024 for a key without `?`
_ESCAPES: Final = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e",
    '"': '"', "\\": "\\", "/": "/", "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P",
}  # fmt: skip
_COMMENTS: Final = ("# why", '# "quoted" ${x} %{', "#", "# - not: an item")


class Writer:
    """Writes one document; the choices are the random source's."""

    def __init__(self, order: Random) -> None:
        """Take the source of choices."""
        self._order = order

    def document(self, entries: dict[str, Any]) -> str:
        """Return the text of a map of fields."""
        begin = self._order.choice(["", "", "---\n", "\n# first\n"])
        end = self._order.choice(["\n", "\n", "\n...\n"])
        lines = self._mapping(entries, 0)
        text = begin + "\n".join(lines) + ("\n" if _keeps_its_end(lines) else end)
        return text.replace("\n", self._order.choice(["\n", "\n", "\r\n"]))

    def _mapping(self, entries: dict[str, Any], indent: int) -> list[str]:
        lines: list[str] = []
        for key, value in entries.items():
            if self._rarely() and not _keeps_its_end(lines):
                lines += [self._order.choice(_COMMENTS), ""]
            written = self._key(key)
            if len(written) > _LONGEST_KEY or self._rarely():
                lines.append(f"{' ' * indent}? {written}")
                written = ""
            first, *rest = self._value(value, indent)
            lines += [f"{' ' * indent}{written}:{first}", *rest]
        return lines

    def _items(self, items: list[Any], indent: int) -> list[str]:
        lines: list[str] = []
        for item in items:
            first, *rest = self._value(item, indent, in_list=True)
            lines += [f"{' ' * indent}-{first}", *rest]
        return lines

    def _value(self, value: Any, indent: int, *, in_list: bool = False) -> list[str]:
        """Return what comes after `:` or `-`: the rest of that line, and the lines after it."""
        if isinstance(value, dict | list) and (not value or self._rarely()):
            return [" " + self._flow(value)]
        match value:
            case dict() if in_list and self._order.random() < 0.5:
                first, *rest = self._mapping(value, indent + 2)
                return [f" {first.lstrip()}", *rest] if not first.startswith("#") else ["", first, *rest]
            case dict():
                return ["", *self._mapping(value, indent + self._order.randint(1, 4))]
            case list():
                deeper = self._order.randint(1, 4) if in_list else self._order.randint(0, 4)
                return ["", *self._items(value, indent + deeper)]
            case str():
                first, *rest = self._text(value, indent)
                return [f" {first}", *rest]
            case _:
                return [f" {self._scalar(value)}"]

    def _text(self, text: str, indent: int) -> list[str]:
        styles = [self._double]
        if len(text) < 2000:
            styles += [self._broken]
        if _is_plain(text):
            styles += [lambda text, _: [text]] * 2
        if _PRINTABLE.fullmatch(text):
            styles += [lambda text, _: [_single(text)]] * ("\n" not in text)
            styles += [self._literal] * 2 * bool(text.strip("\n"))
            styles += [self._folded] * bool(_WORDS.fullmatch(text))
        return self._order.choice(styles)(text, indent)

    def _literal(self, text: str, indent: int) -> list[str]:
        content = text.rstrip("\n")
        ends = len(text) - len(content)
        step = self._order.randint(1, 4)
        inner = " " * (indent + step)
        lines = [inner + line if line else "" for line in content.split("\n")]
        return [f"|{step}{'-+'[min(ends, 2) // 2] if ends != 1 else ''}", *lines, *[""] * (ends - 1)]

    def _folded(self, text: str, indent: int) -> list[str]:
        inner = " " * (indent + self._order.randint(1, 4))
        return [">-", *(inner + line for line in self._split(text.split(" ")))]

    def _split(self, words: list[str]) -> list[str]:
        lines = [words[0]]
        for word in words[1:]:
            if self._order.random() < 0.3:
                lines.append(word)
            else:
                lines[-1] += f" {word}"
        return lines

    def _double(self, text: str, _: int = 0) -> list[str]:
        return ['"' + "".join(self._character(character) for character in text) + '"']

    def _broken(self, text: str, indent: int) -> list[str]:
        r"""Write it in several lines: a `\` at a line's end joins it to the next, whose indentation does not count."""
        parts = []
        while text:
            size = self._order.randint(1, 40)
            part, text = text[:size], text[size:]
            first = "\\ " if part[0] == " " else self._character(part[0], always=part[0] == "\t")
            parts.append(first + "".join(self._character(character) for character in part[1:]))
        return [*f'"{_joined(parts, indent + 1)}"'.split("\n")]

    def _character(self, character: str, *, always: bool = False) -> str:
        must = always or character in '"\\\n\t' or not _PRINTABLE.fullmatch(character)
        if not must and self._order.random() > 0.02:
            return character
        code = ord(character)
        forms = [f"\\U{code:08x}"]
        forms += [f"\\u{code:04X}"] * (code <= 0xFFFF)
        forms += [f"\\x{code:02x}"] * (code <= 0xFF)
        forms += [f"\\{_ESCAPES[character]}"] * 2 if character in _ESCAPES else []
        return self._order.choice(forms)

    def _key(self, key: str) -> str:
        if _is_plain(key) and self._order.random() < 0.7:
            return key
        if _PRINTABLE.fullmatch(key) and "\n" not in key and self._order.random() < 0.5:
            return _single(key)
        return self._double(key)[0]

    def _flow(self, value: Any) -> str:
        match value:
            case dict():
                space = self._order.choice(["", " "])
                pairs = (f"? {self._double(key)[0]} : {self._flow(inner)}" for key, inner in value.items())
                short = (f"{self._double(key)[0]}: {self._flow(inner)}" for key, inner in value.items())
                long = any(len(key) > _LONGEST_KEY // 10 for key in value)
                return "{" + space + ", ".join(pairs if long else short) + space + "}"
            case list():
                return "[" + ", ".join(self._flow(item) for item in value) + "]"
            case str():
                return self._double(value)[0]
            case _:
                return self._scalar(value)

    def _scalar(self, value: float | None) -> str:
        match value:
            case None:
                return self._order.choice(["null", "~"])
            case bool():
                return self._order.choice([str(value), str(value).lower(), str(value).upper()])
            case int():
                return str(value)
            case _:
                return f"{value:f}"

    def _rarely(self) -> bool:
        return self._order.random() < 0.08


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and not _RESOLVED.fullmatch(text)


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _joined(parts: list[str], indent: int) -> str:
    return f"\\\n{' ' * indent}".join(parts)


def _keeps_its_end(lines: list[str]) -> bool:
    """Say whether a line more would belong to the text above it: a literal that keeps its empty lines."""
    return bool(lines) and lines[-1] == ""
