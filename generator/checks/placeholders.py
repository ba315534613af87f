"""Finds what is still to be filled in: an environment with placeholders has a root, but no plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.models.forms import has_placeholder
from generator.specs.tree import Items, Leaf, Mapping, Node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Path


def placeholders(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Find the placeholder anywhere in a tree, also as a word in a text, where no model says a form, and in a key.

    What defaults say comes last: a task, or whatever else takes it, says better what it is for.
    """
    if isinstance(node, Leaf) and isinstance(node.value, str) and has_placeholder(node.value):
        yield path, node
    elif isinstance(node, Items):
        for index, item in enumerate(node.items):
            yield from placeholders(item, (*path, index))
    elif isinstance(node, Mapping):
        for name, entry in sorted(node.entries.items(), key=lambda pair: pair[0] == "defaults"):
            if has_placeholder(name):
                yield (*path, name), entry
            yield from placeholders(entry, (*path, name))
