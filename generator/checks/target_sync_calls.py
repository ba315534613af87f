"""A target sync's fields as its module is given them, so that they can be compared with what the module declares."""

from __future__ import annotations

from dataclasses import replace

from generator.specs.tree import Items, Mapping, Node


def synced(given: dict[str, Node]) -> dict[str, Node]:
    """Return the arguments of a target sync's call for the fields that it has; a workflow is a bus by then."""
    return {field: _selections(node) if field == "selections" else node for field, node in given.items()}


def _selections(node: Node) -> Node:
    return replace(node, items=tuple(map(_selection, node.items))) if isinstance(node, Items) else node


def _selection(node: Node) -> Node:
    if not isinstance(node, Mapping) or "workflow" not in node.entries:
        return node
    entries = {"bus": node.entries["workflow"]} | node.entries
    return replace(node, entries={name: value for name, value in entries.items() if name != "workflow"})
