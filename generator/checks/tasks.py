"""What is wrong with tasks beyond the form of their values: the topics that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.checks.calls import no_topic
from generator.errors import Path, Problem
from generator.interfaces.constraints import Finding
from generator.specs.tree import Items, Leaf, Mapping, is_given, section

if TYPE_CHECKING:
    from collections.abc import Iterator


def wrong_tasks(tree: Mapping) -> Iterator[Finding]:
    """Find what is wrong with the tasks of a merged spec; what is not of the model's form is passed over."""
    for name, node in section(tree, "tasks").items():
        path: Path = ("tasks", name)
        yield from _environment(tree, path, node)
        grants = section(node, "permissions").get("sns_publish")
        for index, grant in enumerate(grants.items if isinstance(grants, Items) else ()):
            if isinstance(grant, Mapping):
                yield from _grant(tree, (*path, "permissions", "sns_publish", index), grant)


def _environment(tree: Mapping, path: Path, task: Mapping | Leaf | Items) -> Iterator[Finding]:
    plain = section(task, "environment")
    for variable, topic in section(task, "environment_topics").items():
        here = (*path, "environment_topics", variable)
        if isinstance(topic, Leaf) and (lacking := no_topic(tree, topic.value)) is not None:
            yield Finding(here, Problem(topic.source, lacking))
        if variable in plain:
            message = f"is given under environment too ({plain[variable].source})"
            yield Finding(here, Problem(topic.source, message))


def _grant(tree: Mapping, path: Path, grant: Mapping) -> Iterator[Finding]:
    topic, arn, keys = (grant.entries.get(field) for field in ("topic", "topic_arn", "kms_key_arns"))
    if is_given(topic) == is_given(arn):
        message = "give a topic (alerts or pager of this environment) or a topic_arn (it exists), not both"
        yield Finding(path, Problem(grant.source, message))
    if not isinstance(topic, Leaf) or topic.value is None:
        return
    if (lacking := no_topic(tree, topic.value)) is not None:
        yield Finding((*path, "topic"), Problem(topic.source, lacking))
    elif keys is not None and is_given(keys) and is_given(section(tree, str(topic.value)).get("key")):
        message = f"is filled in, since {topic.value} has a key: leave this out"
        yield Finding((*path, "kms_key_arns"), Problem(keys.source, message))
