"""Reads the YAML text of one spec into a tree that knows its lines.

Text is read as a stream of YAML events and not as Python objects. So nothing is guessed from how a value looks (a date
stays the text that was written, a number with a leading zero is refused), every value keeps its line, and aliases are
counted as they are followed. The events come from libyaml: a parser written in Python takes twenty times as long, which
was most of what the generator did. What is a number or a truth value is decided here, by YAML 1.2's core schema.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from yaml.reader import ReaderError

from generator.errors import Problem, Source, SpecError, shown
from generator.specs.tree import Items, Leaf, Mapping, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_VALUES: Final = 50_000  # after aliases are followed: what an alias bomb runs into
MAX_DEPTH: Final = 40
MAX_DIGITS: Final = 18  # more than any field needs, and still exact everywhere

_TAG: Final = "tag:yaml.org,2002:"
_DIRECTIVE: Final = re.compile(r"(?:^|[\n\r\ufeff])(%(?:YAML|TAG)\b)")  # another version, other values
_OTHER_BREAK: Final = re.compile("[\x85\u2028\u2029]")  # a line break in YAML 1.1, a character in YAML 1.2
_TAB: Final = re.compile(r"^ *\t", re.MULTILINE)

# YAML 1.2.2, 10.3.2 (core schema), read generously: what only resembles a number is refused below, with its line.
_RESOLVED: Final = re.compile(
    r"""(?P<null>|~|null|Null|NULL)
    | (?P<bool>true|True|TRUE|false|False|FALSE)
    | (?P<int>[-+]?(0[bx][0-9a-fA-F_]+|0o?[0-7_]+|[0-9][0-9_]*))
    | (?P<float>[-+]?([0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?
                      |[0-9][0-9_]*[eE][-+]?[0-9]+|\.(inf|Inf|INF))
               |\.(nan|NaN|NAN))
    | (?P<merge><<)""",
    re.VERBOSE,
)
_RESOLVABLE: Final = frozenset(["", *"~nNtTfF<-+.0123456789"])  # what begins otherwise is text
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")  # what looks like one is no number that lost its way
_COLLECTIONS: Final = frozenset({"map", "list", "tagged map", "tagged list"})
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")


class _Event(NamedTuple):
    """An event of the text: `map` and `list` begin, `end`, `alias`, or a scalar, whose kind says what it becomes."""

    kind: str
    line: int
    text: str = ""
    anchor: str | None = None


def parse(text: str, file: str) -> Mapping:
    """Return the tree of a spec, or raise everything that is wrong with its YAML."""
    tree, problems = collect(text, file)
    if problems:
        raise SpecError(problems)
    return tree


def collect(text: str, file: str) -> tuple[Mapping, list[Problem]]:
    """Return the tree of a spec with a refused null for every value that cannot be read, and what is wrong with each.

    Raises:
        SpecError: it is not YAML, abuses its reader or is no map, so that there is no such tree.
    """
    events = _events(text, file)
    if not events:
        raise SpecError([Problem(Source(file, 1), "is empty")])
    reader = _Reader(file, events, _aliases(events, file))
    tree, _ = reader.node(0, Source(file, events[0].line))
    if not isinstance(tree, Mapping):
        raise SpecError(reader.problems or [Problem(tree.source, "a spec is a map of fields")])
    return tree, reader.problems


def _events(text: str, file: str) -> list[_Event]:
    """Return the events of the text's one document, without those that only frame it."""
    for pattern, message in (
        (_DIRECTIVE, "{} is not used here: a spec is YAML 1.2 without tags"),
        (_OTHER_BREAK, "{} is a line break to some readers of YAML; write it as an escape in double quotes"),
    ):
        found = pattern.search(text)
        if found:
            place = found.start(found.lastindex or 0)
            raise _error(text, place, file, message.format(shown(found[found.lastindex or 0], quote=False)))
    events: list[_Event] = []
    depth = documents = 0
    try:
        for raw in yaml.parse(text, Loader=yaml.CSafeLoader):
            line = raw.start_mark.line + 1 if raw.start_mark else 0
            documents += isinstance(raw, DocumentStartEvent)
            if documents > 1:
                raise SpecError([Problem(Source(file, line), "a second document begins; a spec is one")])
            event = _event(raw, line)
            if event is not None:
                events.append(event)
                depth += (event.kind in _COLLECTIONS) - (event.kind == "end")
            if depth > MAX_DEPTH:
                raise _too_deep(Source(file, line))
    except ReaderError as error:
        message = f"YAML does not allow the character U+{int(error.character):04X}"
        raise _error(text, error.position, file, message) from None
    except yaml.MarkedYAMLError as error:
        raise SpecError([_not_yaml(error, text, file)]) from None
    return events


def _event(raw: Event, line: int) -> _Event | None:
    match raw:
        case ScalarEvent():
            # Composed, as Terraform has every text: two keys that it would take for one are one here, and refused.
            return _Event(_kind(raw), line, unicodedata.normalize("NFC", raw.value), raw.anchor)
        case MappingStartEvent():
            return _Event(_collection(raw.tag, "map"), line, raw.tag or "", raw.anchor)
        case SequenceStartEvent():
            return _Event(_collection(raw.tag, "list"), line, raw.tag or "", raw.anchor)
        case CollectionEndEvent():
            return _Event("end", line)
        case AliasEvent():
            return _Event("alias", line, str(raw.anchor))
        case _:
            return None


def _collection(tag: str | None, kind: str) -> str:
    """Return the kind, or one that is refused when the tag says something else."""
    return kind if tag in {None, "!", _TAG + {"map": "map", "list": "seq"}[kind]} else f"tagged {kind}"


def _error(text: str, position: int, file: str, message: str) -> SpecError:
    return SpecError([Problem(Source(file, text.count("\n", 0, position) + 1), message)])


def _too_deep(source: Source) -> SpecError:
    return SpecError([Problem(source, f"is nested deeper than {MAX_DEPTH} levels")])


def _not_yaml(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    # An unfinished quote or bracket is noticed at the end of the file; where it began is what helps.
    if error.context_mark is not None and mark is not None and mark.index >= len(text.rstrip()):
        mark = error.context_mark
    # The end of a text without a line break is a line after its last to libyaml.
    line = min(mark.line + 1, len(text.rstrip().splitlines()) or 1) if mark is not None else 0
    tab = mark is not None and _TAB.match(_line(text, mark.line))
    if "tab character" in (error.problem or "") or ("cannot start any token" in (error.problem or "") and tab):
        return Problem(Source(file, line), "is not YAML: there is a tab; YAML indents with spaces only")
    reason = ": ".join(part for part in (error.context, error.problem) if part)
    return Problem(Source(file, line), f"is not YAML: {shown(reason, quote=False)}")


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number] if number < len(lines) else ""


def _aliases(events: list[_Event], file: str) -> dict[int, int]:
    """Return where each alias points: the position of its event to that of the event it repeats.

    Found in the order of the text, since YAML allows to define an anchor again.
    """
    anchors: dict[str, int] = {}
    targets: dict[int, int] = {}
    problems = []
    for position, event in enumerate(events):
        if event.kind != "alias":
            if event.anchor is not None:
                anchors[event.anchor] = position
        elif event.text in anchors:
            targets[position] = anchors[event.text]
        else:
            message = f"is not YAML: no anchor &{shown(event.text, quote=False)} before it"
            problems.append(Problem(Source(file, event.line), message))
    if problems:
        raise SpecError(problems)
    return targets


@dataclass
class _Reader:
    """One pass over a file's events, which collects every problem instead of stopping at the first."""

    file: str
    events: list[_Event]
    aliases: dict[int, int]
    problems: list[Problem] = field(default_factory=list)
    _values: int = 0
    _outermost: Source | None = None  # where the first of the aliases that are being followed stands
    _ancestors: list[int] = field(default_factory=list)

    def node(self, position: int, source: Source) -> tuple[Node, int]:
        """Convert the value that begins at an event; what is wrong becomes null and a problem. Return what comes next.

        Raises:
            SpecError: the file abuses its reader; nothing more can be said about it.
        """
        self._values += 1
        if self._values > MAX_VALUES:
            message = f"the file has more than {MAX_VALUES:,} values by here, once its aliases are followed"
            raise SpecError([Problem(self._outermost or source, message)])
        event = self.events[position]
        if event.kind == "alias":
            target = self.aliases[position]
            if target in self._ancestors:
                return self._refuse(source, "an alias contains itself"), position + 1
            outermost, self._outermost = self._outermost, self._outermost or source
            repeated, _ = self.node(target, source)
            self._outermost = outermost
            return repeated, position + 1
        if event.kind not in _COLLECTIONS:
            return self._scalar(event, source), position + 1
        if len(self._ancestors) >= MAX_DEPTH:  # by way of aliases; without them the events were counted
            raise _too_deep(source)
        if event.kind not in {"map", "list"}:
            return self._refuse(source, f"the tag {shown(event.text)} means nothing here"), self._after(position)
        self._ancestors.append(position)
        try:
            return (self._mapping if event.kind == "map" else self._items)(position + 1, source)
        finally:
            self._ancestors.pop()

    def _refuse(self, source: Source, message: str) -> Leaf:
        self.problems.append(Problem(source, message))
        return Leaf(None, source, refused=True)

    def _mapping(self, position: int, source: Source) -> tuple[Node, int]:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while (event := self.events[position]).kind != "end":
            line = event.line
            key = self._key(position, Source(self.file, line, source.path))
            position = self._after(position)
            if key is None:
                position = self._after(position)
                continue
            here = Source(self.file, line, (*source.path, key))
            if key in lines:
                self._refuse(here, f"is given twice; the first is in line {lines[key]}")
                position = self._after(position)
                continue
            lines[key] = line
            entries[key], position = self.node(position, here)
        return Mapping(entries, source), position + 1

    def _items(self, position: int, source: Source) -> tuple[Node, int]:
        items: list[Node] = []
        while (event := self.events[position]).kind != "end":
            here = Source(self.file, event.line, (*source.path, len(items)))
            item, position = self.node(position, here)
            items.append(item)
        return Items(tuple(items), source), position + 1

    def _after(self, position: int) -> int:
        """Return the position after the value that begins at an event."""
        depth = 0
        while True:
            kind = self.events[position].kind
            depth += (kind in _COLLECTIONS) - (kind == "end")
            position += 1
            if depth == 0:
                return position

    def _key(self, position: int, source: Source) -> str | None:
        event = self.events[self.aliases.get(position, position)]
        if event.kind == "str":
            return event.text
        if event.kind in _COLLECTIONS:
            self._refuse(source, "a key is text, not a list or a map")
        elif event.kind == "merge":
            self._refuse(source, "<< is not used here: a spec inherits with extends, a workload from defaults")
        else:
            said = shown(event.text, quote=False)
            self._refuse(source, f'the key {said} is not text; put it in quotes: "{said}"')
            return event.text  # so that what refers to it, or needs it, is no mistake too
        return None

    def _scalar(self, event: _Event, source: Source) -> Leaf:
        if event.kind == "str":
            return Leaf(event.text, source)
        convert = _CONVERSIONS.get(event.kind)
        if convert is None:
            return self._refuse(source, f"the {event.kind} means nothing here")
        try:
            return Leaf(convert(event.text), source)
        except ValueError as error:
            return self._refuse(source, str(error))


def _kind(event: ScalarEvent) -> str:
    """Return what a scalar is: by its tag if it has one, as text if it is quoted, else by how it looks."""
    if event.tag is not None:
        kind = "str" if event.tag == "!" else event.tag.removeprefix(_TAG)
        return kind if kind == "str" or kind in _CONVERSIONS else f"tag {shown(event.tag)}"
    if not event.implicit[0] or event.value[:1] not in _RESOLVABLE:
        return "str"
    found = _RESOLVED.fullmatch(event.value)
    return found.lastgroup or "str" if found else "str"


def _integer(value: str) -> int:
    if _ACCOUNT.fullmatch(value) and value.startswith("0"):
        raise ValueError(f"{shown(value, quote=False)} would lose its first digit as a number; quote it")
    if not _INTEGER.fullmatch(value):
        raise ValueError(
            f"{shown(value, quote=False)} is read differently by different tools; write a plain number, or quote it"
        )
    if len(value.removeprefix("-")) > MAX_DIGITS:
        raise ValueError(f"{shown(value, quote=False)} has more than {MAX_DIGITS} digits; quote it")
    return int(value)


def _decimal(value: str) -> float:
    if not _DECIMAL.fullmatch(value) or len(value) > MAX_DIGITS:
        raise ValueError(f"{shown(value, quote=False)} is not a plain decimal number; write it out, or quote it")
    return float(value)


def _boolean(value: str) -> bool:
    if value.lower() not in {"true", "false"}:
        raise ValueError(f"{shown(value)} is neither true nor false")
    return value.lower() == "true"


def _null(_: str) -> None:
    return None


_CONVERSIONS: Final[dict[str, Callable[[str], Scalar]]] = {
    "timestamp": str,  # only by a tag: dates are text to Terraform and to AWS
    "int": _integer,
    "float": _decimal,
    "bool": _boolean,
    "null": _null,
}
