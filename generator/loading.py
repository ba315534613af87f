"""Finds the specs of a directory and merges each with what it extends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generator.errors import Problem, Source, SpecError, nearest, shown
from generator.names import RESERVED
from generator.reading import parse
from generator.tree import Leaf, Mapping, merge

MAX_BYTES: Final = 1_000_000

NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
NAME_RULE: Final = "a name has lower-case letters, digits and single hyphens, and starts with a letter"


@dataclass(frozen=True, slots=True)
class Document:
    """One file, before anything is inherited."""

    name: str
    root: Mapping
    extends: Leaf | None
    abstract: bool

    @property
    def base(self) -> str | None:
        """The name of the spec that this one extends."""
        return str(self.extends.value) if self.extends else None


def names(directory: Path) -> list[str]:
    """List every spec of a directory, bases included."""
    if not directory.is_dir():
        raise SpecError([Problem(Source(display(directory)), "there is no such directory of specs")])
    stray = sorted(directory.glob("*.yml"))
    if stray:
        rule = "a spec's name ends in .yaml; this one would be overlooked"
        raise SpecError(Problem(Source(display(path)), rule) for path in stray)
    return sorted(path.stem for path in directory.glob("*.yaml"))


def load(directory: Path, name: str) -> Mapping:
    """Read an environment and all that it extends, merged; the nearest value wins."""
    document = read(directory, name)
    if document.abstract:
        raise SpecError([Problem(document.root.source, f"{shown(name)} is abstract: it is there for others to extend")])
    if name in RESERVED:
        where = document.root.source
        raise SpecError([Problem(where, f"{shown(name)} cannot name an environment: .build/{name} holds other things")])
    return _with_defaults(_inherit(directory, document, (name,)))


def read(directory: Path, name: str) -> Document:
    """Read one file."""
    path = directory / f"{name}.yaml"
    source = Source(display(path))
    if not NAME.fullmatch(name):
        raise SpecError([Problem(Source(display(directory)), f"{shown(name)} cannot name a spec: {NAME_RULE}")])
    return _document(name, parse(_text(path, source), source.file))


def display(path: Path) -> str:
    """Return a path as a person would type it from here."""
    absolute = path.absolute()
    return (absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else path).as_posix()


def _text(path: Path, source: Source) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        hint = nearest(path.stem, names(path.parent))
        raise SpecError([Problem(source, f"there is no such spec{hint}")]) from None
    except OSError as error:
        raise SpecError([Problem(source, f"cannot be read: {error.strerror}")]) from None
    if len(data) > MAX_BYTES:
        raise SpecError([Problem(source, f"is larger than {MAX_BYTES:,} bytes")])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecError([Problem(Source(source.file, line), "is not UTF-8 text")]) from None


def _document(name: str, root: Mapping) -> Document:
    """Take out the two fields that are about the file itself and are never inherited."""
    entries = dict(root.entries)
    extends, abstract = entries.pop("extends", None), entries.pop("abstract", None)
    problems = []
    if extends is not None and not (isinstance(extends, Leaf) and isinstance(extends.value, str)):
        problems.append(Problem(extends.source, "the name of one spec is wanted, such as `extends: base`"))
    if abstract is not None and not (isinstance(abstract, Leaf) and isinstance(abstract.value, bool)):
        problems.append(Problem(abstract.source, "true or false is wanted"))
    if problems:
        raise SpecError(problems)
    return Document(
        name=name,
        root=Mapping(entries, root.source),
        extends=extends if isinstance(extends, Leaf) else None,
        abstract=isinstance(abstract, Leaf) and abstract.value is True,
    )


def _inherit(directory: Path, document: Document, chain: tuple[str, ...]) -> Mapping:
    if document.extends is None or document.base is None:
        return document.root
    source = document.extends.source
    if document.base in chain:
        circle = " -> ".join((*chain, document.base))
        raise SpecError([Problem(source, f"specs extend each other in a circle: {circle}")])
    known = names(directory)
    if document.base not in known:
        hint = nearest(document.base, set(known) - set(chain))
        raise SpecError([Problem(source, f"{shown(document.base)} is not a spec{hint}")])
    base = read(directory, document.base)
    return merge(_inherit(directory, base, (*chain, base.name)), document.root)


def _with_defaults(root: Mapping) -> Mapping:
    """Lay every task over `defaults.task` and every schedule over `defaults.schedule`."""
    entries = dict(root.entries)
    defaults = entries.get("defaults")
    if not isinstance(defaults, Mapping):
        return root
    for section, kind in (("tasks", "task"), ("schedules", "schedule")):
        shared, workloads = defaults.entries.get(kind), entries.get(section)
        if isinstance(shared, Mapping) and isinstance(workloads, Mapping):
            merged = {
                name: merge(shared, own) if isinstance(own, Mapping) else own for name, own in workloads.entries.items()
            }
            entries[section] = Mapping(merged, workloads.source)
    return Mapping(entries, root.source)
