"""Finds moves and imports that Terraform would refuse, or that lead to nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.errors import Problem, nearest, shown
from generator.output.addresses import Address, Step
from generator.output.contents import Imported, Moved, calls, declared, imported, moved
from generator.specs.tree import source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from generator.errors import Source
    from generator.interfaces.interface import Interface
    from generator.interfaces.library import Library
    from generator.models.spec import Environment
    from generator.specs.tree import Mapping


@dataclass(frozen=True, slots=True)
class Root:
    """What a root has.

    Attributes:
        several: its module calls and resources, and whether each is several, by keys.
        interfaces: by call, what is known of the module.
    """

    several: dict[str, bool]
    interfaces: dict[str, Interface]

    def has(self, address: Address) -> bool:
        """Whether the root has all that this address stands for: a call, or a resource that is one."""
        first, *inside = address.steps
        if address.steps[-1].key:
            return False
        if not inside:
            return self.several.get(first.name) is False
        interface = self.interfaces.get(first.name)
        return interface is not None and len(inside) == 1 and inside[0].name in interface.resources


def misplaced(tree: Mapping, spec: Environment, library: Library) -> Iterator[Problem]:
    """Find moves and imports that Terraform would refuse, or that lead to nothing.

    An address is compared with the root's own calls and resources, and with those of the module that is called when its
    source is at hand; what is deeper is not looked at.
    """
    if spec.moved or spec.imports:
        there = Root(declared(spec), _interfaces(spec, library))
        yield from _moves(tree, moved(spec), there)
        yield from _imports(tree, imported(spec), there)


def _interfaces(spec: Environment, library: Library) -> dict[str, Interface]:
    """Return what is known of the module behind each call."""
    modules = spec.modules or {}
    found = {call: library.source(name, modules.get(name)).interface for call, name in calls(spec).items()}
    return {call: interface for call, interface in found.items() if interface is not None}


def _moves(tree: Mapping, moves: list[Moved], there: Root) -> Iterator[Problem]:
    left: dict[Address, Source] = {}
    taken: dict[Address, Source] = {}
    # A move may lead to where a later one begins: a history of names is kept for states that have not seen it all.
    passed = {move.before.steps[0].name for move in moves if len(move.before.steps) == 1}
    for move in moves:
        begins, ends = (source_of(tree, ("moved", move.position, end)) for end in ("from", "to"))
        if move.before == move.after:
            yield Problem(ends, f"{shown(move.after.expression)} is where it was; say where it is now")
            continue
        if move.before.steps[-1].is_module != move.after.steps[-1].is_module:
            yield Problem(ends, "is of another kind than from: a module call moves to one, a resource to a resource")
        if move.before in left:
            yield Problem(begins, f"is moved twice; the first time in {left[move.before]}")
        if move.after in taken:
            yield Problem(ends, f"is where two moves end; the other is in {taken[move.after]}")
        if there.has(move.before) and not move.within_one:
            rule = "only what the root has no more can be moved"
            yield Problem(begins, f"{shown(move.before.expression)} is still in the root; {rule}")
        if move.after.steps[0].name not in passed:
            yield from _unknown(ends, move.after, there)
        left.setdefault(move.before, begins)
        taken.setdefault(move.after, ends)
    yield from _circles(tree, moves)


def _circles(tree: Mapping, moves: list[Moved]) -> Iterator[Problem]:
    """Find moves that end where they began; each circle is said where its first move is."""
    onward = {move.before: move for move in reversed(moves)}
    passed: set[int] = set()  # each move is followed once: a history can be long
    for move in moves:
        way: list[Moved] = []
        following: Moved | None = move
        while following is not None and following.position not in passed:
            passed.add(following.position)
            way.append(following)
            following = onward.get(following.after)
        circle = way[way.index(following) :] if following is not None and following in way else []
        if len(circle) > 1:
            start = min(range(len(circle)), key=lambda index: circle[index].position)
            circle = [*circle[start:], *circle[: start + 1]]
            names = " -> ".join(each.before.expression for each in circle)
            yield Problem(source_of(tree, ("moved", circle[0].position, "from")), f"moves in a circle: {names}")


def _imports(tree: Mapping, imports: list[Imported], there: Root) -> Iterator[Problem]:
    taken: dict[Address, Source] = {}
    for item in imports:
        source = source_of(tree, ("imports", item.position, "to"))
        if item.to in taken:
            yield Problem(source, f"is imported twice; the first time in {taken[item.to]}")
        taken.setdefault(item.to, source)
        yield from _unknown(source, item.to, there)
        first = item.to.steps[0]
        if there.several.get(first.name) and not first.key:
            yield Problem(source, f'{first.name} is several: say which, as in {first.name}["..."]')


def _unknown(source: Source, address: Address, there: Root) -> Iterator[Problem]:
    first, *inside = address.steps
    if first.name not in there.several:
        yield _not_there(source, first, there.several, "the root")
    elif first.key and not there.several[first.name]:
        yield Problem(source, f"{first.name} is one and not several: leave out {first.key}")
    elif inside and first.name in there.interfaces:
        interface = there.interfaces[first.name]
        names = [*interface.resources, *(f"module.{call}" for call in interface.calls)]
        if inside[0].name not in names:
            yield _not_there(source, inside[0], names, first.name)


def _not_there(source: Source, step: Step, names: Iterable[str], where: str) -> Problem:
    kind = "module call" if step.is_module else "resource"
    hint = nearest(step.name, [name for name in names if Step(name).is_module == step.is_module])
    return Problem(source, f"{shown(step.name)} is not a {kind} of {where}{hint}")
