"""What is wrong with a spec, said so that a person can mend it: where, which value, which rule, what was meant."""

from __future__ import annotations

import difflib
import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[str | int, ...]

_PLAIN = re.compile(r'[^.\[\]"\\]+')  # a key that needs no quotes in a path
_CREDENTIALS = re.compile(r'(?<=://)[^\s"]*@')  # in a URL, generously: a message ends up in logs
_SHOWN = 80  # characters of a wrong value that a message repeats


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """The place that set a value: a file, a line (0: the file as a whole) and the path as written in that file."""

    file: str
    line: int = 0
    path: Path = ()

    def __str__(self) -> str:
        """Return `file:line`, the form that editors and pipelines turn into a link."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in one place."""

    source: Source
    message: str

    def __str__(self) -> str:
        """Return `file:line: path: message`."""
        where = f"{dotted(self.source.path)}: " if self.source.path else ""
        return f"{self.source}: {where}{self.message}"


class SpecError(Exception):
    """A spec that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in the order of the files' lines, each once: a shared default is read by many tasks."""
        self.problems = tuple(sorted(set(problems), key=lambda p: (p.source.file, p.source.line, str(p))))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def dotted(path: Path) -> str:
    """Write a path the way a person says it, shortened: `tasks.claims-report.command[0]`, `tags["Cost.Centre"]`."""
    return shown(whole(path), quote=False)


def whole(path: Path) -> str:
    """Write a path the same way for a program, however long it is."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if _PLAIN.fullmatch(part) else f"[{json.dumps(part, ensure_ascii=False)}]"
    return text.removeprefix(".")


def shown(value: object, *, quote: bool = True) -> str:
    """Write a value on one line, shortened, with everything unprintable escaped and without a URL's credentials."""
    text = _CREDENTIALS.sub("***@", value if isinstance(value, str) else json.dumps(value, default=str))
    if len(text) > _SHOWN:
        text = text[: _SHOWN - 3] + "..."
    if isinstance(value, str) and quote:
        return json.dumps(text, ensure_ascii=not text.isprintable())
    return text if text.isprintable() else json.dumps(text)[1:-1]


def mismatch(value: object, wanted: str) -> str:
    """Say what a value is and what was wanted in its place, such as `a list`; maps and lists are not repeated."""
    hint = ""
    if wanted == "text" and isinstance(value, bool | int | float):
        hint = ": put it in quotes"
    elif wanted in {"a whole number", "a number", "true or false"} and isinstance(value, str):
        hint = ", without quotes"
    return f"{_as_written(value)}; {wanted} is wanted{hint}"


def _as_written(value: object) -> str:
    match value:
        case None:
            return "is empty"
        case bool():
            return f"{shown(value)} is true or false"
        case int() | float():
            return f"{shown(value)} is a number"
        case str():
            return f"{shown(value)} is text"
        case list():
            return "is a list"
        case _:
            return "is a map"


def reason(error: OSError) -> str:
    """Say why the system refused something; a disk that is full is said of no file."""
    what = error.strerror or str(error)
    return what if error.filename is None else f"{shown(os.fsdecode(error.filename), quote=False)}: {what}"


def near(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name that was probably meant."""
    return _near(name[:_SHOWN], tuple(sorted(valid)))


@lru_cache(maxsize=1000)
def _near(name: str, valid: tuple[str, ...]) -> str | None:
    """A wrong value of `defaults` is wrong in every task that takes it, and looked for once."""
    close = difflib.get_close_matches(name, valid, n=1, cutoff=0.6)
    return close[0] if close else None


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return `; did you mean "..."?` for the name probably meant, else what there is to choose from, or the nearest."""
    names = sorted(valid)
    meant = near(name, names)
    if meant is not None:
        return f'; did you mean "{meant}"?'
    if 0 < len(names) <= 12:
        return f"; there {'is' if len(names) == 1 else 'are'} {', '.join(names)}"
    closest = difflib.get_close_matches(name[:_SHOWN], names, n=1, cutoff=0.0)
    return f'; the nearest is "{closest[0]}"' if closest else ""
