"""Finds two resources of one name in an environment: they are one in AWS, and an apply notices half-way, or never."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from generator.errors import Path, Problem, Source, dotted, shown
from generator.models.forms import has_placeholder
from generator.output.physical_names import Name, names
from generator.specs.tree import Mapping, find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.models.spec import Environment


def collisions(tree: Mapping, spec: Environment) -> Iterator[Problem]:
    """Compare all names; what two workloads have in common by their defaults is one problem, not one for each name."""
    first: dict[tuple[str, str, str], tuple[Source, Name]] = {}
    common: dict[tuple[Source, Path, Source, Path], list[Name]] = defaultdict(list)
    for source, name in sorted((place(tree, name), name) for name in names(spec) if not has_placeholder(name.name)):
        if name.identity in first:
            other_source, other = first[name.identity]
            common[source, name.holder, other_source, other.holder].append(name)
        first.setdefault(name.identity, (source, name))
    for (source, holder, other_source, other_holder), same in common.items():
        things = ", ".join(f"the {name.kind} {shown(name.name)}" for name in same)
        fields = ", ".join(dotted(name.field) for name in same)
        who = f"{dotted(holder)} and {dotted(other_holder)} ({other_source}) both have"
        if holder == other_holder:
            who = f"{dotted(holder)} has a second time ({other_source})"
        yield Problem(
            source,
            f"{who} {things}; two of one name are one in AWS: {_instead(spec, holder, other_holder)}set {fields}",
        )


def place(tree: Mapping, name: Name) -> Source:
    """Return the line that sets the name, or the one where the workload begins."""
    path = (*name.holder, *name.field)
    node, steps = find(tree, path)
    return node.source if steps == len(path) else find(tree, name.holder)[0].source


def _instead(spec: Environment, holder: Path, other: Path) -> str:
    if holder == other or {holder[0], other[0]} != {"schedules"}:
        return ""
    if spec.schedules[str(holder[1])].task != spec.schedules[str(other[1])].task:
        return ""
    return "make it one of the other's additional_schedules, or "
