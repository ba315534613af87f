"""Finds tags that AWS would refuse, or that would replace the generator's own.

What a task, a schedule, a workflow or a target sync says is also its module's to judge, at plan, which knows nothing of
the environment's tags.
Source: AWS Tagging reference, "Tag naming limits and requirements".
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from generator.errors import Problem, shown
from generator.names import NAMING_TAGS, OWN_TAGS
from generator.specs.loading import WORKLOADS
from generator.specs.tree import Leaf, Mapping, section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.specs.loading import WORKLOADS
from generator.specs.tree import Node

LONGEST_KEY: Final = 128  # characters
LONGEST_VALUE: Final = 256
MOST: Final = 50  # tags of one resource
_SIGNS: Final = frozenset(" _.:/=+-@")
_RULE: Final = "letters, digits, spaces and _ . : / = + - @"


def wrong_tags(tree: Mapping) -> Iterator[Problem]:
    """Find every wrong tag of a merged spec."""
    everywhere = _tags(tree)
    for name, node in everywhere.items():
        yield from _refused(name, node)
    workloads = [each for name in WORKLOADS for each in section(tree, name).values()]
    for holder in (tree, *workloads, *section(tree, "defaults").values()):
        yield from _ours(_tags(holder))
    if too_many := _too_many(tree, everywhere):
        yield too_many
        return
    for holder in workloads:
        if too_many := _too_many(holder, everywhere | _tags(holder)):
            yield too_many


def _refused(name: str, node: Node) -> Iterator[Problem]:
    """Find what AWS would refuse in one tag; that a value is text is the model's to say."""
    if not 1 <= len(name) <= LONGEST_KEY or not _allowed(name):
        yield Problem(node.source, f"the tag {shown(name)} must be 1 to {LONGEST_KEY} {_RULE}")
    if name.lower().startswith("aws:"):
        yield Problem(node.source, f"the tag {shown(name)} cannot be given: aws: is for AWS's own")
    value = node.value if isinstance(node, Leaf) else None
    if isinstance(value, str) and (len(value) > LONGEST_VALUE or not _allowed(value)):
        yield Problem(node.source, f"{shown(value)} must be up to {LONGEST_VALUE} {_RULE}")


def _allowed(text: str) -> bool:
    return all(character in _SIGNS or unicodedata.category(character)[0] in "LN" for character in text)


def _ours(tags: dict[str, Node]) -> Iterator[Problem]:
    """Find tags that would replace the generator's own; IAM does not tell capitals from small letters in them."""
    own = {tag.lower(): tag for tag in OWN_TAGS}
    for name, node in tags.items():
        if name.lower() in own:
            tag = own[name.lower()]
            known = f"the naming standard sets {tag}" if tag in NAMING_TAGS else f"the generator sets {tag}"
            yield Problem(node.source, f"{shown(name)} cannot be given: {known}, on everything")


def _too_many(holder: Node, tags: dict[str, Node]) -> Problem | None:
    count = len(tags.keys() | set(OWN_TAGS))
    if count <= MOST or not isinstance(holder, Mapping):
        return None
    where = holder.entries.get("tags", holder).source
    said = "with those of the environment and " if where.path != ("tags",) else "with "
    return Problem(where, f"{count} tags {said}the {len(OWN_TAGS)} of the generator; AWS allows {MOST} on a resource")


def _tags(holder: Node) -> dict[str, Node]:
    tags = holder.entries.get("tags") if isinstance(holder, Mapping) else None
    return tags.entries if isinstance(tags, Mapping) else {}
