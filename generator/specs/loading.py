"""Finds the specs of a directory and merges each with what it extends."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Final

from generator.errors import Problem, Source, SpecError, mismatch, nearest, shown
from generator.names import RESERVED
from generator.specs.reading import collect
from generator.specs.tree import Leaf, Mapping, merge, plain, prune

MAX_BYTES: Final = 1_000_000

# The sections whose entries are laid over `defaults`, and what they are called there.
WORKLOADS: Final = {
    "tasks": "task",
    "jobs": "job",
    "schedules": "schedule",
    "workflows": "workflow",
    "target_syncs": "target_sync",
}
NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
NAME_RULE: Final = "a name has lower-case letters, digits and single hyphens, and starts with a letter"


@dataclass(frozen=True, slots=True)
class Document:
    """One file, before anything is inherited.

    Attributes:
        problems: what could not be read in it, with a refused null in its place.
    """

    name: str
    root: Mapping
    extends: Leaf | None
    abstract: bool
    problems: tuple[Problem, ...] = ()

    @property
    def base(self) -> str | None:
        """The name of the spec that this one extends."""
        return str(self.extends.value) if self.extends else None


class Specs:
    """The specs of a directory, each file read once: an environment's base is another's too."""

    def __init__(self, directory: Path, *, collect: bool = False) -> None:
        """Read nothing yet.

        Args:
            directory: where the specs are.
            collect: a value that cannot be read raises nothing: who checks the whole says it too (`Specs.unread`).
        """
        self.directory = directory
        self._absolute = Path(os.path.abspath(directory))  # noqa: PTH100 - links stay, but `..` has no name
        self._collect = collect
        self._bases: dict[str, Document] = {}

    @property
    def repository(self) -> Path:
        """The folder that holds the directory: what a spec says of paths begins there."""
        return self._absolute.parent

    def label(self, name: str) -> str:
        """Return how a root says which spec it is from: the same wherever the command runs, and on one line."""
        return _printable(f"{self._absolute.name}/{name}.yaml")

    def names(self) -> list[str]:
        """List every spec, bases included.

        Raises:
            SpecError: there is no such directory, no spec in it, or a file in it would be overlooked.
        """
        if not self.directory.is_dir():
            raise SpecError([Problem(Source(display(self.directory)), "there is no such directory of specs")])
        stray = sorted(self.directory.glob("*.yml"))
        if stray:
            rule = "a spec's name ends in .yaml; this one would be overlooked"
            raise SpecError(Problem(Source(display(path)), rule) for path in stray)
        found = sorted(path.stem for path in self.directory.glob("*.yaml"))
        if not found:  # a wrong directory, and every root would be removed
            raise SpecError(
                [Problem(Source(display(self.directory)), "there are no specs here: no file ends in .yaml")]
            )
        return found

    def read(self, name: str) -> Document:
        """Read one file.

        Raises:
            SpecError: it is not there, is not YAML, or is not a map.
        """
        path = self.directory / f"{name}.yaml"
        source = Source(display(path))
        if not NAME.fullmatch(name):
            where = Source(display(self.directory))
            raise SpecError([Problem(where, f"{shown(name)} cannot name a spec: {NAME_RULE}")])
        root, problems = collect(self._text(path, source), source.file)
        if problems and not self._collect:
            raise SpecError(problems)
        try:
            document = _document(name, root)
        except SpecError as error:
            raise SpecError((*error.problems, *problems)) from None
        return replace(document, problems=tuple(problems))

    def load(self, name: str) -> Mapping:
        """Read an environment and all that it extends, merged; the nearest value wins.

        Raises:
            SpecError: one of the files cannot be read, or it is not an environment.
        """
        return self.environment(self.read(name))

    def environment(self, document: Document) -> Mapping:
        """Merge a file with all that it extends, and its workloads with their defaults.

        Raises:
            SpecError: it is abstract, its name is reserved, or what it extends cannot be read.
        """
        name, where = document.name, document.root.source
        if document.abstract:
            raise SpecError([Problem(where, f"{shown(name)} is abstract: it is there for others to extend")])
        if name in RESERVED:
            raise SpecError(
                [Problem(where, f"{shown(name)} cannot name an environment: .build/{name} holds other things")]
            )
        return self.merged(document)

    def merged(self, document: Document) -> Mapping:
        """Merge a file with all that it extends, also one that is abstract; raises as `lineage`."""
        layers = [each.root for each in reversed(self.lineage(document))]
        return prune(_with_defaults(reduce(merge, layers)))

    def lineage(self, document: Document) -> list[Document]:
        """Return a file and all that it extends, the nearest first.

        Raises:
            SpecError: one of them cannot be read, or they extend each other in a circle.
        """
        chain = [document]
        while (base := self._base(chain[-1], tuple(each.name for each in chain))) is not None:
            chain.append(base)
        return chain

    def unread(self, document: Document) -> tuple[Problem, ...]:
        """Return what could not be read of an environment, in its files; raises as `lineage`."""
        return tuple(problem for each in self.lineage(document) for problem in each.problems)

    def files(self, document: Document) -> frozenset[str]:
        """Return the files that an environment is read from, as messages name them; raises as `lineage`."""
        return frozenset(each.root.source.file for each in self.lineage(document))

    def _base(self, document: Document, chain: tuple[str, ...]) -> Document | None:
        if document.extends is None or document.base is None:
            return None
        source = document.extends.source
        if document.base in chain:
            circle = " -> ".join((*chain, document.base))
            raise SpecError([Problem(source, f"specs extend each other in a circle: {circle}")])
        if document.base not in self._bases:
            known = self.names()
            if document.base not in known:
                hint = nearest(document.base, set(known) - set(chain))
                raise SpecError([Problem(source, f"{shown(document.base)} is not a spec{hint}")])
            self._bases[document.base] = self.read(document.base)
        return self._bases[document.base]

    def _text(self, path: Path, source: Source) -> str:
        try:
            if path.exists() and not path.is_file():  # whoever opens a pipe waits for ever
                raise SpecError([Problem(source, "is not a file")])
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except FileNotFoundError:
            hint = nearest(path.stem, set(self.names()) - {path.stem})  # a link to nowhere is listed too
            raise SpecError([Problem(source, f"there is no such spec{hint}")]) from None
        except OSError as error:
            raise SpecError([Problem(source, f"cannot be read: {error.strerror}")]) from None
        if len(data) > MAX_BYTES:
            line = data.count(b"\n", 0, MAX_BYTES) + 1
            raise SpecError(
                [Problem(Source(source.file, line), f"the file is larger than {MAX_BYTES:,} bytes by here")]
            )
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise SpecError([Problem(Source(source.file, line), "is not UTF-8 text")]) from None


def names(directory: Path) -> list[str]:
    """List every spec of a directory, as `Specs.names`."""
    return Specs(directory).names()


def load(directory: Path, name: str) -> Mapping:
    """Read an environment and all that it extends, as `Specs.load`."""
    return Specs(directory).load(name)


def read(directory: Path, name: str) -> Document:
    """Read one file, as `Specs.read`."""
    return Specs(directory).read(name)


def display(path: Path) -> str:
    """Return a path as a person would type it from here, on one line whatever it holds."""
    absolute = path.absolute()
    text = (absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else path).as_posix()
    return _printable(text)


def _printable(text: str) -> str:
    return text if text.isprintable() else json.dumps(text)[1:-1]


def _document(name: str, root: Mapping) -> Document:
    """Take out the two fields that are about the file itself and are never inherited."""
    entries = dict(root.entries)
    extends, abstract = entries.pop("extends", None), entries.pop("abstract", None)
    problems = []
    if any(isinstance(node, Leaf) and node.refused for node in (extends, abstract)):
        raise SpecError([])  # what it inherits, or whether it is an environment, is not known: nothing more to say
    if extends is not None and not (isinstance(extends, Leaf) and isinstance(extends.value, str)):
        problems.append(Problem(extends.source, "the name of one spec is wanted, such as `extends: base`"))
    if abstract is not None and not (isinstance(abstract, Leaf) and isinstance(abstract.value, bool)):
        problems.append(Problem(abstract.source, mismatch(plain(abstract), "true or false")))
    if problems:
        raise SpecError(problems)
    return Document(
        name=name,
        root=Mapping(entries, root.source),
        extends=extends if isinstance(extends, Leaf) else None,
        abstract=isinstance(abstract, Leaf) and abstract.value is True,
    )


def _with_defaults(root: Mapping) -> Mapping:
    """Lay every task over `defaults.task`, every job, schedule, workflow and target sync over its own."""
    entries = dict(root.entries)
    defaults = entries.get("defaults")
    if not isinstance(defaults, Mapping):
        return root
    for section, kind in WORKLOADS.items():
        shared, workloads = defaults.entries.get(kind), entries.get(section)
        if isinstance(shared, Mapping) and isinstance(workloads, Mapping):
            merged = {
                name: merge(shared, own) if isinstance(own, Mapping) else own for name, own in workloads.entries.items()
            }
            entries[section] = Mapping(merged, workloads.source, workloads.over)
    return Mapping(entries, root.source)
