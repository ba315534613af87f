"""What a person has to know of an environment that was started from another one: each thing with file and line."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.checks.neighbours import common
from generator.commands.identity import Fate, Judge, texts
from generator.errors import Source, dotted, shown
from generator.models.forms import PLACEHOLDER
from generator.specs import loading
from generator.specs.tree import find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from generator.models.spec import Environment
    from generator.specs.tree import Mapping


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One thing to know, and the place it is about."""

    source: Source
    message: str

    def __str__(self) -> str:
        """Return `file:line: path: message`."""
        path = f"{dotted(self.source.path)}: " if self.source.path else ""
        return f"{self.source}: {path}{self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """What was made different, what is still to be given, and what only a person can tell to be right."""

    changed: tuple[Note, ...]
    fill_in: tuple[Note, ...]
    look_at: tuple[Note, ...]


def report(specs: Path, judge: Judge, model: Environment, started: Environment) -> Report:
    """Compare the new environment with the one that it was started from, both in one directory."""
    before, after = (loading.load(specs, identity.name) for identity in (judge.old, judge.new))
    path = specs / f"{judge.new.name}.yaml"
    own = loading.display(path)
    changed, fill_in = set(_changed(before, after, own)), set(_to_fill_in(before, after, judge.old.name))
    look_at = {*_doubts(judge, started, after, own), *_shared_names(judge, model, started, after)}
    said = {(note.source.file, note.source.line) for note in (*changed, *fill_in, *look_at)}
    mentions = _mentions(judge, path.read_text(encoding="utf-8"), own)
    look_at |= {note for note in mentions if (note.source.file, note.source.line) not in said}
    return Report(_in_order(changed, own), _in_order(fill_in, own), _in_order(look_at, own))


def text(report: Report, new: str, old: str) -> Iterator[str]:
    """Yield what there is to know under its heading, and what to do next."""
    headings = (
        ("different", report.changed),
        (f"to fill in, instead of {PLACEHOLDER}", report.fill_in),
        ("to look at", report.look_at),
    )
    for heading, notes in headings:
        if notes:
            yield f"{heading}:"
            yield from (f"  {note}" for note in notes)
    fill_in = f", give what says {PLACEHOLDER}" if report.fill_in else ""
    yield f"next: read the comments, which were written for {old}{fill_in}; then make generate, and make plan ENV={new}"


def _in_order(notes: Iterable[Note], own: str) -> tuple[Note, ...]:
    return tuple(sorted(notes, key=lambda note: (note.source.file != own, note.source.file, note.source.line, note)))


def _changed(before: Mapping, after: Mapping, own: str) -> Iterator[Note]:
    were = {path: leaf.value for path, leaf in texts(before)}
    for path, leaf in texts(after):
        if leaf.source.file == own and leaf.value not in {PLACEHOLDER, were.get(path)}:
            yield Note(leaf.source, f"{shown(were.get(path))} -> {shown(leaf.value)}")


def _to_fill_in(before: Mapping, after: Mapping, old: str) -> Iterator[Note]:
    were = {path: leaf.value for path, leaf in texts(before)}
    for path, leaf in texts(after):
        if leaf.value == PLACEHOLDER:
            was = were.get(path)
            yield Note(leaf.source, f"{shown(was)} in {old}" if was != PLACEHOLDER else f"to be given in {old} too")


def _doubts(judge: Judge, started: Environment, after: Mapping, own: str) -> Iterator[Note]:
    """Find what may be right in the new environment too, and what it inherits although it is the old one's."""
    buses = {workflow.bus_name for workflow in (started.workflows or {}).values()}
    for path, leaf in texts(after):
        value = str(leaf.value)
        if leaf.source.file == own:
            made_here = path[-1] == "event_bus" and value in buses
            if judge.fate(path, value) is Fate.LOOK and not made_here:
                yield Note(leaf.source, f"{shown(value)} is not made here; is it what {judge.new.name} is to use?")
        elif judge.is_theirs(path, value) or any(judge.mentions(value)):
            message = f"{shown(value)} is inherited, and of {judge.old.name}; {judge.new.name} may need its own"
            yield Note(leaf.source, message)


def _shared_names(judge: Judge, model: Environment, started: Environment, after: Mapping) -> Iterator[Note]:
    """Find names that two environments of one account cannot both have; roles have no region."""
    shared = defaultdict(list)
    for name in common(started, model):
        shared[name.holder].append(name)
    for holder, found in shared.items():
        node, _ = find(after, holder)
        first, more = found[0], f" and {len(found) - 1} more" if len(found) > 1 else ""
        fields = ", ".join(dotted(name.field) for name in found)
        message = (
            f"the {first.kind} {shown(first.name)}{more} would be {judge.old.name}'s too, in one account, which "
            f"generate refuses: set {fields}"
        )
        yield Note(Source(node.source.file, node.source.line, holder), message)


def _mentions(judge: Judge, text: str, own: str) -> Iterator[Note]:
    """Find the lines in which the old name, account or region is left: comments, keys, parts of longer texts."""
    for number, line in enumerate(text.split("\n"), start=1):
        for mention in judge.mentions(line):
            yield Note(Source(own, number), f"says {mention}")
