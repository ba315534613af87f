"""Finds workflows on a bus of the same environment that could not be made: each would wait for the other."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from generator.errors import Problem
from generator.output.workflows import bus_maker
from generator.specs.tree import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as AnyMapping

    from generator.models.spec import Environment
    from generator.specs.tree import Mapping


def circles(tree: Mapping, spec: Environment) -> Iterator[Problem]:
    """Check the keys of workflows whose bus another one makes.

    The policy of a key that the root makes has the statements of each of its workflows, which wait for the workflow's
    bus; and a bus waits for its key.
    """
    workflows = spec.workflows or {}
    made = {name for name, key in spec.keys.items() if key.arn is None}
    waits: dict[str, set[str]] = defaultdict(set)  # a key, and the keys of the buses that it waits for
    found: list[tuple[str, str, str, str]] = []
    for name, workflow in sorted(workflows.items()):
        maker = bus_maker(spec, workflow)
        key, its = workflow.key, workflows[maker].key if maker is not None else None
        if maker is not None and key in made and its in made:
            waits[key].add(its)
            found.append((name, maker, key, its))
    for name, maker, key, its in found:
        if key in _reached(waits, its):
            message = (
                f"is the bus that workflows.{maker} makes; its key {its} would wait for this workflow, and this "
                f"workflow for that bus: give this one another key than {key}, or none"
            )
            yield Problem(source_of(tree, ("workflows", name, "existing_bus_name")), message)


def _reached(waits: AnyMapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    left = {start}
    while left:
        found |= left
        left = {key for each in left for key in waits[each]} - found
    return found
