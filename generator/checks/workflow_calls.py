"""A workflow's fields as its module is given them, so that they can be compared with what the module declares.

The generator fills in ARNs for names of other parts, and turns patterns into JSON; both are texts of the right type.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from generator.specs.tree import Items, Leaf, Mapping, Node, is_given

if TYPE_CHECKING:
    from collections.abc import Callable

# What stands in for a field of the spec, and whether that is a list.
_RUN_TASK: Final = {"cluster": ("cluster_arn", False), "task": ("family", False)}
_PUBLISHER: Final = {"tasks": ("principal_arns", True)}
_SUBMIT_JOB: Final = {"job": ("job_definition", False)}
_NOTIFY: Final = {"topic": ("topic_arn", False)}
_PATTERN: Final = {"event_pattern": ("event_pattern_json", False)}


def called(given: dict[str, Node]) -> dict[str, Node]:
    """Return the arguments of a workflow's call for the fields that it has; what has another form stays as it is."""
    shapes: dict[str, Callable[[Node], Node]] = {
        "archive": lambda node: _filled(node, _PATTERN),
        "publishers": lambda node: _each(node, lambda publisher: _filled(publisher, _PUBLISHER)),
        "rules": lambda node: _each(node, _rule),
    }
    return {field: shapes[field](node) if field in shapes else node for field, node in given.items()}


def _rule(node: Node) -> Node:
    return _at(_filled(node, _PATTERN), "targets", lambda targets: _each(targets, _target))


def _target(node: Node) -> Node:
    return _role(_at(_at(_at(node, "run_task", _run_task), "submit_job", _submit_job), "notify", _notify))


def _role(node: Node) -> Node:
    """Put the ARN of a role into the object in which the module takes it."""
    if not isinstance(node, Mapping) or "role_arn" not in node.entries:
        return node
    arn = node.entries["role_arn"]
    rest = {name: value for name, value in node.entries.items() if name != "role_arn"}
    return replace(node, entries={**rest, "role": Mapping({"arn": arn}, arn.source)})


def _notify(node: Node) -> Node:
    """Fill in the ARN of a topic of the environment; that there is a topic at all is not the module's to say."""
    return (
        _filled(replace(node, entries={"topic": node} | node.entries), _NOTIFY) if isinstance(node, Mapping) else node
    )


def _run_task(node: Node) -> Node:
    """Fill in what comes of the task; a cluster may be the workflow's."""
    if not isinstance(node, Mapping):
        return node
    entries = {"cluster": node, "task": node} | node.entries
    filled = _filled(replace(node, entries=entries), _RUN_TASK)
    return _with(filled, "pass_role_arns", Items((), node.source))


def _submit_job(node: Node) -> Node:
    """Fill in what comes of a job of the environment; that there is one is not the module's to say."""
    if not isinstance(node, Mapping):
        return node
    entries = {name: value for name, value in node.entries.items() if is_given(value)}
    filled = _filled(replace(node, entries={"job": node, **entries}), _SUBMIT_JOB)
    return _with(filled, "job_queue_arn", entries.get("job_queue_arn") or Leaf("", node.source))


def _filled(node: Node, fields: dict[str, tuple[str, bool]]) -> Node:
    """Put what is filled in in the place of the fields that a map has of these."""
    if not isinstance(node, Mapping):
        return node
    entries = {name: value for name, value in node.entries.items() if name not in fields}
    for name, (argument, is_list) in fields.items():
        if name in node.entries:
            source = node.entries[name].source
            entries.setdefault(argument, Items((), source) if is_list else Leaf("", source))
    return replace(node, entries=entries)


def _each(node: Node, shape: Callable[[Node], Node]) -> Node:
    if not isinstance(node, Mapping):
        return node
    return replace(node, entries={name: shape(value) for name, value in node.entries.items()})


def _at(node: Node, field: str, shape: Callable[[Node], Node]) -> Node:
    if not isinstance(node, Mapping) or field not in node.entries:
        return node
    return _with(node, field, shape(node.entries[field]))


def _with(node: Node, field: str, value: Node) -> Node:
    return replace(node, entries={**node.entries, field: value}) if isinstance(node, Mapping) else node
