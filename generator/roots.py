"""What the commands do: from a directory of specs to a directory of roots."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator import loading, states, writing
from generator.checking import check
from generator.emit import render
from generator.errors import Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from generator.spec import Environment
    from generator.tree import Mapping


@dataclass(frozen=True, slots=True)
class Stale:
    """A root that is not what its spec asks for."""

    name: str
    difference: str


def environments(specs: Path, only: str | None = None) -> dict[str, Environment]:
    """Read and check every environment, or one; raise everything that is wrong with any of them."""
    found: dict[str, Environment] = {}
    trees: dict[str, Mapping] = {}
    problems: list[Problem] = []
    for name in [only] if only is not None else _names(specs, problems):
        try:
            trees[name] = loading.load(specs, name)
            found[name] = check(trees[name])
        except SpecError as error:
            problems += error.problems
    wanted = tuple(trees)
    if only in trees:
        trees |= _others(specs, only)
    problems += states.shared(specs, trees, wanted)
    if problems:
        raise SpecError(problems)
    return found


def _others(specs: Path, only: str) -> dict[str, Mapping]:
    """Read the environments that one is compared with; what is wrong with them is not that one's mistake."""
    others: dict[str, Mapping] = {}
    for name in _names(specs, []):
        if name != only:
            with contextlib.suppress(SpecError):
                others[name] = loading.load(specs, name)
    return others


def generate(specs: Path, directory: Path, only: str | None = None) -> Iterator[str]:
    """Bring roots up to date; yield a line for each thing that was done. Nothing is written if any spec is wrong."""
    wanted = _render(specs, only)
    for name, files in wanted.items():
        changed = writing.write(directory / name, files)
        root = loading.display(directory / name)
        for what, done in (("written", files.keys() & changed), ("removed", changed - files.keys())):
            if done:
                yield f"{root}: {', '.join(sorted(done))} {what}"
        if not changed:
            yield f"{root}: up to date"
    if only is None:
        for name in _orphans(directory, wanted):
            writing.remove(directory / name)
            yield f"{loading.display(directory / name)}: removed, since no spec asks for it"


def stale(specs: Path, directory: Path, only: str | None = None) -> list[Stale]:
    """Return the roots that differ from what their specs ask for, and those that no spec asks for."""
    wanted = _render(specs, only)
    if only is None:
        wanted |= {name: {} for name in _orphans(directory, wanted)}
    found = [
        Stale(name, writing.difference(directory / name, files, loading.display(directory / name)))
        for name, files in sorted(wanted.items())
    ]
    return [root for root in found if root.difference]


def _names(specs: Path, problems: list[Problem]) -> list[str]:
    """List the environments; what cannot be read is a problem, and must not hide the others' problems."""
    names = []
    for name in loading.names(specs):
        try:
            if not loading.read(specs, name).abstract:
                names.append(name)
        except SpecError as error:
            problems += error.problems
    return names


def _render(specs: Path, only: str | None) -> dict[str, dict[str, str]]:
    return {
        name: render(name, environment, f"{specs.name}/{name}.yaml")
        for name, environment in environments(specs, only).items()
    }


def _orphans(directory: Path, wanted: dict[str, dict[str, str]]) -> list[str]:
    if not directory.is_dir():
        return []
    return sorted(
        path.name
        for path in directory.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in wanted
    )
