"""Finds filter policies of subscriptions that SNS refuses, or that let nothing through.

Source: "Filter policy constraints" of the Amazon SNS Developer Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.checks.calls import TOPICS
from generator.errors import Problem, shown
from generator.specs.tree import Items, Leaf, Mapping, section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.specs.tree import Node

MOST: Final = 5  # properties that one policy may look at


def wrong_filters(tree: Mapping) -> Iterator[Problem]:
    """Check the filter policy of every subscription, each mistake at its line."""
    for topic in TOPICS:
        subscriptions = section(tree, topic).get("subscriptions") if topic in tree.entries else None
        for each in subscriptions.items if isinstance(subscriptions, Items) else ():
            policy = each.entries.get("filter_policy") if isinstance(each, Mapping) else None
            if isinstance(policy, Mapping):  # or the model says so
                yield from _mistakes(policy)


def _mistakes(policy: Mapping) -> Iterator[Problem]:
    values = list(_values(policy))
    for node in values:
        if isinstance(node, Mapping):
            yield Problem(node.source, "is empty; SNS needs what must match: leave it out, or give a list of values")
        elif not isinstance(node, Items):
            value = node.value if isinstance(node, Leaf) else None
            yield Problem(node.source, f"{shown(value)} is no list; SNS needs a list of values, such as [ALARM]")
        elif not node.items:
            yield Problem(node.source, "is an empty list, which nothing matches; at least one value is wanted")
    if len(values) > MOST:
        yield Problem(policy.source, f"looks at {len(values)} properties of a message; SNS takes {MOST}")


def _values(node: Node) -> Iterator[Node]:
    """Yield what each property must be; a map with nothing in it stands for itself."""
    if isinstance(node, Mapping) and node.entries:
        for inner in node.entries.values():
            yield from _values(inner)
    else:
        yield node
