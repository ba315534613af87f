"""Says where a value of an environment comes from: the line that set it, and what that line replaced."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from generator.commands.schema import FILE_FIELDS
from generator.errors import Path, shown, whole
from generator.specs.loading import display
from generator.specs.reading import parse
from generator.specs.tree import Items, Leaf, Mapping, Node, Plain, find, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as Directory

    from generator.errors import Source

_STEP: Final = re.compile(
    r"""(?:^|(?<=.)\.)(?P<name>[^.\[\]"\\]+)     # tasks.report
    | \[(?P<index>[0-9]{1,9})\]                 # command[0]
    | \[(?P<quoted>"(?:[^"\\\x00-\x1f]|\\.)*")\]  # environment["with.dots"]
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that some line set: `value` is None and `removed` is true where a null took it out.

    Attributes:
        note: what else there is to know of it, or empty.
    """

    path: Path
    value: Plain
    source: Source
    overrode: tuple[Setting, ...] = ()
    removed: bool = False
    note: str = ""

    def lines(self, *, alone: bool) -> Iterator[str]:
        """Write it for a person: the value, then the line that set it, then what that line overrode.

        One that is asked for alone is written whole; among others a long value is shortened.
        """
        write = _in_full if alone else _shortened
        yield f"{one_line(whole(self.path))} " + ("is removed" if self.removed else f"= {write(self.value)}")
        yield f"  {self.place()}"
        for earlier in self.overrode:
            what = "a removal" if earlier.removed else write(earlier.value)
            yield f"  overrides {what}, {earlier.place()}"
        if self.note:
            yield f"  {self.note}"

    def record(self) -> dict[str, Plain]:
        """Write it for a program."""
        own: dict[str, Plain] = {
            "path": whole(self.path),
            "value": self.value,
            "removed": self.removed,
            "file": self.source.file,
            "line": self.source.line,
            "set_as": whole(self.source.path),
        }
        return own | ({"overrode": [each.record() for each in self.overrode]} if self.overrode else {})

    def place(self) -> str:
        """Return `file:line`, and the path as written there when it is another: a default, an aliased value."""
        written = f" ({one_line(whole(self.source.path))})" if self.source.path != self.path else ""
        return f"{self.source}{written}"


def parse_path(text: str) -> Path:
    """Read a path as a person says it and as errors write it: `tasks.report.command[0]`, `tags["Cost.Centre"]`.

    Raises:
        ValueError: it is not a path.
    """
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            raise ValueError(f"{shown(text)} is not a path, such as tasks.report.command[0]")
        if found["index"] is not None:
            steps.append(int(found["index"]))
        else:
            steps.append(found["name"] if found["name"] is not None else _unquoted(found["quoted"], text))
        position = found.end()
    return tuple(steps)


def _unquoted(key: str, text: str) -> str:
    try:
        return str(json.loads(key))
    except json.JSONDecodeError:
        raise ValueError(
            f"{shown(text)} is not a path: {shown(key, quote=False)} has an escape that JSON has not"
        ) from None


def of_file(specs: Directory, name: str, path: Path) -> list[Setting]:
    """Return what a spec says of its own file, `extends` or `abstract`; none at any other path, or when it does not.

    What it says is no part of the merged environment. The file has been read before, and found right.
    """
    if not path or path[0] not in FILE_FIELDS:
        return []
    file = specs / f"{name}.yaml"
    own = parse(file.read_bytes().decode("utf-8"), display(file))
    return [replace(setting, note="about this file, and never inherited") for setting in explain(own, path[:1])]


def explain(tree: Mapping, path: Path) -> list[Setting]:
    """Return every setting at and below a path, removals included; none when no line sets anything there.

    Of what is below something removed, that removal is the setting.
    """
    node, steps = find(tree, path)
    if steps == len(path):
        return list(_settings(node, path))
    if isinstance(node, Mapping) and path[steps] in node.removed:
        return [_setting(node.removed[str(path[steps])], path[: steps + 1])]
    return []


def _settings(node: Node, path: Path) -> Iterator[Setting]:
    inner: list[tuple[str | int, Node]] = []
    match node:
        case Items():
            inner = list(enumerate(node.items))
        case Mapping():
            inner = [*node.entries.items(), *node.removed.items()]
    if not inner or node.over is not None:
        yield _setting(node, path)
    for key, value in inner:
        yield from _settings(value, (*path, key))


def _setting(node: Node, path: Path) -> Setting:
    earlier = []
    below = node.over
    while below is not None:
        earlier.append(Setting(path, plain(below), below.source, removed=_is_removal(below)))
        below = below.over
    return Setting(path, plain(node), node.source, tuple(earlier), removed=_is_removal(node))


def _is_removal(node: Node) -> bool:
    return isinstance(node, Leaf) and node.value is None and node.over is not None


def one_line(text: str) -> str:
    """Return a text with everything unprintable escaped."""
    return text if text.isprintable() else json.dumps(text)[1:-1]


def _in_full(value: Plain) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


def _shortened(value: Plain) -> str:
    return shown(_in_full(value), quote=False)
