"""A job's fields as its module is given them, so that they can be compared with what the module declares."""

from __future__ import annotations

from dataclasses import replace

from generator.specs.tree import Items, Mapping, Node, is_given


def queued(given: dict[str, Node]) -> dict[str, Node]:
    """Return the arguments of a job's call for the fields that it has; a queue's network may be the environment's."""
    return {field: _queue(node) if field == "queue" else node for field, node in given.items()}


def _queue(node: Node) -> Node:
    if not isinstance(node, Mapping):
        return node
    network: dict[str, Node] = {name: Items((), node.source) for name in ("security_group_ids", "subnets")}
    given = {name: value for name, value in node.entries.items() if is_given(value)}
    return replace(node, entries=network | given)
