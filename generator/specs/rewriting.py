"""Changes single values in the text of a spec, and leaves comments, layout and all else as a person wrote them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, Event, MappingStartEvent, ScalarEvent, SequenceStartEvent

if TYPE_CHECKING:
    from generator.errors import Path

BYTE_ORDER_MARK: Final = "\ufeff"  # some editors put it first; to the parser the text begins behind it
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WORDS: Final = frozenset({"true", "false", "null"})
_PROPERTIES: Final = re.compile(r"(?:[&!]\S*\s+)*")  # an anchor, which must stay, or a tag


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value of the text that is neither list nor map: where its characters begin and end."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """A list or a map that has begun: its path, and for a map the key whose value comes next."""

    path: Path
    is_map: bool
    key: str | None = None
    size: int = 0


class Text:
    """The text of a spec that could be read, by path."""

    def __init__(self, text: str) -> None:
        """Find every value; where an alias repeats one, it is the one that counts."""
        self._mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
        self._text = text.removeprefix(BYTE_ORDER_MARK)
        self._changes: list[tuple[int, int, str]] = []
        self.scalars: dict[Path, Scalar] = {}
        self._opening = 0
        self._flow = False
        self._find()

    def replace(self, path: Path, value: str) -> None:
        """Give a value another text."""
        scalar = self.scalars[path]
        old = self._text[scalar.start : scalar.end]
        after = old[len(old.rstrip("\r\n")) :]  # a block takes the end of its line, and the empty lines below it
        self._changes.append((scalar.start, scalar.end, written(value) + after))

    def substitute(self, path: Path, pattern: re.Pattern[str], replacement: str) -> None:
        """Replace what matches inside of a value, in the quotes and the lines that it was written with."""
        scalar = self.scalars[path]
        raw, count = pattern.subn(replacement, self._text[scalar.start : scalar.end])
        value, wanted = pattern.subn(replacement, scalar.value)
        if count == wanted:
            self._changes.append((scalar.start, scalar.end, raw))
        else:  # an escape hid one, or made one up
            self.replace(path, value)

    def add(self, key: str, value: str) -> None:
        """Give the spec one more field at its top, behind the line of `extends`."""
        line = f"{key}: {written(value)}"
        indent = " " * (self._opening - (self._text.rfind("\n", 0, self._opening) + 1))
        extends = self.scalars.get(("extends",))
        end = -1 if extends is None else self._text.find("\n", extends.end - 1)
        if self._flow:
            place, new = self._opening + 1, f"{line}, "
        elif end >= 0:
            place, new = end + 1, f"{indent}{line}\n"
        else:
            place, new = self._opening, f"{line}\n{indent}"
        self._changes.append((place, place, new))

    def result(self) -> str:
        """Return the text with all changes."""
        parts, position = [self._mark], 0
        for start, end, new in sorted(self._changes):
            parts += [self._text[position:start], new]
            position = end
        return "".join([*parts, self._text[position:]])

    def _find(self) -> None:
        frames: list[_Frame] = []
        for event in yaml.parse(self._text, Loader=yaml.CSafeLoader):
            if isinstance(event, ScalarEvent) and frames and frames[-1].is_map and frames[-1].key is None:
                frames[-1] = _Frame(frames[-1].path, is_map=True, key=event.value)
                continue
            if isinstance(event, CollectionEndEvent):
                frames.pop()
            elif isinstance(event, ScalarEvent | AliasEvent | MappingStartEvent | SequenceStartEvent):
                path = _next(frames)
                if isinstance(event, ScalarEvent):
                    self._keep(path, event)
                elif isinstance(event, MappingStartEvent | SequenceStartEvent):
                    if not frames:
                        self._opening, self._flow = _span(event)[0], bool(event.flow_style)
                    frames.append(_Frame(path, isinstance(event, MappingStartEvent)))

    def _keep(self, path: Path, event: ScalarEvent) -> None:
        start, end = _span(event)
        properties = _PROPERTIES.match(self._text, start, end)
        self.scalars[path] = Scalar(properties.end() if properties else start, end, event.value)


def written(value: str) -> str:
    """Return a text as YAML: plain when nobody can mistake it for anything else."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _span(event: Event) -> tuple[int, int]:
    if event.start_mark is None or event.end_mark is None:
        raise TypeError("what is parsed from a text has a place in it")
    return event.start_mark.index, event.end_mark.index


def _next(frames: list[_Frame]) -> Path:
    """Return the path of the value that comes next, and count it."""
    if not frames:
        return ()
    frame = frames[-1]
    if frame.is_map:
        frames[-1] = _Frame(frame.path, is_map=True)
        return (*frame.path, str(frame.key))
    frames[-1] = _Frame(frame.path, is_map=False, size=frame.size + 1)
    return (*frame.path, frame.size)
