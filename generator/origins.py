"""Finds where a spec sets what a module call of its root was given: the way back from a refusal of Terraform's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.errors import dotted, shown
from generator.tree import Leaf, Mapping, Node, find

if TYPE_CHECKING:
    from generator.errors import Path

SECTIONS: Final = {"task": "tasks", "schedule": "schedules", "component": "components"}
NAMING: Final = ("resource_owner", "billing_entity", "billing_domain", "security_domain")

# Arguments that the generator wires, and the fields that they come from; "{own}" is the task's or schedule's own map.
_WIRED: Final[dict[str, tuple[str, ...]]] = {
    "log_kms_key_arn": ("{own}.log_key",),
    "failure_topic_arns": ("alerts",),
    "kms_key_arn": ("{own}.key",),
    "cluster_name": ("{own}.cluster",),
    "ecs_cluster_arn": ("{own}.cluster",),
    "task_name": ("{own}.task",),
    "pass_role_arns": ("{own}.task",),
    "dlq_alarm_actions": ("pager", "alerts"),
    "dlq_ok_actions": ("pager", "alerts"),
    "trusted_compute_subnets": ("network.trusted_compute_subnets",),
    "security_group_ids": ("network.security_group_ids",),
    "assign_public_ip": ("network.assign_public_ip",),
    "aws_region_short_code": ("aws_region_short_code",),
    **{name: (f"naming.{name}",) for name in NAMING},
}


@dataclass(frozen=True, slots=True)
class Origin:
    """The place of a spec that an argument of a module call comes from.

    Attributes:
        place: `file:line`, as editors and pipelines take it.
        path: the field as a person says it, `tasks.claims-report.cpu`.
        value: what is written there, shortened; "" for a list or a map.
        exact: the field itself was found; otherwise this is the nearest thing around it that is there.
    """

    place: str
    path: str
    value: str
    exact: bool

    def __str__(self) -> str:
        """Return `file:line: path` and, for one value, what it is."""
        return f"{self.place}: {self.path}" + (f" is {self.value}" if self.value else "")


def origin(tree: Mapping, label: str, argument: str = "") -> Origin | None:
    """Find where an environment sets an argument of a module call.

    Args:
        tree: the environment, as `loading.load` gives it.
        label: the call's label in HCL, such as `task_claims_report`.
        argument: the name of the argument; none stands for the call as a whole.

    Returns:
        The place that sets it; when none does (a default of the module), the task, schedule or component itself; None
        when no such call comes from this spec.
    """
    own = _own(tree, label)
    if own is None:
        return None
    for path in _candidates(own, argument):
        node, steps = find(tree, path)
        if steps == len(path):
            return _origin(node, path, exact=True)
    node, _ = find(tree, own)
    return _origin(node, own, exact=not argument)


def _own(tree: Mapping, label: str) -> Path | None:
    """Find the task, schedule or component of a label: names have no underscores, so at most one fits."""
    kind, _, rest = label.partition("_")
    section = tree.entries.get(SECTIONS.get(kind, ""))
    if not isinstance(section, Mapping):
        return None
    return next(((SECTIONS[kind], name) for name in section.entries if name.replace("-", "_") == rest), None)


def _candidates(own: Path, argument: str) -> list[Path]:
    if not argument:
        return [own]
    if own[0] == "components":
        return [(*own, "inputs", argument), (*own, "connect", argument)]
    wired = [field.split(".") for field in _WIRED.get(argument, ())]
    return [(*own, argument), *((*own, *field[1:]) if field[0] == "{own}" else tuple(field) for field in wired)]


def _origin(node: Node, path: Path, *, exact: bool) -> Origin:
    value = shown(node.value) if isinstance(node, Leaf) else ""
    inherited = f" (from {dotted(node.source.path)})" if node.source.path != path else ""
    return Origin(str(node.source), dotted(path) + inherited, value, exact)
