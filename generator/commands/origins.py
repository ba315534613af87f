"""Finds where a spec sets what a module call of its root was given: the way back from a refusal of Terraform's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.errors import dotted
from generator.output.wiring import NAMING
from generator.specs.tree import Items, Leaf, Mapping, find, leaves

if TYPE_CHECKING:
    from generator.errors import Path, Source
    from generator.specs.tree import Node

# The sections of a spec by what the labels of their calls begin with.
SECTIONS: Final = {
    "task": "tasks",
    "job": "jobs",
    "schedule": "schedules",
    "workflow": "workflows",
    "target_sync": "target_syncs",
    "component": "components",
}
_FIELD: Final = re.compile(r"\b[a-z]+(?:[_.][a-z]+)+\b")  # a word of a message that is no plain English word
_TELLING: Final = 5  # characters that a value needs for its being in a message not to be chance

# Arguments that the generator wires, and the fields that they come from; "{own}" is the entry's own map.
_WIRED: Final[dict[str, tuple[str, ...]]] = {
    "log_kms_key_arn": ("{own}.log_key",),
    "failure_topic_arns": ("alerts",),
    "kms_key_arn": ("{own}.key",),
    "key": ("{own}.key",),
    "cluster_name": ("{own}.cluster",),
    "ecs_cluster_arn": ("{own}.cluster",),
    "task_name": ("{own}.task",),
    "pass_role_arns": ("{own}.task",),
    "task_role_arn": ("{own}.task",),
    "execution_role_arn": ("{own}.task",),
    "log_group_name": ("{own}.task",),
    "dlq_alarm_actions": ("pager", "alerts"),
    "dlq_ok_actions": ("pager", "alerts"),
    "alarm_actions": ("pager", "alerts"),
    "ok_actions": ("pager", "alerts"),
    "trusted_compute_subnets": ("network.trusted_compute_subnets",),
    "security_group_ids": ("network.security_group_ids",),
    "assign_public_ip": ("network.assign_public_ip",),
    "target_role_arns": ("{own}.role_arns", "{own}.selections"),
    "topic": ("{own}.topic_arn",),
    "event_bus_name": ("{own}.event_bus",),
    "keep_log_group": ("deletion_protection",),
    "keep_log_groups": ("deletion_protection",),
    **{name: (f"naming.{name}",) for name in NAMING},
    "aws_region_short_code": ("aws_region_short_code",),
}

# Fields inside a workflow's maps that the generator fills in: the field of the spec in their place, and where that
# comes from when it is not there either; "{own}" as above.
_INSIDE: Final = {
    "assign_public_ip": ("", "network.assign_public_ip"),
    "cluster_arn": ("cluster", "{own}.cluster"),
    "container_name": ("task", ""),
    "event_pattern_json": ("event_pattern", ""),
    "family": ("task", ""),
    "job_definition": ("job", ""),
    "job_queue_arn": ("job", ""),
    "pass_role_arns": ("task", ""),
    "principal_arns": ("tasks", ""),
    "role": ("role_arn", ""),
    "security_group_ids": ("", "network.security_group_ids"),
    "subnets": ("", "network.trusted_compute_subnets"),
    "topic_arn": ("topic", ""),
}
_MAP: Final = re.compile(r"(?<![\w.])([a-z_]+)\.")  # an argument that is a map, where a message goes into it
_STEP: Final = re.compile(r"\.|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Origin:
    """The place of a spec that an argument of a module call comes from.

    Attributes:
        source: the file, the line, and the path as it is written in that file: what a task takes from the defaults is
            `defaults.task.cpu` there.
        exact: the field itself was found; otherwise this is the nearest thing around it that is there.
    """

    source: Source
    exact: bool

    def __str__(self) -> str:
        """Return `file:line: path`."""
        return f"{self.source}: {dotted(self.source.path)}"


def of_argument(tree: Mapping, label: str, argument: str, rule: str = "") -> Origin | None:
    """Find where an environment sets an argument of a module call.

    Args:
        tree: the environment, as `loading.load` gives it.
        label: the call's label in HCL, such as `task_claims_report`.
        argument: the name of the argument.
        rule: the message about it: in a map the fields that it names lead on, as in `rules.success.targets.log`.

    Returns:
        The place that sets it; when none does (a default of the module), the entry of the spec itself; None when no
        such call comes from this spec.
    """
    own = _own(tree, label)
    if own is None:
        return None
    return _inside(tree, own, rule) or _first(tree, _candidates(tree, own, (argument,))) or _whole(tree, own)


def of_rule(tree: Mapping, label: str, rule: str) -> Origin | None:
    """Find what a module's message is about, when it comes from no single argument.

    Args:
        tree: the environment, as `loading.load` gives it.
        label: the call's label in HCL.
        rule: the message: the fields that it names count first (`names.task_role`), then the values that it repeats.

    Returns:
        The place that sets that field; the entry of the spec itself when the message tells no more; None when no such
        call comes from this spec.
    """
    own = _own(tree, label)
    if own is None:
        return None
    if (inside := _inside(tree, own, rule)) is not None:
        return inside
    for name in _FIELD.findall(rule):
        found = _first(tree, _candidates(tree, own, tuple(name.split("."))))
        if found is not None:
            return found
    node, _ = find(tree, own)
    repeated = [leaf for _, leaf in leaves(node) if len(str(leaf.value)) >= _TELLING and str(leaf.value) in rule]
    if repeated:
        return Origin(max(repeated, key=lambda leaf: len(str(leaf.value))).source, exact=True)
    return _whole(tree, own)


def _own(tree: Mapping, label: str) -> Path | None:
    """Find the entry of the spec of a label: names have no underscores, so at most one fits."""
    for kind, group in SECTIONS.items():
        section = tree.entries.get(group)
        for name in section.entries if isinstance(section, Mapping) else ():
            if label == f"{kind}_{name.replace('-', '_')}":
                return group, name
    return None


def _candidates(tree: Mapping, own: Path, field: tuple[str, ...]) -> list[Path]:
    """Return the paths that an argument, or a field of one, can come from."""
    if own[0] == "components":
        return [(*own, "inputs", *field), (*own, "connect", field[0])]
    task, steps = find(tree, (*own, "task"))
    if own[0] == "jobs" and steps == len(own) + 1 and isinstance(task, Leaf):
        # What a job does not say itself is its task's.
        return [(*own, *field), ("tasks", str(task.value), *field), *_wired(own, field)]
    return [(*own, *field), *_wired(own, field)]


def _wired(own: Path, field: tuple[str, ...]) -> list[Path]:
    wired = [name.split(".") for name in _WIRED.get(field[0], ())]
    return [(*own, *name[1:]) if name[0] == "{own}" else tuple(name) for name in wired]


def _first(tree: Mapping, paths: list[Path]) -> Origin | None:
    for path in paths:
        node, steps = find(tree, path)
        if steps == len(path):
            return Origin(node.source, exact=True)
    return None


def _inside(tree: Mapping, own: Path, rule: str) -> Origin | None:
    """Follow the first path of a message, such as `rules.success.targets.log.role_arn`, into a workflow's maps."""
    holder, _ = find(tree, own)
    if own[0] != "workflows" or not isinstance(holder, Mapping):
        return None
    for match in _MAP.finditer(rule):
        if isinstance(node := holder.entries.get(match[1]), Mapping):
            return _followed(tree, own, node, rule[match.end() - 1 :])
    return None


def _followed(tree: Mapping, own: Path, node: Node, rest: str) -> Origin:
    """Go on as far as there is something: a key may have full stops in it, so the longest that fits is taken."""
    while step := _STEP.match(rest):
        rest = rest[step.end() :]
        if step[1]:
            inner = node.items[int(step[1])] if isinstance(node, Items) and int(step[1]) < len(node.items) else None
            name = ""
        else:
            entries = node.entries if isinstance(node, Mapping) else {}
            name = max((key for key in {*entries, *_INSIDE} if _begins(rest, key)), key=len, default="")
            instead, elsewhere = _INSIDE.get(name, ("", ""))
            inner = entries.get(name) or entries.get(instead)
            if inner is None and elsewhere:
                path = (*own, "cluster") if elsewhere == "{own}.cluster" else tuple(elsewhere.split("."))
                return _first(tree, [path]) or Origin(node.source, exact=False)
        if inner is None:
            break
        node, rest = inner, rest[len(name) :]
    return Origin(node.source, exact=True)


def _begins(text: str, key: str) -> bool:
    return text.startswith(key) and not re.match(r"[\w-]", text[len(key) :])


def _whole(tree: Mapping, own: Path) -> Origin:
    node, _ = find(tree, own)
    return Origin(node.source, exact=False)
