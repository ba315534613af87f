"""Blocks that tell Terraform where something is: `moved` in the state, `import` in the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import Field

from generator.addresses import Address, AddressText, ResourceText, Step, label
from generator.errors import Problem, nearest, shown
from generator.forms import PLACEHOLDER, Strict, form
from generator.topics import topics
from generator.tree import Mapping, find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Path, Source
    from generator.spec import Environment

ImportId = Annotated[str, form(r"[^\s](.*[^\s])?", "an id: one line of text, as the provider's documentation says it")]


class Move(Strict):
    """A new address for what the state has under another: nothing is destroyed and made anew."""

    from_: AddressText = Field(alias="from", description="Address that nothing in the root has any more.")
    to: AddressText = Field(description="Address that it has now.")


class Import(Strict):
    """Something of the account that Terraform shall manage from now on."""

    to: ResourceText = Field(description="Address of the resource in the root.")
    id: ImportId = Field(description="Its id, as the provider's documentation of the resource's import says.")


class Moved(NamedTuple):
    """A move, and its place in the spec's list."""

    position: int
    before: Address
    after: Address


class Imported(NamedTuple):
    """An import, and its place in the spec's list."""

    position: int
    to: Address
    id: str


def moved(spec: Environment) -> list[Moved]:
    """Return the moves of an environment; one that has a placeholder for an address cannot be written yet."""
    return [
        Moved(index, Address(move.from_), Address(move.to))
        for index, move in enumerate(spec.moved or ())
        if PLACEHOLDER not in {move.from_, move.to}
    ]


def imported(spec: Environment) -> list[Imported]:
    """Return the imports of an environment; likewise."""
    return [
        Imported(index, Address(item.to), item.id)
        for index, item in enumerate(spec.imports or ())
        if item.to != PLACEHOLDER
    ]


def declared(spec: Environment) -> dict[str, bool]:
    """Return the module calls and resources of a root, and whether each is several, by keys."""
    found = {f"module.task_{label(name)}": False for name in spec.tasks}
    found |= {f"module.schedule_{label(name)}": False for name in spec.schedules}
    found |= {f"module.component_{label(name)}": False for name in spec.components or {}}
    for name, key in spec.keys.items():
        if key.arn is None:
            found[f"aws_kms_key.{label(name)}"] = False
        if key.alias is not None:
            found[f"aws_kms_alias.{label(name)}"] = False
    for topic in topics(spec):
        if topic.settings.topic_name:
            found[f"aws_sns_topic.{topic.label}"] = False
            if topic.publishers:
                found[f"aws_sns_topic_policy.{topic.label}"] = False
            if topic.settings.emails:
                found[f"aws_sns_topic_subscription.{topic.label}"] = True
    return found


def misplaced(tree: Mapping, spec: Environment) -> Iterator[Problem]:
    """Find moves and imports that Terraform would refuse, or that lead to nothing.

    An address is compared with the root's own calls and resources; what is inside a module is not looked at.
    """
    there = declared(spec)
    yield from _moves(tree, moved(spec), there)
    yield from _imports(tree, imported(spec), there)


def _moves(tree: Mapping, moves: list[Moved], there: dict[str, bool]) -> Iterator[Problem]:
    left: dict[Address, Source] = {}
    taken: dict[Address, Source] = {}
    # A move may lead to where a later one begins: a history of names is kept for states that have not seen it all.
    passed = {move.before.steps[0].name for move in moves if len(move.before.steps) == 1}
    for move in moves:
        begins, ends = _at(tree, ("moved", move.position, "from")), _at(tree, ("moved", move.position, "to"))
        if move.before == move.after:
            yield Problem(ends, f"{shown(move.after.expression)} is where it was; say where it is now")
            continue
        if move.before.steps[-1].is_module != move.after.steps[-1].is_module:
            yield Problem(ends, "is of another kind than from: a module call moves to one, a resource to a resource")
        if move.before in left:
            yield Problem(begins, f"is moved twice; the first time in {left[move.before]}")
        if move.after in taken:
            yield Problem(ends, f"is where two moves end; the other is in {taken[move.after]}")
        if _is_there(move.before, there):
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
    for move in moves:
        way = [move]
        while (following := onward.get(way[-1].after)) is not None and following not in way:
            way.append(following)
        if len(way) > 1 and following is move and move.position == min(each.position for each in way):
            names = " -> ".join(each.before.expression for each in [*way, move])
            yield Problem(_at(tree, ("moved", move.position, "from")), f"moves in a circle: {names}")


def _imports(tree: Mapping, imports: list[Imported], there: dict[str, bool]) -> Iterator[Problem]:
    taken: dict[Address, Source] = {}
    for item in imports:
        source = _at(tree, ("imports", item.position, "to"))
        if item.to in taken:
            yield Problem(source, f"is imported twice; the first time in {taken[item.to]}")
        taken.setdefault(item.to, source)
        yield from _unknown(source, item.to, there)
        first = item.to.steps[0]
        if there.get(first.name) and not first.key:
            yield Problem(source, f'{first.name} is several: say which, as in {first.name}["..."]')


def _unknown(source: Source, address: Address, there: dict[str, bool]) -> Iterator[Problem]:
    first = address.steps[0]
    if first.name not in there:
        kind = "module call" if first.is_module else "resource"
        hint = nearest(first.name, [name for name in there if Step(name).is_module == first.is_module])
        yield Problem(source, f"{shown(first.name)} is not a {kind} of the root{hint}")
    elif first.key and not there[first.name]:
        yield Problem(source, f"{first.name} is one and not several: leave out {first.key}")


def _is_there(address: Address, there: dict[str, bool]) -> bool:
    return len(address.steps) == 1 and not address.steps[0].key and there.get(address.steps[0].name) is False


def _at(tree: Mapping, path: Path) -> Source:
    return find(tree, path)[0].source
