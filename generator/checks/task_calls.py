"""A task's fields as its module is given them, so that they can be compared with what the module declares."""

from __future__ import annotations

from dataclasses import replace

from generator.specs.tree import Items, Mapping, Node


def published(given: dict[str, Node]) -> dict[str, Node]:
    """Return the arguments of a task's call for the fields that it has; a topic is its ARN by then."""
    return {field: _permissions(node) if field == "permissions" else node for field, node in given.items()}


def _permissions(node: Node) -> Node:
    if not isinstance(node, Mapping) or "sns_publish" not in node.entries:
        return node
    grants = node.entries["sns_publish"]
    if isinstance(grants, Items):
        grants = replace(grants, items=tuple(map(_grant, grants.items)))
    return replace(node, entries={**node.entries, "sns_publish": grants})


def _grant(node: Node) -> Node:
    """Fill in the ARN of a topic of the environment; that there is a topic at all is not the module's to say."""
    if not isinstance(node, Mapping):
        return node
    entries = {"topic_arn": node.entries.get("topic", node)} | node.entries
    return replace(node, entries={name: value for name, value in entries.items() if name != "topic"})
