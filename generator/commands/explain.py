"""Says where a value of an environment comes from: the line that set it, and what that line replaced."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.errors import Path, Problem, SpecError, dotted, nearest, shown
from generator.specs.tree import Items, Leaf, Mapping, Node, Plain, find, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """A value that some line set: `value` is None and `removed` is true where a null took it out."""

    path: Path
    value: Plain
    source: Source
    overrode: tuple[Setting, ...] = ()
    removed: bool = False

    def lines(self) -> Iterator[str]:
        """Write it for a person: the value, then the line that set it, then what that line overrode."""
        yield f"{dotted(self.path)} " + ("is removed" if self.removed else f"= {_written(self.value)}")
        yield f"  {self.place()}"
        for earlier in self.overrode:
            what = "a removal" if earlier.removed else _written(earlier.value)
            yield f"  overrides {what}, {earlier.place()}"

    def record(self) -> dict[str, Plain]:
        """Write it for a program."""
        own: dict[str, Plain] = {
            "path": dotted(self.path),
            "value": self.value,
            "removed": self.removed,
            "file": self.source.file,
            "line": self.source.line,
            "set_as": dotted(self.source.path),
        }
        return own | ({"overrode": [each.record() for each in self.overrode]} if self.overrode else {})

    def place(self) -> str:
        """Return `file:line`, and the path as written there when it is another: a default, an aliased value."""
        written = f" ({dotted(self.source.path)})" if self.source.path != self.path else ""
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
            steps.append(found["name"] if found["name"] is not None else json.loads(found["quoted"]))
        position = found.end()
    return tuple(steps)


def explain(tree: Mapping, path: Path) -> list[Setting]:
    """Return every setting at and below a path, removals included.

    Raises:
        SpecError: nothing is there.
    """
    node, steps = find(tree, path)
    if steps == len(path):
        return list(_settings(node, path))
    key = path[steps]
    if steps == len(path) - 1 and isinstance(node, Mapping) and key in node.removed:
        return [_setting(node.removed[str(key)], path)]
    known = node.entries if isinstance(node, Mapping) else ()
    size = f"; the list has {len(node.items)}" if isinstance(node, Items) else ""
    message = f"nothing sets {dotted(path[: steps + 1])}{size or nearest(str(key), known)}"
    raise SpecError([Problem(node.source, message)])


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


def _written(value: Plain) -> str:
    return shown(json.dumps(value, ensure_ascii=False), quote=False)
